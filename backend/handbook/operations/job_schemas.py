from marshmallow import fields, validate

from handbook.kernel.schemas import Id, Instant, Schema
from handbook.operations.failed_jobs import AT_ONCE


class FailedJobSchema(Schema):
    """A job that was given up. ``name`` is its kind, such as ``notifications.deliver``; ``reason`` the code or the type of its
    last error.
    """

    id = Id(required=True)
    name = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True, attribute="last_error")
    attempts = fields.Integer(required=True)
    created_at = Instant(required=True)
    failed_at = Instant(required=True, attribute="finished_at")


class FailedJobRetryIn(Schema):
    """Which of them are done again; without ids all of them."""

    ids = fields.List(Id(), load_default=None, allow_none=True, validate=validate.Length(1, AT_ONCE))


class FailedJobRetryOut(Schema):
    retried = fields.Integer(required=True)
