"""Content versions: one number per organisation, moved in the transaction of any change of what its members can see.

Check-ins move none: they would make every phone of the cell fetch again on the evening when all of them check in.
"""

from sqlalchemy import select, update

from handbook.kernel.unit_of_work import UnitOfWork
from handbook.organizations.models import Organization, Tombstone


def bump_content_version(uow: UnitOfWork, organization_id: int) -> int:
    """The version to write on the rows that change in this transaction; the same one for all of them."""
    memo = ("content_version", organization_id)
    if memo not in uow.memo:
        uow.session.execute(
            update(Organization)
            .where(Organization.id == organization_id)
            .values(content_version=Organization.content_version + 1)
            .execution_options(synchronize_session=False)
        )
        uow.memo[memo] = uow.session.scalar(
            select(Organization.content_version).where(Organization.id == organization_id)
        )
    return int(uow.memo[memo])


def bury(uow: UnitOfWork, organization_id: int, type_: str, row_id: int) -> None:
    """Tell the phones of this organisation to forget a row. ``type_`` is the name of the list in ``changes``, singular."""
    version = bump_content_version(uow, organization_id)
    key = ("tombstone", organization_id, version, type_, row_id)
    if key not in uow.memo:
        uow.memo[key] = True
        uow.session.add(
            Tombstone(organization_id=organization_id, content_version=version, type=type_, row_id=row_id)
        )
