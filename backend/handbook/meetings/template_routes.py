from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint
from marshmallow import fields, validate

from handbook.access.guards import current_actor, may, requires
from handbook.access.permissions import Permission
from handbook.kernel.concurrency import require_match, set_body_etag, set_etag
from handbook.kernel.problems import NotFound
from handbook.kernel.schemas import Id, Schema
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.enums import MeetingKind
from handbook.meetings.schemas import KINDS, MAX_AGENDA_ITEMS, NewAgendaItemSchema
from handbook.meetings.templates import SETTING_OF, Agenda
from handbook.organizations.models import Organization
from handbook.organizations.queries import get_organization
from handbook.organizations.schemas import TemplateLineSchema
from handbook.organizations.settings import presenter
from handbook.organizations.settings.schemas import SettingOriginSchema
from handbook.organizations.settings.service import change_setting

blp = Blueprint(
    "agenda_templates",
    __name__,
    url_prefix="/api/organizations/<id:organization_id>/agenda-templates",
    description="The agendas with which meetings begin, inherited down the tree",
)


class AgendaTemplateSchema(Schema):
    """The agenda in force for one kind of meeting.

    ``own``: the organisation has set it itself, else ``inherited_from`` says which organisation above did; null when the
    program's own is used.
    """

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    agenda = fields.List(fields.Nested(TemplateLineSchema), required=True)
    own = fields.Boolean(required=True)
    inherited_from = fields.Nested(SettingOriginSchema, required=True, allow_none=True)
    etag = fields.String(required=True)


class AgendaTemplatesSchema(Schema):
    """The agendas of every kind of meeting. ``can_write``: the reader may change them."""

    organization_id = Id(required=True)
    can_write = fields.Boolean(required=True)
    items = fields.List(fields.Nested(AgendaTemplateSchema), required=True)


class AgendaTemplateInSchema(Schema):
    """The whole ordered agenda; null: as the organisation above has it."""

    agenda = fields.List(
        fields.Nested(NewAgendaItemSchema),
        required=True,
        allow_none=True,
        validate=validate.Length(max=MAX_AGENDA_ITEMS),
    )


@blp.route("", methods=["GET"])
@requires(Permission.AGENDA_TEMPLATES_READ)
@blp.response(200, AgendaTemplatesSchema)
def list_agenda_templates(organization_id: int) -> Response:
    """The agenda with which a meeting of each kind begins, and where it comes from."""
    actor = current_actor()
    organization = get_organization(organization_id, Permission.AGENDA_TEMPLATES_READ, actor=actor)
    body = {
        "organization_id": organization.id,
        "can_write": may(actor, Permission.AGENDA_TEMPLATES_WRITE, organization.target),
        "items": _views(organization, list(MeetingKind)),
    }
    return set_body_etag(jsonify(AgendaTemplatesSchema().dump(body)))


@blp.route("/<string:kind>", methods=["GET"])
@requires(Permission.AGENDA_TEMPLATES_READ)
@blp.response(200, AgendaTemplateSchema)
def get_agenda_template(organization_id: int, kind: str) -> Response:
    """The agenda of one kind of meeting."""
    organization = get_organization(organization_id, Permission.AGENDA_TEMPLATES_READ, actor=current_actor())
    return _answer(organization, _known(kind))


@blp.route("/<string:kind>", methods=["PUT"])
@requires(Permission.AGENDA_TEMPLATES_WRITE)
@blp.arguments(AgendaTemplateInSchema)
@blp.response(200, AgendaTemplateSchema)
def change_agenda_template(fields: dict[str, Any], organization_id: int, kind: str) -> Response:
    """Set the agenda for the organisation and everything below it, or follow the organisation above again."""
    actor = current_actor()
    with unit_of_work() as uow:
        organization = get_organization(
            organization_id, Permission.AGENDA_TEMPLATES_WRITE, actor=actor, lock=True
        )
        known = _known(kind)
        setting = SETTING_OF[known]
        require_match(presenter.state_of(organization, setting))
        agenda = None if fields["agenda"] is None else Agenda().dump(fields["agenda"])
        change_setting(
            organization, setting, agenda, actor=actor, uow=uow, tag="meetings:agenda_template:changed"
        )
        return _answer(organization, known)


def _views(organization: Organization, kinds: list[MeetingKind]) -> list[dict[str, Any]]:
    views = presenter.setting_views(organization, [SETTING_OF[kind] for kind in kinds])
    return [
        {
            "kind": kind.value,
            "agenda": view["value"],
            "own": view["own"],
            "inherited_from": view["inherited_from"],
            "etag": view["etag"],
        }
        for kind, view in zip(kinds, views, strict=True)
    ]


def _answer(organization: Organization, kind: MeetingKind) -> Response:
    (view,) = _views(organization, [kind])
    return set_etag(jsonify(AgendaTemplateSchema().dump(view)), view["etag"])


def _known(kind: str) -> MeetingKind:
    if kind not in KINDS:
        raise NotFound
    return MeetingKind(kind)
