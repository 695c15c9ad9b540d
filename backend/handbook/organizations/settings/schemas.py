from typing import Any

from marshmallow import fields, validate

from handbook.kernel.pagination import PageArgs
from handbook.kernel.schemas import Id, Instant, Schema
from handbook.organizations.settings.registry import Group, Unit
from handbook.organizations.settings.values import TYPES

#: What JSON the values of the types are.
ANY_VALUE: list[dict[str, Any]] = [
    {"type": "integer"},
    {"type": "boolean"},
    {"type": "string"},
    {"type": "array", "items": {"type": "integer"}},
]


def value_field(*, allow_none: bool = False) -> fields.Raw:
    """A value of any of the types: a whole number, yes or no, text (a fraction is text), or a list of whole numbers."""
    shapes = [*ANY_VALUE, {"type": "null"}] if allow_none else ANY_VALUE
    return fields.Raw(required=True, allow_none=allow_none, metadata={"anyOf": shapes})


class SettingBoundsSchema(Schema):
    """What a value may be: ``min`` and ``max`` of a number or of each in a list, ``at_most`` of them, or ``choices``;
    of a text ``max`` letters."""

    min = fields.Integer()
    max = fields.Integer()
    at_most = fields.Integer()
    choices = fields.List(fields.String())


class SettingOriginSchema(Schema):
    """The organisation that sets the value."""

    organization_id = Id(required=True)
    name = fields.String(required=True)


class SettingSchema(Schema):
    """One setting as it is in force at an organisation.

    ``own``: the organisation sets it itself. ``inherited_value`` holds without that, and ``inherited_from`` says which
    organisation above sets it; null when none does and the ``default`` holds.
    """

    name = fields.String(required=True)
    group = fields.String(required=True, validate=validate.OneOf([group.value for group in Group]))
    type = fields.String(required=True, validate=validate.OneOf(TYPES))
    unit = fields.String(
        required=True, allow_none=True, validate=validate.OneOf([unit.value for unit in Unit])
    )
    value = value_field()
    default = value_field()
    own = fields.Boolean(required=True)
    inherited_value = value_field()
    inherited_from = fields.Nested(SettingOriginSchema, required=True, allow_none=True)
    bounds = fields.Nested(SettingBoundsSchema, required=True)
    etag = fields.String(required=True)


class SettingsSchema(Schema):
    """All settings of an organisation, in the order in which they are shown. ``can_write``: the reader may change them."""

    organization_id = Id(required=True)
    can_write = fields.Boolean(required=True)
    items = fields.List(fields.Nested(SettingSchema), required=True)


class SettingInSchema(Schema):
    """The new value; null: as the organisation above has it."""

    value = value_field(allow_none=True)


class SettingChangeSchema(Schema):
    """One change: ``value`` null means that from then on the organisation above was followed."""

    value = value_field(allow_none=True)
    set_at = Instant(required=True)
    set_by = fields.String(required=True, allow_none=True)


class SettingHistoryArgs(PageArgs):
    """The newest change first."""
