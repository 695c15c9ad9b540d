"""Scoped reads of resolutions."""

from typing import Any

from sqlalchemy import func, select

from handbook.access.actor import Actor
from handbook.access.guards import may, require, visible
from handbook.access.permissions import Permission
from handbook.kernel.clock import Clock, today_in
from handbook.kernel.concurrency import etag_of
from handbook.kernel.db import db
from handbook.kernel.pagination import Page, paginate
from handbook.kernel.problems import FieldError, NotFound, ValidationFailed
from handbook.meetings.models import Meeting
from handbook.organizations.enums import OrganizationKind
from handbook.organizations.locality import line_above, place_of
from handbook.organizations.models import Organization
from handbook.organizations.queries import get_organization
from handbook.resolutions.enums import KNOWN_SINCE, NOT_ISSUED_BY_CELLS, DocumentType, ResolutionState
from handbook.resolutions.models import Resolution
from handbook.resolutions.rules import Symbol, is_term, issuer_of, term_on
from handbook.resolutions.standing import issue_refusal, issue_warnings
from handbook.resolutions.task_queries import task_data


def get_resolution(resolution_id: int, permission: Permission, *, actor: Actor) -> Resolution:
    """The resolution, when the actor holds the permission for it; else 404 or 403 as the policy says."""
    resolution = db.session.get(Resolution, resolution_id)
    if resolution is None:
        raise NotFound
    require(actor, permission, resolution.target)
    return resolution


def list_resolutions(
    organization_id: int,
    *,
    actor: Actor,
    limit: int,
    cursor: str | None,
    state: str | None = None,
    meeting_id: int | None = None,
) -> Page[Resolution]:
    """An organisation's resolutions, the newest first; drafts only for who may see them."""
    get_organization(organization_id, Permission.RESOLUTIONS_READ, actor=actor)
    statement = (
        select(Resolution)
        .join(Organization, Organization.id == Resolution.organization_id)
        .where(
            Resolution.organization_id == organization_id,
            visible(actor, Permission.RESOLUTIONS_READ, Resolution.columns()),
        )
    )
    if state is not None:
        statement = statement.where(Resolution.state == state)
    if meeting_id is not None:
        statement = statement.where(Resolution.meeting_id == meeting_id)
    return paginate(
        statement,
        [Resolution.id],
        limit=limit,
        cursor=cursor,
        key_of=lambda row: [row.id],
        descending=True,
    )


def propose_symbol(
    organization_id: int, *, type_: DocumentType, term: str | None, actor: Actor, clock: Clock
) -> tuple[Symbol, str]:
    """The next free symbol of this issuer, type and term, and the term. The issuer is written as last time."""
    organization = get_organization(organization_id, Permission.RESOLUTIONS_WRITE, actor=actor)
    if organization.kind == OrganizationKind.CELL and type_ in NOT_ISSUED_BY_CELLS:
        raise ValidationFailed(FieldError("/type", "type_not_issued_by_cell"))
    if term is not None and not is_term(term):
        raise ValidationFailed(FieldError("/term", "invalid"))
    return next_symbol(organization, type_=type_, term=term, clock=clock)


def next_symbol(
    organization: Organization, *, type_: DocumentType, term: str | None, clock: Clock
) -> tuple[Symbol, str]:
    """The same for who has asked already whether it may be told."""
    term = term or term_for(organization, clock=clock)
    last = db.session.scalar(
        select(Resolution)
        .where(Resolution.organization_id == organization.id)
        .order_by(Resolution.id.desc())
        .limit(1)
    )
    issuer = last.symbol.partition("/")[2] if last else issuer_of(OrganizationKind(organization.kind))
    return Symbol(last_number(organization.id, term, type_) + 1, type_, issuer), term


def term_for(organization: Organization, *, clock: Clock) -> str:
    """The organisation's term of office today."""
    known = db.session.scalar(
        select(Resolution.term)
        .where(Resolution.organization_id == organization.id)
        .order_by(Resolution.id.desc())
        .limit(1)
    )
    return term_on(today_in(organization.timezone, clock), known)


def last_number(organization_id: int, term: str, type_: DocumentType) -> int:
    """The highest number used, drafts included; 0 for none."""
    number = db.session.scalar(
        select(func.max(Resolution.number)).where(
            Resolution.organization_id == organization_id,
            Resolution.term == term,
            Resolution.type == type_.value,
        )
    )
    return number or 0


def resolution_data(resolution: Resolution, *, actor: Actor) -> dict[str, Any]:
    """What :class:`~handbook.resolutions.schemas.ResolutionSchema` dumps, for this reader."""
    return {
        "id": resolution.id,
        "organization_id": resolution.organization_id,
        "organization_name": resolution.organization_name,
        "symbol": resolution.symbol,
        "type": resolution.type,
        "term": resolution.term,
        "title": resolution.title,
        "body": resolution.body,
        "content_hash": resolution.content_hash,
        "state": resolution.state,
        "issued_on": resolution.issued_on,
        "issue_exception": resolution.issue_exception,
        "issue_exception_for": resolution.issue_exception_for,
        "revoked_on": resolution.revoked_on,
        "revoke_reason": resolution.revoke_reason,
        "supersedes": resolution.supersedes,
        "superseded_by": resolution.superseded_by,
        "meeting_id": resolution.meeting_id,
        "tasks": [task_data(task, actor=actor) for task in resolution.tasks],
        "can": _acts(resolution, actor),
        "etag": etag_of(resolution),
    }


def whole_data(resolution: Resolution, *, actor: Actor) -> dict[str, Any]:
    """The same, and for who may issue it for what it would be refused, what is missing, and the place that will stand on it;
    for who may revoke it what was done to its vote since."""
    data = resolution_data(resolution, actor=actor)
    if "issue" in data["can"]:
        data["issue_refused"] = issue_refusal(resolution)
        data["issue_warnings"] = issue_warnings(resolution)
        data["place"] = place_of(resolution.organization, line_above(resolution.organization))
    elif "revoke" in data["can"] and (since := KNOWN_SINCE.intersection(issue_warnings(resolution))):
        data["issue_warnings"] = sorted(since)
    return data


def _acts(resolution: Resolution, actor: Actor) -> list[str]:
    if not may(actor, Permission.RESOLUTIONS_WRITE, resolution.target):
        return []
    by_state = {
        ResolutionState.DRAFT: ["edit", "issue"],
        ResolutionState.ISSUED: ["revoke", "supersede"],
        ResolutionState.REVOKED: [],
    }
    return by_state[ResolutionState(resolution.state)]


def resolution_of(meeting: Meeting) -> Resolution | None:
    """The resolution that belongs to a meeting, one in force before a draft; None when there is none."""
    statement = (
        select(Resolution)
        .where(
            Resolution.meeting_id == meeting.id,
            Resolution.type == DocumentType.RESOLUTION.value,
            Resolution.state != ResolutionState.REVOKED.value,
        )
        .order_by(Resolution.state.desc(), Resolution.id)
    )
    return db.session.scalars(statement.limit(1)).first()
