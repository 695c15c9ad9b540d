"""Asking to be excused, and the answers."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import convened, draft, if_match, opened, step

from handbook.accounts.models import Account
from handbook.attendance.events import AbsenceDecided, AbsenceRequested, AttendanceCorrected
from handbook.attendance.models import AbsenceRequest
from handbook.kernel import events
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db

SignIn = Callable[[str], ApiClient]


def ask(client: ApiClient, meeting: dict[str, str], reason: str = "Ốm", expect: int = 201) -> dict[str, str]:
    path = f"/api/meetings/{meeting['id']}/absence-requests"
    answer: dict[str, str] = client.post(path, {"reason": reason}, expect=expect).json
    return answer


def decide(client: ApiClient, request: dict[str, str], decision: str, expect: int = 200) -> dict[str, str]:
    path = f"/api/absence-requests/{request['id']}"
    answer: dict[str, str] = client.patch(
        path, {"decision": decision}, headers=if_match(request), expect=expect
    ).json
    return answer


def line_of(client: ApiClient, meeting: dict[str, str], member_id: str) -> dict[str, str]:
    roll = client.get(f"/api/meetings/{meeting['id']}/attendance", expect=200).json
    return next(item for item in roll["items"] if item["member_id"] == member_id)


def test_an_approved_request_excuses_the_member(engine_name: str, sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    request = ask(sign_in("member"), meeting, "Đi khám bệnh")
    assert request["decision"] is None
    assert request["full_name"] == "Đặng Thị Ngẫm"
    answered = decide(secretary, request, "approved")
    assert (answered["decision"], answered["decided_at"]) == ("approved", "2026-12-01T02:00:00+00:00")
    line = line_of(secretary, meeting, world.id_of("member"))
    assert (line["state"], line["method"], line["reason"]) == ("excused", "request", "Đi khám bệnh")
    assert secretary.get(f"/api/meetings/{meeting['id']}").json["counts"]["excused"] == 1


def test_a_refused_request_leaves_the_line_and_may_be_made_anew(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    first = ask(sign_in("member"), meeting)
    decide(secretary, first, "refused")
    assert line_of(secretary, meeting, world.id_of("member"))["state"] is None
    second = ask(sign_in("member"), meeting)
    assert second["id"] != first["id"]


def test_a_second_request_before_the_answer_only_replaces_the_reason(sign_in: SignIn, world: World) -> None:
    member = sign_in("member")
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    first = ask(member, meeting, "Ốm")
    assert ask(member, meeting, "Ốm", 200) == first
    second = ask(member, meeting, "Ốm nặng", 200)
    assert (second["id"], second["reason"]) == (first["id"], "Ốm nặng")
    assert db.session.scalar(select(func.count()).select_from(AbsenceRequest)) == 1


def test_a_request_sent_twice_under_one_key_is_one_request(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    member = sign_in("member")
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/absence-requests"
    key = {"Idempotency-Key": "hom-thu-1"}
    first = member.post(path, {"reason": "Ốm"}, headers=key, expect=201)
    again = member.post(path, {"reason": "Ốm"}, headers=key, expect=201)
    assert (again.json, again.headers["ETag"]) == (first.json, first.headers["ETag"])
    other = member.post(path, {"reason": "Khác"}, headers=key, expect=422)
    assert code_of(other) == "idempotency_conflict"
    assert member.get(path).json["items"] == [first.json]


def test_members_see_their_own_requests_and_runners_and_staff_all(sign_in: SignIn, world: World) -> None:
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    mine = ask(sign_in("member"), meeting)
    theirs = ask(sign_in("second_member"), meeting)
    path = f"/api/meetings/{meeting['id']}/absence-requests"

    def seen(role: str) -> list[str]:
        return [item["id"] for item in sign_in(role).get(path, expect=200).json["items"]]

    assert seen("member") == [mine["id"]]
    assert seen("second_member") == [theirs["id"]]
    for role in ("secretary", "deputy", "staff"):
        assert seen(role) == [mine["id"], theirs["id"]]
    assert seen("probationary") == []
    sign_in("other_secretary").get(path, expect=404)
    page = sign_in("secretary").get(f"{path}?limit=1").json
    assert [item["id"] for item in page["items"]] == [mine["id"]]
    rest = sign_in("secretary").get(f"{path}?limit=1&cursor={page['next']}").json
    assert ([item["id"] for item in rest["items"]], rest["next"]) == ([theirs["id"]], None)


def test_only_who_runs_the_meeting_answers(sign_in: SignIn, world: World) -> None:
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    request = ask(sign_in("member"), meeting)
    for role, status in (
        ("member", 403),
        ("staff", 403),
        ("second_member", 404),
        ("other_secretary", 404),
        ("far_staff", 404),
    ):
        decide(sign_in(role), request, "approved", status)
    sign_in("secretary").patch("/api/absence-requests/999999", {"decision": "approved"}, expect=404)


def test_an_answer_needs_the_version_that_was_read(sign_in: SignIn, world: World) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    meeting = convened(secretary, world.id_of("cell"))
    request = ask(member, meeting)
    path = f"/api/absence-requests/{request['id']}"
    assert code_of(secretary.patch(path, {"decision": "approved"}, expect=428)) == "precondition_required"
    ask(member, meeting, "Lý do khác", 200)
    stale = secretary.patch(path, {"decision": "approved"}, headers=if_match(request), expect=412)
    assert code_of(stale) == "precondition_failed"
    assert line_of(secretary, meeting, world.id_of("member"))["state"] is None


@pytest.mark.parametrize("again", ["approved", "refused"])
def test_an_answer_is_given_once(sign_in: SignIn, world: World, again: str) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    answered = decide(secretary, ask(sign_in("member"), meeting), "approved")
    path = f"/api/absence-requests/{answered['id']}"
    refused = secretary.patch(path, {"decision": again}, headers=if_match(answered), expect=409)
    assert code_of(refused) == "already_decided"


def test_a_word_goes_with_the_answer(engine_name: str, sign_in: SignIn, world: World) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    meeting = convened(secretary, world.id_of("cell"))
    request = ask(member, meeting)
    assert request["note"] is None
    path = f"/api/absence-requests/{request['id']}"
    body = {"decision": "refused", "note": "  Đồng chí cố gắng dự,\nchi bộ cần đủ người biểu quyết. "}
    secretary.patch(path, body, headers=if_match(request), expect=200)
    said = "Đồng chí cố gắng dự,\nchi bộ cần đủ người biểu quyết."
    assert member.get(path, expect=200).json["note"] == said
    (synced,) = member.get("/api/sync", expect=200).json["changes"]["absence_requests"]
    assert synced["note"] == said
    (notice,) = [one for one in member.get("/api/notices").json["items"] if one["kind"] == "absence_decided"]
    assert notice["params"] == {"decision": "refused"}


@pytest.mark.parametrize("answer", [None, "approved"])
def test_a_request_is_withdrawn_by_who_made_it(
    engine_name: str, sign_in: SignIn, world: World, answer: str | None
) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    meeting = convened(secretary, world.id_of("cell"))
    mine = f"/api/meetings/{meeting['id']}/absence-requests/mine"
    request, other = ask(member, meeting), ask(sign_in("second_member"), meeting)
    if answer:
        decide(secretary, request, answer)
        assert line_of(secretary, meeting, world.id_of("member"))["state"] == "excused"
    for _ in range(2):
        member.delete(mine, expect=204)
    line = line_of(secretary, meeting, world.id_of("member"))
    assert (line["state"], line["method"], line["reason"]) == (None, None, None)
    assert secretary.get(f"/api/meetings/{meeting['id']}").json["counts"]["excused"] == 0
    items = secretary.get(f"/api/meetings/{meeting['id']}/absence-requests").json["items"]
    assert [(one["id"], one["decision"]) for one in items] == [
        (request["id"], "withdrawn"),
        (other["id"], None),
    ]
    late = secretary.get(f"/api/absence-requests/{request['id']}", expect=200).json
    assert decide(secretary, late, "approved", 409)["code"] == "already_decided"
    again = ask(member, meeting, "Lại ốm")
    assert again["id"] != request["id"]


def test_what_stands_otherwise_is_not_changed_by_withdrawing(sign_in: SignIn, world: World) -> None:
    """Who was marked by hand since, was refused or never asked; nor is anything withdrawn after the end."""
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    mine = f"/api/meetings/{meeting['id']}/absence-requests/mine"
    marked, refused = ask(sign_in("member"), meeting), ask(sign_in("second_member"), meeting)
    decide(secretary, marked, "approved")
    mark = f"/api/meetings/{meeting['id']}/attendance/{world.id_of('member')}"
    secretary.put(mark, {"state": "present"}, expect=200)
    decide(secretary, refused, "refused")
    for role in ("member", "second_member", "probationary"):
        sign_in(role).delete(mine, expect=204)
    assert line_of(secretary, meeting, world.id_of("member"))["state"] == "present"
    items = secretary.get(f"/api/meetings/{meeting['id']}/absence-requests").json["items"]
    assert [one["decision"] for one in items] == ["withdrawn", "refused"]
    step(secretary, secretary.get(f"/api/meetings/{meeting['id']}").json, "close")
    assert code_of(sign_in("member").delete(mine, expect=409)) == "wrong_state"


def test_who_does_not_belong_to_the_meeting_withdraws_nothing(sign_in: SignIn, world: World) -> None:
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    mine = f"/api/meetings/{meeting['id']}/absence-requests/mine"
    for role, status in (("other_member", 404), ("far_member", 404), ("staff", 403)):
        sign_in(role).delete(mine, expect=status)


def test_an_answer_is_approved_or_refused(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    request = ask(sign_in("member"), convened(secretary, world.id_of("cell")))
    too_long = {"decision": "refused", "note": "x" * 501}
    for body in ({"decision": "maybe"}, {"decision": "withdrawn"}, {"decision": None}, {}, too_long):
        path = f"/api/absence-requests/{request['id']}"
        answer = secretary.patch(path, body, headers=if_match(request), expect=422)
        assert code_of(answer) == "validation_failed"


def test_requests_need_a_reason_and_a_meeting_that_is_ahead(sign_in: SignIn, world: World) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    meeting = draft(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/absence-requests"
    member.post(path, {"reason": "Ốm"}, expect=404)
    meeting = step(secretary, meeting, "convene")
    for body in ({}, {"reason": ""}, {"reason": "  \n "}, {"reason": "x" * 501}):
        assert code_of(member.post(path, body, expect=422)) == "validation_failed"
    for name in ("open", "close"):
        meeting = step(secretary, meeting, name)
    assert code_of(member.post(path, {"reason": "Ốm"}, expect=409)) == "wrong_state"


def test_who_does_not_belong_to_the_meeting_asks_nothing(sign_in: SignIn, world: World) -> None:
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/absence-requests"
    for role, status in (("other_member", 404), ("far_member", 404), ("staff", 403), ("administrator", 403)):
        sign_in(role).post(path, {"reason": "Ốm"}, expect=status)
    assert sign_in("secretary").get(path).json["items"] == []


def test_who_is_there_already_is_not_excused(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    early = ask(sign_in("member"), meeting)
    for role in ("member", "second_member"):
        mark = f"/api/meetings/{meeting['id']}/attendance/{world.id_of(role)}"
        secretary.put(mark, {"state": "present"}, expect=200)
    refused = ask(sign_in("second_member"), meeting, expect=409)
    assert refused["code"] == "wrong_state"
    decide(secretary, early, "approved")
    assert line_of(secretary, meeting, world.id_of("member"))["state"] == "present"


def test_an_answer_after_closing_corrects_the_roll_and_after_settling_is_refused(
    sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[object] = []
    monkeypatch.setattr(events, "publish", _also(events.publish, happened))
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    first = ask(sign_in("member"), meeting)
    second = ask(sign_in("second_member"), meeting)
    for name in ("open", "close"):
        meeting = step(secretary, meeting, name)
    assert line_of(secretary, meeting, world.id_of("member"))["state"] == "unexcused"
    decide(secretary, first, "approved")
    assert line_of(secretary, meeting, world.id_of("member"))["state"] == "excused"
    kinds = [type(event) for event in happened]
    assert kinds.count(AbsenceRequested) == 2
    assert kinds.count(AttendanceCorrected) == 1
    assert kinds.count(AbsenceDecided) == 1
    step(secretary, meeting, "finalize")
    assert decide(secretary, second, "approved", 409)["code"] == "wrong_state"


def test_an_answer_moves_the_members_own_version(sign_in: SignIn, world: World, clock: FixedClock) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    request = ask(sign_in("member"), meeting)
    own = select(Account.content_version).where(Account.member_id == int(world.id_of("member")))
    before = db.session.scalar(own)
    db.session.rollback()
    decide(secretary, request, "refused")
    assert db.session.scalar(own) == before + 1
    row = db.session.get_one(AbsenceRequest, int(request["id"]))
    assert row.account_version == before + 1


def _also(publish: Callable[..., None], happened: list[object]) -> Callable[..., None]:
    def run(event: object, uow: object) -> None:
        happened.append(event)
        publish(event, uow)

    return run
