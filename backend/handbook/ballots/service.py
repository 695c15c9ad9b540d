"""Proposing, opening, closing and withdrawing ballots; each verb changes the ballot, records it and says what happened."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm.attributes import flag_modified

from handbook.access.actor import Actor
from handbook.attendance.rules import ATTENDING
from handbook.audit.service import record
from handbook.ballots import queries, rules
from handbook.ballots.counting import Count, count_votes
from handbook.ballots.enums import COUNTED_BY_HAND, BallotMethod, BallotState
from handbook.ballots.errors import (
    CastingNotBegun,
    FewVotes,
    PapersMissing,
    RecordSigned,
    StaleDenominator,
    WrongCounts,
    WrongMethod,
)
from handbook.ballots.events import CountEntered, ReservationsChanging
from handbook.ballots.models import Ballot, BoxVote, Reservation, TakenPaper, Vote
from handbook.ballots.papers import new_key_pair
from handbook.ballots.presence import freeze_quorum
from handbook.ballots.put import keep_what_was_put, put_to_the_vote, require_own_resolution
from handbook.ballots.queries import denominator_of, majority_of, roll_lines, voters_of
from handbook.ballots.traces import overwrite_deleted, sweep_traces
from handbook.documents.secrecy import find_mark_in_name, find_mark_in_text
from handbook.kernel.problems import FieldError, ValidationFailed, WrongState
from handbook.kernel.secrets import Secrets
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.meetings.state import require_state
from handbook.resolutions.errors import ClassifiedText

PROPOSABLE = frozenset({MeetingState.CONVENED, MeetingState.OPEN})
RUNNING = frozenset({MeetingState.OPEN})
WITH_OPEN_RECORD = frozenset({MeetingState.OPEN, MeetingState.CLOSED})


def create_ballot(
    meeting: Meeting, fields: Mapping[str, Any], *, actor: Actor, uow: UnitOfWork
) -> tuple[Ballot, bool]:
    """Propose a ballot; true when it is new. ``key`` may have been made by the device: the same one again is the same ballot.

    Raises :class:`WrongState` outside convened and open meetings, and :class:`ValidationFailed` for an agenda item of another
    meeting or a key that names another ballot. The meeting is locked by the caller.
    """
    known = uow.session.scalar(select(Ballot).where(Ballot.key == fields["key"]))
    if known is not None:
        if known.meeting_id != meeting.id or _asked(known) != _asked(fields):
            raise ValidationFailed(FieldError("/key", "taken"))
        return known, False
    require_state(MeetingState(meeting.state), PROPOSABLE)
    return _new_ballot(meeting, fields, actor=actor, uow=uow), True


def open_ballot(ballot: Ballot, *, actor: Actor, uow: UnitOfWork, secrets: Secrets) -> Ballot:
    """Let the members vote, on the draft as it stands now. A secret ballot gets its own key, which lives until it is closed.

    Raises :class:`WrongState`, :class:`DraftGone`.
    """
    require_state(MeetingState(ballot.meeting.state), RUNNING)
    _require(ballot, BallotState.DRAFT)
    put_to_the_vote(ballot, uow=uow)
    # After the last reading: the key and the state of its ballot are written together.
    if ballot.method == BallotMethod.SECRET:
        ballot.public_key, private = new_key_pair()
        ballot.private_key_sealed = secrets.encrypt(private, key_context(ballot.key))
    ballot.opened_at = uow.clock.now()
    _advance(ballot, BallotState.OPEN, "opened", actor=actor, uow=uow)
    return ballot


def begin_casting(ballot: Ballot, *, without_paper: Collection[int], actor: Actor, uow: UnitOfWork) -> Ballot:
    """Let the papers of a secret ballot be cast; from now on none is given out, so that no vote follows a paper (ADR 10).

    ``without_paper`` are the members in the room of whom the chair knows that they get none. Meeting and ballot are locked by
    the caller. Raises :class:`WrongState`, :class:`WrongMethod`, :class:`PapersMissing` when somebody else has none.
    """
    require_state(MeetingState(ballot.meeting.state), RUNNING)
    _require(ballot, BallotState.OPEN)
    if ballot.method != BallotMethod.SECRET:
        raise WrongMethod
    if ballot.casting_since is not None:
        raise WrongState
    holders = voters_of(ballot)
    missing = queries.without_paper(ballot, roll_lines(ballot.meeting_id), holders)
    if any(one.member_id not in without_paper for one in missing):
        raise PapersMissing(len(missing), len(holders))
    ballot.casting_since = uow.clock.now()
    _advance(ballot, BallotState.OPEN, "casting_begun", actor=actor, uow=uow)
    sweep_traces(uow)
    return ballot


def close_ballot(
    ballot: Ballot,
    *,
    expected_denominator: int,
    accept_few_votes: bool = False,
    count: Count | None,
    hands: rules.Tally | None = None,
    reserved: Sequence[Mapping[str, Any]],
    actor: Actor,
    uow: UnitOfWork,
) -> Ballot:
    """End the vote, count, and freeze the result with the numbers it rests on.

    ``count`` holds the numbers that people counted, and only for the methods that people count; ``hands`` the hands of those
    in the room who did not take part in an open vote by phone. Nobody counts more votes than there were people to give them:
    who came and is not on the roll is recorded first. Meeting and ballot are locked by the caller. Raises :class:`WrongState`,
    :class:`CastingNotBegun`, :class:`StaleDenominator` when the roll is another than the chair saw, :class:`FewVotes` when
    the result would tell whose each vote is, and :class:`WrongCounts`.
    """
    require_state(MeetingState(ballot.meeting.state), RUNNING)
    _require(ballot, BallotState.OPEN)
    if ballot.gives_out_papers:
        raise CastingNotBegun
    lines = roll_lines(ballot.meeting_id)
    voters = voters_of(ballot)
    denominator, present = denominator_of(lines, voters), rules.voters_present(lines.values())
    if denominator != expected_denominator:
        raise StaleDenominator(denominator, present)
    if ballot.method in COUNTED_BY_HAND:
        count = _checked(ballot, count, denominator, present)
    else:
        if count is not None:
            raise ValidationFailed(FieldError("/tally", "not_counted_by_hand"))
        if ballot.method == BallotMethod.SECRET and not accept_few_votes:
            _refuse_few_votes(ballot)
        count = count_votes(ballot, papers_taken=len(voters), uow=uow)
    if hands is not None:
        count = _with_hands(ballot, count, hands, rules.hands_left(lines, voters))
    _freeze(ballot, count, denominator=rules.Denominator(denominator), present=present, at=uow.clock.now())
    freeze_quorum(ballot, lines)
    ballot.private_key_sealed = None
    _reserve(ballot, reserved, uow=uow)
    _advance(ballot, BallotState.CLOSED, "closed", actor=actor, uow=uow, set_aside=count.set_aside)
    _tell_count(ballot, actor=actor, uow=uow)
    if ballot.method == BallotMethod.SECRET:
        sweep_traces(uow)
    return ballot


def withdraw_ballot(ballot: Ballot, *, actor: Actor, uow: UnitOfWork) -> Ballot:
    """Take back a ballot that is not closed: nothing was decided, and no vote of it is kept. Raises :class:`WrongState`."""
    if ballot.state not in (BallotState.DRAFT, BallotState.OPEN):
        raise WrongState
    if ballot.method == BallotMethod.SECRET:
        overwrite_deleted(uow)
        sweep_traces(uow)
    for table in (Vote, TakenPaper, BoxVote):
        uow.session.execute(delete(table).where(table.ballot_id == ballot.id))
    ballot.private_key_sealed = None
    _advance(ballot, BallotState.WITHDRAWN, "withdrawn", actor=actor, uow=uow)
    return ballot


def replace_reservations(
    ballot: Ballot, reserved: Sequence[Mapping[str, Any]], *, actor: Actor, uow: UnitOfWork
) -> Ballot:
    """Put these reserved opinions on record in place of those that are. Raises :class:`WrongState`,
    :class:`RecordSigned` when somebody has signed the minutes, :class:`ValidationFailed`.
    """
    require_state(MeetingState(ballot.meeting.state), WITH_OPEN_RECORD)
    _require(ballot, BallotState.CLOSED)
    changing = ReservationsChanging(ballot.id, ballot.meeting_id)
    uow.emit(changing)
    if changing.signed:
        raise RecordSigned
    _reserve(ballot, reserved, uow=uow)
    # The opinions are rows of their own: the ballot's version has to be moved by hand.
    flag_modified(ballot, "faults")
    _advance(ballot, BallotState.CLOSED, "reservations_changed", actor=actor, uow=uow)
    _tell_count(ballot, actor=actor, uow=uow)
    return ballot


def record_counted_vote(
    meeting: Meeting,
    fields: Mapping[str, Any],
    *,
    method: BallotMethod = BallotMethod.HAND,
    at: datetime,
    differed: bool = False,
    unsettled: bool = False,
    actor: Actor,
    uow: UnitOfWork,
) -> Ballot:
    """Write down a vote by hands or on paper that was counted in the room, from the book of the room; the meeting is locked by
    the caller.

    ``fields``: ``key`` (a UUID made by the device), ``title``, ``kind``, ``agenda_item_id``, ``agree``, ``disagree``,
    ``other``, for a vote on paper ``papers``, ``reserved``, perhaps ``resolution_id``, ``put`` (what the draft said by the copy
    of that device: ``symbol``, ``title``, ``content_hash``, perhaps ``form``), ``confirmed`` (who wrote it down was
    told that more voted than the roll has in the room) and, when the room knew it, ``denominator``, which stands when it can be
    true (:func:`rules.settled_denominator`). The same ``key`` again with the same numbers changes nothing; with others it
    corrects them, which is recorded, and keeps the denominator, the hour and the count that stood before. What is written down
    after the meeting was closed was voted before. ``differed``: what is given up was not corrected, another device counted it.
    ``unsettled``: nobody has chosen between the two yet; the opinions that the other reserved stay until somebody does.
    Raises :class:`WrongState`, :class:`WrongCounts`, :class:`ValidationFailed`.
    """
    require_state(MeetingState(meeting.state), WITH_OPEN_RECORD)
    papers = fields.get("papers")
    count = Count(
        rules.Tally(fields["agree"], fields["disagree"], fields["other"]), papers and rules.Papers(**papers)
    )
    reserved: list[Mapping[str, Any]] = list(fields.get("reserved") or ())
    ballot = uow.session.scalar(select(Ballot).where(Ballot.key == fields["key"]).with_for_update(of=Ballot))
    if unsettled and ballot is not None:
        reserved.extend(_opinions_of_others(ballot, reserved))
    asked = {
        "agenda_item_id": None,
        **fields,
        "resolution_id": fields.get("resolution_id") or (ballot.resolution_id if ballot else None),
        "method": method.value,
    }
    if ballot is None:
        ballot = _new_ballot(meeting, asked, counted=True, actor=actor, uow=uow)
    elif ballot.meeting_id != meeting.id or ballot.method != method:
        raise ValidationFailed(FieldError("/key", "taken"))
    elif ballot.state == BallotState.CLOSED and _same_record(ballot, asked, count, reserved):
        return ballot
    # One that was taken out and is put back keeps what was frozen with it.
    restored = ballot.state == BallotState.WITHDRAWN and ballot.closed_at is not None
    corrected = ballot.state == BallotState.CLOSED or restored
    voted_at = min(at, meeting.closed_at) if meeting.closed_at else at
    lines = roll_lines(meeting.id, voted_at)
    room = fields.get("denominator")
    denominator = rules.settled_denominator(room, lines.values())
    if corrected and ballot.denominator and room in (None, ballot.denominator, ballot.room_denominator):
        of = ballot.denominator
        denominator = rules.Denominator(of, None if room == of else ballot.room_denominator)
    if denominator.of > sum(rules.holds_a_vote(line.status) for line in lines.values()):
        raise WrongCounts("/denominator", "more_voters_than_summoned")
    _checked(ballot, count, denominator.of)
    _set_question(ballot, asked, counted=True, uow=uow)
    keep_what_was_put(ballot, asked.get("put"), uow=uow)
    ballot.opened_at = ballot.opened_at or voted_at
    action = "restored" if restored else "recorded"
    if corrected and not restored:
        changed = _keep_count(ballot, count, denominator, at=at, differed=differed)
        action = "corrected" if changed else "reservations_changed"
    # Who was in the room and when it was closed belong to the vote, whenever its numbers are set right.
    present = rules.voters_present(lines.values()) if ballot.voters_present is None else ballot.voters_present
    _freeze(ballot, count, denominator=denominator, present=present, at=ballot.closed_at or voted_at)
    if not corrected:
        freeze_quorum(ballot, lines, voted_at)
    ballot.count_confirmed = bool(fields.get("confirmed"))
    _reserve(ballot, reserved, uow=uow)
    _advance(ballot, BallotState.CLOSED, action, actor=actor, uow=uow, confirmed=ballot.count_confirmed)
    return ballot


def _opinions_of_others(ballot: Ballot, reserved: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    named = {one["member_id"] for one in reserved}
    return [
        {"member_id": one.member_id, "text": one.text}
        for one in ballot.reservations
        if one.member_id not in named
    ]


def withdraw_counted_vote(
    meeting: Meeting, key: str, reason: str, *, at: datetime, actor: Actor, uow: UnitOfWork
) -> None:
    """Take out a vote that was written down by mistake, from the book of the room; the meeting is locked by the caller.

    Its numbers are kept with the reason; it decides nothing and no record tells it. :func:`record_counted_vote` with its key
    puts it back. Where nothing was counted there is nothing to take out. Raises :class:`WrongState`.
    """
    require_state(MeetingState(meeting.state), WITH_OPEN_RECORD)
    ballot = uow.session.scalar(select(Ballot).where(Ballot.key == key).with_for_update(of=Ballot))
    if ballot is None or ballot.meeting_id != meeting.id or ballot.state != BallotState.CLOSED:
        return
    ballot.corrections = [*ballot.corrections, {**_standing_count(ballot, at), "withdrawn": reason}]
    _advance(ballot, BallotState.WITHDRAWN, "withdrawn", actor=actor, uow=uow, counted=True)


def key_context(ballot_key: str) -> str:
    """What the sealed private key is bound to."""
    return f"ballots.private_key:{ballot_key}"


def _new_ballot(
    meeting: Meeting, fields: Mapping[str, Any], *, counted: bool = False, actor: Actor, uow: UnitOfWork
) -> Ballot:
    ballot = Ballot(
        meeting=meeting,
        meeting_id=meeting.id,
        key=fields["key"],
        method=fields["method"],
        state=BallotState.DRAFT.value,
        created_at=uow.clock.now(),
    )
    with uow.session.no_autoflush:
        _set_question(ballot, fields, counted=counted, uow=uow)
    uow.session.add(ballot)
    uow.session.flush()
    _record(uow, "proposed", ballot, actor)
    return ballot


def _keep_count(
    ballot: Ballot, count: Count, denominator: rules.Denominator, *, at: datetime, differed: bool
) -> bool:
    """Keep the numbers that stand before others take their place; false when these are the same."""
    before = {"agree": ballot.agree, "disagree": ballot.disagree, "other": ballot.other}
    stood = (before, queries.papers_of(ballot), ballot.denominator)
    if stood == (asdict(count.tally), count.papers, denominator.of):
        return False
    kept = _standing_count(ballot, at)
    if differed:
        kept["differed"] = True
    ballot.corrections = [*ballot.corrections, kept]
    return True


def _standing_count(ballot: Ballot, at: datetime) -> dict[str, Any]:
    """The numbers that stood until then, as they are kept."""
    names = ("agree", "disagree", "other", "denominator")
    kept = {name: getattr(ballot, name) for name in names} | {"corrected_at": at.isoformat()}
    papers = queries.papers_of(ballot)
    return kept if papers is None else {**kept, "papers": asdict(papers)}


def _set_question(
    ballot: Ballot, fields: Mapping[str, Any], *, counted: bool = False, uow: UnitOfWork
) -> None:
    if level := find_mark_in_name(fields["title"]):
        raise ClassifiedText("/title", level)
    item_id = fields["agenda_item_id"]
    if item_id is not None and item_id not in {item.id for item in ballot.meeting.agenda}:
        raise ValidationFailed(FieldError("/agenda_item_id", "unknown"))
    resolution_id = fields.get("resolution_id")
    if resolution_id is not None:
        require_own_resolution(ballot, resolution_id, fields["kind"], counted=counted, uow=uow)
    if resolution_id != ballot.resolution_id:
        ballot.put_symbol = ballot.put_title = ballot.put_hash = ballot.put_form = None
    ballot.resolution_id = resolution_id
    ballot.title, ballot.kind, ballot.agenda_item_id = fields["title"], fields["kind"], item_id


def _asked(ballot: Ballot | Mapping[str, Any]) -> tuple[Any, ...]:
    names = ("title", "kind", "method", "agenda_item_id", "resolution_id")
    return tuple(ballot.get(name) if isinstance(ballot, Mapping) else getattr(ballot, name) for name in names)


def _same_record(
    ballot: Ballot, asked: Mapping[str, Any], count: Count, reserved: Sequence[Mapping[str, Any]]
) -> bool:
    tally = (count.tally.agree, count.tally.disagree, count.tally.other)
    opinions = [(one["member_id"], one["text"]) for one in reserved]
    return (
        _asked(ballot) == _asked(asked)
        and (asked.get("put") is None or ballot.put_hash is not None)
        and (ballot.agree, ballot.disagree, ballot.other) == tally
        and queries.papers_of(ballot) == count.papers
        and asked.get("denominator") in (None, ballot.room_denominator or ballot.denominator)
        and [(one.member_id, one.text) for one in ballot.reservations] == opinions
    )


def _checked(ballot: Ballot, count: Count | None, denominator: int, present: int | None = None) -> Count:
    """The numbers that people counted, when they can be true; ``present`` None: the roll is not asked who was there."""
    if count is None:
        raise ValidationFailed(FieldError("/tally", "missing"))
    known = (
        {"denominator": denominator} if present is None else {"denominator": denominator, "present": present}
    )
    if error := rules.tally_error(count.tally, denominator, present):
        raise WrongCounts("/tally", error, **known)
    if (ballot.method == BallotMethod.SECRET_PAPER) != (count.papers is not None):
        raise ValidationFailed(FieldError("/papers", "missing" if count.papers is None else "no_papers"))
    if count.papers and (error := rules.papers_error(count.papers, count.tally, denominator, present)):
        raise WrongCounts("/papers", error, **known)
    return count


def _with_hands(ballot: Ballot, count: Count, hands: rules.Tally, left: int) -> Count:
    """The open votes by phone and the hands of those who are there without one."""
    if ballot.method != BallotMethod.PHONE:
        raise ValidationFailed(FieldError("/hands", "not_voted_by_phone"))
    if hands.total > left:
        raise WrongCounts("/hands", "more_hands_than_left", left=left)
    if hands.total == 0:
        return count
    ballot.hands = asdict(hands)
    cast = count.tally
    together = rules.Tally(cast.agree + hands.agree, cast.disagree + hands.disagree, cast.other + hands.other)
    return replace(count, tally=together)


def _freeze(
    ballot: Ballot, count: Count, *, denominator: rules.Denominator, present: int, at: datetime
) -> None:
    """Write the result and everything it rests on into the ballot, by the majority in force at the hour of the vote; from now
    on nothing else is asked about it."""
    majority = majority_of(ballot, at)
    tally = count.tally
    ballot.denominator, ballot.room_denominator = denominator.of, denominator.room
    ballot.voters_present, ballot.closed_at = present, at
    ballot.majority_share, ballot.majority_at_least = str(majority.share), majority.at_least
    ballot.required = rules.required(denominator.of, majority)
    ballot.agree, ballot.disagree, ballot.other = tally.agree, tally.disagree, tally.other
    ballot.faults = [fault.value for fault in count.faults]
    ballot.passed = None if count.faults else rules.passes(tally.agree, denominator.of, majority)
    if count.papers is not None:
        ballot.papers_given_out, ballot.papers_returned = count.papers.given_out, count.papers.returned
        ballot.papers_valid, ballot.papers_invalid = count.papers.valid, count.papers.invalid


def _reserve(ballot: Ballot, reserved: Sequence[Mapping[str, Any]], *, uow: UnitOfWork) -> None:
    """A minority of those who voted may reserve its opinion; one opinion for each member. Who was not in the room has no vote:
    only whom the roll has as present or late may, also who has left since. What is on record stays whatever the roll says
    later."""
    lines = roll_lines(ballot.meeting_id)
    on_record = {one.member_id for one in ballot.reservations}
    seen: set[int] = set()
    for place, one in enumerate(reserved):
        line = lines.get(one["member_id"])
        if line is None or not rules.holds_a_vote(line.status):
            raise ValidationFailed(FieldError(f"/reserved/{place}/member_id", "not_a_voter"))
        if line.state not in ATTENDING and one["member_id"] not in on_record:
            raise ValidationFailed(FieldError(f"/reserved/{place}/member_id", "not_in_the_room"))
        if one["member_id"] in seen:
            raise ValidationFailed(FieldError(f"/reserved/{place}/member_id", "duplicate"))
        if level := find_mark_in_text(one["text"].splitlines()):
            raise ClassifiedText(f"/reserved/{place}/text", level)
        seen.add(one["member_id"])
    known = {one.member_id: one for one in ballot.reservations}
    kept = []
    for place, one in enumerate(reserved):
        reservation = known.get(one["member_id"]) or Reservation(member_id=one["member_id"])
        reservation.position, reservation.text = place, one["text"]
        kept.append(reservation)
    ballot.reservations = kept
    uow.session.flush()


def _tell_count(ballot: Ballot, *, actor: Actor, uow: UnitOfWork) -> None:
    """What people counted is told to the book of the room, which other devices write about the same vote."""
    if ballot.method in COUNTED_BY_HAND:
        uow.emit(CountEntered(ballot.id, ballot.meeting_id, actor))


def _refuse_few_votes(ballot: Ballot) -> None:
    """By the votes cast, not by who is present: twenty in the room and one vote in the box is one known vote."""
    votes = queries.count_box(ballot.id)
    if rules.are_few(votes):
        raise FewVotes(votes)


def _require(ballot: Ballot, state: BallotState) -> None:
    if ballot.state != state:
        raise WrongState


def _advance(
    ballot: Ballot, state: BallotState, action: str, *, actor: Actor, uow: UnitOfWork, **details: Any
) -> None:
    ballot.state = state.value
    uow.session.flush()
    _record(uow, action, ballot, actor, **{name: value for name, value in details.items() if value})


def _record(uow: UnitOfWork, action: str, ballot: Ballot, actor: Actor, **details: Any) -> None:
    record(
        uow,
        f"ballots:ballot:{action}",
        actor=actor,
        subject_id=ballot.id,
        path=ballot.meeting.organization.path,
        details={"meeting_id": ballot.meeting_id, "method": ballot.method, **details},
    )
