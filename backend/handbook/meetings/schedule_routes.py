from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint
from marshmallow import ValidationError, fields, validate, validates_schema

from handbook.access.guards import current_actor, may, requires
from handbook.access.permissions import Permission
from handbook.kernel.concurrency import etag_of, require_match, set_etag
from handbook.kernel.schemas import Id, Schema, Text
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.schedule import LAST, SETTING, ScheduleKind, schedule_of
from handbook.meetings.schemas import KINDS, OnlineUrl
from handbook.organizations.models import Organization
from handbook.organizations.queries import get_organization
from handbook.organizations.schemas import ScheduleSchema
from handbook.organizations.settings import presenter
from handbook.organizations.settings.service import change_setting

blp = Blueprint(
    "meeting_schedules",
    __name__,
    url_prefix="/api/organizations/<id:organization_id>/schedule",
    description="When an organisation usually meets",
)


class ScheduleFieldsSchema(Schema):
    """Either ``day`` of the month, or ``week`` (1 to 4, -1: the last) and ``weekday`` (0: Monday).

    ``next_working_day``: a ``day`` on a weekend moves on to Monday.
    """

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    starts = fields.String(required=True, validate=validate.Regexp(r"^([01]\d|2[0-3]):[0-5]\d\Z"))
    minutes = fields.Integer(required=True, validate=validate.Range(15, 1440))
    place = Text(required=True, min_length=1, max_length=300)
    online_url = OnlineUrl(load_default=None, allow_none=True)
    day = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 31))
    week = fields.Integer(load_default=None, allow_none=True, validate=validate.OneOf([1, 2, 3, 4, LAST]))
    weekday = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(0, 6))
    next_working_day = fields.Boolean(load_default=False)

    @validates_schema
    def one_rule(self, data: dict[str, Any], **_kwargs: Any) -> None:
        by_day = data.get("day") is not None
        by_week = [data.get("week") is not None, data.get("weekday") is not None]
        if by_day and any(by_week):
            raise ValidationError({"day": ["two_rules"]})
        if not by_day and not all(by_week):
            raise ValidationError({"day": ["required"]})
        if not by_day and data.get("next_working_day"):
            raise ValidationError({"next_working_day": ["not_with_weekday"]})


class ScheduleInSchema(Schema):
    """The whole schedule; null: there is none."""

    schedule = fields.Nested(ScheduleFieldsSchema, required=True, allow_none=True)


class ScheduleStateSchema(Schema):
    """The schedule, or null. ``can_write``: the reader may change it."""

    organization_id = Id(required=True)
    schedule = fields.Nested(ScheduleSchema, required=True, allow_none=True)
    can_write = fields.Boolean(required=True)
    etag = fields.String(required=True)


@blp.route("", methods=["GET"])
@requires(Permission.SCHEDULES_READ)
@blp.response(200, ScheduleStateSchema)
def get_schedule(organization_id: int) -> Response:
    """When the organisation usually meets."""
    return _answer(get_organization(organization_id, Permission.SCHEDULES_READ, actor=current_actor()))


@blp.route("", methods=["PUT"])
@requires(Permission.SCHEDULES_WRITE)
@blp.arguments(ScheduleInSchema)
@blp.response(200, ScheduleStateSchema)
def change_schedule(fields: dict[str, Any], organization_id: int) -> Response:
    """Say when the organisation usually meets, or that it has no schedule any more. Meetings that exist stay as they are."""
    actor = current_actor()
    with unit_of_work() as uow:
        organization = get_organization(organization_id, Permission.SCHEDULES_WRITE, actor=actor, lock=True)
        require_match(presenter.state_of(organization, SETTING))
        change_setting(
            organization, SETTING, fields["schedule"], actor=actor, uow=uow, tag="meetings:schedule:changed"
        )
        return _answer(organization)


def _answer(organization: Organization) -> Response:
    tag = etag_of(presenter.state_of(organization, SETTING))
    body = {
        "organization_id": organization.id,
        "schedule": ScheduleKind().dump(schedule_of(organization)),
        "can_write": may(current_actor(), Permission.SCHEDULES_WRITE, organization.target),
        "etag": tag,
    }
    return set_etag(jsonify(ScheduleStateSchema().dump(body)), tag)
