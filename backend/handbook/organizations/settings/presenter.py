"""What the API tells of settings: the value in force, where it comes from, who changed it when."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from handbook.access.names import names_of_accounts
from handbook.kernel.concurrency import etag_of
from handbook.kernel.db import db
from handbook.kernel.pagination import paginate
from handbook.kernel.tree import path_ids
from handbook.organizations.models import Organization
from handbook.organizations.settings.models import SettingChange
from handbook.organizations.settings.queries import own_values
from handbook.organizations.settings.registry import SETTINGS, Setting


@dataclass(frozen=True, slots=True)
class SettingState:
    """A setting of one organisation as something with a version: the id of its last change, 0 before the first."""

    id: int
    row_version: int


def state_of(organization: Organization, setting: Setting) -> SettingState:
    """The version that a change of this setting must name."""
    return SettingState(organization.id, _last_changes(organization).get(setting.name, 0))


def setting_views(organization: Organization, settings: Sequence[Setting] = SETTINGS) -> list[dict[str, Any]]:
    """All of these settings at an organisation, in their order, in three statements."""
    line = path_ids(organization.path)
    own = own_values(line, {setting.name: setting for setting in settings})
    names = _names(line)
    versions = _last_changes(organization)
    return [_view(setting, line, own, names, versions.get(setting.name, 0)) for setting in settings]


def setting_view(organization: Organization, setting: Setting) -> dict[str, Any]:
    """One of them."""
    return setting_views(organization, [setting])[0]


def history(
    organization: Organization, setting: Setting, *, limit: int, cursor: str | None
) -> dict[str, Any]:
    """The changes of one setting at this organisation, the newest first."""
    page = paginate(
        select(SettingChange).where(
            SettingChange.organization_id == organization.id, SettingChange.name == setting.name
        ),
        [SettingChange.id],
        limit=limit,
        cursor=cursor,
        key_of=lambda change: [change.id],
        descending=True,
    )
    names = names_of_accounts({change.set_by_account_id for change in page.items if change.set_by_account_id})
    items = [
        {
            "value": None if change.value is None else json.loads(change.value),
            "set_at": change.set_at,
            "set_by": names.get(change.set_by_account_id or 0),
        }
        for change in page.items
    ]
    return {"items": items, "next": page.next}


def _view(
    setting: Setting,
    line: list[int],
    own: dict[int, dict[str, Any]],
    names: dict[int, str],
    version: int,
) -> dict[str, Any]:
    *above, here = line
    setters = [id_ for id_ in above if setting.name in own.get(id_, {})]
    inherited = own[setters[-1]][setting.name] if setters else setting.default
    is_own = setting.name in own.get(here, {})
    dump = setting.kind.dump
    return {
        "name": setting.name,
        "group": setting.group.value,
        "type": setting.kind.name,
        "unit": setting.unit and setting.unit.value,
        "value": dump(own[here][setting.name] if is_own else inherited),
        "default": dump(setting.default),
        "own": is_own,
        "inherited_value": dump(inherited),
        "inherited_from": {"organization_id": setters[-1], "name": names[setters[-1]]} if setters else None,
        "bounds": setting.kind.bounds(),
        "etag": etag_of(SettingState(here, version)),
    }


def _names(organization_ids: list[int]) -> dict[int, str]:
    found = select(Organization).where(Organization.id.in_(organization_ids))
    return {organization.id: organization.name for organization in db.session.scalars(found)}


def _last_changes(organization: Organization) -> dict[str, int]:
    rows = db.session.execute(
        select(SettingChange.name, func.max(SettingChange.id).label("id"))
        .where(SettingChange.organization_id == organization.id)
        .group_by(SettingChange.name)
    )
    return {row.name: row.id for row in rows}
