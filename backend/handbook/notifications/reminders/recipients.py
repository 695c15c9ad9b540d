"""Who is told of a reminder, and on which devices."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from handbook.accounts.models import Account, DeviceSession
from handbook.attendance.queries import member_ids_to_tell
from handbook.kernel.clock import Clock
from handbook.kernel.tree import PATH_END
from handbook.members.enums import ACTIVE_STATUSES
from handbook.members.models import Member
from handbook.notifications.models import PushSubscription, Reminder
from handbook.organizations.models import Organization
from handbook.resolutions.models import Resolution


@dataclass(frozen=True, slots=True)
class Device:
    """A subscription of a member whose session is alive; ``subscription_id`` is None for a member without a
    device.
    """

    member_id: int
    account_id: int | None
    subscription_id: int | None


def member_ids_of(reminder: Reminder, session: Session) -> list[int]:
    """The members whom the reminder concerns."""
    if reminder.member_id is not None:
        return [reminder.member_id]
    if reminder.meeting_id is not None:
        return member_ids_to_tell(reminder.meeting_id)
    return _members_below(reminder, session)


def devices_of(member_ids: Collection[int], session: Session, clock: Clock) -> list[Device]:
    """Every live device of these members, and one line for each member who has none."""
    rows = session.execute(
        select(Member.id, Account.id, PushSubscription.id)
        .select_from(Member)
        .outerjoin(Account, and_(Account.member_id == Member.id, Account.disabled_at.is_(None)))
        .outerjoin(
            DeviceSession,
            and_(
                DeviceSession.account_id == Account.id,
                DeviceSession.ended_at.is_(None),
                DeviceSession.expires_at > clock.now(),
                DeviceSession.id.in_(select(PushSubscription.session_id)),
            ),
        )
        .outerjoin(PushSubscription, PushSubscription.session_id == DeviceSession.id)
        .where(Member.id.in_(member_ids))
        .order_by(Member.id, PushSubscription.id)
    )
    return [Device(member_id, account_id, subscription_id) for member_id, account_id, subscription_id in rows]


def _members_below(reminder: Reminder, session: Session) -> list[int]:
    path = session.scalar(
        select(Organization.path)
        .join(Resolution, Resolution.organization_id == Organization.id)
        .where(Resolution.id == reminder.resolution_id)
    )
    if path is None:
        return []
    statement = (
        select(Member.id)
        .join(Organization, Organization.id == Member.organization_id)
        .where(
            Organization.path >= path,
            Organization.path < path + PATH_END,
            Member.status.in_(sorted(ACTIVE_STATUSES)),
        )
        .order_by(Member.id)
    )
    return list(session.scalars(statement))
