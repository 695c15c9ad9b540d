"""Members whose record changes between the convening of a meeting and its opening: what the roll, the quorum and the votes make
of them (2-domain: "all official members of the cell who were summoned").
"""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.support.ballots import close, open_ballot, tally
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import convened, if_match, step

from handbook.access.actor import OfficeTitle
from handbook.attendance.counters import count_roll
from handbook.attendance.models import Attendance
from handbook.attendance.queries import head_count
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.models import Meeting
from handbook.members.enums import MemberStatus
from handbook.members.models import Member, Office
from handbook.notifications.models import Notice

SignIn = Callable[[str], ApiClient]


@pytest.fixture
def meeting(meeting_convened: dict[str, Any]) -> dict[str, Any]:
    """Convened: four official members, one probationary, one exempt."""
    return meeting_convened


def change(world: World, role: str, **fields: Any) -> None:
    """What a decision or an import writes into a member's record."""
    with unit_of_work() as uow:
        member = uow.session.get_one(Member, int(world.id_of(role)))
        for name, value in fields.items():
            setattr(member, name, value)


def roll(secretary: ApiClient, meeting: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = secretary.get(f"/api/meetings/{meeting['id']}/attendance", expect=200).json
    return answer


def line(secretary: ApiClient, meeting: dict[str, Any], member_id: str) -> dict[str, Any]:
    lines = roll(secretary, meeting)["items"]
    found: dict[str, Any] = next(one for one in lines if one["member_id"] == member_id)
    return found


def mark(secretary: ApiClient, meeting: dict[str, Any], member_id: str, state: str) -> None:
    secretary.put(f"/api/meetings/{meeting['id']}/attendance/{member_id}", {"state": state}, expect=200)


def counts_are_true(meeting: dict[str, Any]) -> bool:
    db.session.expire_all()
    stored = db.session.get_one(Meeting, int(meeting["id"]))
    counted = count_roll(db.session.connection(), stored.id)
    return counted == {name: getattr(stored, name) for name in counted}


@pytest.mark.parametrize(
    "left",
    [
        {"status": MemberStatus.DECEASED.value},
        {"status": MemberStatus.EXPELLED.value},
        {"status": MemberStatus.SUSPENDED.value},
        {"status": MemberStatus.TRANSFERRED.value},
        {"organization_id": "other_cell"},
    ],
    ids=lambda left: next(iter(left.values())),
)
def test_who_has_left_the_cell_is_missed_by_nobody(
    engine_name: str, left: dict[str, str], secretary: ApiClient, world: World, meeting: dict[str, Any]
) -> None:
    """ "… official members who must attend": who is no longer of the cell must not; nor is there a vote to count."""
    fields = {
        name: int(world.id_of(value)) if name == "organization_id" else value for name, value in left.items()
    }
    change(world, "member", **fields)
    meeting = step(secretary, meeting, "open")
    found = line(secretary, meeting, world.id_of("member"))
    expected = left.get("status", MemberStatus.TRANSFERRED.value)
    assert (found["state"], found["status"], found["flags"]) == ("exempt", expected, ["left_cell"])
    # Two thirds of three, not of four.
    assert roll(secretary, meeting)["quorum"]["required"] == 2
    for role in ("secretary", "deputy"):
        mark(secretary, meeting, world.id_of(role), "present")
    ballot = open_ballot(secretary, meeting)
    assert close(secretary, ballot, tally=tally(2))["result"]["denominator"] == 3
    counted = head_count(db.session.get_one(Meeting, int(meeting["id"])))
    assert (counted.total, counted.official, counted.official_due) == (5, 4, 3)
    meeting = step(secretary, secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json, "close")
    assert line(secretary, meeting, world.id_of("member"))["state"] == "exempt"
    assert counts_are_true(meeting)


def test_who_has_left_and_comes_is_on_record_and_has_no_vote(
    sign_in: SignIn, secretary: ApiClient, world: World, meeting: dict[str, Any]
) -> None:
    change(world, "member", organization_id=int(world.id_of("other_cell")))
    meeting = step(secretary, meeting, "open")
    mark(secretary, meeting, world.id_of("member"), "present")
    found = line(secretary, meeting, world.id_of("member"))
    assert (found["state"], found["flags"]) == ("present", ["left_cell"])
    assert roll(secretary, meeting)["quorum"] == {"required": 2, "reached": False}
    ballot = open_ballot(secretary, meeting, method="phone")
    answer = sign_in("member").put(f"/api/ballots/{ballot['id']}/votes/me", {"choice": "agree"}, expect=404)
    assert code_of(answer) == "not_found"
    assert close(secretary, ballot)["result"]["denominator"] == 3
    # Taken back, the line is again what the opening made of it.
    body = {"method": "secretary", "items": [{"member_id": world.id_of("member"), "state": None}]}
    secretary.put(f"/api/meetings/{meeting['id']}/attendance", body, expect=200)
    found = line(secretary, meeting, world.id_of("member"))
    assert (found["state"], found["flags"]) == ("exempt", ["left_cell"])
    assert counts_are_true(meeting)


def test_who_was_recognised_as_official_since_the_convening_votes(
    engine_name: str, sign_in: SignIn, secretary: ApiClient, world: World, meeting: dict[str, Any]
) -> None:
    """ "Only official members vote": whoever is one when the meeting opens."""
    change(world, "probationary", status=MemberStatus.OFFICIAL.value)
    meeting = step(secretary, meeting, "open")
    for role in ("probationary", "member", "secretary"):
        mark(secretary, meeting, world.id_of(role), "present")
    ballot = open_ballot(secretary, meeting, method="phone")
    sign_in("probationary").put(f"/api/ballots/{ballot['id']}/votes/me", {"choice": "agree"}, expect=200)
    result = close(secretary, ballot)["result"]
    assert (result["denominator"], result["agree"]) == (5, 1)
    assert counts_are_true(meeting)


@pytest.mark.parametrize(
    ("role", "status", "state"),
    [
        ("member", MemberStatus.EXEMPT, "exempt"),
        ("member", MemberStatus.TEMPORARY_OUT, "exempt"),
        ("exempt_member", MemberStatus.OFFICIAL, None),
    ],
)
def test_a_new_status_says_who_must_come(
    role: str,
    status: MemberStatus,
    state: str | None,
    secretary: ApiClient,
    world: World,
    meeting: dict[str, Any],
) -> None:
    """ "… less those temporarily introduced elsewhere, less exempt members who are absent"."""
    change(world, role, status=status.value)
    meeting = step(secretary, meeting, "open")
    found = line(secretary, meeting, world.id_of(role))
    assert (found["status"], found["state"]) == (status.value, state)
    assert ("temporary_out" in found["flags"]) == (status == MemberStatus.TEMPORARY_OUT)
    assert counts_are_true(meeting)


def test_an_absence_that_was_approved_stays_when_the_status_changes(
    secretary: ApiClient, world: World, meeting: dict[str, Any]
) -> None:
    mark(secretary, meeting, world.id_of("probationary"), "excused")
    change(world, "probationary", status=MemberStatus.OFFICIAL.value)
    meeting = step(secretary, meeting, "open")
    found = line(secretary, meeting, world.id_of("probationary"))
    assert (found["status"], found["state"]) == ("official", "excused")
    assert roll(secretary, meeting)["quorum"]["required"] == 4


def test_who_left_the_committee_is_not_missed_at_its_meeting(
    secretary: ApiClient, world: World, clock: FixedClock
) -> None:
    with unit_of_work() as uow:
        world.give_office("member", "cell", OfficeTitle.COMMITTEE_MEMBER, uow=uow)
    meeting = convened(secretary, world.id_of("cell"), kind="committee", title="Họp chi ủy")
    with unit_of_work() as uow:
        office = uow.session.scalar(select(Office).where(Office.member_id == int(world.id_of("member"))))
        assert office is not None
        office.to_date = clock.now().date()
    meeting = step(secretary, meeting, "open")
    found = line(secretary, meeting, world.id_of("member"))
    assert (found["state"], found["flags"]) == ("exempt", ["left_cell"])
    assert roll(secretary, meeting)["quorum"]["required"] == 2


def test_nobody_telephones_or_tells_who_has_died_since_the_convening(
    secretary: ApiClient, world: World, meeting: dict[str, Any]
) -> None:
    change(world, "second_member", status=MemberStatus.DECEASED.value)
    path = f"/api/meetings/{meeting['id']}"
    now = secretary.get(path, expect=200).json
    secretary.patch(path, {"place": "Hội trường"}, headers=if_match(now), expect=200)
    told = db.session.scalars(select(Notice.account_id).where(Notice.kind == "meeting_changed")).all()
    assert len(told) == 5
    assert world.accounts["second_member"].id not in told
    ledger = secretary.get(f"{path}/deliveries", expect=200).json
    assert len(ledger["items"]) == 6
    unreached = {line["member_id"] for line in ledger["unreached"]}
    assert world.id_of("member") in unreached
    assert world.id_of("second_member") not in unreached


def test_an_opening_without_changes_writes_no_line(
    secretary: ApiClient, world: World, meeting: dict[str, Any]
) -> None:
    def versions() -> list[tuple[int, int]]:
        rows = db.session.execute(
            select(Attendance.member_id, Attendance.account_version).order_by(Attendance.member_id)
        )
        return [(row.member_id, row.account_version) for row in rows]

    before = versions()
    step(secretary, meeting, "open")
    assert versions() == before
    assert db.session.scalar(select(func.count()).select_from(Attendance)) == 6
