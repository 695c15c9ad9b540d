"""Rules of meetings, without a database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handbook.kernel.problems import WrongState
from handbook.meetings.enums import MeetingKind, MeetingState
from handbook.meetings.rules import (
    ORDINARY_KINDS,
    duration_error,
    kind_words,
    opening_error,
    retitle,
    same_time_next_month,
    start_on_usual_day,
    title_of_month,
)
from handbook.meetings.state import TRANSITIONS, Step, acts_in, require_state, state_after
from handbook.meetings.templates import template_for

HANOI = "Asia/Ho_Chi_Minh"
START = datetime(2026, 12, 5, 12, 0, tzinfo=UTC)
instants = st.integers(0, 40 * 365 * 86400).map(lambda number: START + timedelta(seconds=number))


@given(st.sampled_from(MeetingState), st.lists(st.sampled_from(Step), max_size=8))
def test_only_a_slip_of_the_hand_leads_back_by_one_and_nothing_out_of_the_table(
    state: MeetingState, steps: list[Step]
) -> None:
    order = list(MeetingState)
    for step in steps:
        try:
            following = state_after(state, step)
        except WrongState:
            assert state not in TRANSITIONS[step][0]
            continue
        if step in (Step.REOPEN, Step.UNOPEN):
            assert order.index(following) == order.index(state) - 1
        else:
            assert order.index(following) > order.index(state)
        state = following


@given(st.sampled_from(MeetingState))
def test_what_may_be_done_is_what_is_not_refused(state: MeetingState) -> None:
    for step in Step:
        assert (step.value in acts_in(state)) == (state in TRANSITIONS[step][0])
    assert acts_in(state) == sorted(acts_in(state))


def test_the_end_of_the_life_of_a_meeting_allows_nothing() -> None:
    assert acts_in(MeetingState.FINALIZED) == []
    assert acts_in(MeetingState.CANCELLED) == []
    with pytest.raises(WrongState):
        require_state(MeetingState.CANCELLED, frozenset({MeetingState.DRAFT}))


def test_times_of_a_meeting_are_in_order_and_bounded() -> None:
    assert duration_error(START, START) == "before_start"
    assert duration_error(START, START - timedelta(seconds=1)) == "before_start"
    assert duration_error(START, START + timedelta(days=7)) is None
    assert duration_error(START, START + timedelta(days=7, seconds=1)) == "too_long"


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(-61, "too_early"), (-60, None), (0, None), (130, None), (131, "in_the_future")],
)
def test_a_device_cannot_have_opened_the_meeting_at_any_time(minutes: int, expected: str | None) -> None:
    found = opening_error(
        START + timedelta(minutes=minutes),
        convened_at=START - timedelta(days=4),
        starts_at=START,
        now=START + timedelta(hours=2),
    )
    assert found == expected


def test_a_meeting_is_not_opened_before_it_was_convened() -> None:
    convened_at = START - timedelta(minutes=30)
    early = opening_error(
        convened_at - timedelta(seconds=1), convened_at=convened_at, starts_at=START, now=START
    )
    assert early == "too_early"


@given(instants, st.integers(0, 500))
def test_the_next_meeting_is_ahead_on_the_same_day_and_at_the_same_hour(start: datetime, days: int) -> None:
    now = start + timedelta(days=days)
    following = same_time_next_month(start, HANOI, now)
    then, here = following.astimezone(ZoneInfo(HANOI)), start.astimezone(ZoneInfo(HANOI))
    assert following > now
    assert following - now <= timedelta(days=62)
    assert then.time() == here.time()
    assert then.day == here.day or (then.day < here.day and (then + timedelta(days=1)).day == 1)
    assert (then.year, then.month) > (here.year, here.month)


@pytest.mark.parametrize(
    ("start", "now", "expected"),
    [
        ("2026-12-05T19:00", "2026-12-01T09:00", "2027-01-05T19:00"),
        ("2027-01-31T19:00", "2027-01-31T21:00", "2027-02-28T19:00"),
        ("2028-01-31T19:00", "2028-01-31T21:00", "2028-02-29T19:00"),
        ("2026-06-03T00:30", "2026-12-03T00:31", "2027-01-03T00:30"),
    ],
)
def test_the_day_of_the_month_is_that_of_the_wall_calendar(start: str, now: str, expected: str) -> None:
    zone = ZoneInfo(HANOI)
    at = [datetime.fromisoformat(text).replace(tzinfo=zone) for text in (start, now, expected)]
    assert same_time_next_month(at[0], HANOI, at[1].astimezone(UTC)) == at[2]


@pytest.mark.parametrize(
    ("last", "days", "month", "now", "expected"),
    [
        # One of the committee's days is kept; another is not.
        ("2026-11-04T19:00", [3, 4, 5], 12, "2026-11-20T09:00", "2026-12-04T19:00"),
        ("2026-11-23T19:00", [3, 4, 5], 12, "2026-11-24T09:00", "2026-12-03T19:00"),
        # The first that is still ahead, else the first.
        ("2026-11-23T19:00", [5, 3, 4], 12, "2026-12-03T19:00", "2026-12-04T19:00"),
        ("2026-11-23T19:00", [3, 4, 5], 12, "2026-12-05T20:00", "2026-12-03T19:00"),
        # A day before it in UTC, and a month without the day.
        ("2026-11-04T06:30", [4], 12, "2026-11-20T09:00", "2026-12-04T06:30"),
        ("2026-11-23T19:00", [31], 2, "2026-01-20T09:00", "2026-02-23T19:00"),
        ("2026-12-23T19:00", [28, 31], 2, "2026-01-20T09:00", "2026-02-28T19:00"),
    ],
)
def test_the_proposed_day_is_one_that_the_committee_sets(
    last: str, days: list[int], month: int, now: str, expected: str
) -> None:
    at = [datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(HANOI)) for text in (last, now, expected)]
    found = start_on_usual_day(at[0].astimezone(UTC), days, HANOI, (2026, month), at[1].astimezone(UTC))
    assert found == at[2]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Sinh hoạt chi bộ tháng 12/2026", "Sinh hoạt chi bộ tháng 01/2027"),
        ("Tháng 9/2026: sinh hoạt", "Tháng 1/2027: sinh hoạt"),
        ("Sinh hoạt tháng 11 năm 2026", "Sinh hoạt tháng 01 năm 2027"),
        ("Sinh hoạt chuyên đề về số 12/2026", "Sinh hoạt chuyên đề về số 12/2026"),
        ("Sinh hoạt thường kỳ", "Sinh hoạt thường kỳ"),
    ],
)
def test_the_month_in_the_title_moves_along(title: str, expected: str) -> None:
    # The evening of 31 December in UTC is New Year's morning in Hanoi.
    assert retitle(title, datetime(2026, 12, 31, 17, 30, tzinfo=UTC), HANOI) == expected


@pytest.mark.parametrize(
    ("kind", "in_a_cell", "elsewhere"),
    [
        ("regular", "Sinh hoạt chi bộ thường kỳ tháng 1/2027", "Họp thường kỳ tháng 1/2027"),
        ("thematic", "Sinh hoạt chuyên đề tháng 1/2027", "Sinh hoạt chuyên đề tháng 1/2027"),
        ("committee", "Họp chi ủy tháng 1/2027", "Họp cấp ủy tháng 1/2027"),
        ("congress", "Đại hội chi bộ tháng 1/2027", "Đại hội tháng 1/2027"),
    ],
)
def test_a_first_meeting_is_called_as_in_its_kind_of_organisation(
    kind: str, in_a_cell: str, elsewhere: str
) -> None:
    start = datetime(2026, 12, 31, 17, 30, tzinfo=UTC)
    titles = [
        title_of_month(None, MeetingKind(kind), start, HANOI, in_a_cell=is_cell) for is_cell in (True, False)
    ]
    assert titles == [in_a_cell, elsewhere]


def test_every_kind_of_meeting_has_its_words() -> None:
    assert set(kind_words()) == {"in_a_cell", "elsewhere"}
    assert all(set(words) == {kind.value for kind in MeetingKind} for words in kind_words().values())


def test_the_template_of_a_regular_meeting_fits_the_least_duration() -> None:
    regular = template_for(MeetingKind.REGULAR)
    assert regular[2].title == "Điểm danh đảng viên"
    assert sum(entry.minutes or 0 for entry in regular) == 90


@pytest.mark.parametrize("kind", list(MeetingKind))
def test_every_kind_of_meeting_has_an_agenda_to_begin_with(kind: MeetingKind) -> None:
    entries = template_for(kind)
    assert all(entry.title and entry.presenter and entry.minutes for entry in entries)
    assert len({entry.title for entry in entries}) == len(entries) >= 9
    assert sum(entry.minutes or 0 for entry in entries) >= (90 if kind in ORDINARY_KINDS else 45)
