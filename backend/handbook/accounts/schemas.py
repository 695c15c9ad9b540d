from marshmallow import fields, validate

from handbook.kernel.schemas import Id, Instant, Schema, Text
from handbook.members.schemas import MemberSchema, OfficeSchema


class SessionIn(Schema):
    login = fields.String(required=True, validate=validate.Length(1, 120))
    password = fields.String(required=True, validate=validate.Length(1, 200))
    device_name = Text(max_length=120, load_default=None, allow_none=True)


class ActivationIn(Schema):
    code = fields.String(required=True, validate=validate.Length(1, 60))
    password = fields.String(required=True, validate=validate.Length(1, 200))
    device_name = Text(max_length=120, load_default=None, allow_none=True)


class PasswordIn(Schema):
    current_password = fields.String(required=True, validate=validate.Length(1, 200))
    new_password = fields.String(required=True, validate=validate.Length(1, 200))


class PurposeAcceptanceIn(Schema):
    version = fields.String(required=True, validate=validate.Length(1, 20))


class PurposeAcceptanceOut(Schema):
    version = fields.String(required=True)
    accepted_at = Instant(required=True)


class AccountOut(Schema):
    id = Id(required=True)
    login = fields.String(required=True, allow_none=True)


class SessionOut(Schema):
    """Who is signed in; ``purpose_notice_due`` asks the PWA to show the purpose notice before anything else."""

    account = fields.Nested(AccountOut, required=True)
    member = fields.Nested(MemberSchema, required=True, allow_none=True)
    offices = fields.List(fields.Nested(OfficeSchema), required=True)
    must_change_password = fields.Boolean(required=True)
    purpose_notice_due = fields.Boolean(required=True)


class DeviceOut(Schema):
    id = Id(required=True)
    device_name = fields.String(required=True)
    created_at = Instant(required=True)
    last_seen_at = Instant(required=True)
    current = fields.Boolean(required=True)


class ActivationSheetIn(Schema):
    """Nothing needs to be said: the sheet is for everybody of the organisation who has no password yet."""
