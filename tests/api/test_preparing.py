"""Preparing the next meeting: the schedule, the draft in one act, the open tasks on its agenda, and what is unusual."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.api.test_organization_settings import change
from tests.api.test_tasks import say
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import STARTS_AT, convened, draft, if_match, opened, step, warned
from tests.support.pdf import page_texts

from handbook.access.actor import SYSTEM, OfficeTitle
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.enums import MeetingKind
from handbook.meetings.models import Meeting
from handbook.meetings.service import MeetingDraft, convene_meeting, create_meeting
from handbook.organizations.models import Organization

SignIn = Callable[[str], ApiClient]
THIRD = {"kind": "regular", "starts": "19:30", "minutes": 100, "place": "Nhà văn hóa", "day": 3}


def put_schedule(client: ApiClient, organization_id: str, schedule: Any, **kwargs: Any) -> Any:
    path = f"/api/organizations/{organization_id}/schedule"
    tag = client.get(path, expect=200).headers["ETag"]
    return client.put(path, {"schedule": schedule}, headers={"If-Match": tag}, **kwargs)


def prepare(client: ApiClient, organization_id: str, month: str | None = None, **kwargs: Any) -> Any:
    return client.post(f"/api/organizations/{organization_id}/meetings/next", {"month": month}, **kwargs)


def issue(client: ApiClient, organization_id: str, *tasks: dict[str, Any], number: int = 1) -> dict[str, Any]:
    body = {"symbol": f"{number:02}-NQ/CB", "title": "Nghị quyết", "body": "Nội dung", "tasks": list(tasks)}
    made = client.post(f"/api/organizations/{organization_id}/resolutions", body, expect=201).json
    issued = client.post(f"/api/resolutions/{made['id']}/issue", {}, headers=if_match(made), expect=200)
    return dict(issued.json)


def review_of(meeting: dict[str, Any]) -> dict[str, Any]:
    (item,) = [item for item in meeting["agenda"] if item["source"] == "open_tasks"]
    return dict(item)


def test_a_schedule_is_set_by_who_runs_the_cell_and_seen_by_its_members(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    path = f"/api/organizations/{cell}/schedule"
    empty = secretary.get(path, expect=200)
    assert (empty.json["schedule"], empty.json["can_write"]) == (None, True)
    assert code_of(secretary.put(path, {"schedule": THIRD}, expect=428)) == "precondition_required"

    answer = put_schedule(secretary, cell, THIRD, expect=200).json
    stored = {**THIRD, "online_url": None, "week": None, "weekday": None, "next_working_day": False}
    assert answer["schedule"] == stored
    member = sign_in("member")
    assert member.get(path, expect=200).json == {**answer, "can_write": False}
    assert member.get(f"/api/organizations/{cell}", expect=200).json["schedule"] == stored
    assert sign_in("other_secretary").get(path).status_code == 404

    stale = {"If-Match": empty.headers["ETag"]}
    assert (
        code_of(secretary.put(path, {"schedule": None}, headers=stale, expect=412)) == "precondition_failed"
    )
    assert put_schedule(secretary, cell, None, expect=200).json["schedule"] is None


def test_a_schedule_is_not_inherited(sign_in: SignIn, world: World) -> None:
    put_schedule(sign_in("staff"), world.id_of("committee"), {**THIRD, "kind": "committee"}, expect=200)
    path = f"/api/organizations/{world.id_of('cell')}/schedule"
    assert sign_in("secretary").get(path, expect=200).json["schedule"] is None


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"day": None}, "/schedule/day"),
        ({"day": 32}, "/schedule/day"),
        ({"week": 1, "weekday": 5}, "/schedule/day"),
        ({"day": None, "week": 5, "weekday": 5}, "/schedule/week"),
        ({"day": None, "week": 1, "weekday": 7}, "/schedule/weekday"),
        ({"day": None, "week": 1, "weekday": 5, "next_working_day": True}, "/schedule/next_working_day"),
        ({"starts": "24:00"}, "/schedule/starts"),
        ({"starts": "19:30:00"}, "/schedule/starts"),
        ({"minutes": 14}, "/schedule/minutes"),
        ({"place": " "}, "/schedule/place"),
        ({"online_url": "http://hop.example"}, "/schedule/online_url"),
        ({"kind": "party"}, "/schedule/kind"),
    ],
)
def test_what_is_no_schedule_is_refused(
    sign_in: SignIn, world: World, changes: dict[str, Any], pointer: str
) -> None:
    answer = put_schedule(sign_in("secretary"), world.id_of("cell"), {**THIRD, **changes}, expect=422)
    assert pointer in [error["pointer"] for error in answer.json["errors"]]


def test_the_next_meeting_is_drafted_in_one_act_and_once(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    put_schedule(secretary, cell, {**THIRD, "online_url": "https://hop.example/a"}, expect=200)
    made = prepare(secretary, cell, expect=201)
    meeting = made.json
    # The 3rd of December is a Thursday, two days ahead.
    assert meeting["starts_at"] == "2026-12-03T12:30:00+00:00"
    assert meeting["ends_at"] == "2026-12-03T14:10:00+00:00"
    assert (meeting["place"], meeting["online_url"]) == ("Nhà văn hóa", "https://hop.example/a")
    assert meeting["title"] == "Sinh hoạt chi bộ thường kỳ tháng 12/2026"
    assert meeting["state"] == "draft"
    assert len(meeting["agenda"]) == 15

    again = prepare(secretary, cell, expect=200)
    assert (again.json, again.headers["ETag"]) == (meeting, made.headers["ETag"])
    assert db.session.scalar(select(func.count()).select_from(Meeting)) == 1

    step(secretary, meeting, "convene")
    january = prepare(secretary, cell, expect=201).json
    assert january["starts_at"] == "2027-01-03T12:30:00+00:00"
    assert january["title"] == "Sinh hoạt chi bộ thường kỳ tháng 01/2027"
    assert prepare(secretary, cell, expect=200).json["id"] == january["id"]


def test_the_first_meeting_of_a_committee_is_called_as_a_committee_calls_it(
    sign_in: SignIn, world: World
) -> None:
    with unit_of_work() as uow:
        world.give_office("other_secretary", "committee", OfficeTitle.SECRETARY, uow=uow)
    secretary, committee = sign_in("other_secretary"), world.id_of("committee")
    put_schedule(secretary, committee, THIRD, expect=200)
    assert prepare(secretary, committee, expect=201).json["title"] == "Họp thường kỳ tháng 12/2026"


def test_without_a_schedule_the_last_meeting_is_followed(sign_in: SignIn, world: World) -> None:
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    assert code_of(prepare(secretary, cell, expect=409)) == "nothing_to_follow"
    agenda = [
        {"title": "Thảo luận", "presenter": "Đồng chí Bí thư", "minutes": 33, "body": "Của tháng này"},
        {"title": "Kết nạp đảng viên mới"},
    ]
    convened(secretary, cell, title="Họp chi bộ tháng 12/2026", agenda=agenda)
    following = prepare(secretary, cell, expect=201).json
    assert following["starts_at"] == "2027-01-05T12:00:00+00:00"
    assert following["title"] == "Họp chi bộ tháng 01/2027"
    assert following["place"] == "Phòng họp số 2"
    talked = next(item for item in following["agenda"] if item["title"] == "Thảo luận")
    # Who spoke how long is kept; what was of last month alone is not.
    assert (talked["presenter"], talked["minutes"], talked["body"]) == ("Đồng chí Bí thư", 33, None)
    assert "Kết nạp đảng viên mới" not in [item["title"] for item in following["agenda"]]


def test_without_a_schedule_the_day_is_one_that_the_committee_sets(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    """ "A cell meets at least monthly, on a day the committee sets (config, default day 3 to 5)": never one it warns of."""
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    convened(secretary, cell, starts_at=datetime(2026, 12, 23, 12, 0, tzinfo=UTC))
    following = prepare(secretary, cell, "2027-01", expect=201).json
    assert following["starts_at"] == "2027-01-03T12:00:00+00:00"
    assert "day_unusual" not in warned(following)

    change(sign_in("staff"), world.id_of("committee"), "meeting.days", [20, 23], expect=200)
    february = prepare(secretary, cell, "2027-02", expect=201).json
    assert february["starts_at"] == "2027-02-23T12:00:00+00:00"
    change(sign_in("staff"), world.id_of("committee"), "meeting.days", [12, 20], expect=200)
    march = prepare(secretary, cell, "2027-03", expect=201).json
    assert march["starts_at"] == "2027-03-12T12:00:00+00:00"


def test_the_draft_tells_the_next_numbers_of_its_minutes_and_its_resolution(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    """ "From last month, with one act": … "the next number of everything"."""
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    issue(secretary, cell, number=16)
    put_schedule(secretary, cell, THIRD, expect=200)
    meeting = prepare(secretary, cell, expect=201).json
    path = f"/api/meetings/{meeting['id']}/next-numbers"
    told = {"minutes": "01-BB/CB", "resolution": "17-NQ/CB"}
    assert secretary.get(path, expect=200).json == told
    # It is told, not given: asking once more takes nothing.
    assert secretary.get(path, expect=200).json == told

    other = step(secretary, opened(secretary, cell), "close")
    secretary.post(f"/api/meetings/{other['id']}/minutes/compose", expect=200)
    assert secretary.get(path, expect=200).json == {**told, "minutes": "02-BB/CB"}
    of_other = f"/api/meetings/{other['id']}/next-numbers"
    assert secretary.get(of_other, expect=200).json == told
    assert code_of(sign_in("staff").get(path)) in ("forbidden", "not_found")


def test_a_month_that_is_asked_for_is_made_up_for_with_the_usual_notice(
    sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    put_schedule(secretary, cell, THIRD, expect=200)
    clock.set(datetime(2026, 12, 10, 13, 0, tzinfo=UTC))
    assert prepare(secretary, cell, expect=201).json["starts_at"] == "2027-01-03T12:30:00+00:00"
    late = prepare(secretary, cell, "2026-12", expect=201).json
    # 19:30 three days on would be half an hour too early.
    assert late["starts_at"] == "2026-12-14T12:30:00+00:00"
    assert late["title"].endswith("tháng 12/2026")
    assert prepare(secretary, cell, "2026-12", expect=200).json["id"] == late["id"]
    assert prepare(secretary, cell, "2026-13", expect=422).json["code"] == "validation_failed"


def test_a_cancelled_month_is_prepared_again(sign_in: SignIn, world: World) -> None:
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    put_schedule(secretary, cell, THIRD, expect=200)
    first = prepare(secretary, cell, expect=201).json
    step(secretary, first, "cancel", {"reason": "Bão"})
    second = prepare(secretary, cell, expect=201).json
    assert second["id"] != first["id"]
    assert second["starts_at"] == first["starts_at"]


def test_open_tasks_head_the_agenda_and_stay_up_to_date(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    member = world.id_of("member")
    issue(secretary, cell, {"title": "Dọn đường", "assignee_ids": [member], "due_on": "2026-12-20"})
    put_schedule(secretary, cell, THIRD, expect=200)
    meeting = prepare(secretary, cell, expect=201).json
    item = review_of(meeting)
    assert item["title"] == "Kiểm điểm việc thực hiện nghị quyết tháng trước"
    assert item["body"] == "1. Dọn đường (Đặng Thị Ngẫm; hạn 20/12/2026)"
    # After the formalities of one to three minutes.
    assert all(one["minutes"] <= 3 for one in meeting["agenda"][: item["position"] - 1])

    meeting = step(secretary, meeting, "convene")
    issue(secretary, cell, {"title": "Trồng cây"}, number=2)
    path = f"/api/meetings/{meeting['id']}"
    fresh = secretary.get(path, expect=200).json
    assert review_of(fresh)["body"].splitlines()[1] == "2. Trồng cây"
    assert fresh["etag"] != meeting["etag"]


def test_a_task_that_failed_is_told_to_the_next_meeting(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    """2-domain: "review of last month's resolution, each task done / not done / why". The notice board has no why."""
    secretary, cell, member = sign_in("secretary"), world.id_of("cell"), world.id_of("member")
    step(secretary, opened(secretary, cell), "close")
    clock.advance(hours=1)
    for number, title in enumerate(("Làm cầu", "Dọn đường", "Trồng cây"), 1):
        issue(
            secretary,
            cell,
            {"title": title, "assignee_ids": [member], "due_on": f"2026-12-{number:02d}"},
            number=number,
        )
    listed = sign_in("staff").get(f"/api/organizations/{cell}/tasks", expect=200).json["items"]
    tasks = {task["title"]: task for task in listed}
    say(sign_in("member"), tasks["Làm cầu"], "not_done", text="Chưa có\nkinh phí")
    say(sign_in("member"), tasks["Dọn đường"], "done")
    put_schedule(secretary, cell, THIRD, expect=200)
    meeting = prepare(secretary, cell, expect=201).json
    assert review_of(meeting)["body"].splitlines() == [
        "1. Làm cầu (Đặng Thị Ngẫm; chưa đạt)",
        "Lý do: Chưa có kinh phí",
        "2. Dọn đường (Đặng Thị Ngẫm; đã hoàn thành)",
        "3. Trồng cây (Đặng Thị Ngẫm; hạn 03/12/2026)",
    ]
    hung = " ".join(
        page_texts(secretary.get(f"/api/meetings/{meeting['id']}/pack.pdf", expect=200).get_data())
    )
    assert "Làm cầu (Đặng Thị Ngẫm; chưa đạt)" in " ".join(hung.split())
    assert "kinh phí" not in hung


def test_the_list_is_as_it_was_when_the_meeting_closed(sign_in: SignIn, world: World) -> None:
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    meeting = step(secretary, opened(secretary, cell), "close")
    assert review_of(meeting)["body"] == "Không còn nhiệm vụ nào chưa hoàn thành."
    issue(secretary, cell, {"title": "Trồng cây"})
    closed = secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json
    assert review_of(closed)["body"] == "Không còn nhiệm vụ nào chưa hoàn thành."


def test_what_the_program_lists_is_not_written_over_by_an_edit(sign_in: SignIn, world: World) -> None:
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    issue(secretary, cell, {"title": "Dọn đường"})
    meeting = draft(secretary, cell)
    agenda = [{**item, "body": "cũ"} if item["source"] else item for item in meeting["agenda"]]
    path = f"/api/meetings/{meeting['id']}/agenda"
    same = secretary.put(path, agenda, headers=if_match(meeting), expect=200).json
    assert same["etag"] == meeting["etag"]
    new = [{"title": "Kiểm điểm", "source": "open_tasks", "body": "cũ"}]
    replaced = secretary.put(path, new, headers=if_match(meeting), expect=200)
    assert replaced.json["agenda"][0]["body"] == "1. Dọn đường"
    assert replaced.headers["ETag"] == f'"{replaced.json["etag"]}"'
    fresh = secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json
    assert fresh["etag"] == replaced.json["etag"]


def test_an_agenda_without_a_review_gets_one_before_its_first_real_item(
    sign_in: SignIn, world: World
) -> None:
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    path = f"/api/organizations/{cell}/agenda-templates/regular"
    tag = secretary.get(path, expect=200).headers["ETag"]
    own = [{"title": "Điểm danh", "minutes": 3}, {"title": "Thảo luận", "minutes": 60}]
    secretary.put(path, {"agenda": own}, headers={"If-Match": tag}, expect=200)
    put_schedule(secretary, cell, THIRD, expect=200)
    titles = [item["title"] for item in prepare(secretary, cell, expect=201).json["agenda"]]
    assert titles == ["Điểm danh", "Kiểm điểm việc thực hiện nghị quyết tháng trước", "Thảo luận"]


def test_clashes_and_rooms_are_seen_over_the_line_and_beside_it(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    theme = convened(secretary, cell, kind="thematic", starts_at=STARTS_AT - timedelta(days=2))
    convened(sign_in("other_secretary"), world.id_of("other_cell"))
    far = convened(sign_in("far_secretary"), world.id_of("far_cell"))
    assert far["place"] == theme["place"]

    meeting = draft(secretary, cell, starts_at=STARTS_AT + timedelta(minutes=30))
    (warning,) = meeting["warnings"]
    assert warning["code"] == "place_taken"
    assert "title" not in warning["params"]
    other_room = draft(secretary, cell, place="Hội trường", kind="extraordinary")
    assert warned(other_room) == ["clash"]
    (clash,) = other_room["warnings"]
    assert clash["params"]["title"] == meeting["title"]
    assert clash["params"]["organization_name"] == "Chi bộ Văn phòng"


def test_a_draft_of_the_committee_above_is_not_betrayed_by_a_warning(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    with_office = world.organizations["committee"]
    with unit_of_work() as uow:
        committee = uow.session.get_one(Organization, with_office.id)
        fields = MeetingDraft(
            MeetingKind.CONFERENCE, "Hội nghị", STARTS_AT, STARTS_AT + timedelta(hours=2), "Hội trường"
        )
        above = create_meeting(committee, fields, actor=SYSTEM, uow=uow).id
    meeting = draft(secretary, cell, kind="extraordinary")
    assert warned(meeting) == []
    with unit_of_work() as uow:
        convene_meeting(uow.session.get_one(Meeting, above), actor=SYSTEM, uow=uow)
    fresh = secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json
    assert [(one["code"], one["params"]["title"]) for one in fresh["warnings"]] == [("clash", "Hội nghị")]
