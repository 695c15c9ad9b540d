from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handbook.organizations.settings import default_rules
from handbook.reports.rules import (
    Figures,
    is_falling,
    is_month,
    is_monthly,
    minutes_deadline,
    month_bounds,
    month_of,
    must_have_met,
    shift_month,
    total,
)

HANOI = "Asia/Ho_Chi_Minh"
DAYS = default_rules()["meeting.days"]
counts = st.integers(0, 60)


def test_the_rate_leaves_out_the_exempt_and_nobody_else():
    figures = Figures(summoned=10, present=5, late=1, excused=1, unexcused=1, exempt=2)
    assert figures.due == 8
    assert figures.attended == 6
    assert figures.rate == 0.75


def test_who_was_not_recorded_stays_in_the_denominator():
    assert Figures(summoned=10, present=5).rate == 0.5


def test_there_is_no_rate_where_nobody_was_due():
    assert Figures().rate is None
    assert Figures(summoned=2, exempt=2).rate is None


@given(st.lists(st.tuples(counts, counts, counts), max_size=6))
def test_sums_do_not_depend_on_how_they_are_grouped(rows):
    figures = [Figures(summoned=a + b + c, present=a, late=b, exempt=c) for a, b, c in rows]
    half = len(figures) // 2
    assert total(figures) == total(figures[:half]) + total(figures[half:])


@given(attended=counts, absent=counts, before_attended=counts, before_absent=counts)
def test_a_fall_is_what_exact_fractions_say(attended, absent, before_attended, before_absent):
    from fractions import Fraction

    due, due_before = attended + absent, before_attended + before_absent
    expected = (
        due > 0
        and due_before > 0
        and Fraction(before_attended, due_before) - Fraction(attended, due) >= Fraction(15, 100)
    )
    assert is_falling(attended, due, before_attended, due_before) is expected


def test_exactly_fifteen_points_is_a_fall():
    assert is_falling(85, 100, 10, 10)
    assert not is_falling(86, 100, 10, 10)


@pytest.mark.parametrize(
    ("instant", "month"),
    [
        (datetime(2026, 11, 30, 16, 59, tzinfo=UTC), "2026-11"),
        (datetime(2026, 11, 30, 17, 0, tzinfo=UTC), "2026-12"),
        (datetime(2026, 12, 31, 17, 0, tzinfo=UTC), "2027-01"),
    ],
)
def test_a_month_is_that_of_the_organisations_calendar(instant, month):
    assert month_of(instant, HANOI) == month


@given(st.integers(946_684_800, 2_840_140_800))
def test_an_instant_lies_within_the_bounds_of_its_month(seconds):
    instant = datetime.fromtimestamp(seconds, UTC)
    for zone in (HANOI, "Europe/Berlin", "America/New_York", "UTC"):
        start, end = month_bounds(month_of(instant, zone), zone)
        assert start <= instant < end


@given(st.integers(-40, 40), st.integers(-40, 40))
def test_months_add_up(first, second):
    assert shift_month(shift_month("2026-11", first), second) == shift_month("2026-11", first + second)


def test_months_are_read_strictly():
    assert is_month("2026-01")
    for text in ("2026-13", "2026-00", "2026-1", "0000-01", "2026-01-01", "26-01", "２０２６-01"):
        assert not is_month(text)


def test_a_cell_must_have_met_when_its_day_or_the_month_is_over():
    assert not must_have_met("2026-12", date(2026, 12, 5), DAYS)
    assert must_have_met("2026-12", date(2026, 12, 6), DAYS)
    assert must_have_met("2026-11", date(2026, 12, 1), DAYS)
    assert not must_have_met("2027-01", date(2026, 12, 31), DAYS)
    assert not must_have_met("2026-12", date(2026, 12, 9), (8, 10))


def test_a_thematic_meeting_stands_for_the_monthly_one_only_where_the_committee_allows_it():
    """ "it does not replace the monthly one unless the committee allows combining (config)." """
    assert is_monthly("regular", False)
    assert not is_monthly("thematic", False)
    assert not is_monthly("thematic", None)
    assert is_monthly("thematic", True)
    assert not is_monthly("extraordinary", True)


def test_minutes_have_the_days_that_are_set():
    closed = datetime(2026, 12, 3, 15, 0, tzinfo=UTC)
    assert minutes_deadline(closed, 7) - closed == timedelta(days=7)
