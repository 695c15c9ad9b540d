"""The agendas with which meetings begin: inherited down the tree, set by staff and by the secretary of the cell."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import meeting_fields

from handbook.audit.models import AuditEntry
from handbook.kernel.db import db
from handbook.meetings.enums import MeetingKind
from handbook.meetings.templates import template_for

SignIn = Callable[[str], ApiClient]
SHORT = [
    {"title": "Điểm danh", "presenter": "Thư ký", "minutes": 5, "body": None},
    {"title": "Thảo luận", "presenter": None, "minutes": 80, "body": "Theo tài liệu đã gửi"},
]


def template(client: ApiClient, organization_id: str, kind: str = "regular") -> dict[str, Any]:
    path = f"/api/organizations/{organization_id}/agenda-templates"
    items = client.get(path, expect=200).json["items"]
    assert [item["kind"] for item in items] == [kind.value for kind in MeetingKind]
    return next(dict(item) for item in items if item["kind"] == kind)


def put(client: ApiClient, organization_id: str, agenda: Any, kind: str = "regular", **kwargs: Any) -> Any:
    tag = template(client, organization_id, kind)["etag"]
    path = f"/api/organizations/{organization_id}/agenda-templates/{kind}"
    return client.put(path, {"agenda": agenda}, headers={"If-Match": f'"{tag}"'}, **kwargs)


def titles_of_new_meeting(secretary: ApiClient, cell: str, kind: str = "regular") -> list[str]:
    body = meeting_fields(kind=kind)
    meeting = secretary.post(f"/api/organizations/{cell}/meetings", body, expect=201).json
    return [item["title"] for item in meeting["agenda"]]


def test_an_agenda_set_above_is_what_meetings_below_begin_with(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    staff, secretary = sign_in("staff"), sign_in("secretary")
    cell, committee = world.id_of("cell"), world.id_of("committee")
    usual = [entry.title for entry in template_for(MeetingKind.REGULAR)]
    before = template(secretary, cell)
    assert (before["own"], before["inherited_from"]) == (False, None)
    assert [line["title"] for line in before["agenda"]] == usual == titles_of_new_meeting(secretary, cell)

    put(staff, committee, SHORT, expect=200)
    inherited = template(secretary, cell)
    assert inherited["agenda"] == SHORT
    assert inherited["inherited_from"] == {"organization_id": committee, "name": "Đảng bộ Sở Mẫu"}
    assert titles_of_new_meeting(secretary, cell) == ["Điểm danh", "Thảo luận"]
    assert titles_of_new_meeting(sign_in("far_secretary"), world.id_of("far_cell")) == usual
    assert len(titles_of_new_meeting(secretary, cell, "thematic")) == len(template_for(MeetingKind.THEMATIC))

    put(secretary, cell, SHORT[:1], expect=200)
    assert titles_of_new_meeting(secretary, cell) == ["Điểm danh"]
    put(secretary, cell, None, expect=200)
    assert titles_of_new_meeting(secretary, cell) == ["Điểm danh", "Thảo luận"]


def test_a_phone_gets_the_agendas_of_its_line(sign_in: SignIn, world: World) -> None:
    staff, secretary, committee = sign_in("staff"), sign_in("secretary"), world.id_of("committee")
    cursor = secretary.get("/api/sync", expect=200).json["cursor"]
    put(staff, committee, SHORT, "congress", expect=200)
    rows = secretary.get("/api/sync", query_string={"cursor": cursor}, expect=200).json["changes"][
        "organizations"
    ]
    assert [(row["id"], row["agenda_templates"]) for row in rows] == [(committee, {"congress": SHORT})]


def test_the_cells_secretary_sets_the_own_cells_agenda_only(sign_in: SignIn, world: World) -> None:
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    put(secretary, cell, SHORT, expect=200)
    path = f"/api/organizations/{world.id_of('committee')}/agenda-templates/regular"
    secretary.put(path, {"agenda": SHORT}, headers={"If-Match": '"1-0"'}, expect=403)
    other = f"/api/organizations/{world.id_of('other_cell')}/agenda-templates/regular"
    secretary.put(other, {"agenda": SHORT}, headers={"If-Match": '"1-0"'}, expect=404)
    sign_in("member").get(f"/api/organizations/{cell}/agenda-templates", expect=403)


def test_an_agenda_is_checked_like_that_of_a_meeting(sign_in: SignIn, world: World) -> None:
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    answer = put(secretary, cell, [{"title": "", "minutes": 0}], expect=422).json
    assert {error["pointer"] for error in answer["errors"]} == {"/agenda/0/title", "/agenda/0/minutes"}
    put(secretary, cell, [{"title": "Mục"}] * 101, expect=422)
    path = f"/api/organizations/{cell}/agenda-templates/khac"
    secretary.get(path, expect=404)
    secretary.put(path, {"agenda": []}, headers={"If-Match": '"1-0"'}, expect=404)


def test_the_record_names_the_change_but_none_of_its_texts(sign_in: SignIn, world: World) -> None:
    put(sign_in("secretary"), world.id_of("cell"), SHORT, expect=200)
    entry = db.session.scalars(
        select(AuditEntry).where(AuditEntry.tag == "meetings:agenda_template:changed")
    ).one()
    assert entry.details == {"name": "agenda.regular"}
    assert entry.subject_id == int(world.id_of("cell"))
