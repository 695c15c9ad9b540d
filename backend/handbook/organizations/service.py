"""Changes of the tree."""

import re

from sqlalchemy import func, select

from handbook.access.actor import Actor
from handbook.audit.service import record
from handbook.kernel.clock import DEFAULT_TIMEZONE
from handbook.kernel.text import clean, fold
from handbook.kernel.tree import path_segment
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.organizations.enums import OrganizationKind
from handbook.organizations.models import Organization
from handbook.organizations.versions import bump_content_version


def create_organization(
    *,
    name: str,
    kind: OrganizationKind,
    parent: Organization | None,
    actor: Actor,
    uow: UnitOfWork,
    code: str | None = None,
    timezone: str | None = None,
) -> Organization:
    """Add a node below ``parent``; ``code`` is made from the name when it is not given, and is unique in the nation."""
    organization = Organization(
        parent_id=parent.id if parent else None,
        kind=kind.value,
        name=clean(name),
        name_folded=fold(name),
        code=code or _free_code(uow, name, parent),
        path="",
        timezone=timezone or (parent.timezone if parent else DEFAULT_TIMEZONE),
        created_at=uow.clock.now(),
    )
    # The path needs the id, and the id needs the row: a placeholder keeps the unique index content for one flush.
    organization.path = f"new-{organization.code}"
    uow.session.add(organization)
    uow.session.flush()
    organization.path = (parent.path if parent else "") + path_segment(organization.id)
    uow.session.flush()
    record(
        uow,
        "organizations:organization:created",
        actor=actor,
        subject_id=organization.id,
        path=organization.path,
    )
    if parent is not None:
        bump_content_version(uow, parent.id)
    return organization


def _free_code(uow: UnitOfWork, name: str, parent: Organization | None) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-") or "to-chuc"
    stem = f"{parent.code}/{words}"[-34:].lstrip("-/") if parent else words[:34]
    code, number = stem, 1
    while uow.session.scalar(select(func.count()).select_from(Organization).where(Organization.code == code)):
        number += 1
        code = f"{stem}-{number}"
    return code
