"""What :class:`~handbook.organizations.schemas.OrganizationSchema` dumps."""

import json
from collections.abc import Sequence
from typing import Any

from handbook.kernel.concurrency import etag_of
from handbook.kernel.tree import path_ids
from handbook.organizations.models import Organization
from handbook.organizations.settings.queries import own_texts
from handbook.organizations.settings.registry import AGENDA, BY_NAME, SCHEDULE, dump_rules, load_value


def organization_views(organizations: Sequence[Organization]) -> list[dict[str, Any]]:
    """The organisations with what each of them sets itself, in one statement for all.

    The topmost one tells every rule, defaults included: who holds the whole line up to it knows what is in force without
    knowing any default, and a change at one organisation moves the version of that one alone.
    """
    own = own_texts([organization.id for organization in organizations])
    return [_view(organization, own.get(organization.id, {})) for organization in organizations]


def _view(organization: Organization, own: dict[str, str]) -> dict[str, Any]:
    rules = {name: load_value(BY_NAME[name], text) for name, text in own.items() if name in BY_NAME}
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
        "rules": dump_rules(rules, complete=organization.parent_id is None),
        "agenda_templates": {
            name.removeprefix(AGENDA): json.loads(text)
            for name, text in sorted(own.items())
            if name.startswith(AGENDA)
        },
        "schedule": json.loads(own[SCHEDULE]) if SCHEDULE in own else None,
        "etag": etag_of(organization),
    }
