"""Writing meetings: each verb changes the meeting, records it, moves the content version and says what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handbook.access.actor import Actor
from handbook.audit.service import record
from handbook.kernel.problems import FieldError, ValidationFailed
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingKind, MeetingState
from handbook.meetings.errors import BallotsOpen, NoticeTooShort
from handbook.meetings.events import (
    AgendaReplaced,
    MeetingCancelled,
    MeetingChanged,
    MeetingClosed,
    MeetingClosing,
    MeetingConvened,
    MeetingDrafted,
    MeetingFinalized,
    MeetingOpened,
)
from handbook.meetings.keys import new_sealed_key
from handbook.meetings.models import AgendaItem, Meeting
from handbook.meetings.rules import (
    duration_error,
    frozen_rules,
    opening_error,
    retitle,
    same_time_next_month,
)
from handbook.meetings.state import EDITABLE, WITH_HOURS, Step, require_state, state_after
from handbook.meetings.templates import AgendaEntry, template_of
from handbook.organizations.models import Organization
from handbook.organizations.settings import rules_of
from handbook.organizations.versions import bump_content_version

EDITABLE_FIELDS = ("kind", "title", "starts_at", "ends_at", "place", "online_url")


@dataclass(frozen=True, slots=True)
class MeetingDraft:
    """What a new meeting is made of. ``agenda`` None means the template of its kind."""

    kind: MeetingKind
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    online_url: str | None = None
    agenda: Sequence[AgendaEntry] | None = None


def draft_like(earlier: Meeting, now: datetime) -> MeetingDraft:
    """Next month's meeting after the pattern of an earlier one: same place, agenda, length and time of day."""
    timezone = earlier.organization.timezone
    starts_at = same_time_next_month(earlier.starts_at, timezone, now)
    return MeetingDraft(
        kind=MeetingKind(earlier.kind),
        title=retitle(earlier.title, starts_at, timezone),
        starts_at=starts_at,
        ends_at=starts_at + (earlier.ends_at - earlier.starts_at),
        place=earlier.place,
        online_url=earlier.online_url,
        agenda=[
            AgendaEntry(item.title, item.presenter, item.minutes, item.body, source=item.source)
            for item in earlier.agenda
            # What was raised from the floor belonged to that evening; what was dropped is still to be dealt with.
            if item.key is None
        ],
    )


def create_meeting(
    organization: Organization, draft: MeetingDraft, *, actor: Actor, uow: UnitOfWork
) -> Meeting:
    """A meeting in the state draft, which only office holders see. Raises :class:`ValidationFailed` for impossible times."""
    _check_times(draft.starts_at, draft.ends_at)
    meeting = Meeting(
        organization=organization,
        organization_id=organization.id,
        kind=draft.kind.value,
        title=draft.title,
        state=MeetingState.DRAFT.value,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        place=draft.place,
        online_url=draft.online_url,
        content_version=bump_content_version(uow, organization.id),
        created_at=uow.clock.now(),
        changed_at=uow.clock.now(),
    )
    entries = template_of(organization, draft.kind) if draft.agenda is None else draft.agenda
    meeting.agenda = _agenda(meeting, entries)
    uow.session.add(meeting)
    uow.session.flush()
    record_act(uow, "created", meeting, actor)
    uow.emit(MeetingDrafted(meeting.id, meeting.organization_id))
    return meeting


def update_meeting(meeting: Meeting, changes: Mapping[str, Any], *, actor: Actor, uow: UnitOfWork) -> Meeting:
    """Change some of :data:`EDITABLE_FIELDS` of a draft or convened meeting.

    Raises :class:`WrongState`, :class:`ValidationFailed` for impossible times and :class:`NoticeTooShort` when a convened
    meeting would be moved into the past. A change that changes nothing leaves the meeting as it is.
    """
    require_state(MeetingState(meeting.state), EDITABLE)
    changed = tuple(
        name for name in EDITABLE_FIELDS if name in changes and changes[name] != getattr(meeting, name)
    )
    if not changed:
        return meeting
    if "kind" in changed:
        _check_kind(meeting, changes["kind"])
    starts_at = changes.get("starts_at", meeting.starts_at)
    _check_times(starts_at, changes.get("ends_at", meeting.ends_at))
    if meeting.convened_at is not None and "starts_at" in changed and starts_at <= uow.clock.now():
        raise NoticeTooShort
    for name in changed:
        setattr(meeting, name, changes[name])
    touch_meeting(meeting, changed, actor=actor, uow=uow)
    return meeting


def replace_agenda(
    meeting: Meeting, entries: Sequence[AgendaEntry], *, actor: Actor, uow: UnitOfWork
) -> Meeting:
    """Put this ordered list in place of the agenda; entries that name the id of an item keep it, and with it its papers.

    Raises :class:`WrongState`, and :class:`ValidationFailed` for an id that is not an item of this meeting or is used twice.
    """
    require_state(MeetingState(meeting.state), EDITABLE)
    if [_line(entry) for entry in entries] == [_line(item) for item in meeting.agenda]:
        return meeting
    meeting.agenda = _agenda(meeting, entries)
    touch_meeting(meeting, ("agenda",), actor=actor, uow=uow)
    uow.emit(AgendaReplaced(meeting.id, meeting.organization_id))
    return meeting


def touch_meeting(meeting: Meeting, fields: tuple[str, ...], *, actor: Actor, uow: UnitOfWork) -> None:
    """Mark a meeting as changed in these fields (columns, ``agenda`` or ``papers``): version, ETag, record and event."""
    meeting.content_version = bump_content_version(uow, meeting.organization_id)
    meeting.changed_at = uow.clock.now()
    if meeting.convened_at is not None:
        meeting.sequence += 1
    uow.session.flush()
    record_act(uow, "changed", meeting, actor, fields=list(fields))
    if meeting.convened_at is not None:
        uow.emit(MeetingChanged(meeting.id, meeting.organization_id, fields, actor))


def convene_meeting(meeting: Meeting, *, actor: Actor, uow: UnitOfWork) -> Meeting:
    """Announce the meeting, make the key of its check-in codes and keep the rules of this day; late is better than never,
    until it is over.

    Raises :class:`WrongState`, :class:`NoticeTooShort`.
    """
    following = state_after(MeetingState(meeting.state), Step.CONVENE)
    if meeting.ends_at <= uow.clock.now():
        raise NoticeTooShort
    meeting.check_in_key_sealed = new_sealed_key(meeting.id)
    meeting.convened_at = uow.clock.now()
    for name, value in frozen_rules(rules_of(meeting.organization)).items():
        setattr(meeting, name, value)
    advance(meeting, following, "convened", actor=actor, uow=uow)
    uow.emit(MeetingConvened(meeting.id, meeting.organization_id, actor))
    return meeting


def open_meeting(
    meeting: Meeting,
    opened_at: datetime | None = None,
    opener_present: bool = False,
    *,
    actor: Actor,
    uow: UnitOfWork,
) -> Meeting:
    """Begin the hours in which check-ins count, now or, told by a device that had no network, at an earlier time.

    With ``opener_present`` the actor says to be in the room; attendance writes that into the roll.
    Raises :class:`WrongState`, and :class:`ValidationFailed` for a time at which nobody can have opened it.
    """
    following = state_after(MeetingState(meeting.state), Step.OPEN)
    now = uow.clock.now()
    if opened_at is not None and meeting.convened_at is not None:
        code = opening_error(opened_at, convened_at=meeting.convened_at, starts_at=meeting.starts_at, now=now)
        if code:
            raise ValidationFailed(FieldError("/opened_at", code))
    meeting.opened_at = min(opened_at or now, now)
    advance(meeting, following, "opened", actor=actor, uow=uow, opener_present=opener_present)
    present_member_id = actor.member_id if opener_present else None
    uow.emit(MeetingOpened(meeting.id, meeting.organization_id, present_member_id, actor))
    return meeting


def close_meeting(
    meeting: Meeting, closed_at: datetime | None = None, *, actor: Actor, uow: UnitOfWork
) -> Meeting:
    """End the hours in which check-ins count, now or at the earlier time told by a device that had no network; the roll may
    still be corrected.

    Raises :class:`WrongState`, and :class:`BallotsOpen` while members are voting.
    """
    following = state_after(MeetingState(meeting.state), Step.CLOSE)
    closing = MeetingClosing(meeting.id, open_ballots=[])
    uow.emit(closing)
    if closing.open_ballots:
        raise BallotsOpen
    now = uow.clock.now()
    meeting.closed_at = min(max(closed_at or now, meeting.opened_at or now), now)
    advance(meeting, following, "closed", actor=actor, uow=uow)
    uow.emit(MeetingClosed(meeting.id, meeting.organization_id, actor))
    return meeting


def correct_hours(
    meeting: Meeting,
    *,
    opened_at: datetime | None = None,
    closed_at: datetime | None = None,
    actor: Actor,
    uow: UnitOfWork,
) -> None:
    """Another device that was in the room without a network opened or closed the meeting before the one that was heard first:
    the earlier time stands. Raises :class:`WrongState` when the meeting was not opened or is settled.
    """
    require_state(MeetingState(meeting.state), WITH_HOURS)
    before = (meeting.opened_at, meeting.closed_at)
    if opened_at is not None and meeting.opened_at is not None:
        meeting.opened_at = min(meeting.opened_at, opened_at)
    if closed_at is not None and meeting.closed_at is not None:
        meeting.closed_at = max(min(meeting.closed_at, closed_at), meeting.opened_at or closed_at)
    if (meeting.opened_at, meeting.closed_at) != before:
        meeting.content_version = bump_content_version(uow, meeting.organization_id)
        uow.session.flush()
        record_act(uow, "hours_corrected", meeting, actor)


def finalize_meeting(meeting: Meeting, *, actor: Actor, uow: UnitOfWork) -> Meeting:
    """Settle the meeting: from now on its roll stands. Raises :class:`WrongState`."""
    following = state_after(MeetingState(meeting.state), Step.FINALIZE)
    meeting.finalized_at = uow.clock.now()
    advance(meeting, following, "finalized", actor=actor, uow=uow)
    uow.emit(MeetingFinalized(meeting.id, meeting.organization_id))
    return meeting


def cancel_meeting(meeting: Meeting, reason: str, *, actor: Actor, uow: UnitOfWork) -> Meeting:
    """Call the meeting off; who was summoned is told. Raises :class:`WrongState`."""
    following = state_after(MeetingState(meeting.state), Step.CANCEL)
    meeting.cancel_reason = reason
    meeting.cancelled_at = uow.clock.now()
    if meeting.convened_at is not None:
        meeting.sequence += 1
    advance(meeting, following, "cancelled", actor=actor, uow=uow)
    if meeting.convened_at is not None:
        uow.emit(MeetingCancelled(meeting.id, meeting.organization_id, actor))
    return meeting


def advance(
    meeting: Meeting, following: MeetingState, action: str, *, actor: Actor, uow: UnitOfWork, **details: Any
) -> None:
    meeting.state = following.value
    meeting.changed_at = uow.clock.now()
    meeting.content_version = bump_content_version(uow, meeting.organization_id)
    uow.session.flush()
    record_act(uow, action, meeting, actor, **details)


def record_act(uow: UnitOfWork, action: str, meeting: Meeting, actor: Actor, **details: Any) -> None:
    record(
        uow,
        f"meetings:meeting:{action}",
        actor=actor,
        subject_id=meeting.id,
        path=meeting.organization.path,
        details=details,
    )


def _check_kind(meeting: Meeting, kind: str) -> None:
    """A conference has other delegates, other rights and its own sites: it stays one, and nothing convened becomes one."""
    becomes = kind == MeetingKind.CONFERENCE and meeting.convened_at is not None
    if becomes or meeting.kind == MeetingKind.CONFERENCE:
        raise ValidationFailed(FieldError("/kind", "conference_stays"))


def _check_times(starts_at: datetime, ends_at: datetime) -> None:
    code = duration_error(starts_at, ends_at)
    if code:
        raise ValidationFailed(FieldError("/ends_at", code))


def _agenda(meeting: Meeting, entries: Sequence[AgendaEntry]) -> list[AgendaItem]:
    known = {item.id: item for item in meeting.agenda}
    items = []
    for index, entry in enumerate(entries):
        item = AgendaItem() if entry.id is None else known.pop(entry.id, None)
        if item is None:
            raise ValidationFailed(FieldError(f"/agenda/{index}/id", "unknown"))
        item.position = index + 1
        item.title, item.presenter, item.minutes, item.body = (
            entry.title,
            entry.presenter,
            entry.minutes,
            item.body if entry.source and item.source == entry.source else entry.body,
        )
        item.source = entry.source
        items.append(item)
    return items


def _line(line: AgendaEntry | AgendaItem) -> tuple[object, ...]:
    """What makes two lines the same; a body that the program writes is nobody's change."""
    body = None if line.source else line.body
    return line.id, line.title, line.presenter, line.minutes, body, line.source
