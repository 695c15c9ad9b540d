from marshmallow import fields, validate

from handbook.kernel.pagination import PageArgs
from handbook.kernel.schemas import Id, Instant, Schema, Text
from handbook.resolutions.enums import (
    DocumentType,
    Gone,
    IssueRefusal,
    IssueWarning,
    ResolutionState,
    TaskState,
    UpdateKind,
)

MAX_TASKS = 100
MAX_ASSIGNEES = 200
MAX_BODY = 50_000

_STATES = validate.OneOf([state.value for state in ResolutionState])
_TASK_STATES = validate.OneOf([state.value for state in TaskState])
_UPDATE_KINDS = validate.OneOf([kind.value for kind in UpdateKind])
_TYPES = validate.OneOf([type_.value for type_ in DocumentType])
_ISSUE_REFUSALS = validate.OneOf([refusal.value for refusal in IssueRefusal])
_ISSUE_WARNINGS = validate.OneOf([warning.value for warning in IssueWarning])


class TaskAssigneeSchema(Schema):
    member_id = Id(required=True)
    full_name = fields.String(required=True)


class TaskUpdateSchema(Schema):
    """What was said of a task, by whom; ``at`` by the device's clock."""

    key = fields.String(required=True)
    kind = fields.String(required=True, validate=_UPDATE_KINDS)
    text = fields.String(required=True)
    percent = fields.Integer(required=True, allow_none=True)
    at = Instant(required=True)
    recorded_at = Instant(required=True)
    full_name = fields.String(required=True, allow_none=True)


class TaskSchema(Schema):
    """A task; ``mine`` tells whether the reader answers for it.

    ``reason`` (why it was not done) and ``updates`` are there for who answers for it, who runs the organisation, and those
    above. ``can`` names the kinds of updates that the reader may add now; ``etag`` is the version of its state.
    """

    id = Id(required=True)
    title = fields.String(required=True)
    due_on = fields.Date(required=True, allow_none=True)
    assignees = fields.List(fields.Nested(TaskAssigneeSchema), required=True)
    state = fields.String(required=True, validate=_TASK_STATES)
    percent = fields.Integer(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    finished_at = Instant(required=True, allow_none=True)
    updates = fields.List(fields.Nested(TaskUpdateSchema), required=True)
    mine = fields.Boolean(required=True)
    can = fields.List(fields.String(validate=_UPDATE_KINDS), required=True)
    etag = fields.String(required=True)


class ResolutionNameSchema(Schema):
    """What another resolution is called."""

    id = Id(required=True)
    symbol = fields.String(required=True)
    title = fields.String(required=True)
    issued_on = fields.Date(required=True, allow_none=True)


class TaskLineSchema(TaskSchema):
    """A task with the resolution that asks for it and the organisation that issued that. ``gone``: what became of that
    resolution; null while it is in force."""

    organization_id = Id(required=True)
    organization_name = fields.String(required=True)
    resolution = fields.Nested(ResolutionNameSchema, required=True)
    gone = fields.String(required=True, allow_none=True, validate=validate.OneOf([one.value for one in Gone]))


class ResolutionSchema(Schema):
    """A resolution as its readers see it; ``type`` tells the two documents apart whose symbol reads QĐ.

    ``issue_exception``: why it was issued although something spoke against it; ``issue_exception_for``: what that was, null
    where it was not kept. ``superseded_by``: the resolution that took its place. ``issue_refused``: the code with which a draft
    would be refused now, whatever reason is given, beside the warnings; null for none. ``issue_warnings``: what speaks against
    issuing a draft, for who may issue it, in answers about this one resolution: ``no_vote`` (its meeting took none on it),
    ``vote_withdrawn`` (it was written down by mistake and taken out), ``vote_not_passed`` (a vote that named no draft has not
    passed), ``vote_unclear`` (votes named no draft, and may be on another one of the meeting), ``vote_disputed`` (two devices
    counted it differently), ``rejected_elsewhere`` (another meeting of the organisation did not pass this draft or this text),
    ``changed_after_vote`` (the last vote was on another text), ``type_changed_after_vote`` (of another type or term),
    ``supersedes_changed_after_vote`` (on one that took another one's place), ``text_not_frozen`` (nobody knows on which text;
    the one for which no reason is asked), ``no_quorum`` (when the meeting voted, or was held). Of an issued one, for who may
    revoke it: ``vote_withdrawn``, ``vote_disputed``, ``vote_rejected`` (by the vote as it stands now it was not passed).
    ``place``: what will stand before the date, for who may issue it; ``…`` where neither a setting nor a name above says one.
    ``content_hash``: of title and body; a vote is frozen with the one that was put to it.
    """

    id = Id(required=True)
    organization_id = Id(required=True)
    organization_name = fields.String(required=True)
    symbol = fields.String(required=True)
    type = fields.String(required=True, validate=_TYPES)
    term = fields.String(required=True)
    title = fields.String(required=True)
    body = fields.String(required=True)
    content_hash = fields.String(required=True)
    state = fields.String(required=True, validate=_STATES)
    issued_on = fields.Date(required=True, allow_none=True)
    issue_exception = fields.String(required=True, allow_none=True)
    issue_exception_for = fields.List(fields.String(validate=_ISSUE_WARNINGS), required=True, allow_none=True)
    revoked_on = fields.Date(required=True, allow_none=True)
    revoke_reason = fields.String(required=True, allow_none=True)
    supersedes = fields.Nested(ResolutionNameSchema, required=True, allow_none=True)
    superseded_by = fields.Nested(ResolutionNameSchema, required=True, allow_none=True)
    meeting_id = Id(required=True, allow_none=True)
    tasks = fields.List(fields.Nested(TaskSchema), required=True)
    can = fields.List(fields.String(), required=True)
    issue_refused = fields.String(validate=_ISSUE_REFUSALS, allow_none=True)
    issue_warnings = fields.List(fields.String(validate=_ISSUE_WARNINGS))
    place = fields.String()
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
    supersedes_id = Id(load_default=None, allow_none=True)
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
    supersedes_id = Id(allow_none=True)
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


class IssueSchema(Schema):
    """``override_reason``: why it is issued although ``issue_warnings`` speak against it; ``reason_for`` names all of them that
    ask for a reason, as who gives it has read them. Both are kept, in ``issue_exception`` and ``issue_exception_for``.
    """

    override_reason = Text(min_length=3, max_length=500, load_default=None, allow_none=True)
    reason_for = fields.List(
        fields.String(validate=_ISSUE_WARNINGS),
        load_default=list,
        validate=validate.Length(max=len(IssueWarning)),
    )


class RevokeSchema(Schema):
    reason = Text(required=True, min_length=3, max_length=500)


class TaskUpdateInSchema(Schema):
    """``text`` says why for ``not_done``; progress needs a text or a ``percent``. ``at`` is the device's time of writing."""

    kind = fields.String(required=True, validate=_UPDATE_KINDS)
    text = Text(load_default="", max_length=1000, multiline=True)
    percent = fields.Integer(
        strict=True, load_default=None, allow_none=True, validate=validate.Range(min=0, max=100)
    )
    at = Instant(load_default=None, allow_none=True)


class TaskListArgs(PageArgs):
    """``below``: also of everything below the organisation."""

    state = fields.String(validate=_TASK_STATES, load_default=None)
    overdue = fields.Boolean(load_default=False)
    assignee_id = Id(load_default=None)
    below = fields.Boolean(load_default=True)
