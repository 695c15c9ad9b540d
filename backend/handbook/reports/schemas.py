from dataclasses import asdict
from typing import Any

from marshmallow import fields, validate

from handbook.kernel.pagination import PageArgs
from handbook.kernel.schemas import Id, Instant, Schema
from handbook.meetings.enums import MeetingKind, MeetingState
from handbook.organizations.enums import OrganizationKind
from handbook.reports.hints import HintKind
from handbook.reports.queries import AttendanceReport, ExceptionLine
from handbook.reports.rules import ExceptionKind, Figures


class FiguresSchema(Schema):
    """Sums over meetings that have ended; ``rate`` is (present + late) ÷ (summoned − exempt), null when nobody was due."""

    cells = fields.Integer(required=True)
    cells_met = fields.Integer(required=True)
    cells_planned = fields.Integer(required=True)
    meetings = fields.Integer(required=True)
    summoned = fields.Integer(required=True)
    present = fields.Integer(required=True)
    late = fields.Integer(required=True)
    excused = fields.Integer(required=True)
    unexcused = fields.Integer(required=True)
    exempt = fields.Integer(required=True)
    rate = fields.Float(required=True, allow_none=True, validate=validate.Range(0, 1))


class ChildFiguresSchema(FiguresSchema):
    organization_id = Id(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in OrganizationKind]))


class MeetingFiguresSchema(Schema):
    """One of the organisation's own meetings of the month."""

    meeting_id = Id(required=True)
    title = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in MeetingKind]))
    state = fields.String(required=True, validate=validate.OneOf([state.value for state in MeetingState]))
    starts_at = Instant(required=True)
    summoned = fields.Integer(required=True)
    present = fields.Integer(required=True)
    late = fields.Integer(required=True)
    excused = fields.Integer(required=True)
    unexcused = fields.Integer(required=True)
    exempt = fields.Integer(required=True)
    rate = fields.Float(required=True, allow_none=True)


class MonthFiguresSchema(FiguresSchema):
    """The organisation's figures of one month, for the trend."""

    month = fields.String(required=True)


class ContactSchema(Schema):
    """The secretary in force, else the deputy; ``phone`` null when it is not the reader's to see, or was not asked for."""

    member_id = Id(required=True)
    full_name = fields.String(required=True)
    title = fields.String(required=True, validate=validate.OneOf(["secretary", "deputy_secretary"]))
    phone = fields.String(required=True, allow_none=True)


class ReportExceptionSchema(Schema):
    """What staff should ask about: ``meeting_id`` and ``since`` for overdue minutes, the two rates for a fall.

    ``path`` is the ids from the root down to the organisation.
    """

    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in ExceptionKind]))
    organization_id = Id(required=True)
    name = fields.String(required=True)
    meeting_id = Id(required=True, allow_none=True)
    since = Instant(required=True, allow_none=True)
    rate = fields.Float(required=True, allow_none=True)
    previous_rate = fields.Float(required=True, allow_none=True)
    path = fields.List(Id, required=True)
    contact = fields.Nested(ContactSchema, required=True, allow_none=True)


class HintParamsSchema(Schema):
    """``official``: how many official members there are; ``bound``: the number of the rule."""

    official = fields.Integer(required=True)
    bound = fields.Integer(required=True)


class HintSchema(Schema):
    """What is unusual about a cell itself: fewer official members than a cell needs, or enough for a committee and none."""

    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in HintKind]))
    params = fields.Nested(HintParamsSchema, required=True)


class ExceptionsNextSchema(Schema):
    """Cursors of the further exceptions of each kind; null when the report has all of them."""

    no_meeting = fields.String(required=True, allow_none=True)
    minutes_overdue = fields.String(required=True, allow_none=True)
    falling_attendance = fields.String(required=True, allow_none=True)


class AttendanceReportSchema(Schema):
    """The first 200 exceptions of each kind; ``exceptions_next`` leads to the others. ``to_ask``: by id, how many organisations
    with any exception lie at or below each, all of them counted; who has none is not named.
    """

    organization_id = Id(required=True)
    name = fields.String(required=True)
    month = fields.String(required=True)
    totals = fields.Nested(FiguresSchema, required=True)
    children = fields.List(fields.Nested(ChildFiguresSchema), required=True)
    meetings = fields.List(fields.Nested(MeetingFiguresSchema), required=True)
    exceptions = fields.List(fields.Nested(ReportExceptionSchema), required=True)
    exceptions_next = fields.Nested(ExceptionsNextSchema, required=True)
    to_ask = fields.Dict(keys=Id(), values=fields.Integer(), required=True)
    hints = fields.List(fields.Nested(HintSchema), required=True)
    trend = fields.List(fields.Nested(MonthFiguresSchema), required=True)


class AttendanceReportArgs(Schema):
    """``month`` is YYYY-MM; without it this month is meant."""

    month = fields.String(load_default=None, validate=validate.Regexp(r"^\d{4}-\d{2}$"))
    phones = fields.Boolean(
        load_default=True,
        metadata={"description": "false: without telephone numbers, and nothing is recorded as read"},
    )


class ReportExceptionsArgs(PageArgs):
    """One kind of exception of one month; without a month this month is meant."""

    month = fields.String(load_default=None, validate=validate.Regexp(r"^\d{4}-\d{2}$"))
    kind = fields.Enum(ExceptionKind, by_value=True, required=True)


class ReportExceptionPage(Schema):
    items = fields.List(fields.Nested(ReportExceptionSchema), required=True)
    next = fields.String(required=True, allow_none=True)


def exception_data(line: ExceptionLine) -> dict[str, Any]:
    """What :class:`ReportExceptionSchema` dumps."""
    return {**asdict(line.finding), "path": line.path, "contact": line.contact}


def report_data(report: AttendanceReport) -> dict[str, Any]:
    """What :class:`AttendanceReportSchema` dumps."""
    return {
        "organization_id": report.organization.id,
        "name": report.organization.name,
        "month": report.month,
        "totals": _figures(report.totals),
        "children": [
            {
                "organization_id": line.organization_id,
                "name": line.name,
                "kind": line.kind,
                **_figures(line.figures),
            }
            for line in report.children
        ],
        "meetings": [
            {
                **_figures(line.figures),
                "meeting_id": line.meeting_id,
                "title": line.title,
                "kind": line.kind,
                "state": line.state,
                "starts_at": line.starts_at,
            }
            for line in report.meetings
        ],
        "exceptions": [exception_data(line) for line in report.exceptions],
        "exceptions_next": {kind.value: cursor for kind, cursor in report.exceptions_next.items()},
        "to_ask": report.to_ask,
        "hints": [{"kind": hint.kind.value, "params": hint.params} for hint in report.hints],
        "trend": [{"month": line.month, **_figures(line.figures)} for line in report.trend],
    }


def _figures(figures: Figures) -> dict[str, Any]:
    return {name: getattr(figures, name) for name in FiguresSchema._declared_fields}
