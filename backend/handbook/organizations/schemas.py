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


class OrganizationSchema(Schema):
    """An organisation; ``path`` is the ids from the root down to it.

    ``rules`` is what it sets itself, by the name of the setting; the topmost organisation names every rule. In force at an
    organisation is what the nearest one along its path says. ``agenda_templates`` likewise, by the kind of meeting; where no
    organisation along the path has one, the program's own is used.
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
    etag = fields.String(required=True)


class OrganizationListArgs(PageArgs):
    parent = Id(load_default=None)
