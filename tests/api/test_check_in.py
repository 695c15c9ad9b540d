"""Checking in with the code of the meeting."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import (
    STARTS_AT,
    check_in_body,
    code_at,
    convened,
    draft,
    if_match,
    key_of,
    opened,
    step,
)

from handbook.attendance.counters import count_roll
from handbook.attendance.models import Attendance
from handbook.attendance.tokens import make_token
from handbook.audit.models import AuditEntry
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.meetings.models import Meeting
from handbook.organizations.models import Organization

SignIn = Callable[[str], ApiClient]


class Evening:
    """An open meeting of the cell, its key, and the clock at its start."""

    def __init__(self, sign_in: SignIn, world: World, clock: FixedClock) -> None:
        self.sign_in = sign_in
        self.world = world
        self.clock = clock
        self.secretary = sign_in("secretary")
        self.meeting = convened(self.secretary, world.id_of("cell"))
        self.key = key_of(self.secretary, self.meeting)
        clock.set(STARTS_AT - timedelta(minutes=5))
        self.advance("open")
        clock.set(STARTS_AT)
        self.path = f"/api/meetings/{self.meeting['id']}"

    def advance(self, name: str) -> None:
        self.meeting = step(self.secretary, self.meeting, name)

    def body(self, shown_after: float = 0, scanned_after: float | None = None) -> dict[str, str]:
        """A check-in with the code shown, and scanned, so many seconds after the clock's present time."""
        now = self.clock.now()
        shown = now + timedelta(seconds=shown_after)
        scanned = shown if scanned_after is None else now + timedelta(seconds=scanned_after)
        return check_in_body(self.key, self.meeting, shown, scanned)

    def check_in(self, role: str, body: dict[str, Any], expect: int = 201) -> Any:
        return self.sign_in(role).post(f"{self.path}/check-ins", body, expect=expect)

    def line(self, role: str) -> dict[str, Any]:
        roll = self.secretary.get(f"{self.path}/attendance", expect=200).json
        return next(item for item in roll["items"] if item["member_id"] == self.world.id_of(role))

    def counts(self) -> dict[str, int]:
        counts: dict[str, int] = self.secretary.get(f"{self.path}/attendance", expect=200).json["counts"]
        return counts

    def assert_counts_are_true(self) -> None:
        """What the meeting keeps is what its roll says."""
        db.session.rollback()
        meeting = db.session.get_one(Meeting, int(self.meeting["id"]), populate_existing=True)
        counted = count_roll(db.session.connection(), meeting.id)
        assert {name: getattr(meeting, name) for name in counted} == counted


@pytest.fixture
def evening(sign_in: SignIn, world: World, clock: FixedClock) -> Evening:
    return Evening(sign_in, world, clock)


def test_a_member_checks_in_once(engine_name: str, evening: Evening) -> None:
    body = evening.body()
    first = evening.check_in("member", body).json
    assert first == {
        "meeting_id": evening.meeting["id"],
        "state": "present",
        "method": "qr",
        "checked_in_at": "2026-12-05T12:00:00+00:00",
        "recorded_at": "2026-12-05T12:00:00+00:00",
        "flags": [],
    }
    evening.clock.advance(minutes=20)
    assert evening.check_in("member", body, 200).json == first
    assert evening.check_in("member", evening.body(), 200).json == first
    assert evening.counts()["present"] == 1
    assert evening.line("member")["recorded_by"] == evening.world.id_of("member")
    lines = (
        select(func.count())
        .select_from(Attendance)
        .where(Attendance.meeting_id == int(evening.meeting["id"]))
    )
    assert db.session.scalar(lines) == 6
    evening.assert_counts_are_true()


def test_a_check_in_moves_neither_etag_nor_content_version(evening: Evening) -> None:
    version = select(Organization.content_version).where(
        Organization.id == evening.world.organizations["cell"].id
    )
    before = db.session.scalar(version)
    evening.check_in("member", evening.body())
    assert db.session.scalar(version) == before
    seen = evening.secretary.get(evening.path, expect=200).json
    assert seen["etag"] == evening.meeting["etag"]
    assert seen["counts"]["present"] == 1
    evening.advance("close")


def test_the_link_of_the_camera_app_is_recorded_as_such(evening: Evening) -> None:
    assert evening.check_in("member", {**evening.body(), "method": "link"}).json["method"] == "link"
    answer = evening.check_in("second_member", {**evening.body(), "method": "secretary"}, 422)
    assert code_of(answer) == "validation_failed"


def test_a_check_in_more_than_fifteen_minutes_after_the_start_is_late(evening: Evening) -> None:
    evening.clock.set(STARTS_AT + timedelta(minutes=15))
    assert evening.check_in("member", evening.body()).json["state"] == "present"
    evening.clock.set(STARTS_AT + timedelta(minutes=15, seconds=1))
    assert evening.check_in("second_member", evening.body()).json["state"] == "late"
    assert evening.counts()["late"] == 1
    evening.assert_counts_are_true()


@pytest.mark.parametrize("minutes", [-10, -9, 9, 10])
def test_a_phone_clock_wrong_by_ten_minutes_is_accepted_and_flagged(evening: Evening, minutes: int) -> None:
    answer = evening.check_in("member", evening.body(scanned_after=60 * minutes)).json
    assert answer["flags"] == ["clock_skew"]
    assert answer["checked_in_at"] == "2026-12-05T12:00:00+00:00"


@pytest.mark.parametrize("minutes", [-60, -11, 11, 60 * 24])
def test_a_code_scanned_at_another_time_than_it_was_shown_is_refused(evening: Evening, minutes: int) -> None:
    answer = evening.check_in("member", evening.body(scanned_after=60 * minutes), 422)
    assert code_of(answer) == "invalid_check_in_token"
    assert evening.line("member")["state"] is None


def test_a_check_in_made_offline_counts_for_when_it_was_scanned(engine_name: str, evening: Evening) -> None:
    body = evening.body()
    evening.clock.advance(hours=1)
    answer = evening.check_in("member", body).json
    assert answer["state"] == "present"
    assert answer["checked_in_at"] == "2026-12-05T12:00:00+00:00"
    assert answer["recorded_at"] == "2026-12-05T13:00:00+00:00"
    assert answer["flags"] == ["synced_late"]


def test_a_check_in_made_offline_with_a_wrong_clock_carries_both_flags(evening: Evening) -> None:
    body = evening.body(scanned_after=8 * 60)
    evening.clock.advance(hours=1)
    answer = evening.check_in("member", body).json
    assert answer["flags"] == ["synced_late", "clock_skew"]
    assert answer["checked_in_at"] == "2026-12-05T12:00:00+00:00"


def test_a_code_passed_on_is_flagged_and_soon_refused(evening: Evening) -> None:
    forwarded = code_at(evening.key, evening.meeting, evening.clock.now())
    evening.clock.advance(minutes=5)
    body = {"token": forwarded, "scanned_at": evening.clock.now().isoformat()}
    assert evening.check_in("member", body).json["flags"] == ["outside_window"]
    evening.clock.advance(minutes=10)
    body = {"token": forwarded, "scanned_at": evening.clock.now().isoformat()}
    assert code_of(evening.check_in("second_member", body, 422)) == "invalid_check_in_token"


def test_a_code_of_the_previous_step_is_still_good(evening: Evening) -> None:
    assert evening.check_in("member", evening.body(shown_after=-30, scanned_after=0)).json["flags"] == []


def test_a_secretary_device_that_is_fast_is_tolerated_but_not_a_code_from_the_future(
    evening: Evening,
) -> None:
    answer = evening.check_in("member", evening.body(shown_after=300, scanned_after=0)).json
    assert answer["flags"] == ["clock_skew"]
    refused = evening.check_in("second_member", evening.body(shown_after=660), 422)
    assert code_of(refused) == "invalid_check_in_token"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "abc",
        "119241600.",
        "119241600.AAAAAAAAAAAAAAAAAAAAAA",
        "-1.AAAAAAAAAAAAAAAAAAAAAA",
        "119241600.AAAAAAAAAAAAAAAAAAAAA\n",
        "١٢٣.AAAAAAAAAAAAAAAAAAAAAA",
        "9" * 60 + ".AAAAAAAAAAAAAAAAAAAAAA",
    ],
)
def test_what_is_no_code_of_this_meeting_is_refused(evening: Evening, token: str) -> None:
    answer = evening.check_in("member", {**evening.body(), "token": token}, 422)
    assert code_of(answer) in ("invalid_check_in_token", "validation_failed")
    assert evening.counts()["present"] == 0


def test_the_code_of_another_meeting_is_refused(evening: Evening) -> None:
    other = opened(evening.secretary, evening.world.id_of("cell"), starts_at=STARTS_AT + timedelta(days=1))
    body = check_in_body(key_of(evening.secretary, other), evening.meeting, evening.clock.now())
    assert code_of(evening.check_in("member", body, 422)) == "invalid_check_in_token"
    number = int(body["token"].partition(".")[0])
    other_id = int(other["id"])
    replayed = f"{number}.{make_token(evening.key, other_id, number)}"
    answer = evening.check_in("member", {**body, "token": replayed}, 422)
    assert code_of(answer) == "invalid_check_in_token"


def test_a_body_with_other_fields_or_without_a_time_is_refused(evening: Evening) -> None:
    body = evening.body()
    assert code_of(evening.check_in("member", {**body, "state": "present"}, 422)) == "unknown_field"
    assert code_of(evening.check_in("member", {"token": body["token"]}, 422)) == "validation_failed"
    naive = {**body, "scanned_at": "2026-12-05T12:00:00"}
    assert code_of(evening.check_in("member", naive, 422)) == "validation_failed"
    extreme = {**body, "scanned_at": "0001-01-01T00:00:00+23:00"}
    assert code_of(evening.check_in("member", extreme, 422)) == "validation_failed"


def test_nobody_checks_in_before_the_meeting_opens(sign_in: SignIn, world: World, clock: FixedClock) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    key = key_of(secretary, meeting)
    clock.set(STARTS_AT)
    path = f"/api/meetings/{meeting['id']}/check-ins"
    answer = sign_in("member").post(path, check_in_body(key, meeting, clock.now()), expect=409)
    assert code_of(answer) == "check_in_closed"


def test_a_code_that_arrives_at_once_opens_nothing_but_may_be_sent_again(
    sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    clock.set(STARTS_AT)
    body = check_in_body(key_of(secretary, meeting), meeting, clock.now())
    path = f"/api/meetings/{meeting['id']}"
    refused = sign_in("member").post(f"{path}/check-ins", body, expect=409)
    assert refused.headers["Retry-After"] == "60"
    assert secretary.get(path).json["state"] == "convened"


def test_codes_scanned_in_a_room_without_a_network_open_the_meeting(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    key = key_of(secretary, meeting)
    path = f"/api/meetings/{meeting['id']}"
    bodies = {
        role: check_in_body(key, meeting, STARTS_AT + timedelta(minutes=minutes))
        for role, minutes in (("member", 20), ("second_member", -25), ("deputy", 3))
    }
    clock.set(STARTS_AT + timedelta(hours=2))
    states = {
        role: sign_in(role).post(f"{path}/check-ins", body, expect=201).json for role, body in bodies.items()
    }
    assert {role: line["state"] for role, line in states.items()} == {
        "member": "late",
        "second_member": "present",
        "deputy": "present",
    }
    seen = secretary.get(path, expect=200).json
    assert (seen["state"], seen["opened_at"]) == ("open", "2026-12-05T12:00:00+00:00")
    assert (seen["counts"]["present"], seen["counts"]["late"]) == (2, 1)
    told_later = {"opened_at": (STARTS_AT - timedelta(minutes=30)).isoformat()}
    stale = secretary.post(f"{path}/open", told_later, headers=if_match(meeting), expect=412)
    assert code_of(stale) == "precondition_failed"


def test_a_forged_code_or_one_of_the_wrong_hours_opens_nothing(
    sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    key = key_of(secretary, meeting)
    path = f"/api/meetings/{meeting['id']}"
    clock.set(STARTS_AT + timedelta(hours=10))
    for shown, with_key, code in (
        (STARTS_AT - timedelta(minutes=61), key, "check_in_closed"),
        (STARTS_AT + timedelta(hours=8), key, "check_in_closed"),
        (STARTS_AT, b"k" * 32, "invalid_check_in_token"),
    ):
        answer = sign_in("member").post(f"{path}/check-ins", check_in_body(with_key, meeting, shown))
        assert code_of(answer) == code
    assert secretary.get(path).json["state"] == "convened"


def test_an_opening_made_offline_keeps_its_time(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}"
    clock.set(STARTS_AT + timedelta(hours=1))
    for minutes, code in ((-61, "too_early"), (71, "in_the_future")):
        wrong = {"opened_at": (STARTS_AT + timedelta(minutes=minutes)).isoformat()}
        answer = secretary.post(f"{path}/open", wrong, headers=if_match(meeting), expect=422)
        assert answer.json["errors"] == [{"pointer": "/opened_at", "code": code}]
    told = {"opened_at": (STARTS_AT - timedelta(minutes=10)).isoformat()}
    opened_one = step(secretary, meeting, "open", told)
    assert opened_one["opened_at"] == "2026-12-05T11:50:00+00:00"


def test_codes_shown_long_before_the_opening_do_not_count(evening: Evening) -> None:
    before = -5 * 60 - 30 * 60
    answer = evening.check_in("member", evening.body(shown_after=before - 20), 409)
    assert code_of(answer) == "check_in_closed"
    assert evening.check_in("member", evening.body(shown_after=before + 20)).json["flags"] == ["synced_late"]


def test_after_closing_only_codes_of_the_open_hours_count(engine_name: str, evening: Evening) -> None:
    scanned_in_time = evening.body()
    evening.clock.advance(minutes=90)
    evening.advance("close")
    assert evening.line("member")["state"] == "unexcused"
    evening.clock.advance(minutes=10)
    assert code_of(evening.check_in("second_member", evening.body(), 409)) == "check_in_closed"
    answer = evening.check_in("member", scanned_in_time).json
    assert (answer["state"], answer["flags"]) == ("present", ["synced_late"])
    assert evening.counts()["unexcused"] == 4
    evening.assert_counts_are_true()


def test_a_code_passed_on_after_closing_does_not_count(evening: Evening) -> None:
    last = code_at(evening.key, evening.meeting, evening.clock.now())
    evening.advance("close")
    evening.clock.advance(minutes=5)
    body = {"token": last, "scanned_at": evening.clock.now().isoformat()}
    assert code_of(evening.check_in("member", body, 409)) == "check_in_closed"


def test_a_settled_roll_takes_no_check_in_but_answers_repetitions(evening: Evening) -> None:
    body = evening.body()
    first = evening.check_in("member", body).json
    evening.advance("close")
    evening.advance("finalize")
    evening.clock.advance(hours=2)
    assert evening.check_in("member", body, 200).json == first
    assert code_of(evening.check_in("second_member", body, 409)) == "check_in_closed"


def test_a_cancelled_meeting_takes_no_check_in(sign_in: SignIn, world: World, clock: FixedClock) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    key = key_of(secretary, meeting)
    step(secretary, meeting, "cancel", {"reason": "Bão"})
    path = f"/api/meetings/{meeting['id']}/check-ins"
    answer = sign_in("member").post(path, check_in_body(key, meeting, clock.now()), expect=409)
    assert code_of(answer) == "check_in_closed"


def test_who_is_not_summoned_cannot_check_in(evening: Evening) -> None:
    body = evening.body()
    assert code_of(evening.check_in("other_member", body, 404)) == "not_found"
    assert code_of(evening.check_in("far_secretary", body, 404)) == "not_found"
    assert code_of(evening.check_in("staff", body, 403)) == "forbidden"
    assert code_of(evening.check_in("administrator", body, 403)) == "forbidden"


def test_an_exempt_member_who_comes_is_counted(evening: Evening) -> None:
    assert evening.counts()["exempt"] == 1
    assert evening.check_in("exempt_member", evening.body()).json["state"] == "present"
    assert (evening.counts()["exempt"], evening.counts()["present"]) == (0, 1)
    evening.assert_counts_are_true()


def test_what_the_secretary_saw_stands_against_a_check_in_sent_later(evening: Evening) -> None:
    offline = evening.body()
    evening.clock.advance(minutes=30)
    marks = f"{evening.path}/attendance"
    for role, state in (("member", "unexcused"), ("second_member", "late")):
        mark = {"state": state}
        evening.secretary.put(f"{marks}/{evening.world.id_of(role)}", mark, expect=200)
    against = evening.check_in("member", offline).json
    assert (against["state"], against["method"]) == ("unexcused", "secretary")
    assert against["flags"] == ["synced_late", "contradicts_mark"]
    assert against["checked_in_at"] == "2026-12-05T12:00:00+00:00"
    agreed = evening.check_in("second_member", offline).json
    assert (agreed["state"], agreed["flags"]) == ("late", ["synced_late"])
    evening.assert_counts_are_true()


def test_who_comes_after_being_marked_absent_is_there(evening: Evening) -> None:
    mark = f"{evening.path}/attendance/{evening.world.id_of('member')}"
    evening.secretary.put(mark, {"state": "excused", "reason": "Ốm"}, expect=200)
    evening.clock.advance(minutes=5)
    assert evening.check_in("member", evening.body()).json["state"] == "present"
    assert evening.counts()["excused"] == 0
    evening.assert_counts_are_true()


def test_a_draft_has_no_key_and_only_who_runs_the_meeting_gets_one(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/check-in-key"
    assert code_of(secretary.get(path, expect=409)) == "wrong_state"
    meeting = step(secretary, meeting, "convene")
    answer = sign_in("deputy").get(path, expect=200)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["step_seconds"] == 15
    assert answer.json["valid_from"] == "2026-12-05T11:00:00+00:00"
    assert answer.json["valid_until"] == "2026-12-05T19:30:00+00:00"
    for role, status in (("member", 403), ("staff", 403), ("other_secretary", 404)):
        sign_in(role).get(path, expect=status)
    for name in ("open", "close"):
        meeting = step(secretary, meeting, name)
    assert code_of(secretary.get(path, expect=409)) == "wrong_state"


def test_the_key_is_the_same_at_every_reading_and_another_for_every_meeting(evening: Evening) -> None:
    assert key_of(evening.secretary, evening.meeting) == evening.key
    other = convened(evening.secretary, evening.world.id_of("cell"), starts_at=STARTS_AT + timedelta(days=1))
    assert key_of(evening.secretary, other) != evening.key
    sealed = db.session.scalar(select(Meeting.check_in_key_sealed).where(Meeting.id == int(other["id"])))
    assert key_of(evening.secretary, other) not in sealed


def test_the_etag_of_the_meeting_survives_a_whole_evening_of_check_ins(evening: Evening) -> None:
    for role in ("member", "second_member", "probationary", "deputy"):
        evening.check_in(role, evening.body())
    closed = evening.secretary.post(
        f"{evening.path}/close", headers=if_match(evening.meeting), expect=200
    ).json
    assert closed["counts"]["present"] == 4
    assert closed["counts"]["unexcused"] == 1


def test_every_first_check_in_is_recorded_by_whichever_path(
    engine_name: str, evening: Evening, sign_in: SignIn
) -> None:
    long = {"Content-Type": "application/json; charset=utf-8"}
    request_ids = []
    for role, headers, status in (
        *(("member", {}, 201), ("second_member", long, 201)),
        *(("member", {}, 200), ("second_member", long, 200)),
    ):
        # A device that was seen a moment ago takes the short path.
        sign_in(role).get("/api/session", expect=200)
        answer = sign_in(role).post(
            f"{evening.path}/check-ins", evening.body(), headers=headers, expect=status
        )
        request_ids.append(answer.headers["X-Request-Id"])
    db.session.rollback()
    rows = db.session.scalars(
        select(AuditEntry).where(AuditEntry.tag == "attendance:line:checked_in").order_by(AuditEntry.id)
    ).all()
    assert [(row.member_id, row.actor_member_id, row.subject_id) for row in rows] == [
        (evening.world.members[role].id,) * 2 + (int(evening.meeting["id"]),)
        for role in ("member", "second_member")
    ]
    assert [row.details for row in rows] == [{"before": None, "state": "present", "method": "qr"}] * 2
    assert [row.request_id for row in rows] == request_ids[:2]
    assert all(row.actor_account_id and row.path for row in rows)


def test_a_check_in_that_opens_the_meeting_records_the_opening_too(
    sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    key = key_of(secretary, meeting)
    clock.set(STARTS_AT + timedelta(minutes=30))
    body = check_in_body(key, meeting, STARTS_AT)
    sign_in("member").post(f"/api/meetings/{meeting['id']}/check-ins", body, expect=201)
    db.session.rollback()
    tags = db.session.scalars(
        select(AuditEntry.tag).where(AuditEntry.subject_id == int(meeting["id"])).order_by(AuditEntry.id)
    ).all()
    assert list(tags)[-2:] == ["meetings:meeting:opened", "attendance:line:checked_in"]


@pytest.mark.parametrize("minutes", [-10, 10])
def test_an_opening_told_by_a_device_whose_clock_is_wrong_by_ten_minutes_is_taken(
    sign_in: SignIn, world: World, clock: FixedClock, minutes: int
) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    clock.set(STARTS_AT)
    told = {"opened_at": (STARTS_AT + timedelta(minutes=minutes)).isoformat()}
    opened_at = step(secretary, meeting, "open", told)["opened_at"]
    assert datetime.fromisoformat(opened_at) == STARTS_AT + timedelta(minutes=min(minutes, 0))
