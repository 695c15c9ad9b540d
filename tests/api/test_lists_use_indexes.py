"""Lists that reach over a tree, those of tasks and opinions, and reminders find their rows by an index on both databases.

The tree of the test has so many cells, meetings, tasks and opinions that reading a whole table would be the slower way; the
statements are those that the routes send, and the plans those that the databases say they follow.
"""

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, select, text, update
from tests.conftest import NOW
from tests.support.clients import ApiClient
from tests.support.factories import World

from handbook.accounts.models import Account, DeviceSession
from handbook.attendance.models import Attendance
from handbook.kernel.db import db
from handbook.kernel.text import fold, sort_key
from handbook.kernel.tree import path_segment
from handbook.meetings.models import Meeting
from handbook.members.models import Member
from handbook.notifications.models import Delivery, Notice, PushSubscription, Reminder
from handbook.notifications.reminders.beginning import begin
from handbook.notifications.reminders.claiming import claim
from handbook.notifications.reminders.recipients import answered_member_ids
from handbook.opinions.models import Opinion
from handbook.organizations.models import Organization
from handbook.resolutions.models import Resolution, Task, TaskAssignee

SignIn = Callable[[str], ApiClient]
CELLS, MEETINGS, MEMBERS = 300, 12, 12
LARGE = (
    "meetings",
    "resolutions",
    "tasks",
    "task_assignees",
    "opinions",
    "members",
    "deliveries",
    "reminders",
)
START = datetime(2026, 1, 5, 12, tzinfo=UTC)
LISTS = (
    ("staff", "/api/organizations/{committee}/tasks?below=true"),
    ("staff", "/api/organizations/{committee}/tasks?below=true&overdue=true"),
    ("staff", "/api/organizations/{committee}/tasks?below=true&state=open"),
    ("secretary", "/api/organizations/{cell}/tasks"),
    ("secretary", "/api/organizations/{cell}/tasks?assignee_id={assignee}"),
    ("secretary", "/api/meetings/{meeting}/opinions"),
    ("staff", "/api/organizations/{committee}/meetings?below=true"),
    ("staff", "/api/organizations/{committee}/meetings?below=true&from=2026-06-01T00:00:00Z&state=convened"),
    ("staff", "/api/organizations/{committee}/members?below=true"),
    ("staff", "/api/organizations/{committee}/members?below=true&q=van"),
    ("staff", "/api/organizations/{committee}/members?below=true&status=official"),
    ("staff", "/api/organizations/{committee}/failed-deliveries"),
    ("staff", "/api/organizations/{committee}/failed-deliveries?reason=http_500"),
)
# Of SQLite a whole table, or the whole of an index, is a SCAN; what is found by a key a SEARCH.
_SQLITE_SCAN = re.compile(r"^SCAN (\w+)", re.MULTILINE)
_POSTGRES_SCAN = re.compile(r"Seq Scan on (\w+)")


@pytest.fixture
def province(engine_name: str, world: World) -> World:
    """The small world among some hundred cells of another branch, each with a year of meetings, tasks and opinions."""
    root = world.organizations["root"]
    first = 1_000
    cells, meetings, members, resolutions, tasks, held, said, reminders, pushes = ([] for _ in range(9))
    branch: dict[str, Any] = {"kind": "commune", "created_at": START, "timezone": "Asia/Ho_Chi_Minh"}
    own = int(world.id_of("cell"))
    for cell in range(first, first + CELLS):
        path = root.path + path_segment(cell)
        cells.append(
            {
                **branch,
                "id": cell,
                "parent_id": root.id,
                "path": path,
                "kind": "cell",
                **named(f"Chi bộ {cell}"),
            }
        )
    for number, cell in enumerate([own, *range(first, first + CELLS)]):
        for person in range(MEMBERS):
            id_, name = 1_000_000 + 100 * number + person, f"Nguyễn Văn {person}"
            members.append(
                {
                    "id": id_,
                    "organization_id": cell,
                    "full_name": name,
                    "name_folded": fold(name),
                    "name_sort": sort_key(name),
                }
                | {"status": "official", "created_at": START}
            )
        for month in range(MEETINGS):
            id_, day = 1_000_000 + 100 * number + month, START + timedelta(days=30 * month)
            meetings.append(
                {
                    "id": id_,
                    "organization_id": cell,
                    "kind": "regular",
                    "title": "Sinh hoạt",
                    "state": "convened",
                    "place": "A",
                }
                | {
                    "starts_at": day,
                    "ends_at": day + timedelta(hours=2),
                    "convened_at": day,
                    "created_at": day,
                }
                | {"content_version": 1}
            )
            resolutions.append(
                {
                    "id": id_,
                    "organization_id": cell,
                    "meeting_id": id_,
                    "type": "resolution",
                    "symbol": f"{month}-NQ/CB",
                }
                | {
                    "number": month,
                    "term": "2025-2030",
                    "title": "Nghị quyết",
                    "body": "Nội dung",
                    "state": "issued",
                }
                | {"issued_on": day.date(), "content_version": 1, "created_at": day}
            )
            tasks.append(
                {
                    "id": id_,
                    "resolution_id": id_,
                    "position": 1,
                    "title": "Việc",
                    "due_on": date(2026, 11, 15),
                    "state": "open",
                }
            )
            held.append({"task_id": id_, "member_id": 1_000_000 + 100 * number + month})
            said.append(
                {
                    "id": id_,
                    "key": str(id_),
                    "meeting_id": id_,
                    "member_id": 1_000_000 + 100 * number,
                    "kind": "opinion",
                }
                | {"text": "Ý kiến", "created_at": day, "changed_at": day}
            )
            reminders.append(
                {
                    "id": id_,
                    "slot": f"meeting_convened:{id_}",
                    "kind": "meeting_convened",
                    "step": "now",
                    "meeting_id": id_,
                    "due_at": NOW,
                }
                | {"params": {}, "state": "done", "created_at": NOW}
            )
            # One of a dozen members was not reached.
            failed = (
                {"state": "failed", "reason": "http_500"}
                if number % 12 == 0
                else {"state": "accepted", "reason": None}
            )
            pushes.append(
                {
                    "slot": f"{id_}:0",
                    "reminder_id": id_,
                    "member_id": 1_000_000 + 100 * number + month,
                    "created_at": NOW,
                    **failed,
                }
            )
    for model, rows in (
        *((Organization, cells), (Member, members), (Meeting, meetings), (Resolution, resolutions)),
        *((Task, tasks), (TaskAssignee, held), (Opinion, said)),
        *((Reminder, reminders), (Delivery, pushes)),
    ):
        db.session.execute(insert(model.__table__), rows)
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    db.session.commit()
    return world


def named(name: str) -> dict[str, str]:
    return {"name": name, "name_folded": fold(name), "code": name}


@contextmanager
def plans() -> Iterator[list[tuple[str, str]]]:
    """Every reading statement that is sent meanwhile, with the plan of the database for it."""
    found: list[tuple[str, str]] = []
    explain = "EXPLAIN QUERY PLAN " if db.engine.dialect.name == "sqlite" else "EXPLAIN "

    def ask(
        _connection: Any, cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
    ) -> None:
        if statement.lstrip().upper().startswith("SELECT") and "FOR UPDATE" not in statement:
            cursor.execute(explain + statement, parameters)
            found.append((statement, "\n".join(str(row[-1]) for row in cursor.fetchall())))

    event.listen(db.engine, "before_cursor_execute", ask)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", ask)


def whole_tables(statement: str, plan: str, large: Collection[str] = LARGE) -> set[str]:
    """The large tables that this plan reads from end to end; SQLite names them by their alias."""
    names = set(_SQLITE_SCAN.findall(plan)) | set(_POSTGRES_SCAN.findall(plan))
    aliases = dict(re.findall(r"(\w+) AS (\w+)", statement))
    tables = {alias: table for table, alias in aliases.items()}
    return {tables.get(name, name) for name in names} & set(large)


def test_no_list_reads_a_large_table_from_end_to_end(province: World, sign_in: SignIn) -> None:
    place = {name: province.id_of(name) for name in ("committee", "cell")}
    place |= {"meeting": "1000000", "assignee": "1000001"}
    read_whole: dict[str, set[str]] = {}
    for role, path in LISTS:
        client = sign_in(role)
        client.get(path.format(**place), expect=200)
        with plans() as found:
            answer = client.get(path.format(**place), expect=200).json
        assert answer["items"], path
        assert found, path
        if tables := set().union(*(whole_tables(statement, plan) for statement, plan in found)):
            read_whole[path] = tables
    assert read_whole == {}


def test_a_reminder_reads_the_notices_and_devices_of_its_own_members_alone(province: World) -> None:
    """At every reminder of every cell: what it reads must not grow with the nation."""
    members = db.session.scalars(select(Member.id).where(Member.id >= 1_000_000)).all()
    own = [id_ for id_ in members if id_ < 1_000_000 + MEMBERS]
    for model, rows in (
        (Account, [{"id": id_, "member_id": id_, "created_at": NOW} for id_ in members]),
        (DeviceSession, [session_of(id_) for id_ in members]),
        (PushSubscription, [device_of(id_) for id_ in members]),
        (Notice, [notice_of(id_, id_ // 100 * 100) for id_ in members]),
        (Attendance, [line_of(id_) for id_ in own]),
    ):
        db.session.execute(insert(model.__table__), rows)
    db.session.execute(update(Reminder).where(Reminder.id == 1_000_000).values(state="planned"))
    still_to_come = {"starts_at": NOW + timedelta(days=1), "ends_at": NOW + timedelta(days=2)}
    db.session.execute(update(Meeting).where(Meeting.id == 1_000_000).values(**still_to_come))
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    db.session.commit()
    with plans() as found:
        assert begin(1_000_000)
        assert {claimed.subscription_id for claimed in claim(1_000_000).messages} == set(own)
        answered_member_ids(1_000_000, db.session())
    kept = {"accounts", "device_sessions", "push_subscriptions", "notices", "members", "deliveries"}
    read_whole = {
        table: statement for statement, plan in found for table in whole_tables(statement, plan, kept)
    }
    assert read_whole == {}


def session_of(id_: int) -> dict[str, Any]:
    token = {"token_hash": f"{id_:064d}", "account_id": id_, "device_name": "Android"}
    return {
        **token,
        "id": id_,
        "created_at": NOW,
        "last_seen_at": NOW,
        "expires_at": NOW + timedelta(days=30),
    }


def device_of(id_: int) -> dict[str, Any]:
    keys = {"origin": "https://push.example", "p256dh": "x" * 87, "auth": "y" * 22}
    endpoint = {"endpoint": f"https://push.example/{id_}", "account_id": id_, "session_id": id_}
    return {**keys, **endpoint, "id": id_, "created_at": NOW}


def notice_of(id_: int, meeting_id: int) -> dict[str, Any]:
    told = {
        "account_id": id_,
        "kind": "meeting_convened",
        "slot": f"told:{meeting_id}",
        "meeting_id": meeting_id,
    }
    return {**told, "params": {}, "created_at": NOW, "account_version": 1}


def line_of(id_: int) -> dict[str, Any]:
    line = {"meeting_id": 1_000_000, "member_id": id_, "member_status": "official", "flags": []}
    return {**line, "content_version": 1}


def test_a_table_that_is_read_from_end_to_end_is_seen(province: World) -> None:
    """The test above can fail."""
    with plans() as found:
        db.session.execute(text("SELECT count(*) FROM opinions WHERE text = 'A'"))
        db.session.execute(text("SELECT count(*) FROM tasks AS t WHERE t.title = 'A'"))
    assert [whole_tables(statement, plan) for statement, plan in found] == [{"opinions"}, {"tasks"}]
