"""Reading settings: whatever the depth of the tree, the values in force are one statement."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import select

from handbook.kernel.db import db
from handbook.kernel.tree import path_ids
from handbook.organizations.models import Organization
from handbook.organizations.settings.models import OrganizationSetting
from handbook.organizations.settings.registry import BY_NAME, Rules, load_value


def rules_of(organization: Organization) -> Rules:
    """The rules in force at the organisation: each from the nearest one at or above that has set it, else the default."""
    return rules_of_paths([organization.path])[organization.path]


def rules_of_paths(paths: Iterable[str]) -> dict[str, Rules]:
    """The rules in force at each of the organisations with these paths, in one statement for all of them."""
    lines = {path: path_ids(path) for path in paths}
    set_values = own_values({id_ for ids in lines.values() for id_ in ids})
    return {path: Rules(_nearest(ids, set_values)) for path, ids in lines.items()}


def _nearest(ids: list[int], set_values: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """Root first, so that what is set nearer by writes over what is set above."""
    values: dict[str, Any] = {}
    for id_ in ids:
        values.update(set_values.get(id_, {}))
    return values


def own_values(organization_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """What each of these organisations sets itself, by name; those that set nothing are left out."""
    rows = db.session.execute(
        select(
            OrganizationSetting.organization_id, OrganizationSetting.name, OrganizationSetting.value
        ).where(OrganizationSetting.organization_id.in_(sorted(organization_ids)))
    )
    found: dict[int, dict[str, Any]] = {}
    for organization_id, name, text in rows:
        if name in BY_NAME:
            found.setdefault(organization_id, {})[name] = load_value(BY_NAME[name], text)
    return found
