"""Scoped reads of the tree."""

from sqlalchemy import select

from handbook.access.actor import Actor
from handbook.access.guards import require, visible
from handbook.access.permissions import Permission
from handbook.kernel.db import db
from handbook.kernel.pagination import Page, paginate
from handbook.kernel.problems import NotFound
from handbook.organizations.models import Organization


def get_organization(
    organization_id: int, permission: Permission, *, actor: Actor, lock: bool = False
) -> Organization:
    """The organisation, when the actor holds the permission for it; else 404 or 403 as the policy says.

    With ``lock`` the row is read anew and stays locked until the end of the unit of work.
    """
    organization = db.session.get(
        Organization,
        organization_id,
        populate_existing=lock,
        with_for_update={"key_share": True} if lock else None,
    )
    if organization is None:
        raise NotFound
    require(actor, permission, organization.target)
    return organization


def list_organizations(
    *, parent_id: int | None, actor: Actor, limit: int, cursor: str | None
) -> Page[Organization]:
    """Children of ``parent_id``; without one, the topmost organisations the actor may see below nobody else's."""
    statement = select(Organization).where(
        visible(actor, Permission.ORGANIZATIONS_READ, Organization.columns())
    )
    if parent_id is None:
        statement = statement.where(Organization.parent_id.is_(None))
    else:
        statement = statement.where(Organization.parent_id == parent_id)
    return paginate(statement, [Organization.path], limit=limit, cursor=cursor, key_of=lambda row: [row.path])


def find_organization(id_or_code: str) -> Organization | None:
    """The organisation that a command names by id or by code."""
    found: Organization | None = db.session.scalar(
        select(Organization).where(Organization.code == id_or_code)
    )
    if found is None and id_or_code.isascii() and id_or_code.isdigit():
        found = db.session.get(Organization, int(id_or_code))
    return found
