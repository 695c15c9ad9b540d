from marshmallow import fields

from handbook.accounts.schemas import SessionOut
from handbook.attendance.schemas import AbsenceRequestSchema, FollowedAttendanceSchema
from handbook.kernel.schemas import Id, Schema
from handbook.meetings.schemas import MeetingSchema
from handbook.members.schemas import MemberSchema
from handbook.minutes.schemas import MinutesSchema
from handbook.notifications.schemas import NoticeSchema
from handbook.organizations.schemas import OrganizationSchema
from handbook.resolutions.schemas import ResolutionSchema


class ChangesSchema(Schema):
    """Rows that are new or changed, by kind; a row replaces the one of the same id on the phone."""

    organizations = fields.List(fields.Nested(OrganizationSchema), required=True)
    meetings = fields.List(fields.Nested(MeetingSchema), required=True)
    resolutions = fields.List(fields.Nested(ResolutionSchema), required=True)
    minutes = fields.List(fields.Nested(MinutesSchema), required=True)
    notices = fields.List(fields.Nested(NoticeSchema), required=True)
    attendance = fields.List(fields.Nested(FollowedAttendanceSchema), required=True)
    absence_requests = fields.List(fields.Nested(AbsenceRequestSchema), required=True)
    members = fields.List(fields.Nested(MemberSchema), required=True)
    me = fields.Nested(SessionOut, required=True, allow_none=True)


class GoneSchema(Schema):
    type = fields.String(required=True)
    id = Id(required=True)


class SyncSchema(Schema):
    """``full`` means: forget everything and keep only what is here."""

    cursor = fields.String(required=True)
    full = fields.Boolean(required=True)
    changes = fields.Nested(ChangesSchema, required=True)
    gone = fields.List(fields.Nested(GoneSchema), required=True)


class SyncArgs(Schema):
    cursor = fields.String(load_default=None)
