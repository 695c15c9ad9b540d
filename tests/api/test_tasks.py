"""Tasks of a resolution: progress, done, not done and why, open again; who sees what; reminders."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from io import BytesIO
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import STARTS_AT, convened, if_match, opened, step

from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.notifications.models import Notice, Reminder
from handbook.notifications.push.messages import PushMessage, PushResult
from handbook.notifications.reminders.delivering import deliver_reminder, send_next
from handbook.notifications.rules import next_task_step
from handbook.resolutions.task_excel import MEDIA_TYPE

SignIn = Callable[[str], ApiClient]
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def issued(secretary: ApiClient, world: World, *, due_on: str | None = "2026-12-20") -> dict[str, Any]:
    """A resolution in force with one task for the member ``member``."""
    path = f"/api/organizations/{world.id_of('cell')}/resolutions"
    symbol = secretary.get(f"{path}/next-symbol", expect=200).json["symbol"]
    task = {"title": "Rà soát hồ sơ", "assignee_ids": [world.id_of("member")], "due_on": due_on}
    made = secretary.post(
        path, {"symbol": symbol, "title": "Nghị quyết", "body": "1. Làm.", "tasks": [task]}, expect=201
    ).json
    answer: dict[str, Any] = secretary.post(
        f"/api/resolutions/{made['id']}/issue", headers=if_match(made), expect=200
    ).json
    return answer


def say(client: ApiClient, task: dict[str, Any], kind: str, expect: int | None = 201, **fields: Any) -> Any:
    key = fields.pop("key", str(uuid4()))
    headers = {} if kind == "progress" else {"If-Match": f'"{task["etag"]}"'}
    path = f"/api/tasks/{task['id']}/updates/{key}"
    return client.put(path, {"kind": kind, **fields}, headers=headers, expect=expect)


def test_who_answers_for_a_task_reports_progress_and_finishes_it(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    resolution = issued(sign_in("secretary"), world)
    member, task = sign_in("member"), resolution["tasks"][0]
    after = say(member, task, "progress", text="Đã xem 10 hồ sơ", percent=40).json
    assert (after["percent"], after["state"], after["etag"]) == (40, "open", task["etag"])
    done = say(member, task, "done", text="").json
    assert (done["state"], done["percent"], done["can"]) == ("done", 100, ["reopened"])
    assert done["etag"] != task["etag"]
    assert [(one["kind"], one["full_name"]) for one in done["updates"]] == [
        ("progress", "Đặng Thị Ngẫm"),
        ("done", "Đặng Thị Ngẫm"),
    ]
    still_open = f"/api/organizations/{world.id_of('cell')}/tasks?state=open"
    assert sign_in("staff").get(still_open, expect=200).json["items"] == []
    say(sign_in("secretary"), done, "reopened", text="Còn thiếu hai hồ sơ")
    changed = sign_in("member").get(f"/api/resolutions/{resolution['id']}", expect=200).json
    assert changed["etag"] != resolution["etag"]
    assert changed["tasks"][0]["state"] == "open"


def test_what_was_not_done_says_why_and_the_cell_reads_the_state_only(sign_in: SignIn, world: World) -> None:
    task = issued(sign_in("secretary"), world)["tasks"][0]
    refused = say(sign_in("secretary"), task, "not_done", expect=422)
    assert refused.json["errors"] == [{"pointer": "/text", "code": "missing"}]
    say(sign_in("secretary"), task, "not_done", text="Chưa có kinh phí")
    path = f"/api/tasks/{task['id']}"
    assert sign_in("staff").get(path, expect=200).json["reason"] == "Chưa có kinh phí"
    other = sign_in("second_member").get(path, expect=200).json
    assert (other["state"], other["reason"], other["updates"], other["can"]) == ("not_done", None, [], [])
    sign_in("other_member").get(path, expect=404)
    say(sign_in("second_member"), task, "progress", text="x", expect=403)


def test_an_update_sent_again_is_the_same_and_two_people_do_not_finish_a_task_against_each_other(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    task = issued(sign_in("secretary"), world)["tasks"][0]
    key = str(uuid4())
    say(sign_in("member"), task, "done", key=key)
    assert say(sign_in("member"), task, "done", key=key, expect=200).json["state"] == "done"
    assert (
        code_of(say(sign_in("member"), task, "done", key=key, text="Khác", expect=422)) == "update_key_taken"
    )
    stale = say(sign_in("secretary"), task, "not_done", text="Chưa xong", expect=412)
    assert code_of(stale) == "precondition_failed"
    fresh = sign_in("secretary").get(f"/api/tasks/{task['id']}", expect=200).json
    assert code_of(say(sign_in("secretary"), fresh, "done", expect=409)) == "wrong_state"
    without = sign_in("secretary").put(
        f"/api/tasks/{task['id']}/updates/{uuid4()}", {"kind": "reopened"}, expect=428
    )
    assert code_of(without) == "precondition_required"


def test_a_phone_with_a_wrong_clock_and_a_text_with_a_secrecy_mark(
    sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    task = issued(sign_in("secretary"), world)["tasks"][0]
    said = say(sign_in("member"), task, "progress", percent=5, at="2031-01-01T00:00:00+07:00").json
    assert datetime.fromisoformat(said["updates"][0]["at"]) == clock.now()
    refused = say(sign_in("member"), task, "progress", text="TUYỆT MẬT\nNội dung", expect=422)
    assert code_of(refused) == "classified_document"


def test_a_committee_sees_the_tasks_of_its_tree_page_by_page_and_as_excel(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary = sign_in("secretary")
    for due_on in (None, "2026-11-20", "2026-12-24"):
        issued(secretary, world, due_on=due_on)
    staff = sign_in("staff")
    path = f"/api/organizations/{world.id_of('committee')}/tasks"
    first = staff.get(f"{path}?limit=2", expect=200).json
    second = staff.get(f"{path}?limit=2&cursor={first['next']}", expect=200).json
    assert [one["due_on"] for one in first["items"] + second["items"]] == ["2026-11-20", "2026-12-24", None]
    assert first["items"][0]["organization_name"] == "Chi bộ Văn phòng"
    late = staff.get(f"{path}?overdue=true", expect=200).json["items"]
    assert [one["due_on"] for one in late] == ["2026-11-20"]
    assert staff.get(f"{path}?below=false", expect=200).json["items"] == []
    assert staff.get(f"{path}?assignee_id={world.id_of('deputy')}", expect=200).json["items"] == []
    assert staff.get(f"{path}?cursor=eA", expect=422)
    book = staff.get(path, headers={"Accept": MEDIA_TYPE}, expect=200)
    rows = list(load_workbook(BytesIO(book.data)).active.iter_rows(values_only=True))
    assert [row[6] for row in rows[-3:]] == ["Quá hạn", "Đang làm", "Đang làm"]
    assert rows[-1][4] == "Đặng Thị Ngẫm"
    sign_in("member").get(path, expect=403)
    sign_in("far_staff").get(path, expect=404)


class Silent:
    """A push service that takes everything."""

    def send(self, messages: list[PushMessage], on_ended: object = None) -> list[PushResult]:
        raise AssertionError("nobody has a device")


def _pending() -> list[Reminder]:
    db.session.rollback()
    return list(
        db.session.scalars(select(Reminder).where(Reminder.task_id.is_not(None), Reminder.state == "planned"))
    )


def test_a_task_is_called_to_mind_before_its_day_on_it_and_weekly_until_done(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    task = issued(sign_in("secretary"), world)["tasks"][0]
    seen = []
    for _ in range(4):
        (reminder,) = _pending()
        seen.append((reminder.step, reminder.due_at.astimezone(VIETNAM).isoformat()[:16]))
        clock.set(reminder.due_at)
        with unit_of_work():
            pass
        deliver_reminder(reminder.id, partial(send_next, sender=Silent()))  # type: ignore[arg-type]
    assert seen == [
        ("3d", "2026-12-17T08:00"),
        ("0d", "2026-12-20T08:00"),
        ("+7d", "2026-12-27T08:00"),
        ("+14d", "2027-01-03T08:00"),
    ]
    notices = list(db.session.scalars(select(Notice).where(Notice.kind == "task_due").order_by(Notice.id)))
    assert [notice.params["step"] for notice in notices] == ["3d", "0d", "+7d", "+14d"]
    assert all(set(notice.params) == {"task_id", "step", "due_on"} for notice in notices)
    secretary = ApiClient(sign_in("secretary").app, token=world.token_of("secretary"))
    say(secretary, task, "done")
    assert _pending() == []
    done = secretary.get(f"/api/tasks/{task['id']}", expect=200).json
    say(secretary, done, "reopened")
    assert [reminder.step for reminder in _pending()] == ["+21d"]


def test_the_hour_of_a_reminder_is_that_of_the_organisation() -> None:
    now = datetime(2026, 12, 17, 0, 59, tzinfo=UTC)
    due = date(2026, 12, 20)
    assert next_task_step(due, now, VIETNAM, (3, 0), 7) == ("3d", datetime(2026, 12, 17, 8, tzinfo=VIETNAM))
    later = datetime(2026, 12, 17, 1, 0, tzinfo=UTC)
    assert next_task_step(due, later, VIETNAM, (3, 0), 7)[0] == "0d"
    assert next_task_step(due, datetime(2026, 12, 20, 5, tzinfo=UTC), VIETNAM, (3,), 7)[0] == "+7d"


@pytest.mark.parametrize("days", [1, 7, 30])
def test_an_overdue_step_always_lies_ahead(days: int) -> None:
    due = date(2026, 1, 1)
    for day in range(1, 80):
        now = datetime(2026, 1, 1, 1, tzinfo=UTC).replace(hour=day % 24)
        now = datetime.fromtimestamp(now.timestamp() + day * 86_400, UTC)
        step, at = next_task_step(due, now, VIETNAM, (3, 0), days)
        assert at > now
        assert (at.date() - due).days == int(step[1:-1])
        assert (at - now).days <= days


def test_what_was_written_before_the_last_meeting_and_arrived_after_it_is_gone_through_next_time(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    task = issued(secretary, world)["tasks"][0]
    clock.advance(minutes=10)
    written = clock.now()
    clock.advance(minutes=10)
    held = opened(secretary, world.id_of("cell"))
    clock.advance(minutes=90)
    step(secretary, held, "close")
    clock.advance(minutes=10)
    late = say(member, task, "not_done", text="Không đủ kinh phí", at=written.isoformat()).json
    assert datetime.fromisoformat(late["finished_at"]) == written
    agenda = [{"title": "Kiểm điểm", "source": "open_tasks"}]
    following = convened(
        secretary, world.id_of("cell"), starts_at=STARTS_AT + timedelta(days=30), agenda=agenda
    )
    assert "Rà soát hồ sơ" in (following["agenda"][0]["body"] or "")
    assert "chưa đạt" in following["agenda"][0]["body"]
