from marshmallow import fields, validate

from handbook.kernel.pagination import PageArgs
from handbook.kernel.schemas import Id, Schema
from handbook.organizations.enums import OrganizationKind


class MemberCountsSchema(Schema):
    official = fields.Integer(required=True)
    probationary = fields.Integer(required=True)
    exempt = fields.Integer(required=True)


class TemplateLineSchema(Schema):
    """One item of an agenda with which meetings begin."""

    title = fields.String(required=True)
    presenter = fields.String(required=True, allow_none=True)
    minutes = fields.Integer(required=True, allow_none=True)
    body = fields.String(required=True, allow_none=True)
    source = fields.String(allow_none=True)


class ScheduleSchema(Schema):
    """When an organisation usually meets: on a ``day`` of the month, or on the ``week``-th ``weekday`` of it."""

    kind = fields.String(required=True)
    starts = fields.String(required=True)
    minutes = fields.Integer(required=True)
    place = fields.String(required=True)
    online_url = fields.String(required=True, allow_none=True)
    day = fields.Integer(required=True, allow_none=True)
    week = fields.Integer(required=True, allow_none=True)
    weekday = fields.Integer(required=True, allow_none=True)
    next_working_day = fields.Boolean(required=True)


class OrganizationSchema(Schema):
    """An organisation; ``path`` is the ids from the root down to it.

    ``rules`` is what it sets itself, by the name of the setting; the topmost organisation names every rule. In force at an
    organisation is what the nearest one along its path says. ``agenda_templates`` likewise, by the kind of meeting; where no
    organisation along the path has one, the program's own is used. ``schedule`` is its own alone.
    """

    id = Id(required=True)
    parent_id = Id(required=True, allow_none=True)
    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in OrganizationKind]))
    name = fields.String(required=True)
    code = fields.String(required=True)
    path = fields.List(Id(), required=True)
    timezone = fields.String(required=True)
    member_counts = fields.Nested(MemberCountsSchema, required=True)
    rules = fields.Dict(keys=fields.String(), required=True)
    agenda_templates = fields.Dict(
        keys=fields.String(), values=fields.List(fields.Nested(TemplateLineSchema)), required=True
    )
    schedule = fields.Nested(ScheduleSchema, required=True, allow_none=True)
    etag = fields.String(required=True)


class OrganizationListArgs(PageArgs):
    parent = Id(load_default=None)
