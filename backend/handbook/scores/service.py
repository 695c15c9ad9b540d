"""Setting the sheet, opening the scoring, handing in sheets, closing it."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from handbook.access.actor import Actor
from handbook.audit.service import record
from handbook.documents.secrecy import find_mark_in_name
from handbook.kernel.problems import FieldError, ValidationFailed, WrongState
from handbook.kernel.secrets import Secrets
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.meetings.queries import attending_count
from handbook.meetings.state import require_state
from handbook.organizations.models import Organization
from handbook.organizations.settings import rules_of
from handbook.resolutions.errors import ClassifiedText
from handbook.scores import rules
from handbook.scores.enums import ScoreMethod, ScoreState
from handbook.scores.errors import (
    AlreadyScored,
    MoreSheetsThanPresent,
    NotAttended,
    RecordSigned,
    ScoreClosed,
    ScoreNotOpen,
    TooFewSheets,
)
from handbook.scores.events import PaperScoreChanging
from handbook.scores.models import MeetingScore, ScoreSheet, ScoreVoter
from handbook.scores.queries import (
    SCORABLE,
    attended,
    counted_sheets,
    criteria_data,
    day_of,
    may_begin_again,
    sheet_on,
)
from handbook.scores.tally import empty_tally, seal, unseal


def add_sheet(
    organization: Organization,
    criteria: Sequence[Mapping[str, Any]],
    valid_from: date,
    *,
    actor: Actor,
    uow: UnitOfWork,
) -> ScoreSheet:
    """Let this sheet hold at the organisation and below from a day on; no criteria: as the organisation above has it.

    Raises :class:`ValidationFailed` (``/criteria``: ``too_many``, ``not_hundred``, ``repeated``), :class:`ClassifiedText`.
    Scorings under way keep the sheet with which they began.
    """
    lines = [(one["title"], one["points"]) for one in criteria]
    if lines and (error := rules.sheet_error(lines)):
        raise ValidationFailed(FieldError("/criteria", error))
    for place, (title, _points) in enumerate(lines):
        if level := find_mark_in_name(title):
            raise ClassifiedText(f"/criteria/{place}/title", level)
    sheet = ScoreSheet(
        organization_id=organization.id,
        valid_from=valid_from,
        criteria=criteria_data(lines),
        created_at=uow.clock.now(),
        created_by=actor.member_id,
    )
    uow.session.add(sheet)
    uow.session.flush()
    record(
        uow,
        "scores:sheet:set",
        actor=actor,
        subject_id=sheet.id,
        path=organization.path,
        details={"valid_from": valid_from.isoformat(), "criteria": len(lines)},
    )
    return sheet


def open_scoring(meeting: Meeting, *, actor: Actor, uow: UnitOfWork, secrets: Secrets) -> MeetingScore:
    """Let who is in the room score the meeting, by the sheet of its day. Opened before it stays as it is; a score on paper
    alone takes sheets by phone from then on.

    The meeting is locked by the caller. Raises :class:`WrongState` unless it is open or closed, :class:`RecordSigned`.
    """
    require_state(MeetingState(meeting.state), SCORABLE)
    known = uow.session.get(MeetingScore, meeting.id)
    if known is not None and not may_begin_again(known):
        return known
    if known is None:
        score = _new_score(meeting, ScoreMethod.PHONE, uow=uow)
    else:
        _require_unsigned(meeting, uow)
        score = _begin_again(known)
    score.tally_sealed = seal(empty_tally(len(score.criteria)), meeting.id, secrets)
    uow.session.flush()
    _record(uow, "opened", meeting, actor)
    return score


def hand_in(
    meeting: Meeting, key: str, points: Sequence[int], *, actor: Actor, uow: UnitOfWork, secrets: Secrets
) -> bool:
    """Add a member's sheet to the sums; true the first time. The sheet itself is kept nowhere, and there is no audit entry,
    because that would say when.

    ``key`` is random, made by the phone: the same again changes nothing. Raises :class:`ScoreNotOpen`, :class:`ScoreClosed`,
    :class:`NotAttended`, :class:`AlreadyScored`, :class:`ValidationFailed`.
    """
    score = uow.session.get(MeetingScore, meeting.id, with_for_update=True, populate_existing=True)
    present = attended(meeting.id, actor.member_id, lock=True)
    fingerprint = hashlib.sha256(key.encode()).hexdigest()
    known = uow.session.get(ScoreVoter, (meeting.id, actor.member_id or 0))
    if known is not None:
        if known.fingerprint != fingerprint:
            raise AlreadyScored
        return False
    if score is None:
        raise ScoreNotOpen
    if score.state != ScoreState.OPEN or MeetingState(meeting.state) not in SCORABLE:
        raise ScoreClosed
    if not present or actor.member_id is None:
        raise NotAttended
    wrong = rules.points_error(points, [one["points"] for one in score.criteria])
    if wrong is not None:
        place, error = wrong
        raise ValidationFailed(FieldError("/points" if place < 0 else f"/points/{place}", error))
    score.tally_sealed = seal(unseal(score, secrets).plus(list(points)), meeting.id, secrets)
    score.sheets += 1
    uow.session.add(ScoreVoter(meeting_id=meeting.id, member_id=actor.member_id, fingerprint=fingerprint))
    uow.session.flush()
    return True


def close_scoring(
    score: MeetingScore, meeting: Meeting, *, actor: Actor, uow: UnitOfWork, secrets: Secrets
) -> MeetingScore:
    """End the scoring and keep average and grade. Sheets on paper are added to those by phone; one or two by phone are left
    out, because what is on paper is known and the difference would tell what they gave.

    Raises :class:`WrongState`, :class:`TooFewSheets` when the average would tell what somebody gave, and
    :class:`MoreSheetsThanPresent`.
    """
    if score.state != ScoreState.OPEN:
        raise WrongState
    if score.paper_sheets is not None and counted_sheets(score) > attending_count(meeting):
        raise MoreSheetsThanPresent
    _close(score, meeting, secrets, uow=uow)
    _record(uow, "closed", meeting, actor, sheets=score.sheets)
    return score


def _close(score: MeetingScore, meeting: Meeting, secrets: Secrets, *, uow: UnitOfWork) -> None:
    sums = unseal(score, secrets).points
    together = rules.joined(rules.Count(score.sheets, sum(sums)), score.on_paper)
    if together is None:
        raise TooFewSheets
    score.criterion_points = None if together.method == ScoreMethod.PAPER else list(sums)
    _settle(score, meeting, together, uow=uow)


def enter_paper_score(
    meeting: Meeting, *, sheets: int, points: int, actor: Actor, uow: UnitOfWork
) -> MeetingScore:
    """Keep what was collected on paper: how many sheets, and the points of all of them together. They are added to those by
    phone, whose scoring goes on when it is open. Entered again it is corrected; what stood before is kept.

    The meeting is locked by the caller. Raises :class:`WrongState`, :class:`RecordSigned`, :class:`TooFewSheets`,
    :class:`ValidationFailed` for numbers that cannot be.
    """
    require_state(MeetingState(meeting.state), SCORABLE)
    score = uow.session.get(MeetingScore, meeting.id, with_for_update=True, populate_existing=True)
    if score is not None and score.state == ScoreState.WITHDRAWN:
        raise WrongState
    if score is not None and (score.paper_sheets, score.paper_points) == (sheets, points):
        return score
    _require_unsigned(meeting, uow)
    if points > sheets * rules.FULL:
        raise ValidationFailed(FieldError("/points", "out_of_range"))
    by_phone = rules.Count(0, 0) if score is None else score.by_phone
    counted = rules.counted(by_phone.sheets, sheets)
    if counted > attending_count(meeting):
        raise ValidationFailed(FieldError("/sheets", "more_than_present", {"by_phone": counted - sheets}))
    together = rules.joined(by_phone, rules.Count(sheets, points))
    goes_on = score is not None and score.state == ScoreState.OPEN
    if together is None and not goes_on:
        raise TooFewSheets
    if score is None:
        score = _new_score(meeting, ScoreMethod.PAPER, uow=uow)
    before = score.on_paper
    if before is not None:
        stood = {
            "sheets": before.sheets,
            "points": before.points,
            "corrected_at": uow.clock.now().isoformat(),
        }
        score.paper_corrections = [*score.paper_corrections, stood]
    score.paper_sheets, score.paper_points = sheets, points
    if goes_on or together is None:
        score.row_version += 1
        uow.session.flush()
    else:
        _settle(score, meeting, together, uow=uow)
    _record(uow, "corrected" if before else "entered", meeting, actor, sheets=sheets, points=points)
    return score


def end_unfinished(meeting: Meeting, *, actor: Actor, uow: UnitOfWork, secrets: Secrets) -> None:
    """The meeting is settled: a scoring that is still open is closed with it, or withdrawn when there are too few sheets."""
    score = uow.session.get(MeetingScore, meeting.id, with_for_update=True, populate_existing=True)
    if score is None or score.state != ScoreState.OPEN:
        return
    if counted_sheets(score) >= rules.FEWEST_SHEETS:
        _close(score, meeting, secrets, uow=uow)
        _record(uow, "closed", meeting, actor, sheets=score.sheets)
        return
    score.state, score.tally_sealed = ScoreState.WITHDRAWN.value, None
    score.row_version += 1
    uow.session.flush()
    _record(uow, "withdrawn", meeting, actor)


def _new_score(meeting: Meeting, method: ScoreMethod, *, uow: UnitOfWork) -> MeetingScore:
    score = MeetingScore(
        meeting_id=meeting.id,
        method=method.value,
        state=ScoreState.OPEN.value,
        criteria=criteria_data(sheet_on(meeting.organization, day_of(meeting)).criteria),
        opened_at=uow.clock.now(),
        sheets=0,
        paper_corrections=[],
        row_version=1,
    )
    uow.session.add(score)
    return score


def _begin_again(score: MeetingScore) -> MeetingScore:
    """Open a score on paper alone for sheets by phone; what was counted on paper stays, and is added at the closing."""
    score.state, score.sheets = ScoreState.OPEN.value, 0
    score.points = score.grade = score.closed_at = None
    score.row_version += 1
    return score


def _require_unsigned(meeting: Meeting, uow: UnitOfWork) -> None:
    changing = PaperScoreChanging(meeting.id)
    uow.emit(changing)
    if changing.signed:
        raise RecordSigned


def _settle(score: MeetingScore, meeting: Meeting, together: rules.Joined, *, uow: UnitOfWork) -> None:
    """Freeze average and grade; the sealed sums are destroyed. The bounds are those in force now, or of the first grade."""
    if score.good_from is None or score.fair_from is None or score.average_from is None:
        bounds = rules.bounds_of(rules_of(meeting.organization))
    else:
        bounds = rules.Bounds(score.good_from, score.fair_from, score.average_from)
    score.sheets, score.points, score.method = together.sheets, together.points, together.method.value
    score.tally_sealed = None
    score.good_from, score.fair_from, score.average_from = bounds.good, bounds.fair, bounds.average
    score.grade = rules.grade(rules.average(together.points, together.sheets), bounds).value
    score.state, score.closed_at = ScoreState.CLOSED.value, uow.clock.now()
    score.row_version += 1
    uow.session.flush()


def _record(uow: UnitOfWork, action: str, meeting: Meeting, actor: Actor, **details: int) -> None:
    record(
        uow,
        f"scores:score:{action}",
        actor=actor,
        subject_id=meeting.id,
        path=meeting.organization.path,
        details=details or None,
    )
