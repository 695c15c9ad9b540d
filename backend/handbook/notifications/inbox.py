"""Writing the inbox: one notice for each account and thing, however often it is told."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from handbook.access.actor import SYSTEM, Actor
from handbook.accounts.models import Account
from handbook.accounts.versions import bump_account_versions
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.notifications.enums import NoticeKind
from handbook.notifications.models import Notice


def tell_members(
    uow: UnitOfWork,
    member_ids: Collection[int],
    kind: NoticeKind,
    slot: str,
    *,
    meeting_id: int | None = None,
    resolution_id: int | None = None,
    params: dict[str, Any] | None = None,
    by: Actor = SYSTEM,
) -> None:
    """Add a notice for each of these members who has an account and does not have this one (``slot``) yet.

    ``params`` holds codes and dates only. Whoever acted (``by``) has it as well, as one that was read: the own act is no news.
    """
    told = select(Notice.account_id).where(Notice.slot == slot)
    accounts = uow.session.execute(
        select(Account.id, Account.member_id)
        .where(
            Account.member_id.in_(member_ids),
            Account.disabled_at.is_(None),
            Account.id.not_in(told),
        )
        .order_by(Account.id)
    ).all()
    versions = bump_account_versions(uow, [member_id for _, member_id in accounts])
    for account_id, member_id in accounts:
        uow.session.add(
            Notice(
                account_id=account_id,
                kind=kind.value,
                slot=slot,
                meeting_id=meeting_id,
                resolution_id=resolution_id,
                params=params or {},
                created_at=uow.clock.now(),
                read_at=uow.clock.now() if account_id == by.account_id else None,
                account_version=versions[member_id],
            )
        )
    uow.session.flush()


def retell(uow: UnitOfWork, slot: str, params: dict[str, Any], *, by: Actor = SYSTEM) -> None:
    """There is more to say in the notices of this slot: they say it, and are new again, but to whom did it (``by``)."""
    notices = uow.session.execute(
        select(Notice, Account.member_id)
        .join(Account, Account.id == Notice.account_id)
        .where(Notice.slot == slot)
        .order_by(Notice.id)
    ).all()
    versions = bump_account_versions(uow, [member_id for _, member_id in notices])
    for notice, member_id in notices:
        notice.params = params
        notice.read_at = uow.clock.now() if notice.account_id == by.account_id else None
        notice.account_version = versions[member_id]
    uow.session.flush()
