"""Minutes from the facts: a pure function, the same facts give the same text (2-domain, Minutes)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from handbook.documents.layout.dates import day_in_words
from handbook.minutes import words
from handbook.minutes.facts import Absence, Facts, Item, Note, Roll, Vote


@dataclass(frozen=True, slots=True)
class ComposedParagraph:
    """``key`` names the fact behind the words, so that the same fact is found again when the minutes are composed again."""

    key: str
    text: str
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class ComposedSection:
    key: str
    title: str
    paragraphs: tuple[ComposedParagraph, ...]


P = ComposedParagraph


def compose(facts: Facts) -> tuple[ComposedSection, ...]:
    """The sections in their order; a section about which there is nothing to say is left out."""
    parts: list[tuple[str, Iterable[P]]] = [
        ("opening", _opening(facts)),
        ("attendance", _attendance(facts)),
        ("content", _content(facts)),
        ("votes", _votes(facts.votes)),
        ("score", _score(facts)),
        ("closing", _closing(facts)),
    ]
    found = [(key, tuple(paragraphs)) for key, paragraphs in parts]
    return tuple(
        ComposedSection(key, words.SECTIONS[key], paragraphs) for key, paragraphs in found if paragraphs
    )


def _opening(facts: Facts) -> Iterator[P]:
    gathering = words.GATHERING[facts.kind][0 if facts.is_cell else 1]
    yield P("gathering", words.GATHERED.format(organization=facts.organization, gathering=gathering))
    begun = facts.opened_at or facts.starts_at
    sentence = words.OPENED if facts.opened_at else words.SUMMONED
    yield P("time", sentence.format(time=time_in_words(begun), day=day_in_words(begun.date())))
    place = words.PLACE_AND_ONLINE if facts.is_online else words.PLACE
    yield P("place", place.format(place=facts.place.rstrip(".")))


def _attendance(facts: Facts) -> Iterator[P]:
    if chair := facts.chair:
        sentence = words.CHAIR_WITH_OFFICE if chair.office else words.CHAIR
        yield P("chair", sentence.format(name=chair.full_name, office=chair.office))
    if facts.minute_taker:
        yield P("minute_taker", words.MINUTE_TAKER.format(name=facts.minute_taker.full_name))
    yield from _head_count(facts.roll)


def _head_count(roll: Roll) -> Iterator[P]:
    yield P(
        "total",
        words.TOTAL.format(
            members=words.MEMBERS, total=roll.total, official=roll.official, probationary=roll.probationary
        ),
    )
    yield P("present", words.PRESENT.format(present=roll.present))
    counted = (
        ("exempt", words.EXEMPT, roll.exempt),
        ("elsewhere", words.ELSEWHERE, roll.elsewhere),
        ("temporary_in", words.TEMPORARY_IN, roll.temporary_in),
    )
    for key, sentence, count in counted:
        if count:
            yield P(key, sentence.format(count=count))
    listed = (
        ("late", words.LATE, roll.late),
        ("left_early", words.LEFT_EARLY, roll.left_early),
        ("excused", words.EXCUSED, roll.excused),
        ("unexcused", words.UNEXCUSED, roll.unexcused),
        ("not_recorded", words.NOT_RECORDED, roll.not_recorded),
    )
    for key, sentence, people in listed:
        if people:
            names = "; ".join(_named(one) for one in people)
            yield P(key, sentence.format(count=len(people), names=names))
    if not (roll.excused or roll.unexcused or roll.not_recorded):
        yield P("nobody_absent", words.NOBODY_ABSENT)
    if roll.guests:
        guests = [
            words.NAME_FROM.format(name=name, place=place) if place else name for name, place in roll.guests
        ]
        yield P("guests", words.GUESTS.format(names="; ".join(guests)))
    yield P(
        "quorum",
        (words.QUORATE if roll.is_quorate else words.NOT_QUORATE).format(
            present=roll.official_present,
            due=roll.official_due,
            share=share_in_words(roll.quorum_share),
            required=roll.quorum_required,
        ),
    )


def _content(facts: Facts) -> Iterator[P]:
    for number, item in enumerate(facts.items, 1):
        yield P(
            f"item.{item.key}",
            words.ITEM.format(number=number, title=item.title.rstrip(".")),
            is_heading=True,
        )
        yield from _item(item)
    for note in facts.notes:
        yield _note(note)


def _item(item: Item) -> Iterator[P]:
    if item.presenter:
        yield P(f"presenter.{item.key}", words.PRESENTED_BY.format(presenter=item.presenter))
    for note in item.notes:
        yield _note(note)
    yield from _votes(item.votes)
    if item.conclusion:
        yield P(f"conclusion.{item.key}", words.CONCLUSION.format(text=ended(item.conclusion)))


def _note(note: Note) -> P:
    sentence = words.GUEST_SAID if note.is_guest else words.MEMBER_SAID
    if note.speaker is None:
        sentence = words.REMARK
    return P(f"note.{note.key}", sentence.format(name=note.speaker, text=ended(note.text)))


def _votes(votes: Iterable[Vote]) -> Iterator[P]:
    for vote in votes:
        yield P(f"vote.{vote.key}", " ".join(_vote(vote)))
        for number, (name, text) in enumerate(vote.reserved, 1):
            yield P(f"reserved.{vote.key}.{number}", words.RESERVED.format(name=name, text=ended(text)))


def _vote(vote: Vote) -> Iterator[str]:
    yield words.VOTE.format(
        title=vote.title.rstrip("."),
        method=words.METHOD[vote.method],
        denominator=vote.denominator,
        present=vote.present,
        agree=vote.agree,
        percent=percent(vote.agree, vote.denominator),
        disagree=vote.disagree,
        other=vote.other,
        not_voted=vote.not_voted,
    )
    if papers := vote.papers:
        yield words.PAPERS.format(
            given_out=papers.given_out, returned=papers.returned, valid=papers.valid, invalid=papers.invalid
        )
    if vote.passed is None:
        yield words.VOID
        return
    rule = (words.AT_LEAST if vote.at_least else words.MORE_THAN).format(share=share_in_words(vote.share))
    yield (words.PASSED if vote.passed else words.FAILED).format(rule=rule, required=vote.required)


def _score(facts: Facts) -> Iterator[P]:
    if facts.score:
        yield P("score", words.SCORE.format(average=facts.score.average, grade=facts.score.grade))


def _closing(facts: Facts) -> Iterator[P]:
    meeting = words.THE_GATHERING[0 if facts.is_cell else 1]
    yield P("read_back", words.READ_BACK.format(meeting=meeting))
    if closed := facts.closed_at:
        begun = facts.opened_at or facts.starts_at
        sentence = words.CLOSED if closed.date() == begun.date() else words.CLOSED_ON
        meeting = meeting[0].upper() + meeting[1:]
        yield P(
            "closed",
            sentence.format(meeting=meeting, time=time_in_words(closed), day=day_in_words(closed.date())),
        )


def _named(one: Absence) -> str:
    if one.reason:
        return words.NAME_WITH_REASON.format(name=one.full_name, reason=one.reason.rstrip("."))
    if one.at:
        return words.NAME_AT.format(name=one.full_name, time=time_in_words(one.at))
    return one.full_name


def time_in_words(instant: datetime) -> str:
    """``19 giờ 05 phút``, in the zone of the instant."""
    return words.TIME.format(hour=instant.hour, minute=instant.minute)


def share_in_words(share: Fraction) -> str:
    return f"{share.numerator}/{share.denominator}"


def percent(part: int, whole: int) -> str:
    """With one decimal, written with a comma, and none when it is whole; rounded half up."""
    if whole == 0:
        return "0"
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10},{tenths % 10}".removesuffix(",0")


def ended(text: str) -> str:
    """The text with a full stop, unless it ends like a sentence already."""
    text = text.strip()
    return text if text.endswith((".", "!", "?", "…", ":")) else f"{text}."
