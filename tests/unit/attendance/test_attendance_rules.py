"""Rules of attendance, without a database: codes, clocks, quorum."""

import base64
import hashlib
import hmac
import math
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from handbook.attendance.enums import AttendanceState, Flag
from handbook.attendance.errors import CheckInClosed, InvalidCheckInToken
from handbook.attendance.rules import (
    DEFAULT_RULES,
    Arrival,
    OpenHours,
    is_quorum_reached,
    judge_check_in,
    opening_by_code,
    quorum_required,
    state_on_arrival,
)
from handbook.attendance.tokens import Code, is_genuine, make_token, parse_code, step_at, step_window
from handbook.organizations.settings import default_rules

STEP = 15
TOLERANCE = timedelta(seconds=30)
QUORUM = default_rules()["attendance.quorum"]
LATE_AFTER = timedelta(minutes=default_rules()["attendance.late_after_minutes"])
OPENED = datetime(2026, 12, 5, 11, 55, tzinfo=UTC)
START = datetime(2026, 12, 5, 12, 0, tzinfo=UTC)
keys = st.binary(min_size=32, max_size=32)
seconds = st.integers(-7200, 7200).map(lambda number: timedelta(seconds=number))


def judge(
    shown: datetime, scanned: datetime, now: datetime, closed_at: datetime | None = None
) -> Arrival | type[Exception]:
    """The judgement about a code shown, scanned and received at these times; the refusal as its class."""
    try:
        return judge_check_in(
            Code(step_at(shown, STEP), "x" * 22),
            step_seconds=STEP,
            tolerance=TOLERANCE,
            scanned_at=scanned,
            now=now,
            hours=OpenHours(OPENED, closed_at),
        )
    except (CheckInClosed, InvalidCheckInToken) as refusal:
        return type(refusal)


@given(keys, st.integers(1, 10**15), st.integers(0, 10**9))
def test_a_code_has_the_form_of_the_contract(key: bytes, meeting_id: int, step: int) -> None:
    digest = hmac.new(key, f"{meeting_id}.{step}".encode(), hashlib.sha256).digest()
    expected = base64.urlsafe_b64encode(digest).decode()[:22]
    code = parse_code(f"{step}.{expected}")
    assert code == Code(step, expected)
    assert make_token(key, meeting_id, step) == expected
    assert is_genuine(key, meeting_id, code)


@given(keys, st.integers(1, 10**9), st.integers(1, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_code_is_good_for_one_step_of_one_meeting(
    key: bytes, meeting_id: int, other_id: int, step: int, other_step: int
) -> None:
    assume((meeting_id, step) != (other_id, other_step))
    assert not is_genuine(key, other_id, Code(other_step, make_token(key, meeting_id, step)))


@given(st.text(max_size=60))
def test_no_text_makes_the_parser_fail(text: str) -> None:
    code = parse_code(text)
    assert code is None or text == f"{code.step}.{code.mac}"


@given(st.integers(0, 10**9), st.sampled_from([5, 10, 15, 30]))
def test_every_instant_lies_in_the_window_of_its_step(stamp: int, step_seconds: int) -> None:
    instant = datetime.fromtimestamp(stamp, UTC)
    start, end = step_window(step_at(instant, step_seconds), step_seconds)
    assert start <= instant < end
    assert end - start == timedelta(seconds=step_seconds)


def test_a_fresh_code_is_taken_at_the_time_of_its_arrival() -> None:
    assert judge(START, START, START + timedelta(seconds=40)) == Arrival(START + timedelta(seconds=40))


@given(seconds, seconds)
def test_who_scans_at_another_time_than_the_code_was_shown_is_refused(
    scanned: timedelta, late: timedelta
) -> None:
    answer = judge(START, START + scanned, START + late)
    if abs(scanned) > DEFAULT_RULES.clock_skew + TOLERANCE + timedelta(seconds=STEP):
        assert answer is InvalidCheckInToken
    if timedelta(0) <= late and abs(scanned) <= DEFAULT_RULES.clock_skew:
        assert isinstance(answer, Arrival)


@given(seconds, seconds, seconds)
def test_an_accepted_arrival_lies_between_showing_and_receiving(
    shown: timedelta, scanned: timedelta, late: timedelta
) -> None:
    now = START + late
    answer = judge(START + shown, START + scanned, now)
    if isinstance(answer, Arrival):
        assert answer.at <= now
        assert answer.at >= min(now, START + shown - TOLERANCE - timedelta(seconds=STEP))
        assert len(answer.flags) == len(set(answer.flags))


@given(seconds, seconds)
def test_a_clean_arrival_is_fresh_and_agrees_with_the_phone(shown: timedelta, scanned: timedelta) -> None:
    answer = judge(START + shown, START + scanned, START)
    if isinstance(answer, Arrival) and not answer.flags:
        assert abs(shown) <= TOLERANCE + timedelta(seconds=STEP)
        assert abs(scanned) <= 2 * (TOLERANCE + timedelta(seconds=STEP))


@given(seconds, seconds, seconds)
def test_nothing_shown_outside_the_open_hours_counts(
    shown: timedelta, scanned: timedelta, late: timedelta
) -> None:
    closed_at = START + timedelta(minutes=30)
    answer = judge(START + shown, START + scanned, START + late, closed_at)
    begin, end = step_window(step_at(START + shown, STEP), STEP)
    if isinstance(answer, Arrival):
        assert end > OPENED - DEFAULT_RULES.grace
        assert begin <= closed_at + TOLERANCE


@pytest.mark.parametrize(
    ("shown", "scanned", "late", "flags"),
    [
        (0, 0, 0, []),
        (0, 5, 5, []),
        (-40, 0, 0, []),
        (0, 600, 0, [Flag.CLOCK_SKEW]),
        (0, -600, 0, [Flag.CLOCK_SKEW]),
        (0, 0, 3600, [Flag.SYNCED_LATE]),
        (0, 300, 3600, [Flag.SYNCED_LATE, Flag.CLOCK_SKEW]),
        (-300, 0, 0, [Flag.OUTSIDE_WINDOW]),
        (300, 0, 0, [Flag.CLOCK_SKEW]),
    ],
)
def test_flags_say_what_is_remarkable(shown: int, scanned: int, late: int, flags: list[Flag]) -> None:
    answer = judge(*(START + timedelta(seconds=number) for number in (shown, scanned, late)))
    assert isinstance(answer, Arrival)
    assert answer.flags == flags


def test_after_closing_only_what_was_scanned_before_counts() -> None:
    closed_at = START + timedelta(hours=1)
    afterwards = closed_at + timedelta(minutes=5)
    assert isinstance(judge(START, START, afterwards, closed_at), Arrival)
    assert judge(afterwards, afterwards, afterwards, closed_at) is CheckInClosed
    last = closed_at - timedelta(minutes=1)
    assert judge(last, afterwards, afterwards, closed_at) is CheckInClosed


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_the_quorum_is_two_thirds_rounded_up(due: int, present: int) -> None:
    required = quorum_required(due, QUORUM)
    assert required == math.ceil(Fraction(2, 3) * due)
    assert is_quorum_reached(due, present, QUORUM) == (due > 0 and 3 * present >= 2 * due)


def test_the_share_of_the_quorum_can_be_set() -> None:
    assert quorum_required(9, Fraction(1, 2)) == 5
    assert quorum_required(0, QUORUM) == 0
    assert not is_quorum_reached(0, 0, QUORUM)


@given(seconds)
def test_late_is_more_than_a_quarter_of_an_hour(after: timedelta) -> None:
    late = state_on_arrival(START + after, START, LATE_AFTER) == AttendanceState.LATE
    assert late == (after > timedelta(minutes=15))


@pytest.mark.parametrize(
    ("shown", "now", "expected"),
    [
        (0, 45, None),
        (0, 46, 0),
        (600, 3600, 0),
        (-1200, 3600, -1200),
        (-3600, 3600, -3600),
        (-3615, 3600, None),
        (3600 * 7 + 1800, 3600 * 9, 0),
        (3600 * 7 + 1815, 3600 * 9, None),
    ],
)
def test_an_old_code_tells_of_an_opening_that_did_not_get_through(
    shown: int, now: int, expected: int | None
) -> None:
    opened_at = opening_by_code(
        Code(step_at(START + timedelta(seconds=shown), STEP), "x" * 22),
        step_seconds=STEP,
        tolerance=TOLERANCE,
        starts_at=START,
        ends_at=START + timedelta(minutes=90),
        now=START + timedelta(seconds=now),
    )
    assert opened_at == (None if expected is None else START + timedelta(seconds=expected))
