"""What who runs the meeting writes down in the room: many marks at once, chair and minute-taker, guests; and how each line
came about."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from handbook.access.guards import current_actor, require, requires
from handbook.access.permissions import Permission
from handbook.access.predicates import Target
from handbook.attendance import queries, service
from handbook.attendance.enums import AttendanceState, Method
from handbook.attendance.guests import put_guest as write_guest
from handbook.attendance.keeping import keeper_of
from handbook.attendance.marking import Mark, mark_many
from handbook.attendance.roles import KEEP, chair_warning
from handbook.attendance.roles import set_roles as write_roles
from handbook.attendance.roll import heed_roll_match
from handbook.attendance.schemas import (
    GuestInSchema,
    LineHistorySchema,
    MarkAnswersSchema,
    MarksSchema,
    RolesAnswerSchema,
    RolesSchema,
)
from handbook.kernel.secrets import current_secrets
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.queries import get_meeting, meeting_counts

blp = Blueprint("roll", __name__, url_prefix="/api", description="The roll as it is kept in the room")


@blp.route("/meetings/<id:meeting_id>/attendance", methods=["PUT"])
@requires(Permission.ROLL_KEEP)
@blp.arguments(MarksSchema)
@blp.response(200, MarkAnswersSchema)
def mark_many_lines(fields: dict[str, Any], meeting_id: int) -> dict[str, Any]:
    """Write many lines by hand; each is written whole or not at all, and answered by itself. A host writes the own site's."""
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.MEETINGS_READ, actor=actor, lock=True)
        keeper = keeper_of(meeting, actor=actor)
        heed_roll_match(meeting, actor=actor)
        marks = [
            Mark(
                member_id=item["member_id"],
                state=None if item["state"] is None else AttendanceState(item["state"]),
                reason=item["reason"] or None,
                arrived_at=item["arrived_at"],
                left_at=item["left_at"],
                code=item["code"],
            )
            for item in fields["items"]
        ]
        codes = mark_many(
            meeting,
            marks,
            method=Method(fields["method"]),
            only_unrecorded=fields["only_unrecorded"],
            keeper=keeper,
            actor=actor,
            uow=uow,
            secrets=current_secrets(),
        )
        answers = [
            {"member_id": mark.member_id, "code": code} for mark, code in zip(marks, codes, strict=True)
        ]
        return {"items": answers, "counts": meeting_counts(meeting, keeper.sites)}


@blp.route("/meetings/<id:meeting_id>/roles", methods=["PUT"])
@requires(Permission.MEETINGS_RUN)
@blp.arguments(RolesSchema)
@blp.response(200, RolesAnswerSchema)
def set_roles(fields: dict[str, Any], meeting_id: int) -> dict[str, Any]:
    """Say who leads the meeting and who writes its minutes."""
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.MEETINGS_RUN, actor=actor, lock=True)
        heed_roll_match(meeting, actor=actor)
        write_roles(
            meeting,
            chair_id=fields.get("chair_id", KEEP),
            minute_taker_id=fields.get("minute_taker_id", KEEP),
            actor=actor,
            uow=uow,
        )
        warning = chair_warning(meeting)
        return {
            "chair_id": meeting.chair_id,
            "minute_taker_id": meeting.minute_taker_id,
            "warnings": [] if warning is None else [warning],
        }


@blp.route("/meetings/<id:meeting_id>/guests/<uuid:key>", methods=["PUT"])
@requires(Permission.MEETINGS_RUN)
@blp.arguments(GuestInSchema)
@blp.response(204)
def put_guest(fields: dict[str, Any], meeting_id: int, key: UUID) -> None:
    """Write a guest down, or correct the entry under the same key."""
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.MEETINGS_RUN, actor=actor, lock=True)
        write_guest(
            meeting, str(key), name=fields["name"], from_=fields["from_"] or None, actor=actor, uow=uow
        )


@blp.route("/meetings/<id:meeting_id>/guests/<uuid:key>", methods=["DELETE"])
@requires(Permission.MEETINGS_RUN)
@blp.response(204)
def remove_guest(meeting_id: int, key: UUID) -> None:
    """Take a guest out; one who is not there is gone already."""
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.MEETINGS_RUN, actor=actor, lock=True)
        write_guest(meeting, str(key), name="", removed=True, actor=actor, uow=uow)


@blp.route("/meetings/<id:meeting_id>/attendance/<id:member_id>/history", methods=["GET"])
@requires(Permission.ATTENDANCE_READ_LINE)
@blp.response(200, LineHistorySchema)
def list_line_changes(meeting_id: int, member_id: int) -> dict[str, Any]:
    """How a line of the roll came about: for who may read the roll and for the member."""
    actor = current_actor()
    meeting = get_meeting(meeting_id, Permission.MEETINGS_READ, actor=actor)
    target = Target(path=meeting.organization.path, member_id=member_id, private=meeting.target.private)
    require(actor, Permission.ATTENDANCE_READ_LINE, target)
    service.record_roll_reading(meeting, actor=actor)
    return {"items": queries.line_history(meeting, member_id)}
