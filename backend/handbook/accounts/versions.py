"""An account's own content version: moves with what concerns this person alone, such as a mark set by the secretary."""

from sqlalchemy import select, update

from handbook.accounts.models import Account
from handbook.kernel.events import subscribe
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.members.events import MembershipChanged


def bump_account_version(uow: UnitOfWork, member_id: int) -> int:
    """The version to write on the member's own rows that change in this transaction; 0 for a member without an account.

    A row with version 0 reaches the phone with its first, full synchronisation.
    """
    memo = ("account_version", member_id)
    if memo not in uow.memo:
        uow.session.execute(
            update(Account)
            .where(Account.member_id == member_id)
            .values(content_version=Account.content_version + 1)
            .execution_options(synchronize_session=False)
        )
        uow.memo[memo] = (
            uow.session.scalar(select(Account.content_version).where(Account.member_id == member_id)) or 0
        )
    return int(uow.memo[memo])


@subscribe(MembershipChanged)
def _membership_changed(event: MembershipChanged, uow: UnitOfWork) -> None:
    bump_account_version(uow, event.member_id)
