"""The life of a meeting through the API."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import STARTS_AT, convened, draft, if_match, meeting_fields, opened, step, warned

from handbook.audit.models import AuditEntry
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.organizations.models import Organization

SignIn = Callable[[str], ApiClient]


def test_a_meeting_goes_from_draft_to_finalized(engine_name: str, sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))
    assert (meeting["state"], meeting["organization_name"]) == ("draft", "Chi bộ Văn phòng")
    assert meeting["timezone"] == "Asia/Ho_Chi_Minh"
    assert meeting["can"] == ["cancel", "convene", "edit"]
    meeting = step(secretary, meeting, "convene")
    assert meeting["state"] == "convened"
    assert meeting["can"] == ["answer_absence", "cancel", "edit", "mark", "open", "show_qr"]
    assert meeting["counts"] == {
        "summoned": 6,
        "present": 0,
        "late": 0,
        "excused": 0,
        "unexcused": 0,
        "exempt": 1,
        "not_recorded": 5,
    }
    meeting = step(secretary, meeting, "open")
    assert meeting["can"] == ["answer_absence", "close", "mark", "show_qr", "unopen"]
    meeting = step(secretary, meeting, "close")
    assert meeting["counts"]["unexcused"] == 5
    assert meeting["can"] == ["answer_absence", "finalize", "mark", "reopen"]
    meeting = step(secretary, meeting, "finalize")
    assert (meeting["state"], meeting["can"]) == ("finalized", [])
    written = select(AuditEntry.tag).where(AuditEntry.tag.like("meetings:%")).order_by(AuditEntry.id)
    acts = ("created", "convened", "opened", "closed", "finalized")
    assert list(db.session.scalars(written)) == [f"meetings:meeting:{act}" for act in acts]


@pytest.mark.parametrize(
    ("reached", "refused"),
    [
        ([], ["open", "close", "finalize"]),
        (["convene"], ["convene", "close", "finalize"]),
        (["convene", "open"], ["convene", "open", "cancel", "finalize"]),
        (["convene", "open", "close"], ["convene", "open", "close", "cancel"]),
        (["convene", "open", "close", "finalize"], ["convene", "open", "close", "cancel", "finalize"]),
        (["cancel"], ["convene", "open", "close", "cancel", "finalize"]),
    ],
)
def test_a_step_out_of_order_is_refused_and_changes_nothing(
    sign_in: SignIn, world: World, reached: list[str], refused: list[str]
) -> None:
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))
    for name in reached:
        meeting = step(secretary, meeting, name, {"reason": "Bão"} if name == "cancel" else None)
    path = f"/api/meetings/{meeting['id']}"
    for name in refused:
        body = {"reason": "Bão"} if name == "cancel" else None
        answer = secretary.post(f"{path}/{name}", body, headers=if_match(meeting), expect=409)
        assert code_of(answer) == "wrong_state"
    assert secretary.get(path).json == meeting


def test_a_draft_exists_only_for_office_holders(sign_in: SignIn, world: World) -> None:
    meeting = draft(sign_in("secretary"), world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}"
    sign_in("member").get(path, expect=404)
    for role in ("deputy", "staff", "root_staff", "administrator"):
        assert sign_in(role).get(path, expect=200).json["state"] == "draft"
    list_path = f"/api/organizations/{world.id_of('cell')}/meetings"
    assert sign_in("member").get(list_path, expect=200).json["items"] == []
    assert len(sign_in("staff").get(list_path, expect=200).json["items"]) == 1


def test_a_cancelled_draft_stays_unknown_to_members(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    never = step(secretary, draft(secretary, world.id_of("cell")), "cancel", {"reason": "Nhầm"})
    sign_in("member").get(f"/api/meetings/{never['id']}", expect=404)
    off = step(secretary, convened(secretary, world.id_of("cell")), "cancel", {"reason": "Bão số 9"})
    seen = sign_in("member").get(f"/api/meetings/{off['id']}", expect=200).json
    assert (seen["state"], seen["cancel_reason"], seen["can"]) == ("cancelled", "Bão số 9", [])


def test_meetings_elsewhere_do_not_exist(sign_in: SignIn, world: World) -> None:
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}"
    for role in ("other_member", "other_secretary", "far_member", "far_staff"):
        stranger = sign_in(role)
        stranger.get(path, expect=404)
        stranger.post(f"{path}/open", headers=if_match(meeting), expect=404)
        stranger.patch(path, {"title": "Khác"}, headers=if_match(meeting), expect=404)
    stranger = sign_in("far_secretary")
    stranger.post(f"/api/organizations/{world.id_of('cell')}/meetings", meeting_fields(), expect=404)


def test_seeing_a_meeting_is_not_running_it(sign_in: SignIn, world: World) -> None:
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}"
    for role in ("member", "staff", "administrator"):
        reader = sign_in(role)
        assert reader.get(path, expect=200).json["can"] == []
        assert code_of(reader.post(f"{path}/open", headers=if_match(meeting), expect=403)) == "forbidden"
        reader.patch(path, {"title": "Khác"}, headers=if_match(meeting), expect=403)
        reader.put(f"{path}/agenda", {"agenda": []}, headers=if_match(meeting), expect=403)
    assert sign_in("deputy").get(path).json["can"] != []


def test_a_stale_or_missing_etag_is_refused(engine_name: str, sign_in: SignIn, world: World) -> None:
    secretary, deputy = sign_in("secretary"), sign_in("deputy")
    meeting = draft(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}"
    assert code_of(secretary.patch(path, {"title": "Mới"}, expect=428)) == "precondition_required"
    newer = deputy.patch(path, {"title": "Mới"}, headers=if_match(meeting), expect=200).json
    for method, place, body in (
        ("PATCH", path, {"title": "Khác"}),
        ("PUT", f"{path}/agenda", {"agenda": []}),
        ("POST", f"{path}/convene", None),
        ("POST", f"{path}/cancel", {"reason": "Bão"}),
    ):
        stale = secretary.request(method, place, json=body, headers=if_match(meeting), expect=412)
        assert code_of(stale) == "precondition_failed"
        assert stale.headers["ETag"] == f'"{newer["etag"]}"'
    assert secretary.get(path).json == newer


def test_convening_twice_at_once_convenes_once(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/convene"
    secretary.post(path, headers=if_match(meeting), expect=200)
    assert code_of(secretary.post(path, headers=if_match(meeting), expect=412)) == "precondition_failed"


def test_an_unchanged_meeting_is_not_sent_again(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}"
    first = secretary.get(path, expect=200)
    assert first.headers["ETag"] == f'"{meeting["etag"]}"'
    again = secretary.get(path, headers={"If-None-Match": first.headers["ETag"]}, expect=304)
    assert again.data == b""
    secretary.patch(path, {"place": "Hội trường"}, headers=if_match(meeting), expect=200)
    secretary.get(path, headers={"If-None-Match": first.headers["ETag"]}, expect=200)


def test_a_change_that_changes_nothing_keeps_the_version(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}"
    for changes in ({}, {"title": meeting["title"]}, {"online_url": None}):
        assert secretary.patch(path, changes, headers=if_match(meeting), expect=200).json == meeting


def test_every_change_moves_the_content_version_of_the_cell(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")

    def version() -> int:
        db.session.rollback()
        cell = world.organizations["cell"].id
        return int(db.session.scalar(select(Organization.content_version).where(Organization.id == cell)))

    before = version()
    meeting = draft(secretary, world.id_of("cell"))
    for name in ("convene", "open", "close", "finalize"):
        assert version() > before
        before = version()
        meeting = step(secretary, meeting, name)
    assert version() > before


def test_a_meeting_is_convened_until_it_is_over(sign_in: SignIn, world: World, clock: FixedClock) -> None:
    secretary = sign_in("secretary")
    late, meeting = (draft(secretary, world.id_of("cell")) for _ in range(2))
    clock.set(STARTS_AT + timedelta(minutes=89))
    assert warned(step(secretary, late, "convene"))[0] == "notice_below_least"
    clock.set(STARTS_AT + timedelta(minutes=90))
    path = f"/api/meetings/{meeting['id']}"
    answer = secretary.post(f"{path}/convene", headers=if_match(meeting), expect=422)
    assert code_of(answer) == "notice_too_short"
    assert secretary.get(path).json["state"] == "draft"


def test_a_convened_meeting_is_not_moved_into_the_past(
    sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    changes = {"starts_at": (clock.now() - timedelta(minutes=1)).isoformat()}
    answer = secretary.patch(f"/api/meetings/{meeting['id']}", changes, headers=if_match(meeting), expect=422)
    assert code_of(answer) == "notice_too_short"


def test_short_notice_warns_who_runs_the_meeting(sign_in: SignIn, world: World, clock: FixedClock) -> None:
    secretary = sign_in("secretary")
    soon = clock.now() + timedelta(days=2)
    ends = (soon + timedelta(minutes=60)).isoformat()
    meeting = convened(secretary, world.id_of("cell"), starts_at=soon, ends_at=ends)
    assert warned(meeting) == ["notice_short", "duration_short", "thematic_missing"]
    assert sign_in("member").get(f"/api/meetings/{meeting['id']}").json["warnings"] == []


def test_the_meeting_open_now_cannot_be_edited(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}"
    assert (
        code_of(secretary.patch(path, {"title": "x"}, headers=if_match(meeting), expect=409)) == "wrong_state"
    )
    answer = secretary.put(f"{path}/agenda", {"agenda": []}, headers=if_match(meeting), expect=409)
    assert code_of(answer) == "wrong_state"
