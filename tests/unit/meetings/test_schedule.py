"""When an organisation usually meets, without a database."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handbook.meetings.enums import MeetingKind
from handbook.meetings.schedule import (
    Schedule,
    ScheduleKind,
    day_in,
    month_bounds,
    months_from,
    moved_to_working_day,
    start_in,
)

HANOI = "Asia/Ho_Chi_Minh"
months = st.tuples(st.integers(2024, 2060), st.integers(1, 12))


def schedule(**changes: object) -> Schedule:
    fields = {"kind": MeetingKind.REGULAR, "starts": time(19, 30), "minutes": 90, "place": "Nhà văn hóa"}
    return Schedule(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "month", "expected"),
    [
        ({"day": 3}, (2026, 12), date(2026, 12, 3)),
        # 3 January 2027 is a Sunday.
        ({"day": 3}, (2027, 1), date(2027, 1, 3)),
        ({"day": 3, "next_working_day": True}, (2027, 1), date(2027, 1, 4)),
        # 5 December 2026 is a Saturday.
        ({"day": 5, "next_working_day": True}, (2026, 12), date(2026, 12, 7)),
        ({"day": 31}, (2027, 2), date(2027, 2, 28)),
        # 31 January 2027 is a Sunday: Monday would be February.
        ({"day": 31, "next_working_day": True}, (2027, 1), date(2027, 1, 29)),
        ({"week": 1, "weekday": 5}, (2026, 12), date(2026, 12, 5)),
        ({"week": 4, "weekday": 0}, (2026, 12), date(2026, 12, 28)),
        ({"week": -1, "weekday": 0}, (2026, 11), date(2026, 11, 30)),
        ({"week": -1, "weekday": 6}, (2026, 12), date(2026, 12, 27)),
    ],
)
def test_the_day_of_a_month_follows_the_rule(
    rule: dict[str, object], month: tuple[int, int], expected: date
) -> None:
    assert day_in(schedule(**rule), *month) == expected


@given(months, st.sampled_from([1, 2, 3, 4, -1]), st.integers(0, 6))
def test_a_weekday_of_a_month_is_that_weekday_in_that_week(
    month: tuple[int, int], week: int, weekday: int
) -> None:
    found = day_in(schedule(week=week, weekday=weekday), *month)
    same_weekdays = [
        day
        for number in range(1, 32)
        if number <= (month_bounds(*month, "UTC")[1] - month_bounds(*month, "UTC")[0]).days
        and (day := date(*month, number)).weekday() == weekday
    ]
    assert found == same_weekdays[week - 1 if week > 0 else -1]


@given(months, st.integers(1, 31))
def test_a_moved_day_is_a_working_day_of_the_same_month_at_most_two_days_away(
    month: tuple[int, int], day: int
) -> None:
    usual = day_in(schedule(day=day), *month)
    moved = moved_to_working_day(usual)
    assert moved.weekday() < 5
    assert (moved.year, moved.month) == month
    assert abs((moved - usual).days) <= 2
    assert (moved == usual) == (usual.weekday() < 5)


def test_the_time_is_that_of_the_wall_in_the_zone_of_the_organisation() -> None:
    assert start_in(schedule(day=3), 2026, 12, HANOI) == datetime(2026, 12, 3, 12, 30, tzinfo=UTC)
    # Summer time in Berlin begins on 28 March 2027.
    berlin = [start_in(schedule(day=28), 2027, month, "Europe/Berlin").hour for month in (2, 3)]
    assert berlin == [18, 17]


def test_months_follow_each_other_over_the_new_year() -> None:
    found = list(months_from(date(2026, 11, 22)))
    assert found[:3] == [(2026, 11), (2026, 12), (2027, 1)]
    assert len(set(found)) == 24


def test_a_schedule_is_stored_and_read_as_it_was() -> None:
    kind = ScheduleKind()
    for one in (
        schedule(day=3, next_working_day=True),
        schedule(week=-1, weekday=5, online_url="https://hop.example"),
    ):
        assert kind.parse(kind.dump(one)) == one
    assert kind.dump(kind.parse(None)) is None
