"""Reading settings: whatever the depth of the tree, the values in force are one statement."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from handbook.kernel.db import db
from handbook.kernel.tree import PATH_END, SEGMENT, ancestor_paths, path_ids
from handbook.organizations.models import Organization
from handbook.organizations.settings.models import OrganizationSetting, SettingChange
from handbook.organizations.settings.registry import BY_NAME, Rules, Setting, dump_value, load_value


def rules_of(organization: Organization) -> Rules:
    """The rules in force at the organisation: each from the nearest one at or above that has set it, else the default."""
    return rules_of_paths([organization.path])[organization.path]


def rules_at(organization: Organization, names: Collection[str], at: datetime) -> Mapping[str, Any]:
    """The values of these settings that were in force at the organisation at an earlier moment, by the history of changes.

    What is set without a history (by a program, before there was one) was always set. The tree is the one of today.
    """
    ids = path_ids(organization.path)
    changes = db.session.scalars(
        select(SettingChange)
        .where(SettingChange.organization_id.in_(ids), SettingChange.name.in_(sorted(names)))
        .order_by(SettingChange.id)
    ).all()
    own: dict[int, dict[str, str | None]] = {id_: dict(texts) for id_, texts in own_texts(ids).items()}
    for change in changes:
        own.setdefault(change.organization_id, {})[change.name] = None
    for change in changes:
        if change.set_at <= at:
            own[change.organization_id][change.name] = change.value
    found = {}
    for name in names:
        told = [text for id_ in ids if (text := own.get(id_, {}).get(name)) is not None]
        found[name] = load_value(BY_NAME[name], told[-1]) if told else BY_NAME[name].default
    return found


def rules_of_paths(paths: Iterable[str]) -> dict[str, Rules]:
    """The rules in force at each of the organisations with these paths, in one statement for all of them."""
    lines = {path: path_ids(path) for path in paths}
    set_values = own_values({id_ for ids in lines.values() for id_ in ids})
    return {path: Rules(_nearest(ids, set_values)) for path, ids in lines.items()}


def values_below(
    organization: Organization, name: str, path: ColumnElement[str] | InstrumentedAttribute[str]
) -> list[tuple[Any, ColumnElement[bool]]]:
    """The values of one setting in force at the organisation and everywhere below it, each with the condition that it is
    in force at the organisation with this ``path``.

    For lists over a whole tree. Where nobody below sets the value otherwise there is one, and its condition is always true.
    """
    setting = BY_NAME[name]
    rows = db.session.execute(
        select(OrganizationSetting.path, OrganizationSetting.value)
        .where(
            OrganizationSetting.name == name,
            or_(
                OrganizationSetting.path.in_(ancestor_paths(organization.path)),
                and_(
                    OrganizationSetting.path > organization.path,
                    OrganizationSetting.path < organization.path + PATH_END,
                ),
            ),
        )
        .order_by(func.length(OrganizationSetting.path))
    ).all()
    here = dump_value(setting, setting.default)
    below: dict[str, str] = {}
    for at, text in rows:
        if organization.path.startswith(at):
            here = text
        else:
            below[at] = text
    texts = {here, *below.values()}
    if texts == {here}:
        return [(load_value(setting, here), true())]
    in_force = func.coalesce(_nearest_below(name, path, organization.path, max(map(len, below))), here)
    return [(load_value(setting, text), in_force == text) for text in sorted(texts)]


def rules_set_below(
    organization: Organization, names: Collection[str], rules: Rules
) -> dict[str, Mapping[str, Any]]:
    """What of these settings is in force at each organisation below that sets one of them itself, by path, those above
    first. ``rules`` are in force at the organisation; where nobody sets anything, as there."""
    rows = db.session.execute(
        select(OrganizationSetting.path, OrganizationSetting.name, OrganizationSetting.value)
        .where(
            OrganizationSetting.name.in_(sorted(names)),
            OrganizationSetting.path > organization.path,
            OrganizationSetting.path < organization.path + PATH_END,
        )
        .order_by(OrganizationSetting.path)
    ).all()
    own: dict[str, dict[str, Any]] = {}
    for path, name, text in rows:
        own.setdefault(path, {})[name] = load_value(BY_NAME[name], text)
    here = {name: rules[name] for name in names}
    found: dict[str, Mapping[str, Any]] = {}
    for path, values in own.items():
        above = next((found[one] for one in reversed(ancestor_paths(path)) if one in found), here)
        found[path] = {**above, **values}
    return found


def _nearest_below(name: str, path: Any, above: str, longest: int) -> ScalarSelect[str]:
    """The value that the nearest organisation below ``above`` sets for ``path``: one look-up by key for each level."""
    levels = [func.substr(path, 1, length) for length in range(len(above) + SEGMENT, longest + 1, SEGMENT)]
    return (
        select(OrganizationSetting.value)
        .where(OrganizationSetting.name == name, OrganizationSetting.path.in_(levels))
        .order_by(func.length(OrganizationSetting.path).desc())
        .limit(1)
        .scalar_subquery()
    )


def _nearest(ids: list[int], set_values: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """Root first, so that what is set nearer by writes over what is set above."""
    values: dict[str, Any] = {}
    for id_ in ids:
        values.update(set_values.get(id_, {}))
    return values


def value_of(organization: Organization, setting: Setting) -> Any:
    """The value of one setting in force at the organisation, also of one that is none of the :data:`SETTINGS`."""
    ids = path_ids(organization.path)
    values = _nearest(ids, own_values(ids, {setting.name: setting}))
    return values.get(setting.name, setting.default)


def own_values(
    organization_ids: Collection[int], settings: Mapping[str, Setting] = BY_NAME
) -> dict[int, dict[str, Any]]:
    """What each of these organisations sets itself, by name; those that set nothing are left out."""
    rows = db.session.execute(
        select(
            OrganizationSetting.organization_id, OrganizationSetting.name, OrganizationSetting.value
        ).where(
            OrganizationSetting.organization_id.in_(sorted(organization_ids)),
            OrganizationSetting.name.in_(sorted(settings)),
        )
    )
    found: dict[int, dict[str, Any]] = {}
    for organization_id, name, text in rows:
        found.setdefault(organization_id, {})[name] = load_value(settings[name], text)
    return found


def own_texts(organization_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """Everything that each of these organisations sets itself, as it is stored."""
    rows = db.session.scalars(
        select(OrganizationSetting).where(OrganizationSetting.organization_id.in_(sorted(organization_ids)))
    )
    found: dict[int, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row.organization_id, {})[row.name] = row.value
    return found
