from marshmallow import fields, validate

from handbook.kernel.pagination import PageArgs
from handbook.kernel.schemas import Id, Schema, Text
from handbook.resolutions.enums import DocumentType, ResolutionState, TaskState

MAX_TASKS = 100
MAX_ASSIGNEES = 200
MAX_BODY = 50_000

_STATES = validate.OneOf([state.value for state in ResolutionState])
_TYPES = validate.OneOf([type_.value for type_ in DocumentType])


class TaskAssigneeSchema(Schema):
    member_id = Id(required=True)
    full_name = fields.String(required=True)


class TaskSchema(Schema):
    """A task; ``mine`` tells whether the reader answers for it."""

    id = Id(required=True)
    title = fields.String(required=True)
    due_on = fields.Date(required=True, allow_none=True)
    assignees = fields.List(fields.Nested(TaskAssigneeSchema), required=True)
    state = fields.String(required=True, validate=validate.OneOf([state.value for state in TaskState]))
    mine = fields.Boolean(required=True)


class ResolutionSchema(Schema):
    """A resolution as its readers see it; ``type`` tells the two documents apart whose symbol reads QĐ."""

    id = Id(required=True)
    organization_id = Id(required=True)
    organization_name = fields.String(required=True)
    symbol = fields.String(required=True)
    type = fields.String(required=True, validate=_TYPES)
    term = fields.String(required=True)
    title = fields.String(required=True)
    body = fields.String(required=True)
    state = fields.String(required=True, validate=_STATES)
    issued_on = fields.Date(required=True, allow_none=True)
    meeting_id = Id(required=True, allow_none=True)
    tasks = fields.List(fields.Nested(TaskSchema), required=True)
    etag = fields.String(required=True)


class TaskInSchema(Schema):
    title = Text(required=True, min_length=1, max_length=300)
    assignee_ids = fields.List(Id(), load_default=list, validate=validate.Length(max=MAX_ASSIGNEES))
    due_on = fields.Date(load_default=None, allow_none=True)


class ResolutionInSchema(Schema):
    symbol = Text(required=True, min_length=1, max_length=40)
    type = fields.String(validate=_TYPES, load_default=None, allow_none=True)
    term = fields.String(validate=validate.Regexp(r"^\d{4}-\d{4}$"), load_default=None, allow_none=True)
    title = Text(required=True, min_length=1, max_length=300)
    body = Text(required=True, max_length=MAX_BODY, multiline=True)
    meeting_id = Id(load_default=None, allow_none=True)
    tasks = fields.List(
        fields.Nested(TaskInSchema), load_default=list, validate=validate.Length(max=MAX_TASKS)
    )


class ResolutionPatchSchema(Schema):
    """Only what is given changes; ``tasks`` replaces the whole list."""

    symbol = Text(min_length=1, max_length=40)
    type = fields.String(validate=_TYPES)
    term = fields.String(validate=validate.Regexp(r"^\d{4}-\d{4}$"))
    title = Text(min_length=1, max_length=300)
    body = Text(max_length=MAX_BODY, multiline=True)
    meeting_id = Id(allow_none=True)
    tasks = fields.List(fields.Nested(TaskInSchema), validate=validate.Length(max=MAX_TASKS))


class ResolutionListArgs(PageArgs):
    state = fields.String(validate=_STATES, load_default=None)
    meeting_id = Id(load_default=None)


class NextSymbolArgs(Schema):
    type = fields.String(validate=_TYPES, load_default=DocumentType.RESOLUTION.value)
    term = fields.String(validate=validate.Regexp(r"^\d{4}-\d{4}$"), load_default=None)


class NextSymbolSchema(Schema):
    symbol = fields.String(required=True)
    type = fields.String(required=True)
    term = fields.String(required=True)
