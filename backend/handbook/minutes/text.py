"""The text of minutes as it is kept and edited: paragraphs from the facts and paragraphs of one's own, pure.

A paragraph of the facts keeps the facts' words (``facts``) beside its own, so that composing again replaces what nobody
touched, keeps what somebody wrote (``by_hand``), and says where the facts have moved under words that stay (``differs``):
those that somebody wrote, and those that were read to the meeting. What the machine wrote of lines that are true no longer
falls out as soon as somebody has the draft brought up to date.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from handbook.minutes.compose import ComposedParagraph, ComposedSection

MAX_PARAGRAPHS = 1000
# What the agreement and the closing of the meeting add was not there to be read back,
AFTER_READING = frozenset({"closing"})
# and how far the agenda has come goes on until the end: who presented an item, and that nothing is recorded of it.
COURSE = ("presenter.", "unrecorded")
# Who has not come is on the roll of the open meeting as not recorded, and from its closing on as absent without leave: the same
# people. Everybody else who is on one of these lists and leaves it is in another line of the roll, which was not heard either.
UNEXPLAINED = frozenset({"unexcused", "not_recorded"})
# Of a site it is the end of its one line.
SITE, UNEXPLAINED_AT_SITE = "site.", re.compile(r" (?:Vắng không phép|Chưa ghi điểm danh): .*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class TextParagraph:
    """``facts`` None: written by hand, or the fact behind it is gone. ``removed``: left out, and can be brought back.
    ``by_hand``: a person wrote these words, or wants them to stand whatever the facts say."""

    id: str
    text: str
    is_heading: bool = False
    facts: str | None = None
    removed: bool = False
    differs: bool = False
    by_hand: bool = False

    @property
    def is_edited(self) -> bool:
        return self.removed or self.by_hand


@dataclass(frozen=True, slots=True)
class TextSection:
    key: str
    title: str
    paragraphs: tuple[TextParagraph, ...] = ()

    @property
    def printed(self) -> tuple[TextParagraph, ...]:
        return tuple(paragraph for paragraph in self.paragraphs if not paragraph.removed)


Sections = tuple[TextSection, ...]


@dataclass(frozen=True, slots=True)
class Composed:
    """The text after composing, and the sections whose printed words it changed."""

    sections: Sections
    changed: frozenset[str] = field(default_factory=frozenset)


def from_facts(sections: Iterable[ComposedSection]) -> Sections:
    """The first text: word by word what the facts say."""
    return tuple(
        TextSection(section.key, section.title, tuple(_fresh(paragraph) for paragraph in section.paragraphs))
        for section in sections
    )


def compose_again(
    old: Sections, fresh: Sequence[ComposedSection], *, agreed: bool = False, keep_heard: bool = False
) -> Composed:
    """The old text brought up to date: nothing that somebody wrote or left out is lost.

    ``agreed``: the old text was read to the meeting, which agreed to it; then no word of it gives way, and where the facts say
    otherwise by now it ``differs``, but for who has not come: that list is what the closing makes of it. ``keep_heard``: nobody
    asked for it; what differs since a reading waits for somebody who does. The phone does the same
    (``pwa/src/features/minutes/merge.ts``).
    """

    def keeps(one: TextParagraph) -> bool:
        heard = agreed and one.id not in UNEXPLAINED
        return heard or one.is_edited or (keep_heard and one.differs)

    before = {section.key: section for section in old}
    sections = [_merge(before.pop(section.key, None), section, keeps) for section in fresh]
    # A section whose facts are all gone stays for what people wrote in it.
    for section in old:
        if section.key in before:
            kept = tuple(_without_facts(one) for one in section.printed if keeps(one))
            if kept:
                sections.append(replace(section, paragraphs=kept))
    merged = tuple(sorted(sections, key=lambda section: _place(section.key)))
    return Composed(merged, changed_sections(old, merged))


def section_again(old: Sections, fresh: Sequence[ComposedSection], key: str) -> Sections:
    """The old text with this section alone brought up to date."""
    again = compose_again(
        tuple(section for section in old if section.key == key),
        [section for section in fresh if section.key == key],
    )
    others = (section for section in old if section.key != key)
    return tuple(sorted((*others, *again.sections), key=lambda section: _place(section.key)))


def _place(key: str) -> int:
    order = ("opening", "attendance", "content", "votes", "score", "closing")
    return order.index(key) if key in order else len(order)


def _merge(
    old: TextSection | None, fresh: ComposedSection, keeps: Callable[[TextParagraph], bool]
) -> TextSection:
    known = {one.id: one for one in old.paragraphs if keeps(one)} if old else {}
    merged = [_brought_up_to_date(known.get(one.key), one) for one in fresh.paragraphs]
    of_facts = {one.key for one in fresh.paragraphs}
    previous: str | None = None
    for paragraph in old.paragraphs if old else ():
        if paragraph.id in of_facts:
            previous = paragraph.id
        elif paragraph.id in known and not paragraph.removed:
            merged.insert(_index_after(merged, previous), _without_facts(paragraph))
            previous = paragraph.id
    return TextSection(fresh.key, fresh.title, tuple(merged))


def _index_after(paragraphs: Sequence[TextParagraph], id_: str | None) -> int:
    return next((place + 1 for place, one in enumerate(paragraphs) if one.id == id_), 0)


def _brought_up_to_date(old: TextParagraph | None, fresh: ComposedParagraph) -> TextParagraph:
    if old is None:
        return _fresh(fresh)
    moved = old.facts != fresh.text
    other = old.text != fresh.text
    return replace(
        old, facts=fresh.text, differs=(old.differs or moved) and other, by_hand=old.by_hand and other
    )


def _without_facts(paragraph: TextParagraph) -> TextParagraph:
    return replace(paragraph, facts=None, differs=paragraph.differs or paragraph.facts is not None)


def _fresh(paragraph: ComposedParagraph) -> TextParagraph:
    return TextParagraph(paragraph.key, paragraph.text, paragraph.is_heading, facts=paragraph.text)


def changed_sections(old: Sections, new: Sections) -> frozenset[str]:
    """The sections whose printed words differ."""
    before, after = ({section.key: _words(section) for section in text} for text in (old, new))
    return frozenset(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))


def unheard(old: Sections, new: Sections) -> bool:
    """Whether the new text says something that who heard the old one has not heard, but for the course and the end of the
    meeting, and for how the end names those who have not come."""
    return _heard(old) != _heard(new)


def _heard(sections: Sections) -> list[list[str]]:
    said = (
        [
            _heard_of(one)
            for one in section.printed
            if one.id not in UNEXPLAINED and not one.id.startswith(COURSE)
        ]
        for section in sections
        if section.key not in AFTER_READING
    )
    return [words for words in said if words]


def _heard_of(paragraph: TextParagraph) -> str:
    return UNEXPLAINED_AT_SITE.sub("", paragraph.text) if paragraph.id.startswith(SITE) else paragraph.text


def _words(section: TextSection) -> list[str]:
    return [paragraph.text for paragraph in section.printed]


def edit(old: Sections, changes: Sequence[Mapping[str, Any]]) -> Sections:
    """The text with some sections rewritten. ``changes``: ``{key, paragraphs: [{id, text, removed, differs}]}``; ``differs``
    false: somebody has seen that the facts say otherwise, and the words are to stand.

    A paragraph of the facts that is not named counts as removed; one of one's own that is not named is gone. Raises
    :class:`KeyError` for a section that the minutes do not have.
    """
    sections = {section.key: section for section in old}
    for change in changes:
        sections[change["key"]] = _edit_section(sections[change["key"]], change["paragraphs"])
    return tuple(sections[section.key] for section in old)


def _edit_section(old: TextSection, given: Sequence[Mapping[str, Any]]) -> TextSection:
    known = {paragraph.id: paragraph for paragraph in old.paragraphs}
    written = [_edit_paragraph(known.pop(one["id"], None), one) for one in given]
    previous: str | None = None
    for paragraph in old.paragraphs:
        if paragraph.id in known and paragraph.facts is not None:
            written.insert(_index_after(written, previous), replace(paragraph, removed=True, differs=False))
        previous = paragraph.id
    return replace(old, paragraphs=tuple(written))


def _edit_paragraph(old: TextParagraph | None, given: Mapping[str, Any]) -> TextParagraph:
    if old is None:
        return TextParagraph(given["id"], given["text"], removed=False, by_hand=True)
    text, removed = given["text"], given["removed"]
    settled = old.differs and not given.get("differs", True)
    touched = old.text != text or old.removed != removed or settled
    return replace(
        old,
        text=text,
        removed=removed,
        differs=old.differs and not touched,
        by_hand=text != old.facts and (old.by_hand or old.text != text or settled),
    )


def to_json(sections: Sections) -> list[dict[str, Any]]:
    """As it lies in the database."""
    return [
        {
            "key": section.key,
            "title": section.title,
            "paragraphs": [asdict(paragraph) for paragraph in section.paragraphs],
        }
        for section in sections
    ]


def from_json(data: Iterable[Mapping[str, Any]]) -> Sections:
    return tuple(
        TextSection(
            section["key"],
            section["title"],
            tuple(_paragraph(paragraph) for paragraph in section["paragraphs"]),
        )
        for section in data
    )


def _paragraph(given: Mapping[str, Any]) -> TextParagraph:
    """Older texts and phones do not say whether somebody wrote it; then other words than the facts' are somebody's."""
    by_hand = given.get("by_hand")
    return TextParagraph(
        **{**given, "by_hand": given["text"] != given["facts"] if by_hand is None else by_hand}
    )


def from_room(given: Iterable[Mapping[str, Any]], titles: Mapping[str, str]) -> Sections:
    """A text that was composed and edited on a phone. ``given``: ``{key, paragraphs}``, each with the fields of
    :class:`TextParagraph`; ``titles`` by the key of the section.

    Raises :class:`KeyError` for a section that no minutes have.
    """
    return tuple(
        TextSection(
            section["key"],
            titles[section["key"]],
            tuple(_paragraph(paragraph) for paragraph in section["paragraphs"]),
        )
        for section in given
    )
