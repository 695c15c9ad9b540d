"""Member counts of organisations: kept on the row, so that no list ever counts members."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, case, func, select

from handbook.kernel.tree import PATH_END, path_ids
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.members.enums import MemberStatus
from handbook.members.models import Member
from handbook.organizations.models import Organization
from handbook.organizations.versions import bump_content_version


def refresh_member_counts(uow: UnitOfWork, paths: Iterable[str]) -> None:
    """Count again the members of the organisations at these paths and of all above them, their subtrees included."""
    uow.session.flush()
    ids = {organization_id for path in paths for organization_id in path_ids(path)}
    organizations = uow.session.scalars(
        select(Organization).where(Organization.id.in_(ids)).order_by(Organization.path)
    )
    for organization in organizations:
        official, probationary, exempt = uow.session.execute(
            select(*(_count(status) for status in _COUNTED))
            .join(Organization, Organization.id == Member.organization_id)
            .where(Organization.path >= organization.path, Organization.path < organization.path + PATH_END)
        ).one()
        counts = (official or 0, probationary or 0, exempt or 0)
        if counts != (
            organization.official_count,
            organization.probationary_count,
            organization.exempt_count,
        ):
            organization.official_count, organization.probationary_count, organization.exempt_count = counts
            organization.row_content_version = bump_content_version(uow, organization.id)
    uow.session.flush()


_COUNTED = (MemberStatus.OFFICIAL, MemberStatus.PROBATIONARY, MemberStatus.EXEMPT)


def _count(status: MemberStatus) -> ColumnElement[int]:
    return func.sum(case((Member.status == status.value, 1), else_=0))
