"""What an entry that stands does: it calls the verb of the feature that owns the thing.

A check comes before: it refuses what could never count, whether or not the entry happens to stand.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from handbook.access.actor import Actor
from handbook.attendance.enums import AttendanceState, Flag, Method
from handbook.attendance.guests import put_guest
from handbook.attendance.marking import mark_attendance, record_opener
from handbook.attendance.models import Attendance
from handbook.attendance.reverse import require_member_code
from handbook.attendance.roles import set_roles
from handbook.ballots.enums import BallotMethod
from handbook.ballots.service import record_counted_vote, withdraw_counted_vote
from handbook.documents.secrecy import find_mark_in_text
from handbook.kernel.secrets import current_secrets
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingState
from handbook.meetings.floor import carry_out_floor
from handbook.meetings.models import Meeting
from handbook.meetings.rules import EARLIEST_OPENING
from handbook.meetings.schemas import MAX_AGENDA_ITEMS
from handbook.meetings.service import close_meeting, correct_hours, open_meeting
from handbook.meetings.steps_back import reopen_meeting, unopen_meeting
from handbook.members.enums import ACTIVE_STATUSES
from handbook.members.models import Member
from handbook.proceedings.counted import find_counted
from handbook.proceedings.enums import EntryFlag, EntryKind, RefusalCode
from handbook.proceedings.errors import EntryRefused
from handbook.proceedings.fold import Room, agenda_of
from handbook.resolutions.errors import ClassifiedText
from handbook.scores.service import enter_paper_score

BEFORE_MEETING = (None, AttendanceState.EXCUSED, AttendanceState.EXEMPT)


@dataclass(frozen=True, slots=True)
class Act:
    """What is to be done: this data, as of this time, on this actor's word. ``differed``: two devices said different
    things, and this is the one that stands; ``unsettled``: nobody has chosen it yet."""

    meeting: Meeting
    subject: str
    data: dict[str, Any]
    at: datetime
    actor: Actor
    uow: UnitOfWork
    differed: bool = False
    unsettled: bool = False


def check(act: Act, kind: EntryKind) -> list[EntryFlag]:
    """What is remarkable about an entry. Raises :class:`EntryRefused` for one that names what is not there,
    :class:`ClassifiedText` for one that bears a secrecy mark."""
    data = act.data.get("ballot", act.data)
    for pointer, text in [
        *_texts(data),
        *_texts(data.get("put") or {}),
        *_texts({"withdrawn": act.data.get("withdrawn")}),
    ]:
        if level := find_mark_in_text(text.splitlines()):
            raise ClassifiedText(pointer, level)
    item = data.get("agenda_item_id")
    if item is not None and item not in {one.name_in_book for one in act.meeting.agenda}:
        raise EntryRefused(RefusalCode.UNKNOWN_AGENDA_ITEM)
    if kind == EntryKind.AGENDA and data["act"] == "add":
        _require_room_for(act.meeting, data["key"])
    closed_at = act.meeting.closed_at
    if kind == EntryKind.OPEN and closed_at is not None and act.at >= closed_at:
        raise EntryRefused(RefusalCode.ALREADY_CLOSED)
    members = [data.get("member_id"), data.get("speaker_member_id")]
    left = [_left_since(act, int(member_id)) for member_id in members if member_id is not None]
    early = act.meeting.state == MeetingState.CONVENED
    if early and kind == EntryKind.MARK and data["state"] not in BEFORE_MEETING:
        raise EntryRefused(RefusalCode.NOT_OPEN)
    return [EntryFlag.LEFT_CELL] if any(left) else []


def _require_room_for(meeting: Meeting, key: str) -> None:
    if len(meeting.agenda) >= 2 * MAX_AGENDA_ITEMS and key not in {one.key for one in meeting.agenda}:
        raise EntryRefused(RefusalCode.INVALID_ENTRY)


def _texts(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ("text", "title", "reason", "name", "from", "speaker_name", "presenter", "withdrawn"):
        if isinstance(data.get(name), str):
            yield f"/{name}", data[name]


def _left_since(act: Act, member_id: int) -> bool:
    """Whether a member who was summoned has left the organisation since. Who was not summoned is refused."""
    if act.uow.session.get(Attendance, (act.meeting.id, member_id)) is None:
        raise EntryRefused(RefusalCode.NOT_SUMMONED)
    member = act.uow.session.get_one(Member, member_id)
    below = member.organization.path.startswith(act.meeting.organization.path)
    return not below or member.status not in ACTIVE_STATUSES


def _open(act: Act) -> None:
    meeting = act.meeting
    earliest = max(meeting.convened_at or act.at, meeting.starts_at - EARLIEST_OPENING)
    # An opening that was written long before the hour counts from the first moment that the rules allow, or from now.
    at = min(max(act.at, earliest), act.uow.clock.now())
    present = bool(act.data.get("present"))
    if meeting.state == MeetingState.CONVENED:
        open_meeting(meeting, at if at >= earliest else None, present, actor=act.actor, uow=act.uow)
        return
    correct_hours(meeting, opened_at=at, actor=act.actor, uow=act.uow)
    if present and act.actor.member_id is not None:
        record_opener(meeting, act.actor.member_id, at=at, actor=act.actor, uow=act.uow)


def _close(act: Act) -> None:
    if act.meeting.state == MeetingState.OPEN:
        close_meeting(act.meeting, act.at, actor=act.actor, uow=act.uow)
    else:
        correct_hours(act.meeting, closed_at=act.at, actor=act.actor, uow=act.uow)


def _reopen(act: Act) -> None:
    if act.meeting.state != MeetingState.CLOSED:
        raise EntryRefused(RefusalCode.NOT_CLOSED)
    reopen_meeting(act.meeting, act.data["reason"], in_book=True, actor=act.actor, uow=act.uow)


def _unopen(act: Act) -> None:
    unopen_meeting(act.meeting, act.data["reason"], in_book=True, actor=act.actor, uow=act.uow)


def carry_out_agenda(act: Act, room: Room) -> None:
    """Bring the agenda to what all its lines say together."""
    carry_out_floor(
        act.meeting,
        added=room.added,
        dropped=room.dropped,
        order=agenda_of([one.name_in_book for one in act.meeting.agenda], room),
        actor=act.actor,
        uow=act.uow,
    )


def _mark(act: Act) -> None:
    data, member_id = act.data, int(act.data["member_id"])
    if data.get("code"):
        require_member_code(act.meeting, member_id, data["code"], secrets=current_secrets())
    mark_attendance(
        act.meeting,
        member_id,
        None if data["state"] is None else AttendanceState(data["state"]),
        actor=act.actor,
        uow=act.uow,
        reason=data.get("reason") or None,
        at=act.at,
        flag=Flag.LEFT_CELL if _left_since(act, member_id) else None,
        arrived_at=_instant(data.get("arrived_at")),
        left_at=_instant(data.get("left_at")),
        method=_method(data),
        together=bool(data.get("together")),
    )


def _method(data: dict[str, Any]) -> Method:
    if data.get("code"):
        return Method.REVERSE_SCAN
    return Method.SHEET if data.get("sheet") else Method.SECRETARY


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _chair(act: Act) -> None:
    set_roles(act.meeting, chair_id=_person(act), actor=act.actor, uow=act.uow)


def _minute_taker(act: Act) -> None:
    set_roles(act.meeting, minute_taker_id=_person(act), actor=act.actor, uow=act.uow)


def _person(act: Act) -> int | None:
    member_id = act.data["member_id"]
    return None if member_id is None else int(member_id)


def _guest(act: Act) -> None:
    data = act.data
    put_guest(
        act.meeting,
        data["key"],
        name=data["name"],
        from_=data.get("from"),
        removed=bool(data.get("removed")),
        actor=act.actor,
        uow=act.uow,
    )


def _hand_vote(act: Act) -> None:
    _counted_vote(act, BallotMethod.HAND)


def _paper_vote(act: Act) -> None:
    _counted_vote(act, BallotMethod.SECRET_PAPER)


def _counted_vote(act: Act, method: BallotMethod) -> None:
    ballot = act.data["ballot"]
    if reason := act.data.get("withdrawn"):
        key = _key_of(act, method)
        withdraw_counted_vote(act.meeting, key, reason, at=act.at, actor=act.actor, uow=act.uow)
        return
    item = ballot.get("agenda_item_id")
    resolution = ballot.get("resolution_id")
    fields = {
        **ballot,
        "key": _key_of(act, method),
        "agenda_item_id": None if item is None else item_id(act.meeting, item),
        "resolution_id": None if resolution is None else int(resolution),
        "reserved": [{"member_id": int(one["member_id"]), "text": one["text"]} for one in ballot["reserved"]],
    }
    if (put := ballot.get("put")) and (form := put.get("form")):
        old = form["supersedes_id"]
        fields["put"] = {**put, "form": {**form, "supersedes_id": None if old is None else int(old)}}
    record_counted_vote(
        act.meeting,
        fields,
        method=method,
        at=act.at,
        differed=act.differed,
        unsettled=act.unsettled,
        actor=act.actor,
        uow=act.uow,
    )


def _paper_score(act: Act) -> None:
    enter_paper_score(
        act.meeting,
        sheets=int(act.data["sheets"]),
        points=int(act.data["points"]),
        actor=act.actor,
        uow=act.uow,
    )


def item_id(meeting: Meeting, name: str) -> int | None:
    """The id of the agenda item that the book calls so."""
    return next((one.id for one in meeting.agenda if one.name_in_book == name), None)


def _key_of(act: Act, method: BallotMethod) -> str:
    """The ballot on the same question that was put to the vote in another way, with a network; else the book's own."""
    ballot = find_counted(act.meeting, act.subject, method)
    return ballot_key(act.meeting.id, act.subject) if ballot is None else ballot.key


def ballot_key(meeting_id: int, subject: str) -> str:
    """The key of the ballot behind a vote of the book: made from what it is about, so that two devices which counted the same
    vote speak of one ballot."""
    return str(uuid5(NAMESPACE_URL, f"urn:handbook:meeting:{meeting_id}:{subject}"))


VERBS: dict[EntryKind, Callable[[Act], None]] = {
    EntryKind.OPEN: _open,
    EntryKind.CLOSE: _close,
    EntryKind.REOPEN: _reopen,
    EntryKind.UNOPEN: _unopen,
    EntryKind.CHAIR: _chair,
    EntryKind.MINUTE_TAKER: _minute_taker,
    EntryKind.MARK: _mark,
    EntryKind.GUEST: _guest,
    EntryKind.HAND_VOTE: _hand_vote,
    EntryKind.PAPER_VOTE: _paper_vote,
    EntryKind.PAPER_SCORE: _paper_score,
}
