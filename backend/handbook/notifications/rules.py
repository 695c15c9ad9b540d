"""When members are told, how long a message is worth delivering, when it is tried again. No I/O."""

import json
import random
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, tzinfo

from handbook.notifications.enums import MEETING_KINDS, NoticeKind
from handbook.notifications.push.messages import Urgency

#: The step of what is told at once.
AT_ONCE = "now"
#: What a secretary changes in several goes; members hear of such changes together, when it has been quiet
#: so long.
GATHERED_FIELDS = frozenset({"agenda", "papers"})
GATHER_CHANGES = timedelta(seconds=30)
#: Members who ask to be excused within such a time are told of together.
GATHER_REQUESTS = timedelta(minutes=10)
#: The hour of the day at which tasks are called to mind.
TASK_HOUR = 8
#: How long news without a date of its own are worth a push.
NEWS_LIFETIME = timedelta(days=3)
#: With these waits a push service may be out of order for about six hours before a message is given up.
MAX_ATTEMPTS = 12
FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(hours=1)
#: How long a message that waits for its push service, or for the phone to show it, is waited for at most.
WAITED_FOR = timedelta(hours=12)
#: So long before a meeting nothing is waited for any more: who is to be told otherwise has to be told by then.
TIME_TO_TELL = timedelta(hours=2)
#: Also shortly before a meeting a message has so long to be sent, and a phone so long to show it.
TIME_TO_SEND = timedelta(minutes=5)
TIME_TO_SHOW = timedelta(hours=1)
#: Over how long the messages are spread that have waited for their push service.
WAITING_SPREAD = timedelta(seconds=20)
#: Payloads are filled up with blanks to this many bytes, so that their length does not tell them apart.
PAYLOAD_LENGTH = 128


def step_of(minutes: int) -> str:
    """The code that notices and the ledger show for a reminder so long before: whole days, else hours, else minutes, as in
    ``2d``, ``36h`` and ``90m``.
    """
    for length, unit in ((24 * 60, "d"), (60, "h")):
        if minutes % length == 0:
            return f"{minutes // length}{unit}"
    return f"{minutes}m"


def minutes_of(step: str) -> int:
    """How long before the meeting a reminder of this step is; the inverse of :func:`step_of`."""
    return int(step[:-1]) * {"d": 24 * 60, "h": 60, "m": 1}[step[-1]]


def next_task_step(
    due_on: date, now: datetime, zone: tzinfo, before_days: Iterable[int], every_days: int
) -> tuple[str, datetime]:
    """When a task is called to mind next, with the code of the step: ``3d`` before its day, ``0d`` on it, ``+7d`` after it and
    then again and again. Always at :data:`TASK_HOUR` in the organisation's zone.
    """

    def at(days: int) -> datetime:
        return datetime.combine(due_on + timedelta(days=days), time(TASK_HOUR), zone)

    ahead = [(at(-days), f"{days}d") for days in before_days if at(-days) > now]
    if ahead:
        due_at, step = min(ahead)
        return step, due_at
    passed = max((now.astimezone(zone).date() - due_on).days, 0)
    rounds = max(passed // every_days, 1)
    if at(rounds * every_days) <= now:
        rounds += 1
    return f"+{rounds * every_days}d", at(rounds * every_days)


def payload_of(
    kind: str, delivery_id: int, meeting_id: int | None, resolution_id: int | None, task_id: int | None
) -> bytes:
    """What travels: a type and opaque ids. The words are made on the phone."""
    fields = {"t": kind, "m": meeting_id, "r": resolution_id, "k": task_id, "d": delivery_id}
    given = {name: str(value) for name, value in fields.items() if value is not None}
    return json.dumps(given, separators=(",", ":")).encode().ljust(PAYLOAD_LENGTH)


def topic_of(kind: str, meeting_id: int | None, resolution_id: int | None) -> str | None:
    """One topic for a meeting: what a sleeping phone has not fetched is replaced by what is newer about it."""
    if kind in MEETING_KINDS:
        return f"meeting-{meeting_id}"
    if kind == NoticeKind.TASK_DUE:
        # Several tasks of one resolution may be due on one day; each is told.
        return None
    if kind == NoticeKind.MINUTES_DUE:
        return f"minutes-{meeting_id}"
    if kind == NoticeKind.ABSENCE_ASKED:
        return f"absences-{meeting_id}"
    return f"resolution-{resolution_id}" if resolution_id is not None else None


def urgency_of(kind: str, step: str) -> Urgency:
    """High for what a sleeping phone must hear at once: reminders in the last hours, changes and cancellations."""
    in_hours = kind == NoticeKind.MEETING_REMINDER and not step.endswith("d")
    urgent = kind in (NoticeKind.MEETING_CHANGED, NoticeKind.MEETING_CANCELLED) or in_hours
    return Urgency.HIGH if urgent else Urgency.NORMAL


def worth_until(kind: str, *, due_at: datetime, ends_at: datetime | None) -> datetime:
    """Until when a message is worth delivering: the end of its meeting, for a cancellation at least a day; what has no meeting
    that ends it, a few days from when it was due.
    """
    if ends_at is None:
        return due_at + NEWS_LIFETIME
    return max(ends_at, due_at + timedelta(days=1)) if kind == NoticeKind.MEETING_CANCELLED else ends_at


def waited_until(since: datetime, starts_at: datetime, at_least: timedelta = TIME_TO_SEND) -> datetime:
    """Until when a message about a meeting at ``starts_at`` that waits ``since`` then is waited for: for :data:`WAITED_FOR`,
    and not beyond :data:`TIME_TO_TELL` before the meeting, but ``at_least`` so long. After that its member counts as not
    reached.
    """
    return max(min(since + WAITED_FOR, starts_at - TIME_TO_TELL), since + at_least)


def after_wait(until: datetime) -> datetime:
    """When a message is tried that waits for its push service: soon after, and not all of them at once."""
    return until + timedelta(seconds=random.uniform(0, WAITING_SPREAD.total_seconds()))  # noqa: S311 — not a secret


def retry_delay(attempts: int, asked: int | None) -> timedelta:
    """How long to wait after this many attempts: what the push service asked for, or a doubling time; with
    jitter.
    """
    if asked is not None:
        return timedelta(seconds=asked * random.uniform(1.0, 1.2))  # noqa: S311 — not a secret
    longest = min(LONGEST_RETRY.total_seconds(), FIRST_RETRY.total_seconds() * 2.0 ** max(0, attempts - 1))
    return timedelta(seconds=longest * random.uniform(0.75, 1.0))  # noqa: S311 — not a secret
