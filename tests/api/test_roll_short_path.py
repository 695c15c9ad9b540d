"""The short path of a roll answers only what the route would answer: that nothing has moved, and the plain roll itself."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from tests.api.test_attendance_room import GUEST, in_the_room
from tests.support.clients import ApiClient
from tests.support.conferences import Laid
from tests.support.factories import World
from tests.support.meetings import STARTS_AT, check_in_body, draft, key_of, opened
from tests.support.short_paths import BothWays, layer_of

from handbook.accounts.models import DeviceSession
from handbook.accounts.sessions import hash_token
from handbook.attendance import excel
from handbook.attendance.enums import AttendanceState, Flag, Method
from handbook.attendance.models import Attendance
from handbook.attendance.roll_short_path import RollShortPath
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.text import fold, sort_key
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.models import Meeting
from handbook.meetings.poll_short_path import is_plain
from handbook.meetings.sites import SUMMED
from handbook.members.enums import MemberStatus
from handbook.members.models import Member, Office

SignIn = Callable[[str], ApiClient]
ROLES = (
    "secretary",
    "deputy",
    "member",
    "staff",
    "root_staff",
    "administrator",
    "other_member",
    "far_secretary",
)


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each request of a live session that the short path looked at, whether it knew a tag."""
    seen: list[bool] = []
    original = RollShortPath.tag_of

    def watched(self: RollShortPath, *asked: Any) -> str | None:
        tag = original(self, *asked)
        seen.append(tag is not None)
        return tag

    monkeypatch.setattr(RollShortPath, "tag_of", watched)
    return seen


@pytest.fixture
def both(app: Flask) -> BothWays:
    return BothWays(app, RollShortPath)


def tag_for(client: ApiClient, path: str) -> str:
    return str(client.get(path).headers.get("ETag", '"r1-1-0-1-all"'))


def test_everybody_is_told_alike_that_nothing_moved_and_that_something_did(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock, both: BothWays, answered: list[bool]
) -> None:
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    clock.set(STARTS_AT)
    path = f"/api/meetings/{meeting['id']}/attendance"
    people = {role: sign_in(role) for role in ROLES}
    tags = {role: tag_for(client, path) for role, client in people.items()}
    answered.clear()
    first = {role: both.get(client, path, {"If-None-Match": tags[role]}) for role, client in people.items()}
    assert first == {
        **dict.fromkeys(("secretary", "deputy", "member", "staff", "root_staff", "administrator"), 304),
        **dict.fromkeys(("other_member", "far_secretary"), 404),
    }
    # The short path itself knew who may read, and left who may not to the route.
    assert answered == [status == 304 for status in first.values()]
    for role, client in people.items():
        assert both.get(client, path, {}) == (200 if first[role] == 304 else 404)
    weak = {"If-None-Match": f"W/{tags['secretary']}"}
    assert both.get(secretary, path, weak) == 304
    # Another reader's tag is not one's own.
    assert both.get(people["member"], path, {"If-None-Match": tags["secretary"]}) == 200
    body = check_in_body(key_of(secretary, meeting), meeting, clock.now())
    sign_in("second_member").post(f"/api/meetings/{meeting['id']}/check-ins", body, expect=201)
    for role in ("secretary", "member", "staff"):
        assert both.get(people[role], path, {"If-None-Match": tags[role]}) == 200


def test_it_answers_without_flask_and_marks_the_device_as_seen(
    sign_in: SignIn, world: World, clock: FixedClock, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    secretary = sign_in("secretary")
    path = f"/api/meetings/{opened(secretary, world.id_of('cell'))['id']}/attendance"
    headers = {"If-None-Match": tag_for(secretary, path), "Accept": "application/json"}
    clock.advance(minutes=11)
    monkeypatch.setattr(layer_of(app, RollShortPath), "_inner", None)
    secretary.get(path, headers=headers, expect=304)
    seen = select(DeviceSession.last_seen_at).where(
        DeviceSession.token_hash == hash_token(secretary.token or "")
    )
    assert db.session.scalar(seen) == clock.now()


def test_whoever_reads_without_a_record_of_it_gets_the_roll_without_flask(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock, app: Flask, both: BothWays
) -> None:
    """A roll as a real one, and then whatever may stand in a line: the same bytes as through the schema of the route."""
    secretary, meeting, path = in_the_room(sign_in, world, clock)
    body = check_in_body(key_of(secretary, meeting), meeting, clock.now())
    sign_in("member").post(f"/api/meetings/{meeting['id']}/check-ins", body, expect=201)
    mark = {"state": "late", "arrived_at": clock.now().isoformat(), "reason": 'Xe hỏng "dọc đường"\u2028'}
    secretary.put(f"{path}/{world.id_of('second_member')}", mark, expect=200)
    chair = {"chair_id": world.id_of("secretary"), "minute_taker_id": world.id_of("deputy")}
    secretary.put(f"/api/meetings/{meeting['id']}/roles", chair, expect=200)
    guest = {"name": "Lê Văn Khách", "from": "Đảng ủy xã Bình An"}
    secretary.put(f"/api/meetings/{meeting['id']}/guests/{GUEST}", guest, expect=204)
    readers = [sign_in(role) for role in ("secretary", "deputy", "member", "probationary", "exempt_member")]
    for seed in range(9):
        if seed:
            fill(int(meeting["id"]), Random(seed))
        for reader in readers:
            assert both.get(reader, path, {}) == 200
    inner, both.layer._inner = both.layer._inner, None
    try:
        whole, *_, own = (reader.get(path, expect=200).json for reader in readers)
    finally:
        both.layer._inner = inner
    assert (len(whole["items"]), len(own["items"])) == (6, 1)
    assert whole["guests"]
    assert any(line["name_mark"] for line in whole["items"])
    assert own["guests"] == []


def fill(meeting_id: int, random: Random) -> None:
    """Whatever the columns of a roll may hold, in every line, with people of one name and a meeting counted anyhow."""

    def instant() -> datetime | None:
        exact = STARTS_AT + timedelta(minutes=random.randrange(-30, 90))
        return random.choice([None, exact, exact + timedelta(microseconds=random.randrange(10**6))])

    with unit_of_work() as uow:
        lines = uow.session.scalars(select(Attendance).where(Attendance.meeting_id == meeting_id)).all()
        people = [line.member_id for line in lines]
        for line in lines:
            line.state = random.choice([None, *(state.value for state in AttendanceState)])
            line.method = random.choice([None, *(method.value for method in Method)])
            line.member_status = random.choice(list(MemberStatus)).value
            line.checked_in_at, line.recorded_at = instant(), instant()
            line.arrived_at, line.left_at = instant(), instant()
            line.recorded_by = random.choice([None, *people])
            line.reason = random.choice([None, "", "Đi công tác\n\t\x7f\x01 </script> \\ “xa” 😀"])
            line.flags = random.sample([flag.value for flag in Flag], random.randrange(4))
            member = uow.session.get_one(Member, line.member_id)
            member.full_name = random.choice(["Đặng Thị Ngẫm", "Dang Thi Ngâm", f"Lê Văn {line.member_id}"])
            member.name_folded, member.name_sort = fold(member.full_name), sort_key(member.full_name)
            member.birth_date = random.choice([None, date(1960, 3, 1), date(1961, 2, 28)])
        meeting = uow.session.get_one(Meeting, meeting_id)
        meeting.quorum_share = random.choice(["1/2", "2/3", "3/4", "1/1"])
        meeting.chair_id, meeting.minute_taker_id = random.choice([None, people[0]]), None
        for name in ("summoned_count", *SUMMED):
            setattr(meeting, name, random.randrange(30))
        meeting.roll_version += 1


def test_what_is_recorded_or_was_never_kept_is_left_to_the_route(
    sign_in: SignIn, world: World, clock: FixedClock, both: BothWays, monkeypatch: pytest.MonkeyPatch
) -> None:
    secretary, meeting, path = in_the_room(sign_in, world, clock)
    given: list[Any] = []
    original = RollShortPath.answer_to
    monkeypatch.setattr(
        RollShortPath, "answer_to", lambda layer, poll: given.append(original(layer, poll)) or given[-1]
    )
    for reader in ("staff", "root_staff", "administrator", "secretary"):
        assert both.get(sign_in(reader), path, {}) == 200
    assert [answer is not None for answer in given] == [False, False, False, True]
    log = sign_in("member").get("/api/members/me/access-log", expect=200).json["items"]
    assert {entry["action"] for entry in log} >= {"attendance:roll:read"}
    with unit_of_work() as uow:
        uow.session.get_one(Meeting, int(meeting["id"])).quorum_share = None
    assert both.get(secretary, path, {}) == 200
    # A database that does not answer.
    monkeypatch.setattr(both.layer.driver, "find", lambda *_asked: None)
    assert both.get(secretary, path, {}) == 200
    assert given[4] is None


def test_who_may_not_read_it_any_more_is_refused_by_the_route(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock, both: BothWays
) -> None:
    secretary, deputy = sign_in("secretary"), sign_in("deputy")
    drafted = f"/api/meetings/{draft(secretary, world.id_of('cell'))['id']}/attendance"
    assert both.get(sign_in("member"), drafted, {"If-None-Match": tag_for(secretary, drafted)}) == 404
    path = f"/api/meetings/{opened(secretary, world.id_of('cell'))['id']}/attendance"
    tag = {"If-None-Match": tag_for(deputy, path)}
    # The roll is there all the same; of a member without an office it is the own line.
    for last_day, status in ((clock.now() - timedelta(days=2), 200), (None, 304)):
        with unit_of_work() as uow:
            held = select(Office).where(Office.member_id == world.members["deputy"].id)
            uow.session.scalars(held).one().to_date = last_day and last_day.date()
        assert both.get(deputy, path, tag) == status
    deputy.delete("/api/session", expect=204)
    assert both.get(deputy, path, tag) == 401


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("?q=an", {}),
        ("?limit=2", {}),
        ("?wrong=1", {}),
        ("", {"Accept": excel.MEDIA_TYPE}),
        ("", {"If-None-Match": "*"}),
        ("", {"If-None-Match": '"r1-1-0-1-all", "r2"'}),
        ("", {"If-None-Match": "r1-1-0-1-all"}),
    ],
)
def test_what_is_not_plain_is_not_looked_at(
    sign_in: SignIn,
    world: World,
    clock: FixedClock,
    app: Flask,
    answered: list[bool],
    query: str,
    headers: dict[str, str],
) -> None:
    secretary = sign_in("secretary")
    path = f"/api/meetings/{opened(secretary, world.id_of('cell'))['id']}/attendance"
    tag = tag_for(secretary, path)
    answered.clear()
    secretary.get(path + query, headers={"If-None-Match": tag, **headers})
    assert answered == []


def test_of_a_conference_only_the_whole_roll_is_answered(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock, both: BothWays, answered: list[bool]
) -> None:
    laid = Laid(sign_in, world).begin(clock)
    path = f"{laid.path}/attendance"
    staff, host = laid.staff, sign_in("second_member")
    tags = [tag_for(client, path) for client in (staff, host)]
    answered.clear()
    assert both.get(staff, path, {"If-None-Match": tags[0]}) == 304
    assert both.get(host, path, {"If-None-Match": tags[1]}) == 304
    assert answered == [True, False]
    sign_in("member").post(f"{laid.path}/check-ins", laid.code(host, clock), expect=201)
    assert both.get(staff, path, {"If-None-Match": tags[0]}) == 200
    assert both.get(host, path, {"If-None-Match": tags[1]}) == 200


def test_who_names_the_version_that_is_wanted_is_not_answered_that_nothing_moved() -> None:
    assert is_plain({"HTTP_ACCEPT": "application/json"})
    assert not is_plain({"HTTP_IF_MATCH": '"r1-1-0-1-all"'})
