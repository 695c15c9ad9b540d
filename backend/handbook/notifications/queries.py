"""Reads of the inbox and of the ledger of deliveries."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from handbook.access.actor import Actor
from handbook.access.guards import require, visible
from handbook.access.permissions import Permission
from handbook.accounts.models import Account
from handbook.attendance.models import Attendance
from handbook.attendance.queries import member_ids_to_tell, summoned_member_ids
from handbook.kernel.clock import Clock
from handbook.kernel.db import db
from handbook.kernel.pagination import Page, paginate
from handbook.kernel.problems import NotFound
from handbook.meetings.models import Meeting
from handbook.members.models import Member
from handbook.notifications.enums import MEETING_KINDS, DeliveryState, NoticeKind
from handbook.notifications.latest import SUPERSEDED, latest_news
from handbook.notifications.models import Delivery, Notice, PushSubscription, Reminder
from handbook.notifications.reminders.recipients import devices_of
from handbook.notifications.rules import TIME_TO_SEND, TIME_TO_SHOW, waited_until

_KINDS = [kind.value for kind in MEETING_KINDS]
#: How far a message came, the farthest first.
_FARTHEST_FIRST = [
    state.value
    for state in (
        DeliveryState.OPENED,
        DeliveryState.SHOWN,
        DeliveryState.ACCEPTED,
        DeliveryState.QUEUED,
        DeliveryState.FAILED,
        DeliveryState.NO_DEVICE,
    )
]


def list_notices(*, actor: Actor, limit: int, cursor: str | None) -> Page[Notice]:
    """The actor's inbox, the newest first."""
    statement = select(Notice).where(visible(actor, Permission.NOTICES_READ, Notice.columns()))
    return paginate(
        statement,
        [Notice.id],
        limit=limit,
        cursor=cursor,
        key_of=lambda notice: [notice.id],
        descending=True,
    )


def get_notice(notice_id: int, *, actor: Actor) -> Notice:
    notice = db.session.get(Notice, notice_id)
    if notice is None:
        raise NotFound
    require(actor, Permission.NOTICES_READ, notice.target)
    return notice


def get_delivery(delivery_id: int, *, actor: Actor) -> Delivery:
    """A delivery to the actor's own account."""
    delivery = db.session.get(Delivery, delivery_id)
    if delivery is None:
        raise NotFound
    require(actor, Permission.DELIVERIES_REPORT, delivery.target)
    return delivery


def read_deliveries(meeting: Meeting, *, limit: int, cursor: str | None, clock: Clock) -> dict[str, Any]:
    """What became of everything told about this meeting, by member, and who is to be telephoned."""
    summoned = summoned_member_ids(meeting.id)
    page = paginate(
        select(Member).where(Member.id.in_(summoned)),
        [Member.name_sort, Member.id],
        limit=limit,
        cursor=cursor,
        key_of=lambda member: [member.name_sort, member.id],
    )
    deliveries = _deliveries_by_member(meeting.id)
    read = _read_by_member(meeting.id)
    reached = _reached(deliveries)
    reminders = db.session.scalars(
        select(Reminder)
        .where(Reminder.meeting_id == meeting.id, Reminder.kind.in_(_KINDS))
        .order_by(Reminder.due_at, Reminder.id)
    )
    return {
        "items": [_member_line(member, deliveries[member.id], read.get(member.id)) for member in page.items],
        "next": page.next,
        "reminders": [
            {
                "kind": reminder.kind,
                "step": reminder.step,
                "due_at": reminder.due_at,
                "state": reminder.state,
                "members": {state.value: reached[reminder.id][state.value] for state in DeliveryState},
            }
            for reminder in reminders
        ],
        "unreached": _unreached(meeting, latest_news(meeting, db.session()), clock),
    }


def to_telephone(
    meeting: Meeting, unreached: Sequence[Mapping[str, Any]], *, actor: Actor
) -> list[Mapping[str, Any]]:
    """Those of the unreached whom the actor telephones: not who is in the room, is excused or exempt, nor the actor."""
    settled = set(
        db.session.scalars(
            select(Attendance.member_id).where(
                Attendance.meeting_id == meeting.id, Attendance.state.is_not(None)
            )
        )
    )
    return [line for line in unreached if line["member_id"] not in settled | {actor.member_id}]


def _deliveries_by_member(meeting_id: int) -> dict[int, list[dict[str, Any]]]:
    rows = db.session.execute(
        select(
            Delivery.member_id,
            Delivery.reminder_id,
            Reminder.kind,
            Reminder.step,
            Delivery.state,
            Delivery.reason,
            Delivery.channel,
            PushSubscription.device_name,
            Delivery.accepted_at,
            Delivery.shown_at,
            Delivery.opened_at,
        )
        .join(Reminder, Reminder.id == Delivery.reminder_id)
        .outerjoin(PushSubscription, PushSubscription.id == Delivery.subscription_id)
        .where(Reminder.meeting_id == meeting_id, Reminder.kind.in_(_KINDS))
        .order_by(Delivery.id)
    )
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row.member_id].append(dict(row._mapping))
    return found


def _reached(deliveries: Mapping[int, Sequence[Mapping[str, Any]]]) -> dict[int, Counter[str]]:
    """How far each reminder came, by its id: how many members by the best state of their messages."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for lines in deliveries.values():
        best: dict[int, str] = {}
        for line in lines:
            known = best.get(line["reminder_id"])
            if known is None or _FARTHEST_FIRST.index(line["state"]) < _FARTHEST_FIRST.index(known):
                best[line["reminder_id"]] = line["state"]
        for reminder_id, state in best.items():
            found[reminder_id][state] += 1
    return found


def _read_by_member(meeting_id: int) -> dict[int, datetime]:
    rows = db.session.execute(
        select(Account.member_id, Notice.read_at)
        .join(Account, Account.id == Notice.account_id)
        .where(Notice.meeting_id == meeting_id, Notice.kind.in_(_KINDS), Notice.read_at.is_not(None))
        .order_by(Notice.read_at)
    )
    return {member_id: read_at for member_id, read_at in rows if read_at is not None}


def _member_line(
    member: Member, deliveries: list[dict[str, Any]], read_at: datetime | None
) -> dict[str, Any]:
    counts = Counter(delivery["state"] for delivery in deliveries)
    return {
        "member_id": member.id,
        "full_name": member.full_name,
        **{state.value: counts[state.value] for state in DeliveryState},
        "read_at": read_at,
        "deliveries": deliveries,
    }


def _unreached(meeting: Meeting, news: Sequence[Reminder], clock: Clock) -> list[dict[str, Any]]:
    """Whom no message of the latest news has reached and who has not read it in the inbox either. Who is still being sent to
    is waited for, as long as :func:`~handbook.notifications.rules.waited_until` has it, and for what no worker has begun yet so
    long as sending takes: nobody's number is given out meanwhile.
    """
    summoned = member_ids_to_tell(meeting.id)
    sent = _sent_by_member(meeting, news)
    read = _readers(meeting, news)
    having_devices = _with_devices([id_ for id_ in summoned if id_ not in sent], clock)
    being_told = _being_told(meeting.id, clock)
    members = db.session.execute(
        select(Member.id, Member.full_name, Member.phone, Account.password_hash.is_not(None).label("active"))
        .outerjoin(Account, Account.member_id == Member.id)
        .where(Member.id.in_(summoned))
        .order_by(Member.name_sort, Member.id)
    )
    lines = []
    for row in members:
        if row.id in read:
            continue
        if row.id in sent:
            reason = _why_unreached(sent[row.id], meeting.starts_at, clock.now())
        elif row.id not in having_devices:
            reason = "no_device"
        else:
            reason = None if row.id in being_told else "not_sent"
        if reason == "no_device" and not row.active:
            reason = "not_activated"
        if reason is not None:
            lines.append(
                {"member_id": row.id, "full_name": row.full_name, "phone": row.phone, "reason": reason}
            )
    return lines


def _sent_by_member(meeting: Meeting, news: Sequence[Reminder]) -> dict[int, list[Delivery]]:
    """The deliveries of the latest news by member, without those that something newer took the place of. To who was summoned
    after it the convening is the latest news.
    """
    rows = db.session.scalars(
        select(Delivery)
        .join(Reminder, Reminder.id == Delivery.reminder_id)
        .where(
            or_(
                Reminder.id.in_([one.id for one in news]),
                and_(_is_convening(Reminder, meeting), Delivery.created_at >= _since(meeting, news)),
            ),
            or_(Delivery.reason.is_(None), Delivery.reason != SUPERSEDED),
        )
        .order_by(Delivery.id)
    )
    found: dict[int, list[Delivery]] = defaultdict(list)
    for row in rows:
        found[row.member_id].append(row)
    return found


def _readers(meeting: Meeting, news: Sequence[Reminder]) -> set[int | None]:
    """The members who have read the latest news in the inbox, or the convening that they heard of only after it."""
    return set(
        db.session.scalars(
            select(Account.member_id)
            .join(Notice, Notice.account_id == Account.id)
            .where(
                or_(
                    Notice.slot.in_([one.slot for one in news]),
                    and_(_is_convening(Notice, meeting), Notice.created_at >= _since(meeting, news)),
                ),
                Notice.read_at.is_not(None),
            )
        )
    )


def _being_told(meeting_id: int, clock: Clock) -> set[int | None]:
    """The members to whom something was told just now, of which the worker has hardly had the time to make messages."""
    return set(
        db.session.scalars(
            select(Account.member_id)
            .join(Notice, Notice.account_id == Account.id)
            .where(
                Notice.meeting_id == meeting_id,
                Notice.kind.in_(_KINDS),
                Notice.created_at > clock.now() - TIME_TO_SEND,
            )
        )
    )


def _is_convening(row: type[Reminder] | type[Notice], meeting: Meeting) -> ColumnElement[bool]:
    return and_(row.meeting_id == meeting.id, row.kind == NoticeKind.MEETING_CONVENED.value)


def _since(meeting: Meeting, news: Sequence[Reminder]) -> datetime:
    """When the decisive news was told."""
    return news[0].created_at if news else meeting.created_at


def _with_devices(member_ids: Collection[int], clock: Clock) -> set[int]:
    devices = devices_of(member_ids, db.session(), clock)
    return {device.member_id for device in devices if device.subscription_id is not None}


def _why_unreached(deliveries: Sequence[Delivery], starts_at: datetime, now: datetime) -> str | None:
    states = {delivery.state for delivery in deliveries}
    if states & {DeliveryState.SHOWN, DeliveryState.OPENED}:
        return None
    accepted = [delivery.accepted_at for delivery in deliveries if delivery.accepted_at is not None]
    if accepted:
        over = now > waited_until(min(accepted), starts_at, at_least=TIME_TO_SHOW)
        return "not_shown" if over else None
    waiting = [delivery for delivery in deliveries if delivery.state == DeliveryState.QUEUED]
    if waiting:
        # What is tried again only when it is too late is too late now.
        until = waited_until(min(one.created_at for one in waiting), starts_at)
        in_time = any(max(now, one.next_attempt_at or now) < until for one in waiting)
        return None if in_time else "waiting"
    if DeliveryState.FAILED in states:
        return "failed"
    return "muted" if any(delivery.reason == "muted" for delivery in deliveries) else "no_device"
