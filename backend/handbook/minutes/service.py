"""Writing minutes: composing, editing, reading back. Signing is in :mod:`handbook.minutes.signing`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from handbook.access.actor import Actor
from handbook.attendance.models import Attendance
from handbook.audit.service import record
from handbook.documents.secrecy import find_mark_in_text
from handbook.kernel.problems import FieldError, ValidationFailed, WrongState
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.members.models import Member
from handbook.minutes import compose as composing
from handbook.minutes import text
from handbook.minutes.enums import Cause, MinutesState
from handbook.minutes.errors import ClassifiedMinutes, MinutesSigned
from handbook.minutes.gathering import default_chair, gather, read_record
from handbook.minutes.models import Minutes, MinutesVersion
from handbook.minutes.numbers import next_of_minutes
from handbook.minutes.scans import take_back_signatures
from handbook.organizations.versions import bump_content_version
from handbook.proceedings.queries import Record
from handbook.proceedings.service import let_late_lines_count

# Minutes are begun while the meeting goes on, so that they can be read back before it ends.
WRITABLE = frozenset({MeetingState.OPEN, MeetingState.CLOSED, MeetingState.FINALIZED})
CLOSING = "closing"


def compose_minutes(
    meeting: Meeting, minutes: Minutes | None, *, actor: Actor, uow: UnitOfWork, keep_heard: bool = False
) -> Minutes:
    """Write the minutes from the facts, or bring them up to date: nothing that somebody wrote is lost. ``keep_heard``: nobody
    asked for it, and words that were read to the meeting wait for somebody who does where the facts say otherwise by now.

    Raises :class:`WrongState` before the meeting is open, :class:`MinutesSigned` when they are signed.
    """
    if meeting.state not in WRITABLE:
        raise WrongState
    if minutes is None:
        minutes = _begin(meeting, uow=uow)
        uow.session.add(minutes)
    else:
        _require_unsigned(minutes)
    agreed = minutes.state == MinutesState.READ_BACK
    fresh = _fresh_text(meeting, minutes, minutes.read_back_at if agreed else None)
    before = text.from_json(minutes.sections)
    composed = (
        text.compose_again(before, fresh, keep_heard=keep_heard)
        if before
        else text.Composed(text.from_facts(fresh), frozenset(section.key for section in fresh))
    )
    if agreed and text.unheard(before, composed.sections):
        composed = replace(composed, sections=_unread(minutes, composed.sections))
    if text.to_json(composed.sections) == minutes.sections:
        return minutes
    _write(minutes, composed.sections, Cause.COMPOSED, changed=composed.changed, actor=actor, uow=uow)
    return minutes


def bring_in(
    meeting: Meeting, minutes: Minutes | None, given: Mapping[str, Any], *, actor: Actor, uow: UnitOfWork
) -> Minutes:
    """Take over the minutes that were composed, edited and perhaps read back in a room without a network, and bring them up to
    date with the facts as the server knows them.

    ``given``: ``sections`` as :func:`~handbook.minutes.text.from_room` reads them, and ``read_back_at``. What was read to the
    room stands word by word; where the facts say otherwise it differs. Only words that the room has not heard, but for the
    hour of the end, make the minutes a draft again, which tells that it was read. Both texts are kept as versions.
    Raises :class:`WrongState`, :class:`MinutesSigned`, :class:`ClassifiedMinutes`, :class:`ValidationFailed`.
    """
    if meeting.state not in WRITABLE:
        raise WrongState
    if minutes is None:
        minutes = _begin(meeting, uow=uow)
        uow.session.add(minutes)
    else:
        _require_unsigned(minutes)
    _refuse_marked(given["sections"])
    titles = {section["key"]: section["title"] for section in composing.script()["sections"]}
    try:
        room = text.from_room(given["sections"], titles)
    except KeyError:
        raise ValidationFailed(FieldError("/sections", "unknown")) from None
    read_at: datetime | None = given["read_back_at"] and min(given["read_back_at"], uow.clock.now())
    fresh = _fresh_text(meeting, minutes, read_at)
    composed = text.compose_again(room, fresh, agreed=read_at is not None)
    unheard = text.unheard(room, composed.sections)
    if read_at is not None and unheard:
        composed = replace(composed, sections=_unread(minutes, composed.sections))
    before = text.from_json(minutes.sections)
    brought = text.changed_sections(before, room)
    if text.to_json(room) != minutes.sections:
        _write(minutes, room, Cause.EDITED, changed=brought, actor=actor, uow=uow)
    if composed.sections != room:
        _write(minutes, composed.sections, Cause.COMPOSED, changed=composed.changed, actor=actor, uow=uow)
    if read_at is not None:
        minutes.read_back_at = read_at
        if not unheard:
            _agree(minutes, read_at, actor=actor, uow=uow)
    return minutes


def _fresh_text(
    meeting: Meeting, minutes: Minutes, read_back_at: datetime | None = None
) -> tuple[composing.ComposedSection, ...]:
    """What the facts say now, under the chair and the minute-taker that the book names, if nobody named others by hand."""
    book = read_record(meeting)
    if not minutes.named_by_hand:
        minutes.chair_id = meeting.chair_id or book.chair_id or minutes.chair_id or default_chair(meeting)
        minutes.minute_taker_id = meeting.minute_taker_id or book.minute_taker_id or minutes.minute_taker_id
    return _text_under(minutes, book, read_back_at)


def _text_under(
    minutes: Minutes, book: Record, read_back_at: datetime | None
) -> tuple[composing.ComposedSection, ...]:
    heads = {"chair_id": minutes.chair_id, "minute_taker_id": minutes.minute_taker_id}
    return composing.compose(gather(minutes.meeting, book, **heads, read_back_at=read_back_at))


def _closing_again(minutes: Minutes, sections: text.Sections, read_back_at: datetime | None) -> text.Sections:
    """2-domain: "minutes read back; closing". The end of the text says when its words were agreed to, and nothing of it while
    nobody has."""
    fresh = _text_under(minutes, read_record(minutes.meeting), read_back_at)
    return text.section_again(sections, fresh, CLOSING)


def _unread(minutes: Minutes, sections: text.Sections) -> text.Sections:
    """Words that nobody has agreed to as they stand do not claim it."""
    return _closing_again(minutes, sections, None)


def edit_minutes(minutes: Minutes, changes: Mapping[str, Any], *, actor: Actor, uow: UnitOfWork) -> Minutes:
    """Rewrite sections, or name chair and minute-taker. Whoever had signed signs again; what had been read back is read
    again.

    Raises :class:`MinutesSigned`, :class:`ClassifiedMinutes`, and :class:`ValidationFailed` for what the minutes do not have.
    """
    _require_unsigned(minutes)
    named = {name: changes[name] for name in ("chair_id", "minute_taker_id") if name in changes}
    if named:
        _name(minutes, named, uow=uow)
    sections = text.from_json(minutes.sections)
    given: Sequence[Mapping[str, Any]] = changes.get("sections", ())
    _refuse_marked(given)
    try:
        written = text.edit(sections, given)
    except KeyError:
        raise ValidationFailed(FieldError("/sections", "unknown")) from None
    if named or written != sections:
        if minutes.state == MinutesState.READ_BACK:
            written = _unread(minutes, written)
        changed = frozenset(section["key"] for section in given) | frozenset(named)
        _write(minutes, written, Cause.EDITED, changed=changed, actor=actor, uow=uow)
    return minutes


def read_back(minutes: Minutes, *, actor: Actor, uow: UnitOfWork) -> Minutes:
    """Note that the text was read before the meeting and agreed to."""
    _require_unsigned(minutes)
    if minutes.state != MinutesState.READ_BACK:
        now = uow.clock.now()
        before = text.from_json(minutes.sections)
        said = _closing_again(minutes, before, now)
        if said != before:
            _write(minutes, said, Cause.COMPOSED, changed=text.AFTER_READING, actor=actor, uow=uow)
        _agree(minutes, now, actor=actor, uow=uow)
    return minutes


def _agree(minutes: Minutes, at: datetime, *, actor: Actor, uow: UnitOfWork) -> None:
    minutes.state = MinutesState.READ_BACK.value
    minutes.read_back_at = at
    touch(minutes, "read_back", actor=actor, uow=uow)


def forget_agreement(minutes: Minutes, *, actor: Actor, uow: UnitOfWork) -> None:
    """Nobody has agreed to the words any more: the meeting goes on, and they are read to it before its end."""
    _require_unsigned(minutes)
    before = text.from_json(minutes.sections)
    minutes.state, minutes.read_back_at = MinutesState.DRAFT.value, None
    said = _unread(minutes, before)
    if said != before:
        _write(minutes, said, Cause.COMPOSED, changed=text.AFTER_READING, actor=actor, uow=uow)
    else:
        touch(minutes, "agreement_withdrawn", actor=actor, uow=uow)


def is_written_by_people(minutes: Minutes) -> bool:
    """Whether somebody's words or agreement are in it, which nobody may replace without having seen them."""
    sections = text.from_json(minutes.sections)
    edited = any(one.is_edited or one.differs for section in sections for one in section.paragraphs)
    return edited or minutes.state != MinutesState.DRAFT


def touch(minutes: Minutes, action: str, *, actor: Actor, uow: UnitOfWork, **details: Any) -> None:
    """Move version and ETag, and record the act."""
    minutes.changed_at = uow.clock.now()
    minutes.content_version = bump_content_version(uow, minutes.organization_id)
    uow.session.flush()
    record(
        uow,
        f"minutes:minutes:{action}",
        actor=actor,
        subject_id=minutes.id,
        path=minutes.meeting.organization.path,
        details=details,
    )


def _begin(meeting: Meeting, *, uow: UnitOfWork) -> Minutes:
    now = uow.clock.now()
    # Moving the version first also lines up everybody who numbers documents of this organisation.
    version = bump_content_version(uow, meeting.organization_id)
    symbol, term = next_of_minutes(meeting.organization, clock=uow.clock)
    return Minutes(
        meeting=meeting,
        meeting_id=meeting.id,
        organization_id=meeting.organization_id,
        state=MinutesState.DRAFT.value,
        symbol=str(symbol),
        number=symbol.number,
        term=term,
        sections=[],
        named_by_hand=False,
        changed_at=now,
        created_at=now,
        content_version=version,
    )


def _write(
    minutes: Minutes,
    sections: text.Sections,
    cause: Cause,
    *,
    changed: frozenset[str],
    actor: Actor,
    uow: UnitOfWork,
) -> None:
    if cause == Cause.EDITED or text.unheard(text.from_json(minutes.sections), sections):
        minutes.state = MinutesState.DRAFT.value
    minutes.sections = text.to_json(sections)
    # A signature stands under the words it was given for.
    was_signed = minutes.frozen is not None
    take_back_signatures(minutes, uow=uow)
    minutes.frozen = minutes.content_hash = None
    minutes.changed_at = uow.clock.now()
    minutes.content_version = bump_content_version(uow, minutes.organization_id)
    uow.session.flush()
    last = uow.session.scalar(
        select(func.max(MinutesVersion.number)).where(MinutesVersion.minutes_id == minutes.id)
    )
    uow.session.add(
        MinutesVersion(
            minutes_id=minutes.id,
            number=(last or 0) + 1,
            cause=cause.value,
            sections=minutes.sections,
            written_by=actor.member_id,
            written_at=uow.clock.now(),
        )
    )
    touch(minutes, cause.value, actor=actor, uow=uow, sections=sorted(changed))
    if was_signed and let_late_lines_count(minutes.meeting, uow=uow):
        compose_minutes(minutes.meeting, minutes, actor=actor, uow=uow, keep_heard=True)


def _name(minutes: Minutes, named: Mapping[str, int | None], *, uow: UnitOfWork) -> None:
    for name, member_id in named.items():
        known = (
            uow.session.scalar(
                select(Member.id)
                .join(Attendance, Attendance.member_id == Member.id)
                .where(Member.id == member_id, Attendance.meeting_id == minutes.meeting_id)
            )
            if member_id is not None
            else None
        )
        if known is None:
            raise ValidationFailed(FieldError(f"/{name}", "unknown"))
        setattr(minutes, name, known)
    if minutes.chair_id == minutes.minute_taker_id:
        raise ValidationFailed(FieldError("/minute_taker_id", "same_as_chair"))
    minutes.named_by_hand = True
    # Their names stand in the text as well.
    sections = text.from_json(minutes.sections)
    fresh = _fresh_text(minutes.meeting, minutes)
    minutes.sections = text.to_json(text.compose_again(sections, fresh, keep_heard=True).sections)


def _require_unsigned(minutes: Minutes) -> None:
    if minutes.state == MinutesState.SIGNED:
        raise MinutesSigned


def _refuse_marked(sections: Sequence[Mapping[str, Any]]) -> None:
    for section in sections:
        for paragraph in section["paragraphs"]:
            if level := find_mark_in_text(paragraph["text"].splitlines()):
                raise ClassifiedMinutes(level)
