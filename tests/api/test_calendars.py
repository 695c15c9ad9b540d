"""Meetings as iCalendar, read by a second implementation: feeds with a secret address, updates and cancellations."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import vobject
from flask import Flask
from sqlalchemy import inspect, select
from structlog.testing import capture_logs
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import STARTS_AT, convened, draft, if_match, step

from handbook.accounts.models import Account
from handbook.calendars.models import CalendarFeed
from handbook.config import Settings
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.idempotency import IdempotencyRecord
from handbook.kernel.jobs import Job
from handbook.kernel.unit_of_work import unit_of_work
from handbook.notifications.models import Reminder
from handbook.operations.serving import web_options

SignIn = Callable[[str], ApiClient]


def feed(client: ApiClient, **fields: Any) -> dict[str, Any]:
    return dict(
        client.post(
            "/api/calendar-feeds", {"name": "Điện thoại", "titles": "neutral", **fields}, expect=201
        ).json
    )


def address(made: dict[str, Any]) -> str:
    return "/calendar/" + str(made["url"]).rsplit("/", 1)[1]


def events(app: Flask, made: dict[str, Any]) -> dict[str, Any]:
    """The events of a feed by UID, as vobject reads them, without a session."""
    answer = ApiClient(app).get(address(made), expect=200)
    assert answer.mimetype == "text/calendar"
    return read(answer.get_data(as_text=True))


def read(text: str) -> dict[str, Any]:
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n")), "a line is not folded"
    calendar = vobject.readOne(text)
    return {event.uid.value: event for event in getattr(calendar, "vevent_list", [])}


def only(found: dict[str, Any]) -> Any:
    (event,) = found.values()
    return event


def test_a_feed_tells_the_meetings_of_its_owner_without_a_session(
    engine_name: str, app: Flask, sign_in: SignIn, world: World
) -> None:
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    made = feed(sign_in("member"), titles="full")
    assert events(app, made) == {}
    meeting = convened(secretary, cell, online_url="https://hop.example/phong,so;1")
    draft(secretary, cell, title="Chưa triệu tập")
    convened(sign_in("far_secretary"), world.id_of("far_cell"))

    event = only(events(app, made))
    assert event.summary.value == meeting["title"]
    assert event.dtstart.value == STARTS_AT
    assert event.dtstart.value.utcoffset() == timedelta(hours=7)
    assert event.dtstart.params["X-VOBJ-ORIGINAL-TZID"] == ["Asia/Ho_Chi_Minh"]
    assert event.dtend.value == STARTS_AT + timedelta(minutes=90)
    assert event.location.value == meeting["place"]
    assert event.url.value.endswith(f"/meetings/{meeting['id']}")
    assert event.description.value == "Chi bộ Văn phòng\nhttps://hop.example/phong,so;1"
    assert (event.status.value, event.sequence.value) == ("CONFIRMED", "0")
    alarms = [alarm.trigger.value for alarm in event.valarm_list]
    assert alarms == [timedelta(minutes=-minutes) for minutes in (2880, 1440, 120)]


def test_what_a_lock_screen_may_show_is_the_owners_choice(app: Flask, sign_in: SignIn, world: World) -> None:
    meeting = convened(sign_in("secretary"), world.id_of("cell"), online_url="https://hop.example/p")
    made = feed(sign_in("member"))
    assert made["titles"] == "neutral"
    text = ApiClient(app).get(address(made), expect=200).get_data(as_text=True).replace("\r\n ", "")
    event = only(read(text))
    assert event.summary.value == "Cuộc họp"
    assert event.location.value == meeting["place"]
    for secret in (meeting["title"], "Chi bộ", "hop.example"):
        assert secret not in text


def test_a_change_and_a_cancellation_reach_the_event_by_uid_and_sequence(
    engine_name: str, app: Flask, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    made = feed(sign_in("member"), titles="full")
    first = only(events(app, made))
    clock.advance(hours=1)
    later = {"starts_at": "2026-12-06T12:00:00+00:00", "ends_at": "2026-12-06T13:30:00+00:00"}
    path = f"/api/meetings/{meeting['id']}"
    meeting = secretary.patch(path, later, headers=if_match(meeting), expect=200).json
    moved = only(events(app, made))
    assert moved.uid.value == first.uid.value
    assert int(moved.sequence.value) == int(first.sequence.value) + 1
    assert moved.dtstart.value == STARTS_AT + timedelta(days=1)
    assert moved.last_modified.value == clock.now() > first.last_modified.value
    assert moved.dtstamp.value == clock.now()

    clock.advance(hours=1)
    step(secretary, meeting, "cancel", {"reason": "Bão số 5"})
    off = only(events(app, made))
    assert (off.uid.value, off.status.value) == (first.uid.value, "CANCELLED")
    assert int(off.sequence.value) == int(moved.sequence.value) + 1
    assert not hasattr(off, "valarm")
    assert "Bão số 5" in off.description.value


def test_the_same_meetings_are_the_same_bytes(
    app: Flask, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    path, anybody = address(feed(sign_in("member"))), ApiClient(app)
    answer = anybody.get(path, expect=200)
    clock.advance(hours=3)
    tag = {"If-None-Match": answer.headers["ETag"]}
    assert anybody.get(path, headers=tag, expect=304).get_data() == b""
    step(secretary, meeting, "cancel", {"reason": "Bão"})
    assert anybody.get(path, headers=tag, expect=200).headers["ETag"] != answer.headers["ETag"]


def test_a_revoked_feed_and_one_of_a_closed_account_lead_nowhere(
    engine_name: str, app: Flask, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    member, anybody = sign_in("member"), ApiClient(app)
    first, second = feed(member), feed(member, name="Máy tính", titles="full")
    shown = member.get("/api/calendar-feeds", expect=200).json["items"]
    assert [(one["name"], one["titles"], one["read_on"]) for one in shown] == [
        ("Máy tính", "full", None),
        ("Điện thoại", "neutral", None),
    ]
    assert all("url" not in one for one in shown)
    anybody.get(address(first), expect=200)
    read_on = member.get("/api/calendar-feeds", expect=200).json["items"][1]["read_on"]
    assert read_on == clock.now().date().isoformat()

    sign_in("second_member").delete(f"/api/calendar-feeds/{first['id']}", expect=404)
    for _ in range(2):
        member.delete(f"/api/calendar-feeds/{first['id']}", expect=204)
    assert code_of(anybody.get(address(first), expect=404)) == "not_found"
    anybody.get(address(second), expect=200)
    with unit_of_work() as uow:
        account = uow.session.get_one(Account, world.accounts["member"].id)
        account.disabled_at = clock.now()
    anybody.get(address(second), expect=404)
    anybody.get("/calendar/khong-co.ics", expect=404)


def test_the_token_is_kept_and_logged_nowhere(app: Flask, sign_in: SignIn, world: World) -> None:
    with capture_logs() as said:
        made = feed(sign_in("member"))
        token = made["url"].rsplit("/", 1)[1].removesuffix(".ics")
        ApiClient(app).get(address(made), expect=200)
        ApiClient(app).get(f"/calendar/x{token}.ics", expect=404)
    assert len(token) == 43
    assert [line["route"] for line in said][-2:] == ["/calendar/<string:token>.ics"] * 2
    assert token not in str(said)
    for table in inspect(db.engine).get_table_names():
        rows = (
            db.session.execute(select(db.metadata.tables[table])).all() if table in db.metadata.tables else []
        )
        assert token not in str(rows), table
    stored = db.session.scalars(select(CalendarFeed.token_hash)).all()
    assert len(stored) == 1
    assert len(stored[0]) == 64


def test_a_feed_whose_answer_was_lost_is_not_made_twice(
    engine_name: str, app: Flask, sign_in: SignIn, clock: FixedClock
) -> None:
    member, body, key = sign_in("member"), {"titles": "neutral"}, {"Idempotency-Key": "mot-lan"}
    first = member.post("/api/calendar-feeds", body, headers=key, expect=201)
    again = member.post("/api/calendar-feeds", body, headers=key, expect=201)
    assert again.json == first.json
    assert (again.headers["Idempotency-Replayed"], again.headers["Cache-Control"]) == ("true", "no-store")
    assert len(member.get("/api/calendar-feeds", expect=200).json["items"]) == 1
    ApiClient(app).get(address(again.json), expect=200)
    other = member.post("/api/calendar-feeds", {"titles": "full"}, headers=key, expect=422)
    assert code_of(other) == "idempotency_conflict"
    # The same key of somebody else is another key.
    second = sign_in("second_member").post("/api/calendar-feeds", body, headers=key, expect=201)
    assert second.json["url"] != first.json["url"]
    # Kept to be told again, and yet readable to nobody who has the database alone.
    token = first.json["url"].rsplit("/", 1)[1].removesuffix(".ics")
    kept = db.session.scalars(select(IdempotencyRecord.body)).all()
    assert len(kept) == 2
    assert not any(token.encode() in one for one in kept)


def test_who_is_no_member_has_no_feed_and_nobody_has_many(sign_in: SignIn) -> None:
    answer = sign_in("administrator").post("/api/calendar-feeds", {"titles": "neutral"}, expect=409)
    assert code_of(answer) == "member_required"
    member = sign_in("member")
    for _ in range(10):
        feed(member)
    assert code_of(member.post("/api/calendar-feeds", {"titles": "neutral"}, expect=409)) == "too_many_feeds"


def test_one_meeting_is_taken_into_the_calendar_of_the_device(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/calendar.ics"
    answer = sign_in("member").get(path, expect=200)
    event = only(read(answer.get_data(as_text=True)))
    assert event.summary.value == meeting["title"]
    neutral = sign_in("member").get(f"{path}?titles=neutral", expect=200)
    assert only(read(neutral.get_data(as_text=True))).summary.value == "Cuộc họp"
    sign_in("other_member").get(path, expect=404)
    sketch = draft(secretary, world.id_of("cell"))
    answer = secretary.get(f"/api/meetings/{sketch['id']}/calendar.ics", expect=409)
    assert code_of(answer) == "wrong_state"


def test_a_meeting_moved_after_its_reminders_is_reminded_and_told_again(
    engine_name: str, app: Flask, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    meeting = convened(secretary, world.id_of("cell"))
    made = feed(member)
    planned = {row.step: row for row in db.session.scalars(_reminders(meeting))}
    assert set(planned) == {"2d", "1d", "2h"}
    clock.set(STARTS_AT - timedelta(hours=20))
    with unit_of_work() as uow:
        for name in ("2d", "1d"):
            uow.session.get_one(Reminder, planned[name].id).state = "done"
    to = STARTS_AT + timedelta(days=4)
    body = {"starts_at": to.isoformat(), "ends_at": (to + timedelta(minutes=90)).isoformat()}
    secretary.patch(f"/api/meetings/{meeting['id']}", body, headers=if_match(meeting), expect=200)

    rows = db.session.scalars(_reminders(meeting)).all()
    ahead = {row.step: row.due_at for row in rows if row.state == "planned"}
    assert ahead == {name: to - before for name, before in STEPS.items()}
    assert [row.step for row in rows if row.state == "cancelled"] == ["2h"]
    waiting = db.session.scalars(select(Job.due_at).where(Job.state == "queued", Job.name == JOB)).all()
    assert set(ahead.values()) <= set(waiting)
    kinds = [notice["kind"] for notice in member.get("/api/notices", expect=200).json["items"]]
    assert kinds[0] == "meeting_changed"
    assert only(events(app, made)).sequence.value == "1"


STEPS = {"2d": timedelta(days=2), "1d": timedelta(days=1), "2h": timedelta(hours=2)}
JOB = "notifications.deliver"


def _reminders(meeting: dict[str, Any]) -> Any:
    of_kind = Reminder.kind == "meeting_reminder"
    return select(Reminder).where(Reminder.meeting_id == int(meeting["id"]), of_kind).order_by(Reminder.id)


def test_the_zone_of_the_organisation_is_told_with_its_rules(sign_in: SignIn, world: World) -> None:
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    answer = sign_in("member").get(f"/api/meetings/{meeting['id']}/calendar.ics", expect=200)
    calendar = vobject.readOne(answer.get_data(as_text=True))
    (zone,) = [part for part in calendar.getChildren() if part.name == "VTIMEZONE"]
    offset = zone.tzinfo.utcoffset(datetime(2026, 12, 5, 19, 0))  # noqa: DTZ001 — wall time is what a zone is asked
    assert offset == timedelta(hours=7)
    assert STARTS_AT.tzinfo is UTC


def test_the_web_server_keeps_no_log_of_addresses() -> None:
    assert web_options(Settings.from_environment({}))["log_access"] is False


def alarms_in(text: str) -> list[timedelta]:
    event = only(read(text))
    return [alarm.trigger.value for alarm in getattr(event, "valarm_list", [])]


def before(*minutes: int) -> list[timedelta]:
    return [timedelta(minutes=-one) for one in minutes]


def test_alarms_follow_what_the_meeting_has_otherwise_than_its_organisation(
    engine_name: str, app: Flask, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    meeting = convened(secretary, world.id_of("cell"))
    made, rules = feed(member), f"/api/meetings/{meeting['id']}/reminder-rules"
    path = f"/api/meetings/{meeting['id']}/calendar.ics"
    first = only(events(app, made))
    clock.advance(minutes=5)
    changed = secretary.get(f"/api/meetings/{meeting['id']}", expect=200)
    body = {"values": {"reminders.before_minutes": [30], "reminders.unanswered_before_minutes": [600]}}
    secretary.put(rules, body, headers={"If-Match": changed.headers["ETag"]}, expect=200)
    # As it is reminded: everybody half an hour before; those without an answer are not known to a calendar.
    planned = {row.step for row in db.session.scalars(_reminders(meeting)) if row.state == "planned"}
    assert planned == {"30m", "10h"}
    for text in (ApiClient(app).get(address(made), expect=200), member.get(path, expect=200)):
        assert alarms_in(text.get_data(as_text=True)) == before(30)
    # A calendar takes the changed event, by its number and its hour.
    second = only(events(app, made))
    assert (second.uid.value, int(second.sequence.value)) == (first.uid.value, int(first.sequence.value) + 1)
    assert second.last_modified.value == clock.now()

    etag = secretary.get(f"/api/meetings/{meeting['id']}", expect=200).headers["ETag"]
    secretary.put(rules, {"values": {"reminders.before_minutes": []}}, headers={"If-Match": etag}, expect=200)
    assert alarms_in(member.get(path, expect=200).get_data(as_text=True)) == []
    etag = secretary.get(f"/api/meetings/{meeting['id']}", expect=200).headers["ETag"]
    secretary.put(
        rules, {"values": {"reminders.before_minutes": None}}, headers={"If-Match": etag}, expect=200
    )
    assert alarms_in(member.get(path, expect=200).get_data(as_text=True)) == before(2880, 1440, 120)


def test_an_alarm_rings_in_quiet_hours_no_more_than_a_reminder(sign_in: SignIn, world: World) -> None:
    # At 7 in the morning: two hours before is 5, within the quiet hours from 22 to 6, so it is told at 6.
    meeting = convened(
        sign_in("secretary"), world.id_of("cell"), starts_at=datetime(2026, 12, 6, 0, 0, tzinfo=UTC)
    )
    due = [row.starts_at - row.due_at for row in db.session.scalars(_reminders(meeting)) if row.starts_at]
    assert sorted(due, reverse=True) == [timedelta(minutes=one) for one in (2880, 1440, 60)]
    answer = sign_in("member").get(f"/api/meetings/{meeting['id']}/calendar.ics", expect=200)
    assert alarms_in(answer.get_data(as_text=True)) == before(2880, 1440, 60)
