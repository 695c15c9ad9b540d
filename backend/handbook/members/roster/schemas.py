from marshmallow import fields, validate

from handbook.kernel.schemas import Id, Instant, RowProblemSchema, Schema

STATES = ("queued", "running", "done", "failed")


class RosterFileSchema(Schema):
    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class RosterImportFormSchema(Schema):
    """The fields beside the file: ``true`` or ``false``."""

    dry_run = fields.Boolean(load_default=False)
    create_organizations = fields.Boolean(load_default=False)


class RosterReportSchema(Schema):
    """What an import came to; counts are of member rows."""

    rows = fields.Integer(required=True)
    created = fields.Integer(required=True)
    updated = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    problems = fields.List(fields.Nested(RowProblemSchema), required=True)
    organizations_created = fields.Integer(required=True)


class RosterProgressSchema(Schema):
    """``total`` rows were found in the file, of which ``done`` are dealt with."""

    done = fields.Integer(required=True)
    total = fields.Integer(required=True)


class RosterImportErrorSchema(Schema):
    """Why a file could not be imported at all."""

    code = fields.String(required=True)
    message = fields.String(required=True)


class RosterImportSchema(Schema):
    """An import under way or ended. ``report`` is there when it is done, ``error`` when it failed.

    ``warnings`` are Vietnamese sentences about rows that were taken and should be looked at.
    """

    id = Id(required=True)
    organization_id = Id(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    dry_run = fields.Boolean(required=True)
    create_organizations = fields.Boolean(required=True)
    progress = fields.Nested(RosterProgressSchema, required=True, allow_none=True)
    report = fields.Nested(RosterReportSchema, required=True, allow_none=True)
    warnings = fields.List(fields.String(), required=True)
    error = fields.Nested(RosterImportErrorSchema, required=True, allow_none=True)
    created_at = Instant(required=True)
    finished_at = Instant(required=True, allow_none=True)
