"""What is the latest news of a meeting, and which messages it overtakes.

Who has heard of an earlier time or place has not been reached: judged is the latest thing that everybody has to know. And what
is overtaken is not told after what overtook it.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.notifications.enums import MEETING_KINDS, DeliveryState, NoticeKind, ReminderState
from handbook.notifications.models import Delivery, Reminder
from handbook.notifications.rules import GATHERED_FIELDS, minutes_of

#: The reason of a message that was taken back, because something newer is told instead.
SUPERSEDED = "superseded"
_KINDS = [kind.value for kind in MEETING_KINDS]
_BEGUN = (ReminderState.SENDING.value, ReminderState.DONE.value)
#: What a message of each kind is out of date by, once it is told to the same member.
_OVERTAKEN_BY = {
    NoticeKind.MEETING_CONVENED: {
        NoticeKind.MEETING_CHANGED,
        NoticeKind.MEETING_CANCELLED,
        NoticeKind.MEETING_REMINDER,
    },
    NoticeKind.MEETING_CHANGED: {NoticeKind.MEETING_CHANGED, NoticeKind.MEETING_CANCELLED},
    NoticeKind.MEETING_REMINDER: {NoticeKind.MEETING_CANCELLED, NoticeKind.MEETING_REMINDER},
}


def latest_news(meeting: Meeting, session: Session) -> list[Reminder]:
    """What tells a meeting's members how it stands, the decisive news first: its cancelling, else the last change of it, else
    its convening; then what tells the same later, changes of agenda or papers and reminders before its present time. Nothing
    for a meeting that was never convened.
    """
    rows = session.scalars(
        select(Reminder)
        .where(Reminder.meeting_id == meeting.id, Reminder.kind.in_(_KINDS))
        .order_by(Reminder.due_at, Reminder.id)
    ).all()
    decisive = max((row for row in rows if _is_decisive(row)), key=lambda row: row.id, default=None)
    if decisive is None:
        return []
    return [decisive, *(row for row in rows if _tells_the_same(row, decisive, meeting))]


def _is_decisive(reminder: Reminder) -> bool:
    """Whether everybody has to know this: all but the reminders and changes of agenda and papers alone."""
    if reminder.kind == NoticeKind.MEETING_CHANGED:
        return not set(reminder.params.get("fields", ())) <= GATHERED_FIELDS
    return reminder.kind != NoticeKind.MEETING_REMINDER


def _tells_the_same(reminder: Reminder, decisive: Reminder, meeting: Meeting) -> bool:
    if reminder.id == decisive.id or reminder.state == ReminderState.CANCELLED:
        return False
    if reminder.kind == NoticeKind.MEETING_REMINDER:
        # Its row may be older than a change of the place, or than a move away and back: what counts is when it is told.
        return (
            decisive.kind != NoticeKind.MEETING_CANCELLED
            and reminder.starts_at == meeting.starts_at
            and reminder.due_at >= decisive.created_at
        )
    return reminder.kind == NoticeKind.MEETING_CHANGED and _order(reminder) > _order(decisive)


def overtaken(deliveries: Collection[Delivery], session: Session) -> set[int]:
    """Which of these deliveries are out of date, by id: the meeting was cancelled or stands at another time than they were
    planned for, or its member was told something newer of it.
    """
    reminders = {delivery.reminder_id: delivery.reminder for delivery in deliveries}
    about = {
        id_: one
        for id_, one in reminders.items()
        if one.meeting_id is not None and one.kind in MEETING_KINDS and one.member_id is None
    }
    if not about:
        return set()
    meeting_ids = {one.meeting_id for one in about.values()}
    meetings = {
        row.id: (row.state, row.starts_at)
        for row in session.execute(
            select(Meeting.id, Meeting.state, Meeting.starts_at).where(Meeting.id.in_(meeting_ids))
        )
    }
    past = {id_ for id_, one in about.items() if _is_past(one, *meetings[one.meeting_id or 0])}
    newer = _newer([one for id_, one in about.items() if id_ not in past], session)
    told = _told({id_ for ids in newer.values() for id_ in ids}, deliveries, session)
    return {
        delivery.id
        for delivery in deliveries
        if delivery.reminder_id in past or newer.get(delivery.reminder_id, set()) & told[delivery.member_id]
    }


def _is_past(reminder: Reminder, state: str, starts_at: datetime) -> bool:
    """Whether the meeting itself has left this message behind."""
    if reminder.kind == NoticeKind.MEETING_CANCELLED:
        return False
    if reminder.kind == NoticeKind.MEETING_REMINDER:
        return state != MeetingState.CONVENED or starts_at != reminder.starts_at
    return state == MeetingState.CANCELLED


def _newer(reminders: Sequence[Reminder], session: Session) -> dict[int, set[int]]:
    """The ids of the reminders that have begun and that overtake each of these, for who was told them."""
    others: dict[int, list[Reminder]] = defaultdict(list)
    for other in session.scalars(
        select(Reminder).where(
            Reminder.meeting_id.in_({one.meeting_id for one in reminders}),
            Reminder.kind.in_(_KINDS),
            Reminder.state.in_(_BEGUN),
        )
    ):
        others[other.meeting_id or 0].append(other)
    return {
        one.id: {other.id for other in others[one.meeting_id or 0] if _overtakes(other, one)}
        for one in reminders
    }


def _overtakes(other: Reminder, reminder: Reminder) -> bool:
    if NoticeKind(other.kind) not in _OVERTAKEN_BY.get(NoticeKind(reminder.kind), set()):
        return False
    if other.kind == reminder.kind == NoticeKind.MEETING_REMINDER:
        return other.starts_at == reminder.starts_at and minutes_of(other.step) < minutes_of(reminder.step)
    return _order(other) > _order(reminder)


def _order(reminder: Reminder) -> tuple[datetime, int]:
    """What is told later comes later, whenever it was planned."""
    return reminder.due_at, reminder.id


def _told(
    reminder_ids: Collection[int], deliveries: Collection[Delivery], session: Session
) -> dict[int, set[int]]:
    """Which of these reminders each member of these deliveries has had a message of, on whatever way."""
    told: dict[int, set[int]] = defaultdict(set)
    if not reminder_ids:
        return told
    rows = session.execute(
        select(Delivery.member_id, Delivery.reminder_id).where(
            Delivery.reminder_id.in_(reminder_ids),
            Delivery.member_id.in_({delivery.member_id for delivery in deliveries}),
            Delivery.state != DeliveryState.NO_DEVICE.value,
            or_(Delivery.reason.is_(None), Delivery.reason != SUPERSEDED),
        )
    )
    for member_id, reminder_id in rows:
        told[member_id].add(reminder_id)
    return told
