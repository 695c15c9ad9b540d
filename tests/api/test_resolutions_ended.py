"""Resolutions drafted from the meeting, issued by its vote, revoked and superseded."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import if_match, opened

from handbook.audit.models import AuditEntry
from handbook.kernel.db import db
from handbook.notifications.models import Reminder

SignIn = Callable[[str], ApiClient]
pytestmark = pytest.mark.usefixtures("engine_name")


def issue(client: ApiClient, resolution: dict[str, Any], body: Any = None, expect: int = 200) -> Any:
    return client.post(
        f"/api/resolutions/{resolution['id']}/issue", body, headers=if_match(resolution), expect=expect
    )


def reasoned(reason: str, *doubts: str) -> dict[str, Any]:
    """Why it is issued all the same, and what of :class:`IssueWarning` this answers."""
    return {"override_reason": reason, "reason_for": list(doubts)}


def needed(refused: Any) -> list[str]:
    """The doubts that a refused issuing wants answered."""
    assert code_of(refused) == "reason_needed"
    return [error["code"] for error in refused.json["errors"]]


def create(client: ApiClient, world: World, **changes: Any) -> dict[str, Any]:
    path = f"/api/organizations/{world.id_of('cell')}/resolutions"
    symbol = client.get(f"{path}/next-symbol", expect=200).json["symbol"]
    body = {"symbol": symbol, "title": "Nghị quyết tháng 12", "body": "1. Làm.", **changes}
    answer: dict[str, Any] = client.post(path, body, expect=201).json
    return answer


def draft(client: ApiClient, meeting: dict[str, Any], expect: int = 201) -> Any:
    return client.post(f"/api/meetings/{meeting['id']}/resolution-draft", expect=expect)


def question(on: str | None = None, **changes: Any) -> dict[str, Any]:
    """A vote by hands on the resolution, by name or on whatever resolution the meeting has."""
    asked = {"key": str(uuid4()), "title": "Thông qua nghị quyết", "kind": "resolution", "method": "hand"}
    return {**asked, "resolution_id": on, **changes}


def vote(client: ApiClient, meeting: dict[str, Any], on: str | None = None, **numbers: int) -> None:
    """A vote by hands that is opened, counted and closed."""
    made = client.post(f"/api/meetings/{meeting['id']}/ballots", question(on), expect=201).json
    running = client.post(f"/api/ballots/{made['id']}/open", headers=if_match(made), expect=200).json
    client.post(
        f"/api/ballots/{made['id']}/close",
        {"expected_denominator": running["progress"]["denominator"], "tally": numbers},
        headers=if_match(running),
        expect=200,
    )


def mark_present(client: ApiClient, meeting: dict[str, Any], world: World) -> None:
    for role in ("member", "second_member", "secretary", "deputy"):
        path = f"/api/meetings/{meeting['id']}/attendance/{world.id_of(role)}"
        client.put(path, {"state": "present"}, expect=200)


def test_a_draft_is_written_once_from_the_meeting_with_the_next_number(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    create(secretary, world)
    meeting = opened(secretary, world.id_of("cell"))
    mark_present(secretary, meeting, world)
    vote(secretary, meeting, agree=4, disagree=0, other=0)
    made = draft(secretary, meeting).json
    assert (made["symbol"], made["state"], made["meeting_id"]) == ("02-NQ/CB", "draft", meeting["id"])
    assert made["title"] == "Nghị quyết sinh hoạt chi bộ tháng 12/2026"
    assert "họp ngày 05/12/2026, có mặt 4/6 đảng viên" in made["body"]
    assert "Thông qua nghị quyết: 4/4 đảng viên chính thức biểu quyết đồng ý." in made["body"]
    assert draft(secretary, meeting, expect=200).json["id"] == made["id"]
    draft(sign_in("member"), meeting, expect=403)


def test_a_meeting_that_was_not_held_has_no_resolution(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    path = f"/api/organizations/{world.id_of('cell')}/meetings"
    fields = {
        "kind": "regular",
        "title": "Sinh hoạt",
        "starts_at": "2026-12-05T19:00:00+07:00",
        "ends_at": "2026-12-05T21:00:00+07:00",
        "place": "Nhà văn hóa",
    }
    meeting = secretary.post(path, fields, expect=201).json
    assert code_of(draft(secretary, meeting, expect=409)) == "wrong_state"


def test_what_the_meeting_voted_down_is_issued_only_with_a_reason_on_record(
    sign_in: SignIn, world: World
) -> None:
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    mark_present(secretary, meeting, world)
    vote(secretary, meeting, agree=1, disagree=3, other=0)
    made = draft(secretary, meeting).json
    assert made["issue_warnings"] == ["vote_not_passed", "text_not_frozen"]
    assert needed(issue(secretary, made, expect=409)) == ["vote_not_passed"]
    reason = "Biểu quyết lại ngoài sổ, có biên bản"
    done = issue(secretary, made, reasoned(reason, "vote_not_passed")).json
    assert (done["state"], done["issue_exception"]) == ("issued", reason)
    assert done["issue_exception_for"] == ["vote_not_passed"]
    entry = db.session.scalars(
        select(AuditEntry).where(AuditEntry.tag == "resolutions:resolution:issued")
    ).one()
    assert entry.details == {"issue_exception": True, "missing": ["vote_not_passed", "text_not_frozen"]}


def issued_details() -> Any:
    return (
        db.session.scalars(select(AuditEntry).where(AuditEntry.tag == "resolutions:resolution:issued"))
        .one()
        .details
    )


def test_who_may_issue_is_told_that_nothing_was_voted_and_too_few_were_there(
    sign_in: SignIn, world: World
) -> None:
    """2-domain: a meeting decides with 2/3 of the official members who must attend, a resolution by more than 1/2."""
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    made = draft(secretary, meeting).json
    assert made["issue_warnings"] == ["no_vote", "no_quorum"]
    mark_present(secretary, meeting, world)
    path = f"/api/resolutions/{made['id']}"
    assert secretary.get(path, expect=200).json["issue_warnings"] == ["no_vote"]
    asked = f"/api/meetings/{meeting['id']}/ballots"
    proposed = secretary.post(asked, question(made["id"]), expect=201).json
    assert secretary.get(path, expect=200).json["issue_warnings"] == ["no_vote"]
    secretary.post(f"/api/ballots/{proposed['id']}/withdraw", headers=if_match(proposed), expect=200)
    vote(secretary, meeting, made["id"], agree=4, disagree=0, other=0)
    assert secretary.get(path, expect=200).json["issue_warnings"] == []
    listed = secretary.get(f"/api/organizations/{world.id_of('cell')}/resolutions", expect=200).json
    assert all("issue_warnings" not in one for one in listed["items"])
    done = issue(secretary, made).json
    assert done["issue_exception"] is None
    assert "issue_warnings" not in done


def test_issued_without_a_vote_the_reason_stays_on_the_resolution_and_what_was_missing_on_record(
    sign_in: SignIn, world: World
) -> None:
    secretary = sign_in("secretary")
    made = draft(secretary, opened(secretary, world.id_of("cell"))).json
    reason = "Đã lấy ý kiến bằng văn bản"
    done = issue(secretary, made, reasoned(reason, "no_vote", "no_quorum")).json
    assert (done["state"], done["issue_exception"]) == ("issued", reason)
    seen = sign_in("member").get(f"/api/resolutions/{made['id']}", expect=200).json
    assert seen["issue_exception"] == reason
    assert "issue_warnings" not in seen
    assert issued_details() == {"issue_exception": True, "missing": ["no_vote", "no_quorum"]}


def test_the_server_asks_for_the_reason_and_to_what_it_answers(sign_in: SignIn, world: World) -> None:
    """Not the screen alone: another program would issue without a vote and without a word."""
    secretary = sign_in("secretary")
    made = draft(secretary, opened(secretary, world.id_of("cell"))).json
    reason = "Đã lấy ý kiến bằng văn bản"
    for body in (
        None,
        {"reason_for": ["no_vote", "no_quorum"]},
        {"override_reason": reason},
        reasoned(reason, "no_vote"),
        reasoned(reason, "no_quorum", "changed_after_vote"),
    ):
        assert needed(issue(secretary, made, body, expect=409)) == ["no_vote", "no_quorum"]
    kept = secretary.get(f"/api/resolutions/{made['id']}", expect=200).json
    assert (kept["state"], kept["etag"]) == ("draft", made["etag"])
    issue(secretary, made, reasoned(reason, "no_such_doubt"), expect=422)
    # What more was answered than is asked is not kept: nothing of it was the case.
    done = issue(secretary, made, reasoned(reason, "no_vote", "no_quorum", "vote_withdrawn")).json
    assert done["issue_exception_for"] == ["no_vote", "no_quorum"]


def test_a_reason_with_a_secrecy_mark_is_refused(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    made = draft(secretary, opened(secretary, world.id_of("cell"))).json
    refused = issue(secretary, made, reasoned("TUYỆT MẬT", "no_vote", "no_quorum"), expect=422)
    assert (code_of(refused), refused.json["errors"][0]["pointer"]) == (
        "classified_document",
        "/override_reason",
    )


def test_the_quorum_of_the_deciding_vote_is_the_one_that_counts(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    made = draft(secretary, meeting).json
    here = f"/api/meetings/{meeting['id']}/attendance/{world.id_of('member')}"
    secretary.put(here, {"state": "present"}, expect=200)
    vote(secretary, meeting, made["id"], agree=1, disagree=0, other=0)
    path = f"/api/resolutions/{made['id']}"
    few = secretary.get(path, expect=200).json["issue_warnings"]
    mark_present(secretary, meeting, world)
    assert few == secretary.get(path, expect=200).json["issue_warnings"] == ["no_quorum"]


def test_a_resolution_of_no_meeting_lacks_nothing(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    made = create(secretary, world)
    assert made["issue_warnings"] == []
    done = issue(secretary, made, reasoned("Không cần", "no_vote")).json
    assert (done["issue_exception"], done["issue_exception_for"]) == (None, None)


def test_the_last_vote_counts(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    mark_present(secretary, meeting, world)
    vote(secretary, meeting, agree=1, disagree=3, other=0)
    vote(secretary, meeting, agree=4, disagree=0, other=0)
    made = draft(secretary, meeting).json
    assert made["issue_warnings"] == ["text_not_frozen"], "said, and no reason is asked"
    done = issue(secretary, made).json
    assert (done["state"], done["issue_exception"]) == ("issued", None)
    assert issued_details() == {"missing": ["text_not_frozen"]}


def test_a_resolution_goes_by_the_vote_that_named_it_and_no_reason_helps(
    sign_in: SignIn, world: World
) -> None:
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    mark_present(secretary, meeting, world)
    made = draft(secretary, meeting).json
    other = create(secretary, world, meeting_id=meeting["id"])
    vote(secretary, meeting, made["id"], agree=1, disagree=3, other=0)
    vote(secretary, meeting, other["id"], agree=4, disagree=0, other=0)
    vote(secretary, meeting, agree=4, disagree=0, other=0)
    assert code_of(issue(secretary, made, expect=409)) == "resolution_rejected"
    refused = issue(secretary, made, reasoned("Đã họp lại", "vote_not_passed", "no_vote"), expect=409)
    assert code_of(refused) == "resolution_rejected"
    assert issue(secretary, other).json["state"] == "issued"
    vote(secretary, meeting, made["id"], agree=3, disagree=1, other=0)
    assert issue(secretary, made).json["issue_exception"] is None


def test_a_vote_that_is_not_closed_decides_nothing_yet(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    made = draft(secretary, meeting).json
    path = f"/api/meetings/{meeting['id']}/ballots"
    ballot = secretary.post(path, question(made["id"]), expect=201).json
    assert ballot["resolution_id"] == made["id"]
    assert code_of(issue(secretary, made, expect=409)) == "vote_undecided"
    secretary.post(f"/api/ballots/{ballot['id']}/withdraw", headers=if_match(ballot), expect=200)
    assert needed(issue(secretary, made, expect=409)) == ["no_vote", "no_quorum"]


def test_a_vote_names_a_resolution_of_its_own_meeting(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    elsewhere = create(secretary, world)
    made = draft(secretary, meeting).json
    path = f"/api/meetings/{meeting['id']}/ballots"
    for asked, code in (
        (question(elsewhere["id"]), "unknown"),
        (question("999999"), "unknown"),
        (question(made["id"], kind="other"), "not_a_vote_on_a_resolution"),
    ):
        refused = secretary.post(path, asked, expect=422)
        assert refused.json["errors"] == [{"pointer": "/resolution_id", "code": code}]


def test_a_revoked_resolution_says_why_tells_the_cell_and_nobody_is_reminded_of_its_tasks(
    sign_in: SignIn, world: World
) -> None:
    secretary = sign_in("secretary")
    task = {"title": "Một việc", "assignee_ids": [world.id_of("member")], "due_on": "2026-12-20"}
    made = issue(secretary, create(secretary, world, tasks=[task])).json
    path = f"/api/resolutions/{made['id']}/revoke"
    secretary.post(path, {"reason": "Ban hành nhầm"}, expect=428)
    secretary.post(path, {}, headers=if_match(made), expect=422)
    gone = secretary.post(path, {"reason": "Ban hành nhầm"}, headers=if_match(made), expect=200).json
    assert (gone["state"], gone["revoke_reason"], gone["revoked_on"]) == (
        "revoked",
        "Ban hành nhầm",
        "2026-12-01",
    )
    assert gone["tasks"][0]["can"] == ["progress", "done", "not_done"]
    assert sign_in("member").get(f"/api/resolutions/{made['id']}", expect=200).json["revoke_reason"]
    listed = secretary.get(f"/api/organizations/{world.id_of('cell')}/tasks", expect=200).json["items"]
    assert [one["title"] for one in listed] == ["Một việc"]
    kinds = {row.kind: row.state for row in db.session.scalars(select(Reminder))}
    assert kinds["task_due"] == "cancelled"
    assert kinds["resolution_revoked"] == "planned"
    assert (
        code_of(secretary.post(path, {"reason": "Lần nữa"}, headers=if_match(gone), expect=409))
        == "wrong_state"
    )


def test_a_new_resolution_takes_the_place_of_an_old_one_when_it_is_issued(
    sign_in: SignIn, world: World
) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    old = issue(secretary, create(secretary, world)).json
    cursor = member.get("/api/sync", expect=200).json["cursor"]
    new = create(secretary, world, supersedes_id=old["id"])
    assert new["supersedes"]["symbol"] == old["symbol"]
    assert member.get(f"/api/resolutions/{old['id']}", expect=200).json["state"] == "issued"
    issued = issue(secretary, new).json
    changed = member.get(f"/api/sync?cursor={cursor}", expect=200).json["changes"]["resolutions"]
    states = {
        row["id"]: (row["state"], row["superseded_by"] and row["superseded_by"]["id"]) for row in changed
    }
    assert states == {old["id"]: ("revoked", issued["id"]), issued["id"]: ("issued", None)}


def test_only_a_resolution_in_force_of_the_same_organisation_is_superseded(
    sign_in: SignIn, world: World
) -> None:
    secretary = sign_in("secretary")
    draft_ = create(secretary, world)
    path = f"/api/organizations/{world.id_of('cell')}/resolutions"
    body = {"symbol": "09-NQ/CB", "title": "Nghị quyết", "body": "1."}
    wrong = secretary.post(path, {**body, "supersedes_id": draft_["id"]}, expect=422).json
    assert wrong["errors"] == [{"pointer": "/supersedes_id", "code": "not_in_force"}]
    unknown = secretary.post(path, {**body, "supersedes_id": "999999"}, expect=422).json
    assert unknown["errors"] == [{"pointer": "/supersedes_id", "code": "unknown"}]
