"""What is put to the vote: which draft it may be, and freezing what it says (ADR 24)."""

from collections.abc import Mapping
from typing import Any

from handbook.ballots.enums import BallotKind
from handbook.ballots.errors import DraftGone
from handbook.ballots.models import Ballot
from handbook.kernel.problems import FieldError, ValidationFailed
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.resolutions.enums import ResolutionState
from handbook.resolutions.models import Resolution


def put_to_the_vote(ballot: Ballot, *, uow: UnitOfWork) -> None:
    """Freeze what the draft says; who changes or issues it waits here, and is told that it is being voted on.

    Since it was proposed it may have left the meeting, or come into force: then :class:`DraftGone`.
    """
    if ballot.resolution_id is None:
        return
    draft = uow.session.get_one(
        Resolution, ballot.resolution_id, populate_existing=True, with_for_update={"of": Resolution}
    )
    if draft.meeting_id != ballot.meeting_id or draft.state != ResolutionState.DRAFT:
        raise DraftGone
    ballot.put_symbol, ballot.put_title, ballot.put_hash = draft.symbol, draft.title, draft.content_hash
    ballot.put_form = draft.form


def keep_what_was_put(ballot: Ballot, put: Mapping[str, Any] | None, *, uow: UnitOfWork) -> None:
    """Freeze what the room had before it, once: a correction leaves it. Of a line that does not say it, the name is what the
    draft is called as the line arrives, and of the text nothing is known."""
    if ballot.resolution_id is None or ballot.put_symbol is not None:
        return
    if put is not None:
        ballot.put_symbol, ballot.put_title = put["symbol"], put["title"]
        ballot.put_hash, ballot.put_form = put["content_hash"], put.get("form")
    else:
        draft = uow.session.get_one(Resolution, ballot.resolution_id)
        ballot.put_symbol, ballot.put_title = draft.symbol, draft.title


def require_own_resolution(
    ballot: Ballot, resolution_id: int, kind: str, *, counted: bool, uow: UnitOfWork
) -> None:
    """The resolution that is put to the vote is a draft of this meeting, and the vote is one on a resolution. What the room has
    counted was put to it before: a draft that has left or was issued meanwhile is still the one that they voted on."""
    resolution = uow.session.get(Resolution, resolution_id)
    meeting = ballot.meeting
    if resolution is None or not (
        resolution.organization_id == meeting.organization_id
        if counted
        else resolution.meeting_id == meeting.id
    ):
        raise ValidationFailed(FieldError("/resolution_id", "unknown"))
    if not counted and resolution.state != ResolutionState.DRAFT:
        raise ValidationFailed(FieldError("/resolution_id", "not_a_draft"))
    if kind != BallotKind.RESOLUTION:
        raise ValidationFailed(FieldError("/resolution_id", "not_a_vote_on_a_resolution"))
