"""What is unusual about a meeting that is being prepared: each rule by its words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handbook.meetings.enums import MeetingKind
from handbook.meetings.rules import names_a_subject
from handbook.meetings.warnings import Planned, overlap, warnings_of
from handbook.organizations.settings import Rules, default_rules

HANOI = "Asia/Ho_Chi_Minh"
START = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
NO_THEMES = {"meeting.thematic_per_quarter": 0}


def planned(id_: int = 1, **changes: Any) -> Planned:
    starts_at = changes.pop("starts_at", START)
    fields = {
        "organization_id": 3,
        "kind": MeetingKind.REGULAR,
        "title": "Sinh hoạt",
        "ends_at": starts_at + timedelta(minutes=90),
        "place": "Nhà văn hóa",
        "timezone": HANOI,
        "organization_name": "Chi bộ Một",
        "of_cell": True,
    }
    return Planned(id=id_, starts_at=starts_at, **{**fields, **changes})


def codes(meeting: Planned, *, notice: timedelta = timedelta(days=5), **context: Any) -> list[str]:
    context.setdefault("rules", default_rules())
    return [one.code for one in warnings_of(meeting, notified_at=meeting.starts_at - notice, **context)]


@pytest.mark.parametrize(
    ("notice", "minutes", "expected"),
    [
        (timedelta(days=3), 90, []),
        (timedelta(days=3) - timedelta(seconds=1), 90, ["notice_short"]),
        (timedelta(days=1), 90, ["notice_short"]),
        (timedelta(hours=23), 90, ["notice_below_least"]),
        (timedelta(days=5), 89, ["duration_short"]),
        (timedelta(hours=1), 30, ["notice_below_least", "duration_short"]),
    ],
)
def test_short_notice_and_short_meetings_warn(notice: timedelta, minutes: int, expected: list[str]) -> None:
    """ "Convene ahead: default 3 days, at least 1 (config). Duration at least 90 minutes, 120 combined (config)." """
    assert codes(planned(ends_at=START + timedelta(minutes=minutes)), notice=notice) == expected


def test_an_extraordinary_meeting_may_be_short_and_sudden() -> None:
    sudden = planned(kind=MeetingKind.EXTRAORDINARY, ends_at=START + timedelta(minutes=20))
    assert codes(sudden, notice=timedelta(minutes=5)) == ["notice_urgent"]
    assert codes(sudden, notice=timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("kind", "combines", "minutes", "expected"),
    [
        (MeetingKind.REGULAR, True, 100, []),
        (MeetingKind.THEMATIC, False, 100, []),
        (MeetingKind.THEMATIC, True, 119, ["duration_short"]),
        (MeetingKind.THEMATIC, True, 120, []),
    ],
)
def test_a_thematic_meeting_that_stands_for_the_monthly_one_lasts_longer(
    kind: MeetingKind, combines: bool, minutes: int, expected: list[str]
) -> None:
    """ "Duration at least 90 minutes, 120 combined (config)." """
    meeting = planned(kind=kind, ends_at=START + timedelta(minutes=minutes))
    assert codes(meeting, rules=Rules({"meeting.thematic_combines": combines})) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (datetime(2026, 11, 3, 12, tzinfo=UTC), []),
        (datetime(2026, 11, 6, 12, tzinfo=UTC), ["day_unusual"]),
        # 5 July 2026 is a Sunday: the Monday after it stands for it.
        (datetime(2026, 7, 6, 12, tzinfo=UTC), []),
        (datetime(2026, 7, 7, 12, tzinfo=UTC), ["day_unusual"]),
        # Late on the 5th in London, already the 6th in Hanoi.
        (datetime(2026, 11, 5, 18, tzinfo=UTC), ["day_unusual"]),
    ],
)
def test_another_day_than_the_committee_has_set_warns(day: datetime, expected: list[str]) -> None:
    """ "A cell meets at least monthly, on a day the committee sets (config, default day 3 to 5)." """
    assert codes(planned(starts_at=day), rules=Rules(NO_THEMES)) == expected
    assert codes(planned(starts_at=day, kind=MeetingKind.THEMATIC)) == []
    assert codes(planned(starts_at=day, of_cell=False)) == []


def test_a_second_regular_meeting_in_a_month_warns_by_the_wall_of_the_zone() -> None:
    # 30 September, 18:00 in London is 1 October in Hanoi.
    other = planned(2, starts_at=datetime(2026, 9, 30, 18, tzinfo=UTC), title="Đã có")
    assert codes(planned(), line=[other]) == ["month_taken"]
    (warning,) = warnings_of(
        planned(), notified_at=START - timedelta(days=5), rules=default_rules(), line=[other]
    )
    assert warning.params == {"title": "Đã có", "starts_at": "2026-09-30T18:00:00+00:00"}
    assert codes(planned(), line=[planned(1)]) == []
    assert codes(planned(), line=[planned(2, kind=MeetingKind.THEMATIC, starts_at=other.starts_at)]) == []
    assert codes(planned(), line=[planned(2, organization_id=2, starts_at=other.starts_at)]) == []


OCTOBER, NOVEMBER, DECEMBER = (datetime(2026, month, 4, 12, tzinfo=UTC) for month in (10, 11, 12))


def test_a_quarter_asks_for_its_thematic_meeting_while_there_is_time_to_prepare_it() -> None:
    """ "A thematic meeting at least once a quarter"."""
    december = planned(starts_at=DECEMBER)
    theme = planned(2, kind=MeetingKind.THEMATIC, starts_at=datetime(2026, 10, 20, 12, tzinfo=UTC))
    before = planned(3, kind=MeetingKind.THEMATIC, starts_at=datetime(2026, 9, 20, 12, tzinfo=UTC))
    assert codes(december, line=[before]) == ["thematic_missing"]
    assert codes(december, line=[theme]) == []
    assert codes(planned(), line=[]) == []
    assert codes(december, line=[theme], rules=Rules({"meeting.thematic_per_quarter": 2})) == [
        "thematic_missing"
    ]
    assert codes(december, rules=Rules(NO_THEMES)) == []


@pytest.mark.parametrize(
    ("wanted", "held", "said_in"),
    [
        (1, 0, [NOVEMBER, DECEMBER]),
        (1, 1, []),
        (2, 0, [OCTOBER, NOVEMBER, DECEMBER]),
        (2, 1, [NOVEMBER, DECEMBER]),
        (3, 1, [OCTOBER, NOVEMBER, DECEMBER]),
    ],
)
def test_a_missing_thematic_meeting_is_said_when_every_month_that_is_left_is_needed(
    wanted: int, held: int, said_in: list[datetime]
) -> None:
    """ "A thematic meeting at least once a quarter": with one a quarter the middle month begins to ask."""
    day = datetime(2026, 10, 20, 12, tzinfo=UTC)
    themes = [planned(2 + n, kind=MeetingKind.THEMATIC, starts_at=day) for n in range(held)]
    rules = Rules({"meeting.thematic_per_quarter": wanted})
    asked = [
        month
        for month in (OCTOBER, NOVEMBER, DECEMBER)
        if "thematic_missing" in codes(planned(starts_at=month), line=themes, rules=rules)
    ]
    assert asked == said_in


def test_a_subject_within_a_regular_meeting_counts_where_the_committee_allows_combining() -> None:
    """ "it does not replace the monthly one unless the committee allows combining (config)"."""
    combining = Rules({"meeting.thematic_combines": True})
    both = planned(starts_at=DECEMBER, ends_at=DECEMBER + timedelta(minutes=120), thematic_part=True)
    earlier = planned(2, starts_at=NOVEMBER, thematic_part=True)
    december = planned(starts_at=DECEMBER)
    assert codes(both, rules=combining) == []
    assert codes(december, line=[earlier], rules=combining) == []
    assert codes(both) == codes(december, line=[earlier]) == ["thematic_missing"]
    short = planned(starts_at=DECEMBER, thematic_part=True)
    assert codes(short, rules=combining) == ["duration_short"]


def test_a_thematic_meeting_that_stands_for_the_monthly_one_asks_for_the_next() -> None:
    theme = planned(kind=MeetingKind.THEMATIC, starts_at=DECEMBER, ends_at=DECEMBER + timedelta(minutes=120))
    two = {"meeting.thematic_per_quarter": 2}
    assert codes(theme, rules=Rules({**two, "meeting.thematic_combines": True})) == ["thematic_missing"]
    assert codes(theme, rules=Rules(two)) == []


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Sinh hoạt thường kỳ kết hợp chuyên đề tháng 12/2026", True),
        ("Sinh hoạt chuyên đề", True),
        ("Chuyên đề: Chuyển đổi số trong chi bộ", True),
        ("Trình bày báo cáo chuyên đề", True),
        ("Sinh hoạt chi bộ thường kỳ tháng 12/2026", False),
        ("Phân công chuẩn bị sinh hoạt chuyên đề quý I", False),
        ("Kế hoạch sinh hoạt chuyên đề năm 2027", False),
        ("Tham gia chuyên đề của đảng ủy", False),
    ],
)
def test_a_title_says_whether_a_subject_is_treated(title: str, expected: bool) -> None:
    assert names_a_subject(title) is expected


def test_a_meeting_of_the_own_line_at_the_same_time_clashes() -> None:
    above = planned(
        2,
        organization_id=2,
        kind=MeetingKind.CONFERENCE,
        starts_at=START + timedelta(minutes=89),
        title="Hội nghị",
    )
    assert codes(planned(), line=[above]) == ["clash"]
    after = planned(
        2, organization_id=2, kind=MeetingKind.CONFERENCE, starts_at=START + timedelta(minutes=90)
    )
    assert codes(planned(), line=[after]) == []


def test_of_a_neighbour_in_the_same_room_only_the_time_is_told() -> None:
    beside = planned(2, organization_id=4, title="Họp kín", place="nha VAN hoa")
    (warning,) = warnings_of(
        planned(), notified_at=START - timedelta(days=5), rules=default_rules(), nearby=[beside]
    )
    assert warning.code == "place_taken"
    assert set(warning.params) == {"place", "starts_at", "ends_at"}
    assert codes(planned(), nearby=[planned(2, organization_id=4, place="Hội trường")]) == []


spans = st.tuples(st.integers(0, 300), st.integers(1, 200))


@given(spans, spans)
def test_two_meetings_overlap_when_they_share_a_minute(one: tuple[int, int], other: tuple[int, int]) -> None:
    def meeting(span: tuple[int, int]) -> Planned:
        starts_at = START + timedelta(minutes=span[0])
        return planned(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=span[1]))

    shared = set(range(one[0], sum(one))) & set(range(other[0], sum(other)))
    assert overlap(meeting(one), meeting(other)) == bool(shared)
