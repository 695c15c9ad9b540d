"""Opinions and questions sent before a meeting: sent, changed, withdrawn by members; grouped and answered by who runs it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import convened, draft, if_match, opened, step

from handbook.audit.models import AuditEntry
from handbook.kernel.db import db
from handbook.meetings.models import Meeting
from handbook.opinions.models import Opinion
from handbook.opinions.queries import of_meeting
from handbook.opinions.rules import MOST_FROM_ONE

SignIn = Callable[[str], ApiClient]


def send(client: ApiClient, meeting: dict[str, Any], text: str, *, key: str = "", **rest: Any) -> Any:
    expect = rest.pop("expect", 201)
    body = {"kind": "opinion", "text": text, **rest}
    return client.put(f"/api/meetings/{meeting['id']}/opinions/{key or uuid4()}", body, expect=expect)


def listed(client: ApiClient, meeting: dict[str, Any]) -> Any:
    return client.get(f"/api/meetings/{meeting['id']}/opinions", expect=200).json


def test_who_runs_the_meeting_sees_everybody_and_a_member_only_the_own(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    secretary, member, second = (sign_in(role) for role in ("secretary", "member", "second_member"))
    meeting = convened(secretary, world.id_of("cell"))
    item = meeting["agenda"][5]["id"]
    send(member, meeting, "Nên họp sớm hơn")
    send(second, meeting, "Bao giờ sửa đường?", kind="question", agenda_item_id=item)

    whole = listed(secretary, meeting)
    assert (whole["runs"], whole["open"]) == (True, True)
    assert [(one["full_name"], one["text"], one["mine"]) for one in whole["items"]] == [
        ("Lê Văn Thử", "Bao giờ sửa đường?", False),
        ("Đặng Thị Ngẫm", "Nên họp sớm hơn", False),
    ]
    own = listed(member, meeting)
    assert (own["runs"], [one["text"] for one in own["items"]]) == (False, ["Nên họp sớm hơn"])
    assert own["items"][0]["mine"] is True
    # The committee above sees the meeting, but not what members say to their secretary.
    assert listed(sign_in("staff"), meeting)["items"] == []
    assert sign_in("other_member").get(f"/api/meetings/{meeting['id']}/opinions").status_code == 404


def test_the_same_opinion_sent_twice_is_one_and_may_be_changed(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    member, key = sign_in("member"), str(uuid4())
    first = send(member, meeting, "Một", key=key).json
    assert send(member, meeting, "Một", key=key, expect=200).json == first
    changed = send(member, meeting, "Hai", key=key, kind="question", expect=200).json
    assert (changed["id"], changed["text"], changed["kind"]) == (first["id"], "Hai", "question")
    # Another member's device may make what it likes: the key is one's own.
    send(sign_in("second_member"), meeting, "Ba", key=key)
    assert len(listed(sign_in("secretary"), meeting)["items"]) == 2


def test_what_is_withdrawn_is_gone_and_does_not_come_back(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    secretary, member, key = sign_in("secretary"), sign_in("member"), str(uuid4())
    meeting = convened(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/opinions/{key}"
    send(member, meeting, "Lỡ lời", key=key)
    for _ in range(2):
        member.delete(path, expect=204)
    assert listed(secretary, meeting)["items"] == []
    assert db.session.scalars(select(Opinion.text)).all() == [""]
    again = member.put(path, {"kind": "opinion", "text": "Lỡ lời"}, expect=409)
    assert code_of(again) == "opinion_withdrawn"


def test_opinions_are_taken_from_the_convening_until_the_opening(sign_in: SignIn, world: World) -> None:
    secretary, member, cell = sign_in("secretary"), sign_in("member"), world.id_of("cell")
    sketch = draft(secretary, cell)
    assert sign_in("member").get(f"/api/meetings/{sketch['id']}/opinions").status_code == 404
    meeting = convened(secretary, cell)
    key = str(uuid4())
    send(member, meeting, "Sớm", key=key)
    meeting = step(secretary, meeting, "open")
    assert code_of(send(member, meeting, "Muộn", expect=409)) == "opinions_closed"
    assert code_of(send(member, meeting, "Khác", key=key, expect=409)) == "opinions_closed"
    # The phone repeats what had arrived before.
    send(member, meeting, "Sớm", key=key, expect=200)
    path = f"/api/meetings/{meeting['id']}/opinions/{key}"
    assert code_of(member.delete(path, expect=409)) == "opinions_closed"
    assert listed(member, meeting)["open"] is False


def test_who_is_not_summoned_and_what_is_no_opinion_is_refused(sign_in: SignIn, world: World) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    committee = convened(secretary, world.id_of("cell"), kind="committee")
    assert code_of(send(member, committee, "Ý kiến", expect=403)) == "not_summoned"
    meeting, other = (convened(secretary, world.id_of("cell")) for _ in range(2))
    foreign = send(member, meeting, "X", agenda_item_id=other["agenda"][0]["id"], expect=422)
    assert foreign.json["errors"] == [{"pointer": "/agenda_item_id", "code": "unknown"}]
    assert code_of(send(member, meeting, " ", expect=422)) == "validation_failed"
    assert code_of(send(member, meeting, "x" * 2001, expect=422)) == "validation_failed"
    assert code_of(send(member, meeting, "MẬT\nNội dung", expect=422)) == "classified_document"
    assert (
        code_of(
            sign_in("staff").put(
                f"/api/meetings/{meeting['id']}/opinions/{uuid4()}",
                {"kind": "opinion", "text": "X"},
                expect=403,
            )
        )
        == "forbidden"
    )


def test_one_member_sends_a_bounded_number(sign_in: SignIn, world: World) -> None:
    member = sign_in("member")
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    for number in range(MOST_FROM_ONE):
        send(member, meeting, f"Ý kiến {number}")
    assert code_of(send(member, meeting, "Thêm", expect=409)) == "too_many_opinions"


def test_opinions_are_grouped_and_answered(engine_name: str, sign_in: SignIn, world: World) -> None:
    secretary, member, second = (sign_in(role) for role in ("secretary", "member", "second_member"))
    meeting = convened(secretary, world.id_of("cell"))
    item = meeting["agenda"][5]["id"]
    mine = send(member, meeting, "Họp sớm", agenda_item_id=item).json
    other = send(second, meeting, "Họp muộn", agenda_item_id=item).json
    general = send(second, meeting, "Chung").json
    path = f"/api/meetings/{meeting['id']}/opinions/groups"
    mixed = secretary.post(path, {"ids": [mine["id"], general["id"]], "group": "Giờ"}, expect=422)
    assert mixed.json["errors"] == [{"pointer": "/ids", "code": "of_several_items"}]
    unknown = secretary.post(path, {"ids": [mine["id"], "999"], "group": "Giờ"}, expect=422)
    assert unknown.json["errors"] == [{"pointer": "/ids/1", "code": "unknown"}]
    grouped = secretary.post(path, {"ids": [mine["id"], other["id"]], "group": "Giờ họp"}, expect=200).json
    assert [one["group"] for one in grouped["items"]] == ["Giờ họp", "Giờ họp", None]

    one = next(one for one in grouped["items"] if one["id"] == mine["id"])
    path = f"/api/opinions/{one['id']}"
    answer = {"answered": True, "answer": "Từ tháng sau"}
    assert code_of(secretary.patch(path, answer, expect=428)) == "precondition_required"
    assert code_of(secretary.patch(path, answer, headers={"If-Match": '"x"'}, expect=412))
    secretary.patch(path, answer, headers=if_match(one), expect=200)
    (own,) = listed(member, meeting)["items"]
    # The member sees the answer, not how the secretary has sorted it.
    assert (own["answered"], own["answer"], own["group"]) == (True, "Từ tháng sau", None)
    send(member, meeting, "Họp sớm hơn nữa", key=own["key"], agenda_item_id=item, expect=200)
    assert listed(member, meeting)["items"][0]["answered"] is False
    assert member.patch(path, answer, headers=if_match(own)).status_code == 403
    assert second.patch(path, answer, headers=if_match(own)).status_code == 404


@pytest.mark.parametrize("state", ["finalized", "cancelled"])
def test_what_is_settled_is_not_sorted_any_more(sign_in: SignIn, world: World, state: str) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    meeting = convened(secretary, world.id_of("cell"))
    mine = send(member, meeting, "Ý kiến").json
    if state == "cancelled":
        step(secretary, meeting, "cancel", {"reason": "Bão"})
    else:
        for name in ("open", "close", "finalize"):
            meeting = step(secretary, meeting, name)
    body = {"ids": [mine["id"]], "group": "Nhóm"}
    answer = secretary.post(f"/api/meetings/{meeting['id']}/opinions/groups", body, expect=409)
    assert code_of(answer) == "wrong_state"


def test_an_item_that_is_removed_leaves_its_opinions_to_the_meeting(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    meeting = convened(secretary, world.id_of("cell"))
    send(member, meeting, "Vẫn còn", agenda_item_id=meeting["agenda"][5]["id"])
    path = f"/api/meetings/{meeting['id']}/agenda"
    secretary.put(path, {"agenda": []}, headers=if_match(meeting), expect=200)
    (one,) = listed(secretary, meeting)["items"]
    assert (one["text"], one["agenda_item_id"]) == ("Vẫn còn", None)


def test_the_room_reads_them_by_item_and_group(sign_in: SignIn, world: World) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    meeting = opened_with_opinions(secretary, member, world)
    lines = of_meeting(db.session.get_one(Meeting, int(meeting["id"])))
    assert [(line.text, line.group) for line in lines] == [("B", "Nhóm"), ("A", None), ("Chung", None)]
    assert lines[0].full_name == "Đặng Thị Ngẫm"


def opened_with_opinions(secretary: ApiClient, member: ApiClient, world: World) -> dict[str, Any]:
    meeting = convened(secretary, world.id_of("cell"))
    item = meeting["agenda"][5]["id"]
    send(member, meeting, "Chung")
    send(member, meeting, "A", agenda_item_id=item)
    grouped = send(member, meeting, "B", agenda_item_id=item).json
    path = f"/api/meetings/{meeting['id']}/opinions/groups"
    secretary.post(path, {"ids": [grouped["id"]], "group": "Nhóm"}, expect=200)
    return step(secretary, meeting, "open")


def test_the_record_names_the_acts_and_holds_no_text(sign_in: SignIn, world: World) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    opened_with_opinions(secretary, member, world)
    assert opened(secretary, world.id_of("cell"))["state"] == "open"
    entries = [row for row in db.session.scalars(select(AuditEntry)) if row.tag.startswith("opinions:")]
    assert [row.tag for row in entries] == [*["opinions:opinion:sent"] * 3, "opinions:meeting:grouped"]
    assert all("Nhóm" not in str(row.details) and "Chung" not in str(row.details) for row in entries)
