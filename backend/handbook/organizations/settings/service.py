"""Changing a setting: the value in force, its history, the record, and the version that phones follow."""

import json
from typing import Any

from sqlalchemy import delete, select

from handbook.access.actor import Actor
from handbook.audit.service import record
from handbook.kernel.problems import FieldError, ValidationFailed
from handbook.kernel.tree import ancestor_paths
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.organizations.models import Organization
from handbook.organizations.settings.events import SettingChanged
from handbook.organizations.settings.models import OrganizationSetting, SettingChange
from handbook.organizations.settings.queries import rules_of, rules_set_below
from handbook.organizations.settings.registry import BY_NAME, SETTINGS, Rules, Setting, dump_value
from handbook.organizations.settings.values import Refused
from handbook.organizations.versions import bump_content_version

#: Settings of which one may not exceed the other.
BOUND_TOGETHER = frozenset(
    name for setting in SETTINGS if setting.not_above for name in (setting.name, setting.not_above)
)


def change_setting(
    organization: Organization,
    setting: Setting,
    data: Any,
    *,
    actor: Actor,
    uow: UnitOfWork,
    tag: str = "organizations:setting:changed",
) -> None:
    """Let ``data`` hold at the organisation and below; None: as the organisation above has it. The row is locked.

    Phones below follow the version of this organisation too, so that of no other is moved, however many lie below.
    Raises :class:`ValidationFailed`. The same value again changes nothing.
    """
    value = None if data is None else _parsed(setting, data)
    if setting.name in BOUND_TOGETHER:
        _lock_tree(organization, uow)
    own = uow.session.get(OrganizationSetting, (organization.id, setting.name))
    text = None if value is None else dump_value(setting, value)
    if text == (own.value if own else None):
        return
    before = own and own.value
    if text is None:
        uow.session.execute(
            delete(OrganizationSetting).where(
                OrganizationSetting.organization_id == organization.id,
                OrganizationSetting.name == setting.name,
            )
        )
    elif own is None:
        uow.session.add(
            OrganizationSetting(
                organization_id=organization.id, path=organization.path, name=setting.name, value=text
            )
        )
    else:
        own.value = text
    uow.session.flush()
    if setting.name in BY_NAME:
        rules = rules_of(organization)
        _refuse_contradiction(setting, rules)
        _refuse_contradiction_below(organization, setting, rules, uow)
    uow.session.add(
        SettingChange(
            organization_id=organization.id,
            name=setting.name,
            value=text,
            set_by_account_id=actor.account_id,
            set_by_member_id=actor.member_id,
            set_at=uow.clock.now(),
        )
    )
    organization.row_content_version = bump_content_version(uow, organization.id)
    uow.session.flush()
    record(
        uow,
        tag,
        actor=actor,
        subject_id=organization.id,
        path=organization.path,
        details={"name": setting.name, **_difference(setting, before, text)},
    )
    uow.emit(SettingChanged(organization.id, setting.name, organization.row_content_version))


def _lock_tree(organization: Organization, uow: UnitOfWork) -> None:
    """One at a time in the whole tree: of two that change at once, above and below, neither would see the other's value."""
    root = ancestor_paths(organization.path)[0]
    uow.session.execute(
        select(Organization.id).where(Organization.path == root).with_for_update(key_share=True)
    ).scalar_one()


def _parsed(setting: Setting, data: Any) -> Any:
    try:
        return setting.kind.parse(data)
    except Refused as refusal:
        raise ValidationFailed(FieldError("/value", refusal.code, dict(refusal.params))) from None


def _refuse_contradiction(changed: Setting, rules: Rules) -> None:
    """Refuse a value with which one rule would exceed another that bounds it, as they would be in force here."""
    for setting in SETTINGS:
        limit = setting.not_above
        if limit is None or changed.name not in (setting.name, limit) or rules[setting.name] <= rules[limit]:
            continue
        if changed is setting:
            raise ValidationFailed(FieldError("/value", "above_other", {"other": limit, "max": rules[limit]}))
        raise ValidationFailed(
            FieldError("/value", "below_other", {"other": setting.name, "min": rules[setting.name]})
        )


def _refuse_contradiction_below(
    organization: Organization, changed: Setting, rules: Rules, uow: UnitOfWork
) -> None:
    """Refuse a value with which the same would be so at an organisation below, which has set the other one of the two: a
    grade that nobody reaches, a least notice above the usual one. The refusal names the first of them and how many there are.
    """
    for setting in SETTINGS:
        limit = setting.not_above
        if limit is None or changed.name not in (setting.name, limit):
            continue
        below = rules_set_below(organization, (setting.name, limit), rules)
        wrong = [path for path, values in below.items() if values[setting.name] > values[limit]]
        if not wrong:
            continue
        other = limit if changed is setting else setting.name
        first = _name_at(wrong[0], uow)
        params = {"other": other, "value": below[wrong[0]][other], "name": first, "count": len(wrong)}
        raise ValidationFailed(FieldError("/value", "contradicts_below", params))


def _name_at(path: str, uow: UnitOfWork) -> str:
    return uow.session.execute(select(Organization.name).where(Organization.path == path)).scalar_one()


def _difference(setting: Setting, before: str | None, after: str | None) -> dict[str, Any]:
    """Both values, but for what people have written: the record holds no texts, the history does."""
    if setting.name not in BY_NAME:
        return {}
    return {"before": before and json.loads(before), "after": after and json.loads(after)}
