"""Scoped reads of scores and sheets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from handbook.access.actor import Actor
from handbook.access.guards import may
from handbook.access.permissions import Permission
from handbook.attendance.enums import AttendanceState
from handbook.attendance.models import Attendance
from handbook.kernel.concurrency import etag_of
from handbook.kernel.db import db
from handbook.kernel.tree import path_ids
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.meetings.queries import attending_count
from handbook.organizations.models import Organization
from handbook.scores import rules
from handbook.scores.enums import ScoreState
from handbook.scores.models import MeetingScore, ScoreSheet, ScoreVoter

ATTENDED = (AttendanceState.PRESENT, AttendanceState.LATE)
SCORABLE = frozenset({MeetingState.OPEN, MeetingState.CLOSED})


@dataclass(frozen=True, slots=True)
class ScoreResult:
    """A closed score, as the minutes tell it. ``average`` is exact; ``shown`` has two decimals."""

    average: Fraction
    shown: str
    grade: str
    sheets: int
    method: str


@dataclass(frozen=True, slots=True)
class OpenScore:
    """A scoring by phone that goes on, and what was counted on paper so far. ``shown``: the average of the paper alone."""

    paper_sheets: int
    shown: str | None


@dataclass(frozen=True, slots=True)
class SheetInForce:
    """The criteria with their points; ``organization`` is who set them, None for the sheet that the program brings."""

    criteria: tuple[tuple[str, int], ...]
    organization: Organization | None
    valid_from: date | None


def score_of(meeting: Meeting) -> ScoreResult | None:
    """The score of a meeting, None until it is closed."""
    score = db.session.get(MeetingScore, meeting.id)
    if score is None or score.state != ScoreState.CLOSED or score.points is None or score.grade is None:
        return None
    value = rules.average(score.points, score.sheets)
    return ScoreResult(value, rules.shown(value), score.grade, score.sheets, score.method)


def open_score_of(meeting: Meeting) -> OpenScore | None:
    """What is known of a score that is still being given."""
    score = db.session.get(MeetingScore, meeting.id)
    if score is None or score.state != ScoreState.OPEN:
        return None
    sheets = score.paper_sheets or 0
    return OpenScore(sheets, rules.shown(rules.average(score.paper_points or 0, sheets)) if sheets else None)


def sheet_on(organization: Organization, day: date) -> SheetInForce:
    """The sheet in force at an organisation on a day: that of the nearest at or above with a version valid by then."""
    versions = db.session.scalars(
        select(ScoreSheet)
        .where(ScoreSheet.organization_id.in_(path_ids(organization.path)), ScoreSheet.valid_from <= day)
        .order_by(ScoreSheet.valid_from, ScoreSheet.id)
    )
    latest = {version.organization_id: version for version in versions}
    for id_ in reversed(path_ids(organization.path)):
        version = latest.get(id_)
        if version is not None and version.criteria:
            criteria = tuple((one["title"], one["points"]) for one in version.criteria)
            return SheetInForce(criteria, db.session.get_one(Organization, id_), version.valid_from)
    return SheetInForce(rules.DEFAULT_SHEET, None, None)


def own_sheets(organization: Organization) -> Sequence[ScoreSheet]:
    """The versions that the organisation gave itself, the latest first."""
    return db.session.scalars(
        select(ScoreSheet)
        .where(ScoreSheet.organization_id == organization.id)
        .order_by(ScoreSheet.valid_from.desc(), ScoreSheet.id.desc())
    ).all()


def sheets_data(organization: Organization, day: date, *, actor: Actor) -> dict[str, Any]:
    """What :class:`~handbook.scores.schemas.ScoreSheetsSchema` dumps."""
    found = sheet_on(organization, day)
    return {
        "organization_id": organization.id,
        "can_write": may(actor, Permission.SCORE_SHEETS_WRITE, organization.target),
        "criteria": criteria_data(found.criteria),
        "set_by": found.organization.name if found.organization else None,
        "valid_from": found.valid_from,
        "versions": own_sheets(organization),
    }


def criteria_data(criteria: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{"title": title, "points": points} for title, points in criteria]


def day_of(meeting: Meeting) -> date:
    """The meeting's day by the calendar of its organisation."""
    return meeting.starts_at.astimezone(ZoneInfo(meeting.organization.timezone)).date()


def attended(meeting_id: int, member_id: int | None, *, lock: bool = False) -> bool:
    """Whether the roll says that the member was in the room. With ``lock`` two devices of one member take turns."""
    if member_id is None:
        return False
    line = db.session.get(
        Attendance,
        (meeting_id, member_id),
        populate_existing=True,
        with_for_update={"key_share": True} if lock else None,
    )
    return line is not None and line.state in ATTENDED


def score_data(meeting: Meeting, *, actor: Actor) -> dict[str, Any]:
    """What :class:`~handbook.scores.schemas.MeetingScoreSchema` dumps for this reader. While it is open nobody learns how it
    goes, only how many sheets there are.
    """
    score = db.session.get(MeetingScore, meeting.id)
    runs = may(actor, Permission.MEETINGS_RUN, meeting.target)
    scorable = MeetingState(meeting.state) in SCORABLE
    result = score_of(meeting)
    state = score.state if score else "none"
    voted = score is not None and _has_scored(meeting.id, actor.member_id)
    open_ = state == ScoreState.OPEN and scorable
    return {
        "meeting_id": meeting.id,
        "state": state,
        "method": score.method if score else None,
        "criteria": score.criteria
        if score
        else criteria_data(sheet_on(meeting.organization, day_of(meeting)).criteria),
        "present": attending_count(meeting),
        "sheets": score.sheets if score else 0,
        "average": result.shown if result else None,
        "grade": result.grade if result else None,
        "left_out": _left_out(score) if score and result else 0,
        "points": score.points if score and result and runs else None,
        "paper": score.on_paper if score and runs else None,
        "corrections": _corrections(score) if score and runs else [],
        "criterion_averages": _criterion_averages(score) if result and score else [],
        "mine": {
            "scored": voted,
            "may_score": open_ and not voted and attended(meeting.id, actor.member_id),
        },
        "can": _acts(state, score) if runs and scorable else [],
        "etag": _etag(meeting, score),
    }


def score_etag(meeting: Meeting) -> str:
    """The tag of the meeting's score as it is now."""
    return _etag(meeting, db.session.get(MeetingScore, meeting.id, populate_existing=True))


def _etag(meeting: Meeting, score: MeetingScore | None) -> str:
    return etag_of(score) if score else f"{meeting.id}-0"


def _acts(state: str, score: MeetingScore | None) -> list[str]:
    if state == "none" or score is None:
        return ["open", "enter_paper"]
    if state == ScoreState.OPEN:
        return ["close", "enter_paper"] if counted_sheets(score) >= rules.FEWEST_SHEETS else ["enter_paper"]
    if state == ScoreState.CLOSED:
        return ["open", "enter_paper"] if may_begin_again(score) else ["enter_paper"]
    return []


def counted_sheets(score: MeetingScore) -> int:
    """How many sheets the average of an open score would rest on."""
    return rules.counted(score.sheets, score.paper_sheets or 0)


def may_begin_again(score: MeetingScore) -> bool:
    """Whether a score on paper alone can still take sheets by phone: none was ever handed in."""
    if score.state != ScoreState.CLOSED or score.by_phone.sheets:
        return False
    voted = select(ScoreVoter.member_id).where(ScoreVoter.meeting_id == score.meeting_id).limit(1)
    return db.session.scalar(voted) is None


def _left_out(score: MeetingScore) -> int:
    """How many sheets by phone the average does not rest on, because beside paper they would tell what was given."""
    voted = select(func.count()).where(ScoreVoter.meeting_id == score.meeting_id)
    return max(0, (db.session.scalar(voted) or 0) - score.by_phone.sheets)


def _corrections(score: MeetingScore) -> list[dict[str, Any]]:
    return [
        {**one, "corrected_at": datetime.fromisoformat(one["corrected_at"])}
        for one in score.paper_corrections
    ]


def _has_scored(meeting_id: int, member_id: int | None) -> bool:
    return member_id is not None and db.session.get(ScoreVoter, (meeting_id, member_id)) is not None


def _criterion_averages(score: MeetingScore) -> list[str]:
    """By criterion, adding up to the average; none where paper was counted, of which the sum alone is known."""
    if score.paper_sheets is not None or not score.criterion_points:
        return []
    return rules.shown_parts(score.criterion_points, score.sheets)
