from enum import StrEnum


class NoticeKind(StrEnum):
    """What a notice is about; the phone has the words for each."""

    MEETING_CONVENED = "meeting_convened"
    MEETING_CHANGED = "meeting_changed"
    MEETING_CANCELLED = "meeting_cancelled"
    MEETING_REMINDER = "meeting_reminder"
    ABSENCE_DECIDED = "absence_decided"
    RESOLUTION_ISSUED = "resolution_issued"
    RESOLUTION_REVOKED = "resolution_revoked"
    TASK_DUE = "task_due"
    MEETING_DUE = "meeting_due"
    MINUTES_DUE = "minutes_due"
    ABSENCE_ASKED = "absence_asked"


#: Notices that go to everybody who was summoned, and are accounted for to who runs the meeting.
MEETING_KINDS = (
    NoticeKind.MEETING_CONVENED,
    NoticeKind.MEETING_CHANGED,
    NoticeKind.MEETING_CANCELLED,
    NoticeKind.MEETING_REMINDER,
)


#: What calls a duty to mind: to whom it falls, not to everybody.
NUDGES = (NoticeKind.MEETING_DUE, NoticeKind.MINUTES_DUE, NoticeKind.ABSENCE_ASKED)


class Audience(StrEnum):
    """Whom a reminder before a meeting is for, of those who are summoned.

    ``unanswered`` has neither asked for leave nor opened or read anything about the meeting in the app; ``officers`` hold
    an office of its organisation; ``assignees`` answer for an open task of its organisation.
    """

    ALL = "all"
    UNANSWERED = "unanswered"
    OFFICERS = "officers"
    ASSIGNEES = "assignees"


class ReminderState(StrEnum):
    """``planned`` until due, ``sending`` while deliveries are under way, then ``done``; or ``cancelled``."""

    PLANNED = "planned"
    SENDING = "sending"
    DONE = "done"
    CANCELLED = "cancelled"


class DeliveryState(StrEnum):
    """The way of one message to one device. ``accepted``: the push service has it; the phone reports the
    rest.
    """

    QUEUED = "queued"
    ACCEPTED = "accepted"
    SHOWN = "shown"
    OPENED = "opened"
    FAILED = "failed"
    NO_DEVICE = "no_device"


class DeliveryEvent(StrEnum):
    """What a phone reports."""

    SHOWN = "shown"
    OPENED = "opened"
