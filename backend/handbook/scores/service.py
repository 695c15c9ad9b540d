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
from handbook.scores.errors import AlreadyScored, NotAttended, ScoreClosed, ScoreNotOpen, TooFewSheets
from handbook.scores.models import MeetingScore, ScoreSheet, ScoreVoter
from handbook.scores.queries import SCORABLE, attended, criteria_data, day_of, sheet_on
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
    """Let who is in the room score the meeting, by the sheet of its day. Opened before it stays as it is.

    The meeting is locked by the caller. Raises :class:`WrongState` unless it is open or closed.
    """
    require_state(MeetingState(meeting.state), SCORABLE)
    known = uow.session.get(MeetingScore, meeting.id)
    if known is not None:
        return known
    score = _new_score(meeting, ScoreMethod.PHONE, uow=uow)
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
    """End the scoring and keep average and grade. Raises :class:`WrongState`, and :class:`TooFewSheets` when the average would
    tell what somebody gave.
    """
    if score.state != ScoreState.OPEN:
        raise WrongState
    if score.sheets < rules.FEWEST_SHEETS:
        raise TooFewSheets
    tally = unseal(score, secrets)
    score.criterion_points = list(tally.points)
    _settle(score, meeting, sum(tally.points), uow=uow)
    _record(uow, "closed", meeting, actor, sheets=score.sheets)
    return score


def enter_paper_score(
    meeting: Meeting, *, sheets: int, points: int, actor: Actor, uow: UnitOfWork
) -> MeetingScore:
    """Keep a score that was collected on paper: how many sheets, and the points of all of them together.

    Sheets handed in by phone so far do not count then: those members hand in paper like all others. Raises
    :class:`WrongState`, :class:`ValidationFailed` for numbers that cannot be.
    """
    require_state(MeetingState(meeting.state), SCORABLE)
    score = uow.session.get(MeetingScore, meeting.id, with_for_update=True, populate_existing=True)
    if score is not None and score.state != ScoreState.OPEN:
        raise WrongState
    if sheets > attending_count(meeting):
        raise ValidationFailed(FieldError("/sheets", "more_than_present"))
    if points > sheets * rules.FULL:
        raise ValidationFailed(FieldError("/points", "out_of_range"))
    if score is None:
        score = _new_score(meeting, ScoreMethod.PAPER, uow=uow)
    score.method, score.sheets, score.criterion_points = ScoreMethod.PAPER.value, sheets, None
    _settle(score, meeting, points, uow=uow)
    _record(uow, "entered", meeting, actor, sheets=sheets)
    return score


def end_unfinished(meeting: Meeting, *, actor: Actor, uow: UnitOfWork, secrets: Secrets) -> None:
    """The meeting is settled: a scoring that is still open is closed with it, or withdrawn when there are too few sheets."""
    score = uow.session.get(MeetingScore, meeting.id, with_for_update=True, populate_existing=True)
    if score is None or score.state != ScoreState.OPEN:
        return
    if score.sheets >= rules.FEWEST_SHEETS:
        close_scoring(score, meeting, actor=actor, uow=uow, secrets=secrets)
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
        row_version=1,
    )
    uow.session.add(score)
    return score


def _settle(score: MeetingScore, meeting: Meeting, points: int, *, uow: UnitOfWork) -> None:
    """Freeze average and grade with the bounds in force now; the sealed sums are destroyed."""
    bounds = rules.bounds_of(rules_of(meeting.organization))
    score.points, score.tally_sealed = points, None
    score.good_from, score.fair_from, score.average_from = bounds.good, bounds.fair, bounds.average
    score.grade = rules.grade(rules.average(points, score.sheets), bounds).value
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
