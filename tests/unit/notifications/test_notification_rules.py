"""When members are told, what travels, and how long a failed message waits."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from handbook.config import ConfigurationError, Settings
from handbook.kernel.secrets import load_or_create_secrets
from handbook.notifications.enums import MEETING_KINDS, NoticeKind
from handbook.notifications.push.encryption import MAX_PAYLOAD_LENGTH
from handbook.notifications.push.gateway import PushGateway
from handbook.notifications.push.messages import Urgency
from handbook.notifications.reminders.timing import reminders_before
from handbook.notifications.rules import (
    LONGEST_RETRY,
    PAYLOAD_LENGTH,
    payload_of,
    retry_delay,
    step_of,
    topic_of,
    urgency_of,
)
from handbook.organizations.settings import default_rules

STARTS_AT = datetime(2026, 12, 5, 12, 0, tzinfo=UTC)
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
LARGEST_ID = 10**18 - 1


def planned_steps(now: datetime) -> dict[str, datetime]:
    """The steps of the default rules that still lie ahead, with their times."""
    planned = reminders_before(STARTS_AT, default_rules(), VIETNAM)
    return {one.step: one.due_at for one in planned if one.due_at > now}


@pytest.mark.parametrize(
    ("before", "steps"),
    [
        (timedelta(days=7), {"2d", "1d", "2h"}),
        (timedelta(days=2, seconds=1), {"2d", "1d", "2h"}),
        (timedelta(days=2), {"1d", "2h"}),
        (timedelta(days=1), {"2h"}),
        (timedelta(hours=2, seconds=1), {"2h"}),
        (timedelta(hours=2), set()),
        (timedelta(0), set()),
        (timedelta(days=-1), set()),
    ],
)
def test_only_steps_that_lie_ahead_are_planned(before: timedelta, steps: set[str]) -> None:
    assert set(planned_steps(STARTS_AT - before)) == steps


def test_steps_are_two_days_one_day_and_two_hours_before() -> None:
    assert planned_steps(STARTS_AT - timedelta(days=7)) == {
        "2d": datetime(2026, 12, 3, 12, 0, tzinfo=UTC),
        "1d": datetime(2026, 12, 4, 12, 0, tzinfo=UTC),
        "2h": datetime(2026, 12, 5, 10, 0, tzinfo=UTC),
    }


@pytest.mark.parametrize(
    ("minutes", "code"), [(2880, "2d"), (1440, "1d"), (120, "2h"), (90, "90m"), (2160, "36h"), (60, "1h")]
)
def test_a_step_is_named_by_the_longest_whole_unit(minutes: int, code: str) -> None:
    assert step_of(minutes) == code


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_every_payload_holds_ids_only_and_has_one_length(kind: NoticeKind) -> None:
    about_meeting = kind in (
        *MEETING_KINDS,
        NoticeKind.ABSENCE_DECIDED,
        NoticeKind.MINUTES_DUE,
        NoticeKind.ABSENCE_ASKED,
    )
    for number in (1, LARGEST_ID):
        meeting_id = number if about_meeting else None
        resolution_id = None if about_meeting else number
        task_id = number if kind is NoticeKind.TASK_DUE else None
        payload = payload_of(kind, number, meeting_id, resolution_id, task_id)
        assert len(payload) == PAYLOAD_LENGTH <= MAX_PAYLOAD_LENGTH
        other = {"m": str(number)} if about_meeting else {"r": str(number)}
        if task_id is not None:
            other["k"] = str(number)
        assert json.loads(payload) == {"t": kind.value, "d": str(number), **other}


def test_topics_fit_what_push_services_take_and_are_one_for_a_meeting() -> None:
    topics = {topic_of(kind, LARGEST_ID, None) for kind in MEETING_KINDS}
    assert topics == {f"meeting-{LARGEST_ID}"}
    assert max(len(topic or "") for topic in topics) <= 32
    assert topic_of(NoticeKind.RESOLUTION_ISSUED, None, 7) == "resolution-7"
    # The answer to a request must not replace news of the meeting that the phone has not fetched.
    assert topic_of(NoticeKind.ABSENCE_DECIDED, 7, None) is None


def test_only_what_cannot_wait_wakes_a_sleeping_phone() -> None:
    assert urgency_of(NoticeKind.MEETING_REMINDER, "2h") is Urgency.HIGH
    assert urgency_of(NoticeKind.MEETING_REMINDER, "45m") is Urgency.HIGH
    assert urgency_of(NoticeKind.MEETING_CANCELLED, "now") is Urgency.HIGH
    assert urgency_of(NoticeKind.MEETING_CONVENED, "now") is Urgency.NORMAL
    assert urgency_of(NoticeKind.MEETING_REMINDER, "2d") is Urgency.NORMAL


def test_the_wait_doubles_up_to_an_hour_and_is_never_the_same_for_all() -> None:
    waits = [[retry_delay(attempts, None) for _ in range(50)] for attempts in range(1, 12)]
    for earlier, later in pairwise(waits[:7]):
        assert max(earlier) < min(later)
    assert max(waits[-1]) <= LONGEST_RETRY
    assert len(set(waits[0])) > 1


def test_what_the_push_service_asks_for_is_the_least_wait() -> None:
    waits = [retry_delay(1, 600) for _ in range(50)]
    assert min(waits) >= timedelta(seconds=600)
    assert max(waits) <= timedelta(seconds=720)


@pytest.mark.parametrize("hosts", ["push.example.org", "https://push.example.org:1", "push.example.org:0"])
def test_settings_that_name_no_host_and_port_are_refused(tmp_path: object, hosts: str) -> None:
    settings = Settings.from_environment(
        {"HANDBOOK_DATA_DIR": str(tmp_path), "HANDBOOK_PUSH_EXTRA_HOSTS": hosts}
    )
    with pytest.raises(ConfigurationError, match="HANDBOOK_PUSH_EXTRA_HOSTS"):
        PushGateway(settings, load_or_create_secrets(settings.data_dir))
