"""Scoring a meeting: the sheet, anonymous sheets, average and grade; and what the database knows of it."""

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import inspect, text
from tests.api.test_resolutions_ended import mark_present
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import if_match, opened

from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.models import Meeting
from handbook.scores import rules
from handbook.scores.queries import score_of

SignIn = Callable[[str], ApiClient]
FULL = [15, 15, 20, 20, 15, 5, 10]
VOTERS = ("member", "second_member", "secretary", "deputy")


def begun(secretary: ApiClient, world: World) -> dict[str, Any]:
    meeting = opened(secretary, world.id_of("cell"))
    mark_present(secretary, meeting, world)
    secretary.post(f"/api/meetings/{meeting['id']}/score/open", expect=200)
    return meeting


def hand_in(
    client: ApiClient, meeting: dict[str, Any], points: list[int], expect: int = 201, **body: Any
) -> Any:
    return client.put(
        f"/api/meetings/{meeting['id']}/score/sheets/me",
        {"key": str(uuid4()), "points": points, **body},
        expect=expect,
    )


def read(client: ApiClient, meeting: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(f"/api/meetings/{meeting['id']}/score", expect=200).json
    return answer


def close(client: ApiClient, meeting: dict[str, Any], expect: int = 200) -> Any:
    tag = {"If-Match": f'"{read(client, meeting)["etag"]}"'}
    return client.post(f"/api/meetings/{meeting['id']}/score/close", headers=tag, expect=expect)


def test_the_average_of_the_sheets_and_its_grade_are_kept(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    secretary = sign_in("secretary")
    meeting = begun(secretary, world)
    before = read(sign_in("member"), meeting)
    assert sum(one["points"] for one in before["criteria"]) == 100
    assert before["mine"] == {"scored": False, "may_score": True}
    for role in VOTERS[:3]:
        hand_in(sign_in(role), meeting, FULL)
    hand_in(sign_in("deputy"), meeting, [10, 10, 15, 15, 10, 5, 5])
    running = read(secretary, meeting)
    assert (running["sheets"], running["average"], running["criterion_averages"]) == (4, None, [])
    done = close(secretary, meeting).json
    assert (done["average"], done["grade"], done["sheets"]) == ("92.50", "good", 4)
    assert done["criterion_averages"][0] == "13.75"
    assert read(sign_in("staff"), meeting)["grade"] == "good"
    with unit_of_work() as uow:
        result = score_of(uow.session.get_one(Meeting, int(meeting["id"])))
    assert result is not None
    assert result.average == Fraction(370, 4)


def test_a_member_scores_once_and_only_who_was_in_the_room(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    meeting = begun(secretary, world)
    key = str(uuid4())
    hand_in(member, meeting, FULL, key=key)
    hand_in(member, meeting, FULL, expect=200, key=key)
    assert code_of(hand_in(member, meeting, FULL, expect=409)) == "already_scored"
    assert code_of(hand_in(sign_in("probationary"), meeting, FULL, expect=403)) == "score_needs_presence"
    assert (
        hand_in(secretary, meeting, [16, *FULL[1:]], expect=422).json["errors"][0]["pointer"] == "/points/0"
    )
    assert hand_in(secretary, meeting, FULL[1:], expect=422).json["errors"][0]["code"] == "wrong_count"
    assert read(secretary, meeting)["sheets"] == 1
    assert code_of(close(secretary, meeting, expect=409)) == "too_few_sheets"


def test_after_the_closing_no_sheet_is_taken(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = begun(secretary, world)
    for role in VOTERS[:3]:
        hand_in(sign_in(role), meeting, FULL)
    close(secretary, meeting)
    assert code_of(hand_in(sign_in("deputy"), meeting, FULL, expect=409)) == "score_closed"


def test_a_meeting_that_is_settled_ends_its_scoring(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = begun(secretary, world)
    hand_in(sign_in("member"), meeting, FULL)
    for step in ("close", "finalize"):
        now = secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json
        secretary.post(f"/api/meetings/{meeting['id']}/{step}", headers=if_match(now), expect=200)
    after = read(secretary, meeting)
    assert (after["state"], after["average"]) == ("withdrawn", None)


def test_the_sheet_of_a_committee_holds_below_from_its_day_on_and_can_be_given_up(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    staff, committee, cell = sign_in("staff"), world.id_of("committee"), world.id_of("cell")
    path = f"/api/organizations/{committee}/score-sheets"
    sheet = [{"title": "Nền nếp", "points": 40}, {"title": "Chất lượng", "points": 60}]
    bad = staff.post(path, {"criteria": [{"title": "Nền nếp", "points": 99}]}, expect=422).json
    assert bad["errors"] == [{"pointer": "/criteria", "code": "not_hundred"}]
    staff.post(path, {"criteria": sheet, "valid_from": "2026-12-02"}, expect=201)
    here = f"/api/organizations/{cell}/score-sheets"
    assert staff.get(here, expect=200).json["set_by"] is None, "it begins tomorrow"
    secretary = sign_in("secretary")
    meeting = opened(secretary, cell)
    assert read(secretary, meeting)["criteria"] == sheet, "the meeting is on the fifth"
    staff.post(path, {"criteria": []}, expect=201)
    staff.post(path, {"criteria": [], "valid_from": "2026-12-03"}, expect=201)
    assert len(read(secretary, meeting)["criteria"]) == 7
    sign_in("secretary").post(here, {"criteria": sheet}, expect=403)


def rows(table: str) -> list[dict[str, Any]]:
    return [dict(row) for row in db.session.execute(text(f"SELECT * FROM {table}")).mappings()]


def test_the_whole_database_after_the_sheets_does_not_tell_who_gave_what(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    """Nothing but the sealed sums and the bare list of who has scored moves, and neither tells a sheet."""
    secretary = sign_in("secretary")
    meeting = begun(secretary, world)
    telling = [7, 11, 13, 17, 3, 2, 9]
    before = {table: rows(table) for table in inspect(db.engine).get_table_names()}
    hand_in(sign_in("member"), meeting, telling)
    hand_in(sign_in("second_member"), meeting, FULL)
    hand_in(sign_in("deputy"), meeting, FULL)
    db.session.rollback()
    after = {table: rows(table) for table in inspect(db.engine).get_table_names()}
    changed = {table for table in after if after[table] != before[table]}
    assert changed <= {"meeting_scores", "score_voters", "device_sessions"}, (
        "no audit entry, no request, no stored answer"
    )
    voters = after["score_voters"]
    assert {frozenset(row) for row in voters} == {frozenset({"meeting_id", "member_id", "fingerprint"})}
    dump = json.dumps(after, default=str)
    for form in (telling, str(telling), sum(telling)):
        assert f'"points": {form}' not in dump
    (score,) = after["meeting_scores"]
    (empty,) = before["meeting_scores"]
    assert len(score["tally_sealed"]) == len(empty["tally_sealed"]), "not even the length tells the sums"
    assert (score["points"], score["criterion_points"]) in ((None, None), (None, "null"))
    close(secretary, meeting)
    db.session.rollback()
    (closed,) = rows("meeting_scores")
    assert closed["tally_sealed"] is None


def test_who_gave_which_sheet_makes_no_difference_in_the_database(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    """Two meetings that differ only in who gave what leave, but for random bytes, the same rows behind."""
    secretary, left = sign_in("secretary"), []
    low = [7, 11, 13, 17, 3, 2, 9]
    for sheets_given in ((low, FULL, FULL), (FULL, FULL, low)):
        meeting = begun(secretary, world)
        for role, points in zip(("member", "second_member", "deputy"), sheets_given, strict=True):
            hand_in(sign_in(role), meeting, points)
        close(secretary, meeting)
        db.session.rollback()
        random = {"meeting_id", "fingerprint", "opened_at", "closed_at"}
        left.append(
            {
                table: [
                    {name: value for name, value in row.items() if name not in random}
                    for row in rows(table)
                    if row["meeting_id"] == int(meeting["id"])
                ]
                for table in ("meeting_scores", "score_voters")
            }
        )
    assert left[0] == left[1]
    assert len(left[0]["score_voters"]) == 3
    assert left[0]["meeting_scores"][0]["sheets"] == 3


sheets = st.lists(st.integers(0, 100), min_size=3, max_size=60)


@given(sheets)
def test_the_grade_is_that_of_the_exact_average(points: list[int]) -> None:
    bounds = rules.Bounds(90, 70, 50)
    total, count = sum(points), len(points)
    names = {"good": 90, "fair": 70, "average": 50, "poor": 0}
    expected = next(name for name, least in names.items() if total >= least * count)
    value = rules.average(total, count)
    assert rules.grade(value, bounds) == expected
    whole, cents = rules.shown(value).split(".")
    cut = int(whole) * 100 + int(cents)
    assert cut * count <= total * 100 < (cut + 1) * count


def test_the_sheet_that_comes_with_the_program_has_a_hundred_points() -> None:
    assert rules.sheet_error(rules.DEFAULT_SHEET) is None
    assert rules.sheet_error([("a", 50), ("A", 50)]) == "repeated"
    assert rules.sheet_error([]) == "too_many"
