"""An account's own content version: moves with what concerns this person alone, such as a mark set by the secretary."""

from collections.abc import Collection

from sqlalchemy import select, update

from handbook.accounts.models import Account
from handbook.kernel.events import subscribe
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.members.events import MembershipChanged

# Members to a statement; every database takes this many values.
_BATCH = 1000


def bump_account_version(uow: UnitOfWork, member_id: int) -> int:
    """The version to write on the member's own rows that change in this transaction; 0 for a member without an account.

    A row with version 0 reaches the phone with its first, full synchronisation.
    """
    return bump_account_versions(uow, (member_id,))[member_id]


def bump_account_versions(uow: UnitOfWork, member_ids: Collection[int]) -> dict[int, int]:
    """The same for many members at once, by member: a conference tells five thousand of one thing."""
    new = [one for one in dict.fromkeys(member_ids) if _memo(one) not in uow.memo]
    for start in range(0, len(new), _BATCH):
        _move(uow, new[start : start + _BATCH])
    return {one: int(uow.memo[_memo(one)]) for one in member_ids}


def _move(uow: UnitOfWork, member_ids: list[int]) -> None:
    concerned = Account.member_id.in_(member_ids)
    # Whoever else moves some of them waits in the same order, not crosswise.
    uow.session.execute(select(Account.id).where(concerned).order_by(Account.id).with_for_update())
    uow.session.execute(
        update(Account)
        .where(concerned)
        .values(content_version=Account.content_version + 1)
        .execution_options(synchronize_session=False)
    )
    moved = dict(
        uow.session.execute(select(Account.member_id, Account.content_version).where(concerned))
        .tuples()
        .all()
    )
    uow.memo.update({_memo(one): moved.get(one, 0) for one in member_ids})


def _memo(member_id: int) -> tuple[str, int]:
    return ("account_version", member_id)


@subscribe(MembershipChanged)
def _membership_changed(event: MembershipChanged, uow: UnitOfWork) -> None:
    bump_account_version(uow, event.member_id)
