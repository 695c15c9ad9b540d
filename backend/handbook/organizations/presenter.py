"""What :class:`~handbook.organizations.schemas.OrganizationSchema` dumps."""

from collections.abc import Sequence
from typing import Any

from handbook.kernel.concurrency import etag_of
from handbook.kernel.tree import path_ids
from handbook.organizations.models import Organization
from handbook.organizations.settings.queries import own_values
from handbook.organizations.settings.registry import dump_rules


def organization_views(organizations: Sequence[Organization]) -> list[dict[str, Any]]:
    """The organisations with what each of them sets itself, in one statement for all.

    The topmost one tells every rule, defaults included: who holds the whole line up to it knows what is in force without
    knowing any default, and a change at one organisation moves the version of that one alone.
    """
    own = own_values([organization.id for organization in organizations])
    return [_view(organization, own.get(organization.id, {})) for organization in organizations]


def _view(organization: Organization, own: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": organization.id,
        "parent_id": organization.parent_id,
        "kind": organization.kind,
        "name": organization.name,
        "code": organization.code,
        "path": path_ids(organization.path),
        "timezone": organization.timezone,
        "member_counts": {
            "official": organization.official_count,
            "probationary": organization.probationary_count,
            "exempt": organization.exempt_count,
        },
        "rules": dump_rules(own, complete=organization.parent_id is None),
        "etag": etag_of(organization),
    }
