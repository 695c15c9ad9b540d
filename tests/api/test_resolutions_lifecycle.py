"""Resolutions from the draft to the issued one, through the API."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World

from handbook.audit.models import AuditEntry
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.events import subscribe
from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work
from handbook.meetings.enums import MeetingKind, MeetingState
from handbook.meetings.models import Meeting
from handbook.organizations.models import Organization
from handbook.resolutions.events import ResolutionIssued
from handbook.resolutions.models import Resolution, Task, TaskAssignee

SignIn = Callable[[str], ApiClient]
pytestmark = pytest.mark.usefixtures("engine_name")


@pytest.fixture
def path(world: World) -> str:
    return f"/api/organizations/{world.id_of('cell')}/resolutions"


def draft(world: World, **changes: object) -> dict[str, object]:
    return {
        "symbol": "01-NQ/CB",
        "title": "Nghị quyết sinh hoạt chi bộ tháng 12/2026",
        "body": "Chi bộ thống nhất:\n1. Giữ nền nếp sinh hoạt.",
        "tasks": [
            {
                "title": "Rà soát hồ sơ đảng viên",
                "assignee_ids": [world.id_of("member"), world.id_of("deputy")],
                "due_on": "2026-12-20",
            },
            {"title": "Báo cáo kết quả", "assignee_ids": [world.id_of("secretary")], "due_on": None},
        ],
        **changes,
    }


def create(client: ApiClient, path: str, world: World, **changes: object) -> dict[str, object]:
    answer = client.post(path, draft(world, **changes), expect=201)
    assert answer.json is not None
    return dict(answer.json)


def issue(client: ApiClient, resolution: dict[str, object], expect: int = 200) -> dict[str, object]:
    answer = client.post(
        f"/api/resolutions/{resolution['id']}/issue",
        headers={"If-Match": f'"{resolution["etag"]}"'},
        expect=expect,
    )
    assert answer.json is not None
    return dict(answer.json)


def test_a_draft_becomes_an_issued_resolution(world: World, sign_in: SignIn, path: str) -> None:
    secretary = sign_in("secretary")
    made = create(secretary, path, world)
    assert made["state"] == "draft"
    assert made["issued_on"] is None
    assert made["organization_name"] == "Chi bộ Văn phòng"
    assert [task["title"] for task in made["tasks"]] == ["Rà soát hồ sơ đảng viên", "Báo cáo kết quả"]
    assert {a["full_name"] for a in made["tasks"][0]["assignees"]} == {"Đặng Thị Ngẫm", "Trần Thị Phó"}

    issued = issue(secretary, made)
    assert issued["state"] == "issued"
    assert issued["issued_on"] == "2026-12-01"
    assert issued["etag"] != made["etag"]
    tags = db.session.scalars(
        db.select(AuditEntry.tag).where(AuditEntry.subject_id == int(str(made["id"])))
    ).all()
    assert {"resolutions:resolution:created", "resolutions:resolution:issued"} <= set(tags)


def test_the_day_of_issue_is_that_of_the_organisations_calendar(
    world: World, sign_in: SignIn, path: str, clock: FixedClock
) -> None:
    clock.set(datetime(2026, 12, 1, 18, 30, tzinfo=UTC))
    secretary = ApiClient(sign_in("secretary").app, token=world.token_of("secretary"))
    assert issue(secretary, create(secretary, path, world))["issued_on"] == "2026-12-02"


def test_issuing_tells_who_listens_in_the_same_transaction(world: World, sign_in: SignIn, path: str) -> None:
    heard: list[tuple[int, str]] = []

    @subscribe(ResolutionIssued)
    def listen(event: ResolutionIssued, uow: UnitOfWork) -> None:
        heard.append((event.resolution_id, uow.session.get_one(Resolution, event.resolution_id).state))

    secretary = sign_in("secretary")
    made = issue(secretary, create(secretary, path, world))
    assert heard == [(int(str(made["id"])), "issued")]


def test_a_draft_is_for_office_holders_and_an_issued_one_for_the_cell(
    world: World, sign_in: SignIn, path: str
) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    made = create(secretary, path, world)
    own = f"/api/resolutions/{made['id']}"
    member.get(own, expect=404)
    assert member.get(path, expect=200).json["items"] == []
    sign_in("staff").get(own, expect=200)
    assert len(secretary.get(path, expect=200).json["items"]) == 1

    issue(secretary, made)
    seen = member.get(own, expect=200).json
    assert [task["mine"] for task in seen["tasks"]] == [True, False]
    assert [item["id"] for item in member.get(path, expect=200).json["items"]] == [made["id"]]
    sign_in("other_member").get(own, expect=404)
    sign_in("far_staff").get(own, expect=404)


def test_only_who_runs_the_cell_writes(world: World, sign_in: SignIn, path: str, client: ApiClient) -> None:
    made = create(sign_in("deputy"), path, world)
    tag = {"If-Match": f'"{made["etag"]}"'}
    client.post(path, draft(world), expect=401)
    for role, status in (("member", 403), ("staff", 403), ("other_secretary", 404), ("far_staff", 404)):
        sign_in(role).post(path, draft(world), expect=status)
    sign_in("member").patch(f"/api/resolutions/{made['id']}", {"title": "X"}, headers=tag, expect=404)
    sign_in("staff").patch(f"/api/resolutions/{made['id']}", {"title": "X"}, headers=tag, expect=403)
    sign_in("staff").post(f"/api/resolutions/{made['id']}/issue", headers=tag, expect=403)


def test_a_draft_is_changed_under_its_etag(world: World, sign_in: SignIn, path: str) -> None:
    secretary = sign_in("secretary")
    made = create(secretary, path, world)
    own, tag = f"/api/resolutions/{made['id']}", {"If-Match": f'"{made["etag"]}"'}
    secretary.patch(own, {"title": "Khác"}, expect=428)
    changed = secretary.patch(
        own,
        {"title": "Khác", "tasks": [{"title": "Một việc", "assignee_ids": [], "due_on": None}]},
        headers=tag,
        expect=200,
    ).json
    assert changed["title"] == "Khác"
    assert changed["body"] == made["body"]
    assert [task["title"] for task in changed["tasks"]] == ["Một việc"]
    assert db.session.query(Task).count() == 1
    assert db.session.query(TaskAssignee).count() == 0
    secretary.patch(own, {"title": "Lại khác"}, headers=tag, expect=412)
    secretary.post(f"{own}/issue", headers=tag, expect=412)


def test_an_issued_resolution_stands(world: World, sign_in: SignIn, path: str) -> None:
    secretary = sign_in("secretary")
    issued = issue(secretary, create(secretary, path, world))
    tag = {"If-Match": f'"{issued["etag"]}"'}
    answer = secretary.patch(f"/api/resolutions/{issued['id']}", {"title": "X"}, headers=tag, expect=409)
    assert code_of(answer) == "wrong_state"
    assert issue(secretary, issued, expect=409)["code"] == "wrong_state"


def test_reading_again_costs_a_304(world: World, sign_in: SignIn, path: str) -> None:
    secretary = sign_in("secretary")
    made = create(secretary, path, world)
    answer = secretary.get(f"/api/resolutions/{made['id']}", expect=200)
    secretary.get(
        f"/api/resolutions/{made['id']}", headers={"If-None-Match": answer.headers["ETag"]}, expect=304
    )


def test_creating_twice_under_one_key_makes_one(world: World, sign_in: SignIn, path: str) -> None:
    secretary, key = sign_in("secretary"), {"Idempotency-Key": "phone-1"}
    first = secretary.post(path, draft(world), headers=key, expect=201)
    again = secretary.post(path, draft(world), headers=key, expect=201)
    assert again.json == first.json
    assert db.session.query(Resolution).count() == 1


REFUSED: list[tuple[dict[str, object], str, str | None]] = [
    ({"symbol": "1"}, "/symbol", "invalid_symbol"),
    ({"symbol": "01-XX/CB"}, "/symbol", "unknown_type"),
    ({"symbol": "01-KL/CB"}, "/symbol", "type_not_issued_by_cell"),
    ({"symbol": "01-NQ/CB", "type": "plan"}, "/symbol", "type_mismatch"),
    ({"term": "2030-2025"}, "/term", "invalid"),
    ({"title": ""}, "/title", None),
    ({"meeting_id": "999"}, "/meeting_id", "unknown"),
    ({"tasks": [{"title": "Việc", "assignee_ids": ["999"]}]}, "/tasks/0/assignee_ids/0", "unknown"),
    ({"colour": "red"}, "/colour", "unknown_field"),
]


def test_what_cannot_be_is_refused_at_its_place(world: World, sign_in: SignIn, path: str) -> None:
    secretary = sign_in("secretary")
    for changes, pointer, code in REFUSED:
        answer = secretary.post(path, draft(world, **changes), expect=422)
        errors = [(error["pointer"], error["code"]) for error in answer.json["errors"]]
        assert [found for found in errors if found[0] == pointer and code in (None, found[1])], errors
    assert db.session.query(Resolution).count() == 0


def test_tasks_go_to_members_of_the_organisation_only(world: World, sign_in: SignIn, path: str) -> None:
    tasks = [{"title": "Việc", "assignee_ids": [world.id_of("member"), world.id_of("other_member")]}]
    answer = sign_in("secretary").post(path, draft(world, tasks=tasks), expect=422)
    assert [error["pointer"] for error in answer.json["errors"]] == ["/tasks/0/assignee_ids/1"]


MARKED: list[tuple[dict[str, object], str]] = [
    ({"title": "Nghị quyết (Mật)"}, "/title"),
    ({"body": "Nội dung\n\nTUYỆT MẬT\n\nphần còn lại"}, "/body"),
    ({"tasks": [{"title": "Gửi tài liệu tối mật", "assignee_ids": []}]}, "/tasks/0/title"),
]


def test_a_secrecy_mark_is_refused_and_nothing_is_kept(world: World, sign_in: SignIn, path: str) -> None:
    secretary = sign_in("secretary")
    made = create(secretary, path, world)
    tag = {"If-Match": f'"{made["etag"]}"'}
    for changes, pointer in MARKED:
        answer = secretary.post(path, draft(world, symbol="02-NQ/CB", **changes), expect=422)
        assert code_of(answer) == "classified_document"
        assert answer.json["errors"][0]["pointer"] == pointer
        answer = secretary.patch(f"/api/resolutions/{made['id']}", changes, headers=tag, expect=422)
        assert code_of(answer) == "classified_document"
    assert db.session.query(Resolution).count() == 1


def test_a_meeting_of_the_organisation_is_named(world: World, sign_in: SignIn, path: str, app: Flask) -> None:
    ids = {}
    with unit_of_work() as uow:
        for name in ("cell", "other_cell"):
            now = uow.clock.now()
            meeting = Meeting(
                organization=uow.session.get_one(Organization, int(world.id_of(name))),
                kind=MeetingKind.REGULAR,
                title="Sinh hoạt",
                state=MeetingState.CLOSED,
                starts_at=now - timedelta(hours=3),
                ends_at=now - timedelta(hours=1),
                place="Hội trường",
                convened_at=now - timedelta(days=5),
                content_version=1,
                created_at=now,
            )
            uow.session.add(meeting)
            uow.session.flush()
            ids[name] = str(meeting.id)
    secretary = sign_in("secretary")
    assert create(secretary, path, world, meeting_id=ids["cell"])["meeting_id"] == ids["cell"]
    create(secretary, path, world, symbol="02-NQ/CB")
    secretary.post(path, draft(world, symbol="03-NQ/CB", meeting_id=ids["other_cell"]), expect=422)
    listed = secretary.get(f"{path}?meeting_id={ids['cell']}", expect=200).json["items"]
    assert [item["symbol"] for item in listed] == ["01-NQ/CB"]


def test_numbers_run_by_type_and_term(world: World, sign_in: SignIn, path: str, clock: FixedClock) -> None:
    secretary = sign_in("secretary")
    proposed = secretary.get(f"{path}/next-symbol", expect=200).json
    assert proposed == {"symbol": "01-NQ/CB", "type": "resolution", "term": "2025-2030"}
    create(secretary, path, world)
    answer = secretary.post(path, draft(world), expect=422)
    assert [error["code"] for error in answer.json["errors"]] == ["symbol_taken"]
    create(secretary, path, world, symbol="01-KH/CB")
    create(secretary, path, world, symbol="7-NQ/CBVP")
    assert secretary.get(f"{path}/next-symbol", expect=200).json["symbol"] == "08-NQ/CBVP"
    assert secretary.get(f"{path}/next-symbol?type=plan", expect=200).json["symbol"] == "02-KH/CBVP"
    other_term = secretary.get(f"{path}/next-symbol?term=2030-2035", expect=200).json
    assert other_term["symbol"] == "01-NQ/CBVP"
    assert code_of(secretary.get(f"{path}/next-symbol?type=notice", expect=422)) == "validation_failed"
    secretary.get(f"{path}/next-symbol?term=2035-2030", expect=422)
    sign_in("member").get(f"{path}/next-symbol", expect=403)
    # A term goes on until its last year is over; then the numbers begin anew.
    create(secretary, path, world, symbol="01-NQ/CB", term="2024-2026")
    assert secretary.get(f"{path}/next-symbol", expect=200).json["term"] == "2024-2026"
    assert date(2026, 12, 1) == clock.now().date()


def test_a_taken_symbol_cannot_be_had_by_changing_a_draft(world: World, sign_in: SignIn, path: str) -> None:
    secretary = sign_in("secretary")
    create(secretary, path, world)
    second = create(secretary, path, world, symbol="02-NQ/CB")
    own, tag = f"/api/resolutions/{second['id']}", {"If-Match": f'"{second["etag"]}"'}
    secretary.patch(own, {"symbol": "01-NQ/CB"}, headers=tag, expect=422)
    assert secretary.patch(own, {"symbol": "02-NQ/CB"}, headers=tag, expect=200).json["symbol"] == "02-NQ/CB"


def test_another_number_makes_no_other_type(world: World, sign_in: SignIn, path: str) -> None:
    """Two types are written QĐ: what is a regulation stays one when only its number is given; KH is a plan."""
    secretary = sign_in("secretary")
    made = create(secretary, path, world, symbol="09-QĐ/CB", type="regulation")
    own = f"/api/resolutions/{made['id']}"
    for changes, type_ in (
        ({"symbol": "10-QĐ/CB"}, "regulation"),
        ({"symbol": "11-QĐ/CB", "type": "decision"}, "decision"),
        ({"symbol": "12-QĐ/CB"}, "decision"),
        ({"symbol": "13-KH/CB"}, "plan"),
    ):
        made = secretary.patch(own, changes, headers={"If-Match": f'"{made["etag"]}"'}, expect=200).json
        assert (made["symbol"], made["type"]) == (changes["symbol"], type_)


def test_the_content_version_moves_with_every_change(world: World, sign_in: SignIn, path: str) -> None:
    def versions() -> tuple[int, int]:
        db.session.rollback()
        cell = db.session.get_one(Organization, int(world.id_of("cell")), populate_existing=True)
        row = db.session.scalars(db.select(Resolution)).one()
        db.session.refresh(row)
        return cell.content_version, row.content_version

    secretary = sign_in("secretary")
    made = create(secretary, path, world)
    first = versions()
    assert first[0] == first[1]
    issue(secretary, made)
    second = versions()
    assert second[0] == second[1] == first[0] + 1


def test_the_list_is_paged_the_newest_first(world: World, sign_in: SignIn, path: str) -> None:
    secretary = sign_in("secretary")
    for number in range(1, 4):
        create(secretary, path, world, symbol=f"0{number}-NQ/CB")
    first = secretary.get(f"{path}?limit=2", expect=200).json
    rest = secretary.get(f"{path}?limit=2&cursor={first['next']}", expect=200).json
    assert [item["symbol"] for item in first["items"] + rest["items"]] == ["03-NQ/CB", "02-NQ/CB", "01-NQ/CB"]
    assert rest["next"] is None
    assert secretary.get(f"{path}?state=issued", expect=200).json["items"] == []
