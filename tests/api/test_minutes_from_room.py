"""Minutes that a phone wrote in a room without a network: brought in after the book, with what others wrote meanwhile."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from tests.conftest import NOW
from tests.support.clients import code_of
from tests.support.factories import World
from tests.support.meetings import convened, if_match, step
from tests.support.minutes import (
    SignIn,
    composed,
    edit,
    mark,
    path_of,
    read_back,
    texts_of,
)
from tests.support.rooms import Device, send

from handbook.kernel.db import db
from handbook.minutes.models import Minutes, MinutesVersion


@pytest.fixture
def meeting(meeting_ended: dict[str, Any]) -> dict[str, Any]:
    return meeting_ended


def room_text(minutes: dict[str, Any]) -> list[dict[str, Any]]:
    """The text as a phone holds it."""
    return [{"key": one["key"], "paragraphs": one["paragraphs"]} for one in minutes["sections"]]


def written_in_the_room(sign_in: SignIn, world: World, meeting: dict[str, Any]) -> list[dict[str, Any]]:
    """What the server would write, as if a phone had written it: there are no minutes on the server."""
    sections = room_text(composed(sign_in, world, meeting))
    db.session.delete(db.session.scalars(select(Minutes)).one())
    db.session.commit()
    return sections


def paragraph(sections: Any, id_: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for part in sections for one in part["paragraphs"] if one["id"] == id_)
    return found


def test_the_room_s_words_become_the_minutes_and_nobody_reads_them_twice(
    engine_name: str, sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    sections = written_in_the_room(sign_in, world, meeting)
    paragraph(sections, "place")["text"] = "Địa điểm: nhà đồng chí bí thư, vì mất điện."
    sections[0]["paragraphs"].append({"id": "own-1", "text": "Có mưa lớn.", "facts": None})
    body = {"sections": sections, "read_back_at": NOW.isoformat()}
    brought = sign_in("secretary").post(path_of(meeting, "/from-room"), body, expect=200).json
    assert (brought["state"], brought["symbol"]) == ("read_back", "01-BB/CB")
    assert brought["read_back_at"] is not None
    assert paragraph(brought["sections"], "place")["facts"] == "Địa điểm: Phòng họp số 2."
    assert "Địa điểm: nhà đồng chí bí thư, vì mất điện." in texts_of(brought)
    assert "Có mưa lớn." in texts_of(brought)
    differing = [one["id"] for part in brought["sections"] for one in part["paragraphs"] if one["differs"]]
    # The book does not say who takes the minutes; everything else is as the server has it.
    assert differing == ["minute_taker"]


def test_what_the_room_heard_stands_and_says_where_the_facts_are_others_by_now(
    sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    sections = written_in_the_room(sign_in, world, meeting)
    secretary = sign_in("secretary")
    mark(secretary, meeting, world.id_of("second_member"), {"state": "present"})
    body = {"sections": sections, "read_back_at": NOW.isoformat()}
    brought = secretary.post(path_of(meeting, "/from-room"), body, expect=200).json
    present = paragraph(brought["sections"], "present")
    assert (present["text"], present["facts"], present["differs"]) == (
        "Có mặt: 4 đồng chí.",
        "Có mặt: 5 đồng chí.",
        True,
    )
    # The meeting heard that somebody was excused; that fact is gone.
    excused = paragraph(brought["sections"], "excused")
    assert (excused["facts"], excused["differs"]) == (None, True)
    # Nobody edited it; who brings the minutes up to date has what is true, to be read once more.
    assert not excused["by_hand"]
    again = secretary.post(path_of(meeting, "/compose"), expect=200).json
    assert again["state"] == "draft"
    assert "Có mặt: 5 đồng chí." in texts_of(again)
    assert excused["text"] not in texts_of(again)


def test_words_that_the_room_has_not_heard_make_the_minutes_a_draft_again(
    sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    sections = written_in_the_room(sign_in, world, meeting)
    sections[2]["paragraphs"] = [one for one in sections[2]["paragraphs"] if "reserved" not in one["id"]]
    body = {"sections": sections, "read_back_at": NOW.isoformat()}
    brought = sign_in("secretary").post(path_of(meeting, "/from-room"), body, expect=200).json
    assert brought["state"] == "draft"
    assert brought["read_back_at"] is not None
    assert "Đồng chí Trần Thị Phó bảo lưu ý kiến: Cần thêm thời gian." in texts_of(brought)
    versions = db.session.scalars(select(MinutesVersion).order_by(MinutesVersion.number)).all()
    # The room's own text is kept beside the one that was brought up to date.
    assert [one.cause for one in versions] == ["edited", "composed"]
    assert "bảo lưu" not in str(versions[0].sections)


def test_the_hour_of_the_end_needs_no_reading(sign_in: SignIn, world: World, meeting: dict[str, Any]) -> None:
    sections = written_in_the_room(sign_in, world, meeting)
    sections[-1]["paragraphs"] = [one for one in sections[-1]["paragraphs"] if one["id"] != "closed"]
    body = {"sections": sections, "read_back_at": NOW.isoformat()}
    brought = sign_in("secretary").post(path_of(meeting, "/from-room"), body, expect=200).json
    assert brought["state"] == "read_back"
    assert texts_of(brought)[-1].startswith("Buổi sinh hoạt kết thúc lúc")


def test_what_was_not_read_follows_the_facts(sign_in: SignIn, world: World, meeting: dict[str, Any]) -> None:
    sections = written_in_the_room(sign_in, world, meeting)
    secretary = sign_in("secretary")
    mark(secretary, meeting, world.id_of("second_member"), {"state": "present"})
    brought = secretary.post(path_of(meeting, "/from-room"), {"sections": sections}, expect=200).json
    assert "Có mặt: 5 đồng chí." in texts_of(brought)
    assert brought["state"] == "draft"


def test_the_minutes_of_another_are_not_written_over(
    engine_name: str, sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    """Minutes edited by two people: the deputy wrote them with a network while the secretary's room had none."""
    secretary, path = sign_in("secretary"), path_of(meeting, "/from-room")
    minutes = composed(sign_in, world, meeting)
    ours = {"sections": room_text(minutes)}
    # Only the facts have spoken so far: nothing of anybody is lost.
    minutes = secretary.post(path, ours, expect=200).json
    opening = {"key": "opening", "paragraphs": [{"id": "place", "text": "Địa điểm: phòng số 3."}]}
    edit(sign_in("deputy"), minutes, {"sections": [opening]})
    assert code_of(secretary.post(path, ours, expect=412)) == "precondition_failed"
    stale = secretary.post(path, ours, headers=if_match(minutes), expect=412)
    assert code_of(stale) == "precondition_failed"
    now = secretary.get(path_of(meeting), expect=200).json
    assert "Địa điểm: phòng số 3." in texts_of(now)
    secretary.post(path, ours, headers=if_match(now), expect=200)


def test_the_same_sending_again_answers_the_same(
    sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    sections = written_in_the_room(sign_in, world, meeting)
    paragraph(sections, "place")["text"] = "Địa điểm: sân đình."
    headers = {"Idempotency-Key": str(uuid4())}
    secretary = sign_in("secretary")
    first, again = (
        secretary.post(path_of(meeting, "/from-room"), {"sections": sections}, headers=headers, expect=200)
        for _ in range(2)
    )
    assert first.json == again.json


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"key": "nowhere"}, 422, "validation_failed"),
        ({"paragraphs": [{"id": "x", "text": "Độ mật: TỐI MẬT"}]}, 422, "classified_document"),
        ({"paragraphs": [{"id": "x y", "text": "Chữ."}]}, 422, "validation_failed"),
    ],
)
def test_what_no_minutes_have_is_refused_and_nothing_is_kept(
    sign_in: SignIn, world: World, meeting: dict[str, Any], change: dict[str, Any], status: int, code: str
) -> None:
    body = {"sections": [{"key": "opening", "paragraphs": [], **change}]}
    refused = sign_in("secretary").post(path_of(meeting, "/from-room"), body, expect=status)
    assert code_of(refused) == code
    assert db.session.scalars(select(Minutes)).all() == []


def test_minutes_come_after_the_book_that_opens_the_meeting(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    body = {"sections": [{"key": "opening", "paragraphs": []}]}
    assert code_of(secretary.post(path_of(meeting, "/from-room"), body, expect=409)) == "wrong_state"


def test_a_note_is_named_by_its_key_and_its_edited_words_stay_when_it_is_corrected(
    sign_in: SignIn, world: World
) -> None:
    secretary, device = sign_in("secretary"), Device()
    meeting = step(secretary, convened(secretary, world.id_of("cell")), "open")
    key = str(uuid4())
    note = {"key": key, "agenda_item_id": None, "speaker_member_id": world.id_of("member"), "removed": False}
    written = device.write("note", NOW, **note, speaker_name=None, text="Nhất trí")
    send(secretary, meeting, [written], now=NOW)
    minutes = secretary.post(path_of(meeting, "/compose"), expect=200).json
    assert paragraph(minutes["sections"], f"note.{key}")["text"].endswith(": Nhất trí.")
    corrected = device.write("note", NOW, written["id"], **note, speaker_name=None, text="Nhất trí cao")
    send(secretary, meeting, [corrected], now=NOW)
    minutes = secretary.post(path_of(meeting, "/compose"), expect=200).json
    assert paragraph(minutes["sections"], f"note.{key}")["text"].endswith(": Nhất trí cao.")


def test_the_review_tells_each_task_done_not_done_and_why(sign_in: SignIn, world: World) -> None:
    """2-domain: "review of last month's resolution, each task done / not done / why"."""
    secretary = sign_in("secretary")
    member, cell = world.id_of("member"), world.id_of("cell")
    path = f"/api/organizations/{cell}/resolutions"
    tasks = [
        {"title": "Dọn đường", "assignee_ids": [member], "due_on": "2026-12-20"},
        {"title": "Trồng cây", "assignee_ids": [], "due_on": None},
        {"title": "Thăm hộ nghèo", "assignee_ids": [], "due_on": None},
    ]
    symbol = secretary.get(f"{path}/next-symbol", expect=200).json["symbol"]
    body = {"symbol": symbol, "title": "Nghị quyết", "body": "1. Làm.", "tasks": tasks}
    made = secretary.post(path, body, expect=201).json
    done, not_done, _open = secretary.post(
        f"/api/resolutions/{made['id']}/issue", headers=if_match(made), expect=200
    ).json["tasks"]
    say(secretary, done, "done")
    say(secretary, not_done, "not_done", text="chưa có cây giống")
    agenda = [{"title": "Kiểm điểm nghị quyết tháng trước", "source": "open_tasks"}]
    meeting = step(secretary, convened(secretary, cell, agenda=agenda), "open")
    minutes = secretary.post(path_of(meeting, "/compose"), expect=200).json
    told = [one["text"] for part in minutes["sections"] for one in part["paragraphs"] if "task" in one["id"]]
    assert told == [
        "Nhiệm vụ “Dọn đường”. Phụ trách: đồng chí Đặng Thị Ngẫm. Hạn: 20/12/2026. Kết quả: đã hoàn thành.",
        "Nhiệm vụ “Trồng cây”. Kết quả: không hoàn thành. Lý do: chưa có cây giống.",
        "Nhiệm vụ “Thăm hộ nghèo”. Kết quả: chưa hoàn thành.",
    ]


@pytest.mark.parametrize("runs", [True, False])
def test_of_an_item_without_an_entry_the_minutes_say_so_once_it_is_passed_over(
    sign_in: SignIn, world: World, runs: bool
) -> None:
    secretary = sign_in("secretary")
    agenda = [{"title": f"Nội dung {n}", "presenter": f"Người trình bày {n}"} for n in (1, 2, 3, 4)]
    meeting = step(secretary, convened(secretary, world.id_of("cell"), agenda=agenda), "open")
    device = Device()
    first, second, _, _ = (item["id"] for item in meeting["agenda"])
    if runs:
        # Noted as dealt with: its clock never ran.
        device.write("item", NOW, agenda_item_id=first, state="done")
    device.write("conclusion", NOW, agenda_item_id=second, text="Nhất trí")
    send(secretary, meeting, device.lines, now=NOW)
    minutes = secretary.post(path_of(meeting, "/compose"), expect=200).json
    reached = [f"Trình bày: Người trình bày {n}." for n in ((1, 2) if runs else (2,))]
    nothing = ["Không có ghi chép về nội dung này."]
    assert course_of(minutes) == (reached if runs else nothing + reached)
    step(secretary, secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json, "close")
    minutes = secretary.get(path_of(meeting), expect=200).json
    assert course_of(minutes) == (reached if runs else nothing + reached) + 2 * nothing


def test_the_end_of_the_agenda_after_the_reading_takes_no_agreement_back(
    sign_in: SignIn, world: World
) -> None:
    """2-domain, default agenda: "minutes read back; closing". The closing is an item that begins after the reading, and it
    makes whoever has not come absent without leave."""
    secretary = sign_in("secretary")
    agenda = [
        {"title": title, "presenter": "Chủ trì"} for title in ("Thảo luận", "Thông qua biên bản", "Bế mạc")
    ]
    meeting = step(secretary, convened(secretary, world.id_of("cell"), agenda=agenda), "open")
    roll = secretary.get(f"/api/meetings/{meeting['id']}/attendance", expect=200).json
    for line in roll["items"][1:]:
        mark(secretary, meeting, line["member_id"], {"state": "present"})
    device = Device()
    for item in meeting["agenda"][:2]:
        device.write("item", NOW, agenda_item_id=item["id"], state="started")
    send(secretary, meeting, device.lines, now=NOW)
    minutes = read_back(secretary, secretary.post(path_of(meeting, "/compose"), expect=200).json)
    assert any(text.startswith("Chưa ghi điểm danh: 1") for text in texts_of(minutes))
    device.write("item", NOW, agenda_item_id=meeting["agenda"][2]["id"], state="started")
    send(secretary, meeting, device.lines, now=NOW)
    step(secretary, secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json, "close")
    minutes = secretary.get(path_of(meeting), expect=200).json
    assert minutes["state"] == "read_back"
    assert course_of(minutes) == 3 * ["Trình bày: Chủ trì."]
    assert any(text.startswith("Vắng không phép: 1") for text in texts_of(minutes))
    assert not any(text.startswith("Chưa ghi điểm danh") for text in texts_of(minutes))
    assert any("đã được đọc lại trước buổi sinh hoạt" in text for text in texts_of(minutes))


def course_of(minutes: dict[str, Any]) -> list[str]:
    return [text for text in texts_of(minutes) if text.startswith(("Trình bày", "Không có ghi chép"))]


def say(secretary: Any, task: dict[str, Any], kind: str, **fields: Any) -> None:
    path = f"/api/tasks/{task['id']}/updates/{uuid4()}"
    secretary.put(path, {"kind": kind, **fields}, headers=if_match(task), expect=201)
