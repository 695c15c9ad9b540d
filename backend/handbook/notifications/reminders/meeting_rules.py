"""What one meeting has otherwise than its organisation in when, for whom and in which hours its members are reminded."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from handbook.access.actor import Actor
from handbook.audit.service import record
from handbook.kernel.problems import FieldError, ValidationFailed
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.meetings.state import require_state
from handbook.notifications.reminders.planning import plan_steps
from handbook.notifications.reminders.timing import OVERRIDABLE, reminders_before, rules_for
from handbook.organizations.settings import rules_of
from handbook.organizations.settings.registry import BY_NAME
from handbook.organizations.settings.values import Refused
from handbook.organizations.versions import bump_content_version

BEFORE_THE_MEETING = frozenset({MeetingState.DRAFT, MeetingState.CONVENED})


def change_rules(meeting: Meeting, values: Mapping[str, Any], *, actor: Actor, uow: UnitOfWork) -> None:
    """Let the meeting have these rules of its own, by name; None follows the organisation again. What has not gone out is
    planned anew.

    Raises :class:`WrongState` from the opening on, :class:`ValidationFailed` for an unknown rule or a value it cannot have.
    """
    require_state(MeetingState(meeting.state), BEFORE_THE_MEETING)
    own = dict(meeting.reminder_rules or {})
    for name, value in values.items():
        if value is None:
            own.pop(name, None)
        else:
            own[name] = _parsed(name, value)
    if own == (meeting.reminder_rules or {}):
        return
    meeting.reminder_rules = own or None
    meeting.content_version = bump_content_version(uow, meeting.organization_id)
    # Calendars have these rules as alarms, and take a changed event by its number and its hour.
    meeting.changed_at = uow.clock.now()
    if meeting.convened_at is not None:
        meeting.sequence += 1
    uow.session.flush()
    record(
        uow,
        "notifications:reminder_rules:changed",
        actor=actor,
        subject_id=meeting.id,
        path=meeting.organization.path,
        details={"fields": sorted(values)},
    )
    if meeting.state == MeetingState.CONVENED:
        plan_steps(uow, meeting)


def rules_view(meeting: Meeting) -> dict[str, Any]:
    """The rules of a meeting with what its organisation has, and the reminders that come of them."""
    inherited = rules_of(meeting.organization)
    own = meeting.reminder_rules or {}
    in_force = rules_for(inherited, own)
    planned = reminders_before(meeting.starts_at, in_force, ZoneInfo(meeting.organization.timezone))
    return {
        "items": [
            {
                "name": name,
                "value": BY_NAME[name].kind.dump(in_force[name]),
                "type": BY_NAME[name].kind.name,
                "unit": BY_NAME[name].unit,
                "own": name in own,
                "inherited_value": BY_NAME[name].kind.dump(inherited[name]),
                "bounds": BY_NAME[name].kind.bounds(),
            }
            for name in OVERRIDABLE
        ],
        "reminders": [
            {
                "step": one.step,
                "due_at": one.due_at,
                "audiences": [audience.value for audience in one.audiences],
            }
            for one in planned
        ],
    }


def _parsed(name: str, data: Any) -> Any:
    if name not in OVERRIDABLE:
        raise ValidationFailed(FieldError(f"/values/{name}", "unknown"))
    kind = BY_NAME[name].kind
    try:
        return kind.dump(kind.parse(data))
    except Refused as refused:
        raise ValidationFailed(FieldError(f"/values/{name}", refused.code, refused.params)) from refused
