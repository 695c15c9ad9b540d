"""The agenda of the running meeting: what the floor adds, drops and moves are lines of the book, and stand in the minutes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import convened, if_match, step
from tests.support.minutes import path_of, texts_of
from tests.support.rooms import Device, book, send

from handbook.kernel.clock import FixedClock

SignIn = Callable[[str], ApiClient]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def meeting(secretary: ApiClient, world: World) -> dict[str, Any]:
    agenda = [
        {"title": "Đánh giá tháng 11", "minutes": 30},
        {"title": "Thu nộp đảng phí"},
        {"title": "Bế mạc"},
    ]
    return convened(secretary, world.id_of("cell"), agenda=agenda)


def agenda_of(client: ApiClient, meeting: dict[str, Any]) -> list[tuple[str, bool]]:
    found = client.get(f"/api/meetings/{meeting['id']}", expect=200).json["agenda"]
    return [(item["title"], item["dropped"]) for item in found]


def test_an_item_from_the_floor_has_clock_notes_vote_and_conclusion_and_stands_in_the_minutes(
    engine_name: str, secretary: ApiClient, world: World, meeting: dict[str, Any], evening: FixedClock
) -> None:
    device, start, key = Device(), evening.now(), str(uuid4())
    first, second, last = (item["id"] for item in meeting["agenda"])
    device.write("open", start, present=True)
    device.mark(start, world.id_of("member"), "present")
    device.mark(start, world.id_of("deputy"), "present")
    device.write("agenda", start + MINUTE, act="add", key=key, title="Hỗ trợ hộ bị bão", minutes=10)
    device.write(
        "agenda", start + MINUTE, act="drop", agenda_item_id=second, dropped=True, reason="Chưa có số liệu"
    )
    device.write("agenda", start + MINUTE, act="move", order=[first, key, last, second])
    device.write("item", start + 2 * MINUTE, agenda_item_id=key, state="started")
    note = {"key": str(uuid4()), "agenda_item_id": key, "speaker_member_id": world.id_of("member")}
    device.write("note", start + 3 * MINUTE, text="Mỗi hộ hai triệu đồng.", **note)
    counts = {"agree": 3, "disagree": 0, "other": 0}
    device.write(
        "hand_vote",
        start + 4 * MINUTE,
        ballot={"title": "Hỗ trợ", "kind": "other", "agenda_item_id": key, **counts},
    )
    device.write("conclusion", start + 5 * MINUTE, agenda_item_id=key, text="Thống nhất hỗ trợ.")
    device.write("item", start + 7 * MINUTE, agenda_item_id=key, state="done")
    evening.advance(hours=1)
    answers = send(secretary, meeting, device.lines, now=evening.now())
    assert {one["outcome"] for one in answers} == {"applied"}, answers
    assert agenda_of(secretary, meeting) == [
        ("Đánh giá tháng 11", False),
        ("Hỗ trợ hộ bị bão", False),
        ("Bế mạc", False),
        ("Thu nộp đảng phí", True),
    ]
    again = send(secretary, meeting, device.lines, now=evening.now())
    assert again == answers
    ballots = secretary.get(f"/api/meetings/{meeting['id']}/ballots", expect=200).json["items"]
    item = secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json["agenda"][1]
    assert (item["key"], ballots[0]["agenda_item_id"]) == (key, item["id"])
    secretary.post(path_of(meeting, "/compose"), expect=200)
    said = texts_of(secretary.get(path_of(meeting), expect=200).json)
    assert "Bổ sung nội dung vào chương trình: “Hỗ trợ hộ bị bão”." in said
    assert "Rút nội dung “Thu nộp đảng phí” khỏi chương trình. Lý do: Chưa có số liệu." in said
    assert "2. Hỗ trợ hộ bị bão" in said
    assert "Kết luận: Thống nhất hỗ trợ." in said
    assert not any(text.endswith("Thu nộp đảng phí") for text in said), "it was not dealt with"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_what_two_devices_raise_goes_before_the_closing_whichever_arrives_first(
    order: tuple[int, int], secretary: ApiClient, meeting: dict[str, Any], evening: FixedClock
) -> None:
    start, closing = evening.now(), meeting["agenda"][-1]["id"]
    one, two = Device(), Device()
    send(secretary, meeting, [one.write("open", start)], now=start)
    evening.advance(minutes=10)
    raised = [
        device.write(
            "agenda", start + minutes * MINUTE, act="add", key=str(uuid4()), title=title, before=closing
        )
        for minutes, device, title in ((1, one, "Hỗ trợ hộ bị bão"), (2, two, "Việc khác"))
    ]
    for number in order:
        send(secretary, meeting, [raised[number]], now=evening.now())
    titles = [title for title, _ in agenda_of(secretary, meeting)]
    assert titles == ["Đánh giá tháng 11", "Thu nộp đảng phí", "Hỗ trợ hộ bị bão", "Việc khác", "Bế mạc"]


def test_what_was_written_about_an_item_waits_for_the_device_that_added_it(
    secretary: ApiClient, meeting: dict[str, Any], evening: FixedClock
) -> None:
    one, other, key = Device(), Device(), str(uuid4())
    send(secretary, meeting, [one.write("open", evening.now())], now=evening.now())
    early = other.write("conclusion", evening.now(), agenda_item_id=key, text="Thống nhất.")
    (answer,) = send(secretary, meeting, [early], now=evening.now())
    assert answer["code"] == "unknown_agenda_item"
    added = one.write("agenda", evening.now(), act="add", key=key, title="Việc khác")
    send(secretary, meeting, [added], now=evening.now())
    lines = {line["id"]: line["outcome"] for line in book(secretary, meeting)["items"]}
    assert lines[early["id"]] == "applied"


def test_an_item_dropped_by_mistake_is_dealt_with_after_all(
    secretary: ApiClient, meeting: dict[str, Any], evening: FixedClock
) -> None:
    device, item = Device(), meeting["agenda"][1]["id"]
    device.write("open", evening.now())
    dropped = device.write("agenda", evening.now(), act="drop", agenda_item_id=item, dropped=True)
    send(secretary, meeting, device.lines, now=evening.now())
    assert ("Thu nộp đảng phí", True) in agenda_of(secretary, meeting)
    back = device.write(
        "agenda", evening.now(), base=dropped["id"], act="drop", agenda_item_id=item, dropped=False
    )
    send(secretary, meeting, [back], now=evening.now())
    assert ("Thu nộp đảng phí", False) in agenda_of(secretary, meeting)


def test_of_an_item_that_was_raised_and_dropped_again_the_minutes_say_nothing(
    secretary: ApiClient, meeting: dict[str, Any], evening: FixedClock
) -> None:
    device, key = Device(), str(uuid4())
    device.write("open", evening.now())
    device.write("agenda", evening.now(), act="add", key=key, title="Nêu nhầm")
    device.write("agenda", evening.now(), act="drop", agenda_item_id=key, dropped=True)
    send(secretary, meeting, device.lines, now=evening.now())
    said = texts_of(secretary.post(path_of(meeting, "/compose"), expect=200).json)
    assert not any("Nêu nhầm" in text for text in said)


def test_lines_of_the_agenda_that_cannot_be_right_are_refused_by_themselves(
    secretary: ApiClient, meeting: dict[str, Any], evening: FixedClock
) -> None:
    device, now = Device(), evening.now()
    device.write("agenda", now, act="add", key=str(uuid4()), title="Trước khi mở")
    device.write("agenda", now, act="add", title="Không có khóa")
    device.write("agenda", now, act="add", key=str(uuid4()), title="Thừa", order=["1"])
    device.write("agenda", now, act="drop", agenda_item_id="999999", dropped=True)
    device.write("agenda", now, act="shuffle")
    device.write("agenda", now, act="add", key=str(uuid4()), title="TUYỆT MẬT")
    answers = send(secretary, meeting, device.lines, now=now)
    assert [one["code"] for one in answers][:1] == ["not_open"]
    send(secretary, meeting, [Device().write("open", now)], now=now)
    codes = [line["code"] for line in book(secretary, meeting)["items"] if line["kind"] == "agenda"]
    assert sorted(code or "" for code in codes) == sorted(
        ["", "invalid_entry", "invalid_entry", "unknown_agenda_item", "invalid_entry", "classified_document"]
    )


def test_the_whole_agenda_is_still_not_put_while_the_meeting_runs(
    secretary: ApiClient, meeting: dict[str, Any], evening: FixedClock
) -> None:
    running = step(secretary, meeting, "open")
    answer = secretary.put(
        f"/api/meetings/{meeting['id']}/agenda",
        [{"title": "Khác"}],
        headers=if_match(running),
        expect=409,
    )
    assert code_of(answer) == "wrong_state"


def test_the_next_meeting_takes_what_was_dropped_and_not_what_the_floor_raised(
    secretary: ApiClient, world: World, meeting: dict[str, Any], evening: FixedClock
) -> None:
    device, now = Device(), evening.now()
    device.write("open", now)
    device.write("agenda", now, act="add", key=str(uuid4()), title="Hỗ trợ hộ bị bão")
    device.write("agenda", now, act="drop", agenda_item_id=meeting["agenda"][1]["id"], dropped=True)
    send(secretary, meeting, device.lines, now=now)
    path = f"/api/organizations/{world.id_of('cell')}/meetings"
    following = secretary.post(path, {"from_meeting_id": meeting["id"]}, expect=201).json
    assert [item["title"] for item in following["agenda"]] == [
        "Đánh giá tháng 11",
        "Thu nộp đảng phí",
        "Bế mạc",
    ]
    assert not any(item["dropped"] or item["key"] for item in following["agenda"])
