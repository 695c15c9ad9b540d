"""The head-count line and the times of a stay, against the words of the rules."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handbook.attendance.enums import AttendanceState as S
from handbook.attendance.head_count import GuestLine, HeadCount, RollLine, head_count
from handbook.attendance.rules import Stay, state_when_summoned, stay_error
from handbook.members.enums import ACTIVE_STATUSES
from handbook.members.enums import MemberStatus as M

QUORUM = Fraction(2, 3)
START = datetime(2026, 12, 5, 12, 0, tzinfo=UTC)
END = START + timedelta(minutes=90)


def line(number: int, status: M, state: S | None, **more: object) -> RollLine:
    return RollLine(number, f"Đảng viên {number}", status, state, **more)  # type: ignore[arg-type]


def count(*lines: RollLine) -> HeadCount:
    return head_count(lines, quorum=QUORUM)


def test_the_line_has_every_part_of_the_rule() -> None:
    """ "Head-count line: total (official, probationary), exempt, present, absent with and without leave, by name and
    reason." """
    counted = head_count(
        [
            line(1, M.OFFICIAL, S.PRESENT),
            line(2, M.OFFICIAL, S.LATE, arrived_at=START + timedelta(minutes=20)),
            line(3, M.OFFICIAL, S.EXCUSED, reason="Đi công tác"),
            line(4, M.OFFICIAL, S.UNEXCUSED),
            line(5, M.PROBATIONARY, S.PRESENT),
            line(6, M.EXEMPT, S.EXEMPT),
            line(7, M.TEMPORARY_OUT, S.EXEMPT),
            line(8, M.TEMPORARY_IN, S.PRESENT),
        ],
        quorum=QUORUM,
        guests=[GuestLine("Lê Văn Khách", "Đảng ủy xã")],
        chair_id=1,
        minute_taker_id=5,
    )
    assert (counted.total, counted.official, counted.probationary, counted.temporary_in) == (7, 6, 1, 1)
    assert [one.name for one in counted.exempt] == ["Đảng viên 6"]
    assert [one.name for one in counted.elsewhere] == ["Đảng viên 7"]
    assert counted.attended == 4
    assert [(one.name, one.at) for one in counted.late] == [("Đảng viên 2", START + timedelta(minutes=20))]
    assert [(one.name, one.reason) for one in counted.excused] == [("Đảng viên 3", "Đi công tác")]
    assert [(one.name, one.reason) for one in counted.unexcused] == [("Đảng viên 4", None)]
    assert counted.chair is not None
    assert counted.chair.name == "Đảng viên 1"
    assert counted.minute_taker is not None
    assert counted.minute_taker.member_id == 5


def test_guests_are_named_and_never_counted() -> None:
    """ "guest (khách mời) is not a member's state" """
    lines = [line(1, M.OFFICIAL, S.PRESENT)]
    with_guests = head_count(lines, quorum=QUORUM, guests=[GuestLine("A", None)] * 9)
    assert with_guests == replace(count(*lines), guests=(GuestLine("A", None),) * 9)


def test_the_quorum_asks_official_members_who_must_attend_and_are_in_the_room() -> None:
    """ "Quorum (config, default 2/3 of official members who must attend)." """
    three = [line(number, M.OFFICIAL, S.PRESENT) for number in (1, 2, 3)]
    reached = count(*three[:2], line(3, M.OFFICIAL, S.EXCUSED), line(4, M.EXEMPT, S.EXEMPT))
    assert (reached.official_due, reached.quorum_required, reached.quorum_reached) == (3, 2, True)
    one_left = count(
        three[0],
        line(2, M.OFFICIAL, S.PRESENT, left_at=START + timedelta(minutes=30)),
        line(3, M.OFFICIAL, S.EXCUSED),
    )
    assert (one_left.official_attended, one_left.official_in_room) == (2, 1)
    assert not one_left.quorum_reached
    assert one_left.attended == 2
    assert [one.name for one in one_left.left_early] == ["Đảng viên 2"]
    visitors = count(line(1, M.OFFICIAL, None), *(line(n, M.TEMPORARY_IN, S.PRESENT) for n in (2, 3)))
    assert not visitors.quorum_reached


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(ACTIVE_STATUSES)), st.sampled_from([None, *S]), st.booleans()),
        max_size=30,
    )
)
def test_everybody_summoned_is_in_exactly_one_group(members: list[tuple[M, S | None, bool]]) -> None:
    lines = [
        line(number, status, state, left_at=END if left and state in (S.PRESENT, S.LATE) else None)
        for number, (status, state, left) in enumerate(members)
    ]
    counted = count(*lines)
    groups = (
        counted.attended
        + len(counted.exempt)
        + len(counted.elsewhere)
        + len(counted.excused)
        + len(counted.unexcused)
        + len(counted.not_recorded)
    )
    assert groups == counted.total + counted.temporary_in == len(lines)
    assert counted.total == counted.official + counted.probationary
    assert counted.official_in_room <= counted.official_attended <= counted.official_due


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (M.OFFICIAL, None),
        (M.PROBATIONARY, None),
        (M.TEMPORARY_IN, None),
        (M.EXEMPT, S.EXEMPT),
        (M.TEMPORARY_OUT, S.EXEMPT),
    ],
)
def test_a_line_begins_as_the_members_status_says(status: M, state: S | None) -> None:
    """ "exempt (miễn công tác và sinh hoạt)"; "less those temporarily introduced elsewhere" """
    assert state_when_summoned(status) == state


@pytest.mark.parametrize(
    ("arrived", "left", "attending", "wrong"),
    [
        (20, 60, True, None),
        (None, 60, True, None),
        (-60, None, True, None),
        (-61, None, True, ("arrived_at", "too_early")),
        (101, None, True, ("arrived_at", "too_late")),
        (None, 101, True, ("left_at", "too_late")),
        (30, 30, True, ("left_at", "before_arrival")),
        (20, None, False, ("arrived_at", "only_when_attending")),
        (None, 20, False, ("left_at", "only_when_attending")),
    ],
)
def test_a_stay_lies_within_the_meeting(
    arrived: int | None, left: int | None, attending: bool, wrong: tuple[str, str] | None
) -> None:
    def at(minutes: int | None) -> datetime | None:
        return None if minutes is None else START + timedelta(minutes=minutes)

    stay = Stay(at(arrived), at(left))
    assert stay_error(stay, attending=attending, earliest=START, latest=END) == wrong


CASES = json.loads((Path(__file__).parents[2] / "data/attendance/head_count.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_server_counts_as_the_phone_does(case: dict[str, Any]) -> None:
    lines = [
        line(number, M(one["status"]), one["state"] and S(one["state"]), left_at=END if one["left"] else None)
        for number, one in enumerate(case["lines"])
    ]
    counted = head_count(lines, quorum=Fraction(case.get("share", "2/3")))
    found = {name: getattr(counted, name) for name in case["expected"]}
    assert {n: len(v) if isinstance(v, tuple) else v for n, v in found.items()} == case["expected"]
