"""The roll: who sees which lines, marks by hand, and its counts."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import STARTS_AT, convened, draft, opened, step

from handbook.access.actor import SYSTEM, Actor, OfficeTitle
from handbook.accounts.models import Account
from handbook.attendance.counters import count_roll
from handbook.attendance.models import Attendance
from handbook.audit.models import AuditEntry
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.enums import MeetingKind
from handbook.meetings.models import Meeting
from handbook.meetings.service import MeetingDraft, convene_meeting, create_meeting, open_meeting
from handbook.members.enums import MemberStatus
from handbook.members.models import Member, Office
from handbook.organizations.models import Organization

SignIn = Callable[[str], ApiClient]


def counts_are_true(meeting_id: str) -> bool:
    db.session.rollback()
    meeting = db.session.get_one(Meeting, int(meeting_id), populate_existing=True)
    counted = count_roll(db.session.connection(), meeting.id)
    return {name: getattr(meeting, name) for name in counted} == counted


def own_line(client: ApiClient, meeting: dict[str, Any], world: World) -> dict[str, Any]:
    roll = client.get(f"/api/meetings/{meeting['id']}/attendance", expect=200).json
    line: dict[str, Any] = next(one for one in roll["items"] if one["member_id"] == world.id_of("secretary"))
    return line


def test_the_roll_lists_everybody_by_given_name(engine_name: str, sign_in: SignIn, world: World) -> None:
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    roll = sign_in("secretary").get(f"/api/meetings/{meeting['id']}/attendance", expect=200).json
    given = [item["full_name"].rsplit(" ")[-1] for item in roll["items"]]
    assert given == ["Mới", "Ngẫm", "Nghỉ", "Phó", "Thử", "Ước"]
    exempt = next(item for item in roll["items"] if item["status"] == "exempt")
    assert (exempt["state"], exempt["method"], exempt["recorded_by"]) == ("exempt", "system", None)
    assert roll["quorum"] == {"required": 3, "reached": False}


def test_a_plain_member_sees_the_own_line_and_the_counts(sign_in: SignIn, world: World) -> None:
    meeting = opened(sign_in("secretary"), world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/attendance"
    sign_in("secretary").put(f"{path}/{world.id_of('second_member')}", {"state": "present"}, expect=200)
    seen = sign_in("member").get(path, expect=200).json
    assert [item["member_id"] for item in seen["items"]] == [world.id_of("member")]
    assert seen["counts"]["present"] == 1
    assert sign_in("other_member").get(path, expect=404)


def test_staff_above_read_the_roll_and_leave_a_trace(sign_in: SignIn, world: World) -> None:
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/attendance"
    readings = select(AuditEntry.actor_member_id).where(AuditEntry.tag == "attendance:roll:read")
    sign_in("secretary").get(path, expect=200)
    sign_in("member").get(path, expect=200)
    assert list(db.session.scalars(readings)) == []
    first = sign_in("staff").get(path, expect=200)
    assert len(first.json["items"]) == 6
    sign_in("staff").get(path, headers={"If-None-Match": first.headers["ETag"]}, expect=304)
    assert list(db.session.scalars(readings)) == [int(world.id_of("staff"))]
    sign_in("far_staff").get(path, expect=404)


def test_the_board_polls_cheaply_and_sees_every_change(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/attendance"
    tag = secretary.get(path, expect=200).headers["ETag"]
    assert secretary.get(path, headers={"If-None-Match": tag}, expect=304).data == b""
    seen = {tag}
    for mark in ({"state": "present"}, {"state": "late"}, {"state": "late", "reason": "Xe hỏng"}):
        secretary.put(f"{path}/{world.id_of('member')}", mark, expect=200)
        seen.add(secretary.get(path, headers={"If-None-Match": tag}, expect=200).headers["ETag"])
    assert len(seen) == 4
    assert sign_in("member").get(path, headers={"If-None-Match": tag}, expect=200).headers["ETag"] not in seen


def test_the_quorum_counts_official_members_who_must_attend(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/attendance"

    def after(role: str, state: str) -> dict[str, object]:
        secretary.put(f"{path}/{world.id_of(role)}", {"state": state}, expect=200)
        quorum: dict[str, object] = secretary.get(path).json["quorum"]
        return quorum

    assert after("probationary", "present") == {"required": 3, "reached": False}
    assert after("exempt_member", "present") == {"required": 3, "reached": False}
    assert after("member", "present") == {"required": 3, "reached": False}
    assert after("second_member", "late") == {"required": 3, "reached": False}
    assert after("secretary", "present") == {"required": 3, "reached": True}
    assert after("member", "excused") == {"required": 3, "reached": False}
    assert after("member", "exempt") == {"required": 3, "reached": False}
    assert counts_are_true(meeting["id"])


def test_a_mark_says_how_and_by_whom(engine_name: str, sign_in: SignIn, world: World) -> None:
    deputy = sign_in("deputy")
    meeting = opened(deputy, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/attendance/{world.id_of('member')}"
    line = deputy.put(path, {"state": "excused", "reason": "Đi công tác"}, expect=200).json
    assert line == {
        "member_id": world.id_of("member"),
        "full_name": "Đặng Thị Ngẫm",
        "status": "official",
        "state": "excused",
        "method": "secretary",
        "checked_in_at": None,
        "recorded_at": "2026-12-01T02:00:00+00:00",
        "recorded_by": world.id_of("deputy"),
        "arrived_at": None,
        "left_at": None,
        "reason": "Đi công tác",
        "flags": [],
        "home_site_id": None,
        "site_id": None,
    }
    entry = db.session.scalar(select(AuditEntry).where(AuditEntry.tag == "attendance:line:marked"))
    assert entry is not None
    assert entry.details == {"before": None, "state": "excused"}
    assert entry.member_id == int(world.id_of("member"))
    assert counts_are_true(meeting["id"])


def test_a_mark_moves_the_members_own_version_once(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    own = select(Account.content_version).where(Account.member_id == int(world.id_of("member")))
    cell = select(Organization.content_version).where(Organization.id == int(world.id_of("cell")))
    before = db.session.scalar(own), db.session.scalar(cell)
    path = f"/api/meetings/{meeting['id']}/attendance/{world.id_of('member')}"
    for _ in range(2):
        secretary.put(path, {"state": "present"}, expect=200)
        assert (db.session.scalar(own), db.session.scalar(cell)) == (before[0] + 1, before[1])
        db.session.rollback()
    line = db.session.get_one(Attendance, (int(meeting["id"]), int(world.id_of("member"))))
    assert line.account_version == before[0] + 1


def test_only_who_runs_the_meeting_marks(sign_in: SignIn, world: World) -> None:
    meeting = opened(sign_in("secretary"), world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/attendance/{world.id_of('member')}"
    for role, status in (("member", 403), ("staff", 403), ("administrator", 403), ("other_secretary", 404)):
        sign_in(role).put(path, {"state": "present"}, expect=status)
    roll = sign_in("secretary").get(f"/api/meetings/{meeting['id']}/attendance").json
    assert roll["counts"]["not_recorded"] == 5


@pytest.mark.parametrize("who", ["other_member", "far_member"])
def test_who_was_not_summoned_has_no_line(sign_in: SignIn, world: World, who: str) -> None:
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/attendance"
    secretary.put(f"{path}/{world.id_of(who)}", {"state": "present"}, expect=404)
    secretary.put(f"{path}/999999999", {"state": "present"}, expect=404)


def test_marks_are_refused_with_a_code(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/attendance/{world.id_of('member')}"
    bodies = ({}, {"state": "guest"}, {"state": None}, {"state": "present", "reason": "x" * 501})
    for body in bodies:
        assert code_of(secretary.put(path, body, expect=422)) == "validation_failed"
    assert code_of(secretary.put(path, {"state": "present", "by": "me"}, expect=422)) == "unknown_field"


def test_nobody_is_present_before_the_opening_but_absence_is_known(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/attendance/{world.id_of('member')}"
    for state in ("present", "late", "unexcused"):
        assert code_of(secretary.put(path, {"state": state}, expect=409)) == "wrong_state"
    secretary.put(path, {"state": "excused"}, expect=200)


def test_a_draft_and_a_settled_roll_take_no_marks(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/attendance/{world.id_of('member')}"
    assert code_of(secretary.put(path, {"state": "present"}, expect=409)) == "wrong_state"
    for name in ("convene", "open", "close"):
        meeting = step(secretary, meeting, name)
    secretary.put(path, {"state": "present"}, expect=200)
    step(secretary, meeting, "finalize")
    assert code_of(secretary.put(path, {"state": "late"}, expect=409)) == "wrong_state"
    assert counts_are_true(meeting["id"])


def test_a_closed_meeting_can_be_corrected(engine_name: str, sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = step(secretary, opened(secretary, world.id_of("cell")), "close")
    path = f"/api/meetings/{meeting['id']}/attendance"
    secretary.put(f"{path}/{world.id_of('member')}", {"state": "present"}, expect=200)
    counts = secretary.get(path).json["counts"]
    assert (counts["present"], counts["unexcused"]) == (1, 4)
    assert counts_are_true(meeting["id"])


def test_who_joins_between_convening_and_opening_is_summoned(
    sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    with secretary.app.test_request_context(), unit_of_work() as uow:
        world.add_member("newcomer", "Mai Văn Đến", "cell", MemberStatus.OFFICIAL, number=20, uow=uow)
    meeting = step(secretary, meeting, "open")
    assert meeting["counts"]["summoned"] == 7
    assert counts_are_true(meeting["id"])


def test_who_lives_the_party_life_elsewhere_is_not_missed(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    with unit_of_work() as uow:
        uow.session.get_one(Member, int(world.id_of("member"))).status = MemberStatus.TEMPORARY_OUT.value
        uow.session.get_one(Member, int(world.id_of("second_member"))).status = MemberStatus.SUSPENDED.value
    meeting = convened(secretary, world.id_of("cell"))
    assert (meeting["counts"]["summoned"], meeting["counts"]["exempt"]) == (5, 2)
    roll = secretary.get(f"/api/meetings/{meeting['id']}/attendance").json
    away = next(item for item in roll["items"] if item["member_id"] == world.id_of("member"))
    assert (away["state"], away["flags"]) == ("exempt", ["temporary_out"])


def test_a_committee_meeting_summons_the_committee(sign_in: SignIn, world: World, clock: FixedClock) -> None:
    secretary = sign_in("secretary")
    with unit_of_work() as uow:
        world.give_office("member", "cell", OfficeTitle.COMMITTEE_MEMBER, uow=uow)
        uow.session.add(
            Office(
                organization_id=int(world.id_of("cell")),
                member_id=int(world.id_of("second_member")),
                title=OfficeTitle.COMMITTEE_MEMBER.value,
                from_date=date(2020, 1, 1),
                to_date=date(2025, 12, 31),
            )
        )
    meeting = convened(secretary, world.id_of("cell"), kind="committee", title="Họp chi ủy")
    roll = secretary.get(f"/api/meetings/{meeting['id']}/attendance").json
    assert {item["member_id"] for item in roll["items"]} == {
        world.id_of(role) for role in ("member", "secretary", "deputy")
    }
    path = f"/api/meetings/{meeting['id']}/absence-requests"
    answer = sign_in("second_member").post(path, {"reason": "Bận"}, expect=403)
    assert code_of(answer) == "not_summoned"


def test_an_office_is_judged_by_the_day_on_the_wall_of_the_organisation(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    """Half past six in Hanoi is the day before in UTC."""
    early = datetime(2026, 12, 4, 23, 30, tzinfo=UTC)
    with unit_of_work() as uow:
        for role, first, last in (
            ("member", date(2026, 12, 5), None),
            ("second_member", date(2025, 1, 1), date(2026, 12, 4)),
        ):
            uow.session.add(
                Office(
                    organization_id=int(world.id_of("cell")),
                    member_id=int(world.id_of(role)),
                    title=OfficeTitle.DEPUTY_SECRETARY.value,
                    from_date=first,
                    to_date=last,
                )
            )
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"), kind="committee", starts_at=early)
    roll = secretary.get(f"/api/meetings/{meeting['id']}/attendance", expect=200).json
    assert {item["member_id"] for item in roll["items"]} == {
        world.id_of(role) for role in ("member", "secretary", "deputy")
    }
    roles = f"/api/meetings/{meeting['id']}/roles"
    assert secretary.put(roles, {"chair_id": world.id_of("member")}, expect=200).json["warnings"] == []


def test_a_meeting_above_the_cells_summons_its_committee(
    sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    with unit_of_work() as uow:
        world.give_office("other_secretary", "committee", OfficeTitle.SECRETARY, uow=uow)
        world.give_office("member", "committee", OfficeTitle.COMMITTEE_MEMBER, uow=uow)
        committee = uow.session.get_one(Organization, int(world.id_of("committee")))
        meeting = create_meeting(
            committee,
            MeetingDraft(
                MeetingKind.CONFERENCE,
                "Hội nghị đảng ủy",
                STARTS_AT,
                STARTS_AT + timedelta(hours=3),
                "Hội trường",
            ),
            actor=SYSTEM,
            uow=uow,
        )
        convene_meeting(meeting, actor=SYSTEM, uow=uow)
        meeting_id = meeting.id
    lines = set(db.session.scalars(select(Attendance.member_id).where(Attendance.meeting_id == meeting_id)))
    assert lines == {int(world.id_of("other_secretary")), int(world.id_of("member"))}
    path = f"/api/meetings/{meeting_id}/absence-requests"
    sign_in("member").post(path, {"reason": "Bận"}, expect=201)
    sign_in("second_member").post(path, {"reason": "Bận"}, expect=403)


def test_who_opens_the_meeting_in_the_room_is_present(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    secretary = sign_in("secretary")
    meeting = step(secretary, convened(secretary, world.id_of("cell")), "open", {"opener_present": True})
    assert (meeting["counts"]["present"], meeting["counts"]["not_recorded"]) == (1, 4)
    line = own_line(secretary, meeting, world)
    assert (line["state"], line["method"], line["recorded_by"]) == (
        "present",
        "secretary",
        world.id_of("secretary"),
    )
    assert line["flags"] == ["opened_meeting"]
    assert counts_are_true(meeting["id"])
    closed = step(secretary, meeting, "close")
    assert (closed["counts"]["present"], closed["counts"]["unexcused"]) == (1, 4)


def test_a_later_mark_of_the_opener_says_nothing_of_the_opening(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = step(secretary, convened(secretary, world.id_of("cell")), "open", {"opener_present": True})
    path = f"/api/meetings/{meeting['id']}/attendance/{world.id_of('secretary')}"
    secretary.put(path, {"state": "excused", "reason": "Được gọi đi"}, expect=200)
    line = own_line(secretary, meeting, world)
    assert (line["state"], line["flags"]) == ("excused", [])
    assert counts_are_true(meeting["id"])


def test_an_opener_who_was_excused_and_came_is_present(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/attendance/{world.id_of('secretary')}"
    secretary.put(path, {"state": "excused", "reason": "Đi công tác"}, expect=200)
    meeting = step(secretary, meeting, "open", {"opener_present": True})
    line = own_line(secretary, meeting, world)
    assert (line["state"], line["reason"], line["flags"]) == ("present", None, ["opened_meeting"])
    assert counts_are_true(meeting["id"])


def test_an_opening_that_says_nothing_of_the_opener_records_nobody(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = step(secretary, convened(secretary, world.id_of("cell")), "open", {})
    assert meeting["counts"]["present"] == 0
    assert own_line(secretary, meeting, world)["state"] is None


def test_an_opener_whom_the_meeting_does_not_summon_stays_out_of_the_roll(
    sign_in: SignIn, world: World
) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    stranger = Actor(account_id=None, member_id=int(world.id_of("other_member")))
    with unit_of_work() as uow:
        row = uow.session.get_one(Meeting, int(meeting["id"]))
        open_meeting(row, opener_present=True, actor=stranger, uow=uow)
    counts = secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json["counts"]
    assert (counts["summoned"], counts["present"]) == (6, 0)
