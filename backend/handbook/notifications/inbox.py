"""Writing the inbox: one notice for each account and thing, however often it is told."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import bindparam, exists, insert, select

from handbook.access.actor import SYSTEM, Actor
from handbook.accounts.models import Account
from handbook.accounts.versions import bump_account_versions
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.notifications.enums import NoticeKind
from handbook.notifications.models import Notice

# Each account is looked for by the unique key of its notices: by the slot alone all notices of everybody would be read.
_UNTOLD = (
    select(Account.id, Account.member_id)
    .where(
        Account.member_id.in_(bindparam("member_ids", expanding=True)),
        Account.disabled_at.is_(None),
        ~exists().where(Notice.account_id == Account.id, Notice.slot == bindparam("slot")),
    )
    .order_by(Account.id)
)
_ADD = insert(Notice.__table__)


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
    accounts = uow.session.execute(_UNTOLD, {"member_ids": list(member_ids), "slot": slot}).all()
    versions = bump_account_versions(uow, [member_id for _, member_id in accounts])
    now = uow.clock.now()
    rows = [
        {
            "account_id": account_id,
            "kind": kind.value,
            "slot": slot,
            "meeting_id": meeting_id,
            "resolution_id": resolution_id,
            "params": params or {},
            "created_at": now,
            "read_at": now if account_id == by.account_id else None,
            "account_version": versions[member_id],
        }
        for account_id, member_id in accounts
    ]
    if rows:
        uow.session.connection().execute(_ADD, rows)


def retell(
    uow: UnitOfWork, meeting_id: int, slot: str, params: dict[str, Any], *, by: Actor = SYSTEM
) -> None:
    """There is more to say in the notices of this slot about a meeting: they say it, and are new again, but to whom did it
    (``by``).
    """
    notices = uow.session.execute(
        select(Notice, Account.member_id)
        .join(Account, Account.id == Notice.account_id)
        .where(Notice.meeting_id == meeting_id, Notice.slot == slot)
        .order_by(Notice.id)
    ).all()
    versions = bump_account_versions(uow, [member_id for _, member_id in notices])
    for notice, member_id in notices:
        notice.params = params
        notice.read_at = uow.clock.now() if notice.account_id == by.account_id else None
        notice.account_version = versions[member_id]
    uow.session.flush()
