from marshmallow import fields, validate

from handbook.access.actor import OfficeTitle
from handbook.kernel.pagination import PageArgs
from handbook.kernel.schemas import Id, Instant, Schema, Text
from handbook.members.enums import MemberStatus, Sex


class OfficeSchema(Schema):
    """An office held from..to, both inclusive; ``to`` is null while it lasts."""

    organization_id = Id(required=True)
    organization_name = fields.String(required=True, attribute="organization.name")
    title = fields.String(required=True, validate=validate.OneOf([title.value for title in OfficeTitle]))
    from_ = fields.Date(required=True, data_key="from", attribute="from_date")
    to = fields.Date(required=True, allow_none=True, attribute="to_date")


class MemberSchema(Schema):
    """A member's record; ``phone`` is there only for those who may see it."""

    id = Id(required=True)
    full_name = fields.String(required=True)
    birth_date = fields.Date(required=True, allow_none=True)
    sex = fields.String(required=True, allow_none=True, validate=validate.OneOf([sex.value for sex in Sex]))
    card_number = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, validate=validate.OneOf([status.value for status in MemberStatus]))
    admitted_on = fields.Date(required=True, allow_none=True)
    official_on = fields.Date(required=True, allow_none=True)
    organization_id = Id(required=True)
    organization_name = fields.String(required=True, attribute="organization.name")
    post = fields.String(required=True, allow_none=True)
    offices = fields.List(fields.Nested(OfficeSchema), required=True)
    phone = fields.String(allow_none=True)


class StatusChangeSchema(Schema):
    """A change of status: from when, by which decision."""

    status = fields.String(required=True, validate=validate.OneOf([status.value for status in MemberStatus]))
    effective_on = fields.Date(required=True, allow_none=True)
    decision = fields.String(required=True, allow_none=True)


class MemberRecordSchema(MemberSchema):
    """One member's record with every change of status, the oldest first."""

    history = fields.List(fields.Nested(StatusChangeSchema), required=True)


class MemberListArgs(PageArgs):
    q = fields.String(load_default=None, validate=validate.Length(max=100))
    status = fields.String(
        load_default=None, validate=validate.OneOf([status.value for status in MemberStatus])
    )
    office = fields.String(
        load_default=None,
        validate=validate.OneOf([title.value for title in OfficeTitle]),
        metadata={"description": "only who holds an office of this title today"},
    )
    below = fields.Boolean(load_default=False, metadata={"description": "with the organisations below"})


class CitizenIdViewIn(Schema):
    reason = Text(required=True, min_length=5, max_length=300)


class CitizenIdViewOut(Schema):
    citizen_id = fields.String(required=True, allow_none=True)


class ReaderOffice(Schema):
    """An office and where it was held."""

    title = fields.String(required=True, validate=validate.OneOf([title.value for title in OfficeTitle]))
    organization_name = fields.String(required=True)


class AccessLogEntry(Schema):
    """Who looked at the own record, in which office on that day (null when none is known), when and why."""

    at = Instant(required=True)
    action = fields.String(required=True)
    actor_name = fields.String(required=True, allow_none=True)
    actor_office = fields.Nested(ReaderOffice, required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
