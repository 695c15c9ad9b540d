"""Scoped reads of members."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from handbook.access.actor import Actor
from handbook.access.guards import require, visible
from handbook.access.permissions import Permission
from handbook.audit.models import AuditEntry
from handbook.audit.readings import OF_ALL_BELOW, OF_ONE, OF_THE_CELL
from handbook.kernel.clock import today_in
from handbook.kernel.db import db
from handbook.kernel.pagination import Page, paginate
from handbook.kernel.problems import NotFound
from handbook.kernel.text import like_pattern
from handbook.kernel.tree import PATH_END, ancestor_paths
from handbook.kernel.unit_of_work import current_clock
from handbook.members.models import Member, Office, StatusChange
from handbook.organizations.models import Organization


def get_member(member_id: int, permission: Permission, *, actor: Actor) -> Member:
    """The member, when the actor holds the permission; else 404 or 403 as the policy says."""
    member = db.session.get(Member, member_id)
    if member is None:
        raise NotFound
    require(actor, permission, member.target)
    return member


def list_members(
    organization: Organization,
    *,
    q: str | None,
    status: str | None,
    office: str | None,
    below: bool,
    actor: Actor,
    limit: int,
    cursor: str | None,
) -> Page[Member]:
    """Members of one organisation, or with ``below`` of its whole subtree, by given name.

    ``q`` finds parts of names without regard to diacritics and đ; ``office`` leaves who holds one of this title today.
    """
    statement = (
        select(Member)
        .join(Organization, Organization.id == Member.organization_id)
        .where(
            _members_of(organization, below=below),
            visible(actor, Permission.MEMBERS_READ, Member.columns()),
        )
    )
    if q:
        statement = statement.where(Member.name_folded.like(like_pattern(q), escape="\\"))
    if status:
        statement = statement.where(Member.status == status)
    if office:
        day = today_in(organization.timezone, current_clock())
        statement = statement.where(Member.id.in_(_holders_of(office, day)))
    return paginate(
        statement,
        [Member.name_sort, Member.id],
        limit=limit,
        cursor=cursor,
        key_of=lambda member: [member.name_sort, member.id],
    )


def _holders_of(title: str, day: date) -> Select[tuple[int | None]]:
    return select(Office.member_id).where(
        Office.title == title,
        Office.member_id.is_not(None),
        Office.from_date <= day,
        or_(Office.to_date.is_(None), Office.to_date >= day),
    )


def _members_of(organization: Organization, *, below: bool) -> ColumnElement[bool]:
    if below:
        return and_(Organization.path >= organization.path, Organization.path < organization.path + PATH_END)
    return Member.organization_id == organization.id


def list_status_changes(member: Member) -> Sequence[StatusChange]:
    """Every change of the status of a member whom the actor has been found entitled to read, the oldest first."""
    return db.session.scalars(
        select(StatusChange)
        .where(StatusChange.member_id == member.id)
        .order_by(StatusChange.effective_on.is_not(None), StatusChange.effective_on, StatusChange.id)
    ).all()


def current_offices(actor: Actor) -> list[Office]:
    """The actor's offices in force, as rows."""
    held = {(office.organization_id, office.title.value) for office in actor.offices}
    if not held:
        return []
    statement = (
        select(Office)
        .where((Office.account_id == actor.account_id) | (Office.member_id == actor.member_id))
        .order_by(Office.id)
    )
    return [
        office for office in db.session.scalars(statement) if (office.organization_id, office.title) in held
    ]


def in_force(office: Office, day: date) -> bool:
    """Whether the office is held on this day; both its days belong to it."""
    return office.from_date <= day and (office.to_date is None or office.to_date >= day)


def list_access_log(actor: Actor, *, limit: int, cursor: str | None) -> Page[AuditEntry]:
    """Who read the actor's own record, alone or with everybody of the cell or below some organisation, the newest first."""
    if actor.member_id is None or actor.path is None:
        return Page([], None)
    statement = select(AuditEntry).where(
        or_(
            and_(AuditEntry.member_id == actor.member_id, AuditEntry.tag.in_(OF_ONE)),
            and_(AuditEntry.path == actor.path, AuditEntry.tag.in_(OF_THE_CELL)),
            and_(AuditEntry.path.in_(ancestor_paths(actor.path)), AuditEntry.tag.in_(OF_ALL_BELOW)),
        ),
        AuditEntry.actor_member_id.is_distinct_from(actor.member_id),
    )
    return paginate(
        statement,
        [AuditEntry.id],
        limit=limit,
        cursor=cursor,
        key_of=lambda entry: [entry.id],
        descending=True,
    )


def names_of(member_ids: set[int]) -> dict[int, str]:
    """Full names by id."""
    rows: Any = db.session.execute(select(Member.id, Member.full_name).where(Member.id.in_(member_ids)))
    return {row.id: row.full_name for row in rows}
