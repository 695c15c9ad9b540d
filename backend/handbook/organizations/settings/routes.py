from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from handbook.access.guards import current_actor, may, requires
from handbook.access.permissions import Permission
from handbook.kernel.concurrency import require_match, set_body_etag, set_etag
from handbook.kernel.problems import NotFound
from handbook.kernel.schemas import page_of
from handbook.kernel.unit_of_work import unit_of_work
from handbook.organizations.queries import get_organization
from handbook.organizations.settings import presenter, service
from handbook.organizations.settings.registry import BY_NAME, Setting
from handbook.organizations.settings.schemas import (
    SettingChangeSchema,
    SettingHistoryArgs,
    SettingInSchema,
    SettingSchema,
    SettingsSchema,
)

blp = Blueprint(
    "settings",
    __name__,
    url_prefix="/api/organizations/<id:organization_id>/settings",
    description="Rules that committees set differently, inherited down the tree",
)


@blp.route("", methods=["GET"])
@requires(Permission.SETTINGS_READ)
@blp.response(200, SettingsSchema)
def list_settings(organization_id: int) -> Response:
    """Every setting with the value in force, where it comes from, and what it may be."""
    actor = current_actor()
    organization = get_organization(organization_id, Permission.SETTINGS_READ, actor=actor)
    body = {
        "organization_id": organization.id,
        "can_write": may(actor, Permission.SETTINGS_WRITE, organization.target),
        "items": presenter.setting_views(organization),
    }
    return set_body_etag(jsonify(SettingsSchema().dump(body)))


@blp.route("/<string:name>", methods=["GET"])
@requires(Permission.SETTINGS_READ)
@blp.response(200, SettingSchema)
def get_setting(organization_id: int, name: str) -> Response:
    """One setting."""
    organization = get_organization(organization_id, Permission.SETTINGS_READ, actor=current_actor())
    view = presenter.setting_view(organization, _known(name))
    return set_etag(jsonify(SettingSchema().dump(view)), view["etag"])


@blp.route("/<string:name>", methods=["PUT"])
@requires(Permission.SETTINGS_WRITE)
@blp.arguments(SettingInSchema)
@blp.response(200, SettingSchema)
def change_setting(fields: dict[str, Any], organization_id: int, name: str) -> Response:
    """Set a value for the organisation and everything below it, or follow the organisation above again."""
    actor = current_actor()
    with unit_of_work() as uow:
        organization = get_organization(organization_id, Permission.SETTINGS_WRITE, actor=actor, lock=True)
        setting = _known(name)
        require_match(presenter.state_of(organization, setting))
        service.change_setting(organization, setting, fields["value"], actor=actor, uow=uow)
        view = presenter.setting_view(organization, setting)
        return set_etag(jsonify(SettingSchema().dump(view)), view["etag"])


@blp.route("/<string:name>/history", methods=["GET"])
@requires(Permission.SETTINGS_READ)
@blp.arguments(SettingHistoryArgs, location="query")
@blp.response(200, page_of(SettingChangeSchema))
def list_changes(args: dict[str, Any], organization_id: int, name: str) -> dict[str, Any]:
    """Every change of a setting at this organisation, the newest first, with who made it."""
    organization = get_organization(organization_id, Permission.SETTINGS_READ, actor=current_actor())
    return presenter.history(organization, _known(name), **args)


def _known(name: str) -> Setting:
    if name not in BY_NAME:
        raise NotFound
    return BY_NAME[name]
