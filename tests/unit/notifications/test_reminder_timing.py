"""When members are reminded and for whom, sentence by sentence of what was asked for ("Reminders and delivery", 1)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handbook.notifications.enums import Audience
from handbook.notifications.reminders.timing import (
    NUDGE_HOUR,
    OVERRIDABLE,
    QuietHours,
    convening_nudge_day,
    minutes_nudges,
    reminders_before,
    rules_for,
)
from handbook.organizations.settings import Rules, default_rules

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
DAY, HOUR = 24 * 60, 60


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=VIETNAM)


def planned(starts_at: datetime, **changed: Any) -> list[tuple[str, datetime, tuple[Audience, ...]]]:
    rules = Rules({f"reminders.{name}": value for name, value in changed.items()})
    return [(one.step, one.due_at, one.audiences) for one in reminders_before(starts_at, rules, VIETNAM)]


def test_for_whom_all_not_yet_answered_officers_assignees_of_open_tasks() -> None:
    found = planned(
        local(5, 19, 30),
        before_minutes=(2 * DAY,),
        unanswered_before_minutes=(DAY,),
        officers_before_minutes=(3 * DAY, DAY),
        assignees_before_minutes=(DAY, 2 * HOUR),
    )
    assert found == [
        ("3d", local(2, 19, 30), (Audience.OFFICERS,)),
        ("2d", local(3, 19, 30), (Audience.ALL,)),
        ("1d", local(4, 19, 30), (Audience.UNANSWERED, Audience.OFFICERS, Audience.ASSIGNEES)),
        ("2h", local(5, 17, 30), (Audience.ASSIGNEES,)),
    ]


def test_who_is_among_all_is_told_once() -> None:
    found = planned(local(5, 19, 30), before_minutes=(DAY,), officers_before_minutes=(DAY,))
    assert found == [("1d", local(4, 19, 30), (Audience.ALL,))]


def test_a_reminder_due_in_the_quiet_hours_goes_at_their_end() -> None:
    # A meeting at 7:30; two hours before it is still night.
    found = planned(local(5, 7, 30), before_minutes=(2 * HOUR,))
    assert found == [("2h", local(5, 6), (Audience.ALL,))]


def test_or_before_them_when_their_end_lies_after_the_meeting() -> None:
    for starts_at in (local(5, 5), local(5, 6)):
        found = planned(starts_at, before_minutes=(2 * HOUR,))
        assert found == [("2h", local(4, 22), (Audience.ALL,))]


def test_what_the_quiet_hours_put_on_one_moment_is_told_once_as_the_nearest_step() -> None:
    # 3:30 and 4:30 both wait until 6:00.
    found = planned(local(5, 7, 30), before_minutes=(4 * HOUR,), officers_before_minutes=(3 * HOUR,))
    assert found == [("3h", local(5, 6), (Audience.ALL,))]
    found = planned(
        local(5, 7, 30),
        before_minutes=(),
        officers_before_minutes=(4 * HOUR,),
        unanswered_before_minutes=(3 * HOUR,),
    )
    assert found == [("3h", local(5, 6), (Audience.UNANSWERED, Audience.OFFICERS))]


def test_quiet_hours_from_and_to_the_same_hour_are_none() -> None:
    found = planned(local(5, 7, 30), before_minutes=(4 * HOUR,), quiet_from=0, quiet_to=0)
    assert found == [("4h", local(5, 3, 30), (Audience.ALL,))]


@pytest.mark.parametrize(
    ("begins", "ends", "instant", "quiet"),
    [
        (22, 6, local(4, 21, 59), None),
        (22, 6, local(4, 22), (local(4, 22), local(5, 6))),
        (22, 6, local(5, 5, 59), (local(4, 22), local(5, 6))),
        (22, 6, local(5, 6), None),
        (12, 14, local(5, 13), (local(5, 12), local(5, 14))),
        (12, 14, local(5, 14), None),
        (0, 6, local(5, 0), (local(5, 0), local(5, 6))),
    ],
)
def test_quiet_hours_lie_in_the_organisations_zone(
    begins: int, ends: int, instant: datetime, quiet: tuple[datetime, datetime] | None
) -> None:
    assert QuietHours(begins, ends, VIETNAM).around(instant.astimezone(UTC)) == quiet


MINUTES = st.lists(st.integers(15, 14 * DAY), max_size=5, unique=True).map(tuple)


@given(
    starts=st.integers(0, 7 * DAY),
    lists=st.tuples(MINUTES, MINUTES, MINUTES, MINUTES),
    quiet=st.tuples(st.integers(0, 23), st.integers(0, 23)),
)
def test_every_reminder_is_before_the_meeting_in_no_quiet_hour_and_alone_at_its_time(
    starts: int, lists: tuple[tuple[int, ...], ...], quiet: tuple[int, int]
) -> None:
    starts_at = local(1, 0) + timedelta(minutes=starts)
    hours = QuietHours(*quiet, VIETNAM)
    names = (
        "before_minutes",
        *(f"{whom}_before_minutes" for whom in ("unanswered", "officers", "assignees")),
    )
    rules = dict(zip(names, lists, strict=True)) | {"quiet_from": quiet[0], "quiet_to": quiet[1]}
    found = planned(starts_at, **rules)
    moments = [due_at for _, due_at, _ in found]
    assert len(set(moments)) == len(moments)
    assert len({step for step, _, _ in found}) == len(found)
    assert bool(found) == any(lists)
    for moment in moments:
        assert moment < starts_at
        inside = hours.around(moment)
        # Only the very beginning of quiet hours that outlast the meeting's start.
        assert inside is None or (moment == inside[0] and inside[1] >= starts_at)


def test_a_meeting_has_some_rules_of_its_own_and_the_others_from_its_organisation() -> None:
    own = {"reminders.before_minutes": [60], "reminders.quiet_from": 20}
    rules = rules_for(default_rules(), own)
    assert rules["reminders.before_minutes"] == (60,)
    assert (rules["reminders.quiet_from"], rules["reminders.quiet_to"]) == (20, 6)
    assert rules_for(default_rules(), None) == {name: default_rules()[name] for name in OVERRIDABLE}


def test_a_nudge_when_the_months_meeting_is_not_convened() -> None:
    def nudged(meeting_days: tuple[int, ...], days_before: tuple[int, ...]) -> list[int]:
        month = [date(2026, 12, day) for day in range(1, 32)]
        found = [convening_nudge_day(day, None, meeting_days, days_before) for day in month]
        assert all(one in (None, day) for one, day in zip(found, month, strict=True))
        return [one.day for one in found if one is not None]

    assert nudged((3, 4, 5), (4, 1)) == [1, 4], "four days and one day before the last of the meeting days"
    assert nudged((2,), (4, 1)) == [1]
    assert nudged((5,), ()) == []


@pytest.mark.parametrize(
    ("today", "seen", "day"),
    [
        (2, 1, None),
        (4, 3, 4),
        (4, 4, 4),
        (5, 4, None),
        (5, 3, 4),
        (31, 3, 4),
        (6, 1, 4),
        (3, 0, 1),
        (6, 0, 4),
        (6, None, None),
    ],
)
def test_of_the_days_on_which_nobody_asked_the_latest_is_made_up_for(
    today: int, seen: int | None, day: int | None
) -> None:
    """Days of December, on the 1st and 4th of which somebody is called upon; 0 is in the month before."""
    last = None if seen is None else date(2026, 12, 1) + timedelta(days=seen - 1)
    wanted = date(2026, 12, day) if day is not None else None
    assert convening_nudge_day(date(2026, 12, today), last, (3, 4, 5), (4, 1)) == wanted


def test_three_and_seven_days_after_a_meeting_without_minutes() -> None:
    closed_at = local(5, 21, 10)
    quiet = QuietHours(22, 6, VIETNAM)
    found = minutes_nudges(closed_at, default_rules()["reminders.no_minutes_days"], quiet)
    assert found == ((3, local(8, NUDGE_HOUR)), (7, local(12, NUDGE_HOUR)))
    assert minutes_nudges(closed_at, (3,), QuietHours(20, 9, VIETNAM)) == ((3, local(8, 9)),)
