"""Settings over the API: who sets what where, what holds below, and what the record tells."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import (
    STARTS_AT,
    check_in_body,
    convened,
    draft,
    if_match,
    key_of,
    opened,
    step,
    warned,
)

from handbook.audit.models import AuditEntry
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.notifications.models import Reminder
from handbook.organizations.models import Organization
from handbook.organizations.settings.registry import BY_NAME, SETTINGS
from handbook.reports.roll_up import open_month

SignIn = Callable[[str], ApiClient]
QUORUM = "attendance.quorum"


def settings_of(client: ApiClient, organization_id: str) -> dict[str, dict[str, Any]]:
    body = client.get(f"/api/organizations/{organization_id}/settings", expect=200).json
    return {item["name"]: item for item in body["items"]}


def change(client: ApiClient, organization_id: str, name: str, value: Any, **kwargs: Any) -> Any:
    tag = settings_of(client, organization_id)[name]["etag"]
    return client.put(
        f"/api/organizations/{organization_id}/settings/{name}",
        {"value": value},
        headers={"If-Match": f'"{tag}"'},
        **kwargs,
    )


def test_a_value_set_above_holds_below_and_says_where_it_comes_from(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    staff, root_staff = sign_in("staff"), sign_in("root_staff")
    root, committee, cell = (world.id_of(name) for name in ("root", "committee", "cell"))
    before = settings_of(staff, cell)[QUORUM]
    assert before["value"] == before["default"] == "2/3"
    assert (before["own"], before["inherited_from"]) == (False, None)
    assert "2/3" in before["bounds"]["choices"]

    change(root_staff, root, QUORUM, "3/4", expect=200)
    at_cell = settings_of(staff, cell)[QUORUM]
    assert at_cell["value"] == at_cell["inherited_value"] == "3/4"
    assert at_cell["inherited_from"] == {"organization_id": root, "name": "Đảng bộ tỉnh Thử Nghiệm"}

    changed = change(staff, committee, QUORUM, "1/2", expect=200).json
    assert (changed["value"], changed["own"], changed["inherited_value"]) == ("1/2", True, "3/4")
    assert settings_of(staff, cell)[QUORUM]["value"] == "1/2"
    assert settings_of(root_staff, world.id_of("far_cell"))[QUORUM]["value"] == "3/4"

    again = change(staff, committee, QUORUM, None, expect=200).json
    assert (again["value"], again["own"]) == ("3/4", False)


def test_the_history_tells_who_set_what_when(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    staff, administrator, committee = sign_in("staff"), sign_in("administrator"), world.id_of("committee")
    change(staff, committee, QUORUM, "1/2", expect=200)
    change(staff, committee, QUORUM, "1/2", expect=200)
    change(administrator, committee, QUORUM, None, expect=200)
    path = f"/api/organizations/{committee}/settings/{QUORUM}/history"
    items = staff.get(path, expect=200).json["items"]
    assert [(item["value"], item["set_by"]) for item in items] == [(None, "quan-tri"), ("1/2", "Ngô Văn Cán")]
    assert items[0]["set_at"] == clock.now().isoformat()
    page = staff.get(f"{path}?limit=1", expect=200).json
    rest = staff.get(f"{path}?limit=1&cursor={page['next']}", expect=200).json
    assert (page["items"], rest["items"], rest["next"]) == (items[:1], items[1:], None)
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.tag == "organizations:setting:changed").order_by(AuditEntry.id)
    ).all()
    assert [entry.details for entry in entries] == [
        {"name": QUORUM, "before": None, "after": "1/2"},
        {"name": QUORUM, "before": "1/2", "after": None},
    ]


def test_two_people_changing_one_setting_do_not_overwrite_each_other(sign_in: SignIn, world: World) -> None:
    staff, committee = sign_in("staff"), world.id_of("committee")
    path = f"/api/organizations/{committee}/settings/{QUORUM}"
    first = staff.get(path, expect=200)
    assert first.headers["ETag"] == f'"{first.json["etag"]}"'
    staff.get(path, headers={"If-None-Match": first.headers["ETag"]}, expect=304)
    held = {"If-Match": first.headers["ETag"]}
    assert code_of(staff.put(path, {"value": "1/2"}, expect=428)) == "precondition_required"
    answer = staff.put(path, {"value": "1/2"}, headers=held, expect=200)
    staff.put(path, {"value": "3/4"}, headers=held, expect=412)
    staff.put(path, {"value": "3/4"}, headers={"If-Match": answer.headers["ETag"]}, expect=200)
    # Another setting of the same organisation is not held up by it.
    change(staff, committee, "meeting.days", [10], expect=200)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        (QUORUM, "1/3", "not_a_choice"),
        (QUORUM, 0.5, "not_fraction"),
        ("meeting.days", [0], "out_of_range"),
        ("meeting.days", [], "wrong_count"),
        ("meeting.notice_days", "3", "not_integer"),
        ("meeting.notice_days_minimum", 4, "above_other"),
        ("score.good_from", 60, "below_other"),
        ("meeting.thematic_combines", "yes", "not_boolean"),
    ],
)
def test_a_bad_value_is_refused_at_its_place(
    sign_in: SignIn, world: World, name: str, value: Any, code: str
) -> None:
    staff, committee = sign_in("staff"), world.id_of("committee")
    answer = change(staff, committee, name, value, expect=422).json
    assert answer["code"] == "validation_failed"
    assert [(error["pointer"], error["code"]) for error in answer["errors"]] == [("/value", code)]
    assert settings_of(staff, committee)[name]["own"] is False


PAIRS = [(one.name, one.not_above) for one in SETTINGS if one.not_above]


@pytest.mark.parametrize(("lower", "upper"), PAIRS)
def test_a_value_above_may_not_contradict_one_set_below(
    engine_name: str, sign_in: SignIn, world: World, lower: str, upper: str
) -> None:
    """A cell's "fair from 88" stands; the committee's "good from 85" would leave the cell without the grade "fair"."""
    staff, committee, cell = sign_in("staff"), world.id_of("committee"), world.id_of("cell")
    least, most = BY_NAME[lower].default, BY_NAME[upper].default

    def refused(name: str, value: int) -> dict[str, Any]:
        (error,) = change(staff, committee, name, value, expect=422).json["errors"]
        assert (error["pointer"], error["code"]) == ("/value", "contradicts_below")
        assert settings_of(staff, committee)[name]["own"] is False
        return dict(error["params"])

    change(staff, cell, lower, most, expect=200)
    told = {"name": "Chi bộ Văn phòng", "count": 1}
    assert refused(upper, most - 1) == {**told, "other": lower, "value": most}
    change(staff, cell, lower, None, expect=200)
    change(staff, cell, upper, least, expect=200)
    assert refused(lower, least + 1) == {**told, "other": upper, "value": least}

    # Both set below: nothing above can come between them.
    change(staff, cell, lower, least, expect=200)
    change(staff, committee, lower, least + 1, expect=200)
    assert settings_of(staff, cell)[lower]["value"] == least


def test_following_the_organisation_above_again_may_not_contradict_one_set_below(
    sign_in: SignIn, world: World
) -> None:
    staff, committee = sign_in("staff"), world.id_of("committee")
    change(staff, committee, "score.good_from", 95, expect=200)
    for cell in ("cell", "other_cell"):
        change(staff, world.id_of(cell), "score.fair_from", 92, expect=200)
    (error,) = change(staff, committee, "score.good_from", None, expect=422).json["errors"]
    assert (error["code"], error["params"]["count"]) == ("contradicts_below", 2)
    assert settings_of(staff, committee)["score.good_from"]["value"] == 95
    # What another committee's cells have set is nobody's business here.
    change(sign_in("far_staff"), world.id_of("far_cell"), "score.fair_from", 90, expect=200)
    for cell in ("cell", "other_cell"):
        change(staff, world.id_of(cell), "score.fair_from", None, expect=200)
    change(staff, committee, "score.good_from", 85, expect=200)


def test_a_setting_that_does_not_exist_is_not_found(sign_in: SignIn, world: World) -> None:
    path = f"/api/organizations/{world.id_of('cell')}/settings/khong.co"
    staff = sign_in("staff")
    staff.get(path, expect=404)
    staff.get(f"{path}/history", expect=404)
    staff.put(path, {"value": 1}, headers={"If-Match": '"1-0"'}, expect=404)


def test_a_phone_of_any_cell_below_learns_of_a_change_above(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    """One version moves, that of the organisation that sets the value, and phones of its cells follow that version."""
    member, far, staff = sign_in("member"), sign_in("far_member"), sign_in("staff")
    full = member.get("/api/sync", expect=200).json
    rules = {row["id"]: row["rules"] for row in full["changes"]["organizations"]}
    root, committee, cell = (world.id_of(name) for name in ("root", "committee", "cell"))
    assert rules[root][QUORUM] == "2/3"
    assert rules[root]["meeting.days"] == [3, 4, 5]
    assert rules[committee] == rules[cell] == {}
    far_cursor = far.get("/api/sync", expect=200).json["cursor"]
    versions = _versions()

    change(staff, committee, QUORUM, "1/2", expect=200)
    moved = {id_ for id_, version in _versions().items() if version != versions[id_]}
    assert moved == {int(committee)}
    delta = member.get("/api/sync", query_string={"cursor": full["cursor"]}, expect=200).json
    assert [(row["id"], row["rules"]) for row in delta["changes"]["organizations"]] == [
        (committee, {QUORUM: "1/2"})
    ]
    far.get("/api/sync", query_string={"cursor": far_cursor}, expect=304)


def test_who_holds_an_office_elsewhere_knows_the_rules_of_that_line(sign_in: SignIn, world: World) -> None:
    """Staff of the root sit in another cell; the far staff's office lies beside their own line."""
    rows = sign_in("staff").get("/api/sync", expect=200).json["changes"]["organizations"]
    assert {row["id"] for row in rows} == {world.id_of(name) for name in ("root", "committee", "other_cell")}
    administrator = sign_in("administrator").get("/api/sync", expect=200).json["changes"]["organizations"]
    assert [row["id"] for row in administrator] == [world.id_of("root")]


def test_the_organisation_shows_what_it_sets_and_its_tag_moves(sign_in: SignIn, world: World) -> None:
    staff, committee = sign_in("staff"), world.id_of("committee")
    before = staff.get(f"/api/organizations/{committee}", expect=200)
    change(staff, committee, "meeting.days", [12, 10], expect=200)
    after = staff.get(f"/api/organizations/{committee}", expect=200)
    assert before.json["rules"] == {}
    assert after.json["rules"] == {"meeting.days": [10, 12]}
    assert after.headers["ETag"] != before.headers["ETag"]


def test_a_meeting_keeps_the_rules_of_its_convening(engine_name: str, sign_in: SignIn, world: World) -> None:
    staff, secretary, cell = sign_in("staff"), sign_in("secretary"), world.id_of("cell")
    earlier = convened(secretary, cell)
    roll = f"/api/meetings/{earlier['id']}/attendance"
    before = secretary.get(roll, expect=200).json["quorum"]
    change(staff, world.id_of("committee"), QUORUM, "1/1", expect=200)
    assert secretary.get(roll, expect=200).json["quorum"] == before
    later = convened(secretary, cell)
    official = secretary.get(f"/api/meetings/{later['id']}/attendance", expect=200).json["quorum"]
    assert before["required"] == 3
    assert official["required"] == 4


def test_who_is_late_is_the_committees_to_say(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    staff, secretary, cell = sign_in("staff"), sign_in("secretary"), world.id_of("cell")
    change(staff, cell, "attendance.late_after_minutes", 30, expect=200)
    meeting = convened(secretary, cell)
    key = key_of(secretary, meeting)
    clock.set(STARTS_AT)
    opening = secretary.post(
        f"/api/meetings/{meeting['id']}/open", headers={"If-Match": f'"{meeting["etag"]}"'}, expect=200
    )
    assert opening.json["state"] == "open"
    path = f"/api/meetings/{meeting['id']}/check-ins"
    states = []
    for role, minutes in (("member", 20), ("second_member", 31)):
        clock.set(STARTS_AT + timedelta(minutes=minutes))
        body = check_in_body(key, meeting, clock.now())
        states.append(sign_in(role).post(path, body, expect=201).json["state"])
    assert states == ["present", "late"]


def test_the_warnings_of_a_draft_follow_the_rules(sign_in: SignIn, world: World) -> None:
    staff, secretary, cell = sign_in("staff"), sign_in("secretary"), world.id_of("cell")
    change(staff, world.id_of("committee"), "meeting.thematic_per_quarter", 0, expect=200)
    first = draft(secretary, cell)
    assert warned(first) == []
    step(secretary, first, "cancel", {"reason": "Chuyển ngày"})
    change(staff, world.id_of("committee"), "meeting.notice_days", 7, expect=200)
    change(staff, world.id_of("committee"), "meeting.minutes_minimum", 100, expect=200)
    meeting = draft(secretary, cell)
    assert warned(meeting) == ["notice_short", "duration_short"]
    assert warned(opened(secretary, cell)) == []


def test_a_regular_meeting_with_a_subject_is_thematic_where_combining_is_allowed(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    staff, secretary, cell = sign_in("staff"), sign_in("secretary"), world.id_of("cell")
    agenda = [{"title": "Điểm danh"}, {"title": "Chuyên đề: Học tập và làm theo"}]
    meeting = draft(secretary, cell, agenda=agenda)
    path = f"/api/meetings/{meeting['id']}"
    (warning,) = meeting["warnings"]
    assert (warning["code"], warning["params"]["combines"]) == ("thematic_missing", False)
    change(staff, world.id_of("committee"), "meeting.thematic_combines", True, expect=200)
    assert warned(secretary.get(path, expect=200).json) == ["duration_short"]
    secretary.put(f"{path}/agenda", agenda[:1], headers=if_match(meeting), expect=200)
    (warning,) = secretary.get(path, expect=200).json["warnings"]
    assert (warning["code"], warning["params"]["combines"]) == ("thematic_missing", True)


@pytest.mark.parametrize("opened_month", [False, True])
def test_each_cell_is_asked_after_the_days_its_own_committee_sets(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock, opened_month: bool
) -> None:
    staff, root_staff = sign_in("staff"), sign_in("root_staff")
    root, committee, cell, other, far = (
        world.id_of(name) for name in ("root", "committee", "cell", "other_cell", "far_cell")
    )
    if opened_month:
        with unit_of_work(clock) as uow:
            open_month(uow, "2026-12")
    clock.set(datetime(2026, 12, 8, 2, 0, tzinfo=UTC))

    def without_meeting() -> set[str]:
        report = root_staff.get(
            f"/api/organizations/{root}/reports/attendance?month=2026-12", expect=200
        ).json
        return {line["organization_id"] for line in report["exceptions"] if line["kind"] == "no_meeting"}

    assert without_meeting() == {cell, other, far}, "the default days are over"
    change(root_staff, root, "meeting.days", [20], expect=200)
    assert without_meeting() == set()
    change(staff, committee, "meeting.days", [6, 7], expect=200)
    assert without_meeting() == {cell, other}
    change(staff, other, "meeting.days", [28], expect=200)
    assert without_meeting() == {cell}
    change(root_staff, root, "meeting.days", [2], expect=200)
    assert without_meeting() == {cell, far}


def test_minutes_are_overdue_when_the_committee_says_so(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    staff, root_staff, secretary = sign_in("staff"), sign_in("root_staff"), sign_in("secretary")
    cell, committee = world.id_of("cell"), world.id_of("committee")
    meeting = convened(secretary, cell)
    clock.set(STARTS_AT)
    step(secretary, step(secretary, meeting, "open"), "close")
    clock.advance(days=5)

    def overdue() -> list[str]:
        path = f"/api/organizations/{world.id_of('root')}/reports/attendance?month=2026-12"
        report = root_staff.get(path, expect=200).json
        return [line["meeting_id"] for line in report["exceptions"] if line["kind"] == "minutes_overdue"]

    assert overdue() == []
    change(staff, committee, "minutes.overdue_days", 4, expect=200)
    assert overdue() == [meeting["id"]]
    change(staff, cell, "minutes.overdue_days", 6, expect=200)
    assert overdue() == []


def test_a_thematic_meeting_counts_for_the_month_where_the_committee_allows_combining(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    staff, cell = sign_in("staff"), world.id_of("cell")
    path = f"/api/organizations/{cell}/reports/attendance?month=2026-12"

    def hold() -> int:
        secretary = sign_in("secretary")
        meeting = convened(secretary, cell, kind="thematic", starts_at=clock.now() + timedelta(days=1))
        clock.advance(days=1)
        step(secretary, step(secretary, meeting, "open"), "close")
        return int(staff.get(path, expect=200).json["totals"]["cells_met"])

    assert hold() == 0
    change(staff, cell, "meeting.thematic_combines", True, expect=200)
    assert hold() == 1
    change(staff, cell, "meeting.thematic_combines", None, expect=200)
    assert hold() == 1, "what was held under the rule stays so"


def test_members_are_reminded_when_the_committee_says_so(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    staff, secretary, cell = sign_in("staff"), sign_in("secretary"), world.id_of("cell")
    change(staff, world.id_of("committee"), "reminders.before_minutes", [90, 1440], expect=200)
    meeting = convened(secretary, cell)

    def planned() -> dict[str, datetime]:
        rows = db.session.scalars(
            select(Reminder).where(Reminder.kind == "meeting_reminder", Reminder.state == "planned")
        ).all()
        found = {row.step: row.due_at for row in rows}
        db.session.rollback()
        return found

    assert planned() == {"1d": STARTS_AT - timedelta(days=1), "90m": STARTS_AT - timedelta(minutes=90)}
    change(staff, cell, "reminders.before_minutes", [60], expect=200)
    fields = {"place": "Nhà văn hóa"}
    secretary.patch(f"/api/meetings/{meeting['id']}", fields, headers=if_match(meeting), expect=200)
    assert planned() == {"1h": STARTS_AT - timedelta(minutes=60)}


def _versions() -> dict[int, int]:
    rows = db.session.execute(select(Organization.id, Organization.content_version))
    found = {row.id: row.content_version for row in rows}
    db.session.rollback()
    return found
