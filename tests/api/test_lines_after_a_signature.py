"""What a device of the room brings when somebody has signed the minutes already: one rule for every kind of line (ADR 11)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import if_match
from tests.support.minutes import (
    SignIn,
    composed,
    edit,
    path_of,
    read_back,
    sign,
    signed,
    texts_of,
)
from tests.support.rooms import Device, book, send

from handbook.kernel.clock import FixedClock

MINUTE = timedelta(minutes=1)
VOTE = {"title": "Bầu ban kiểm phiếu", "kind": "other", "agree": 3, "disagree": 1, "other": 0}


@pytest.fixture
def meeting(engine_name: str, meeting_ended: dict[str, Any]) -> dict[str, Any]:
    return meeting_ended


def with_one_signature(sign_in: SignIn, world: World, meeting: dict[str, Any]) -> dict[str, Any]:
    return sign(
        sign_in("secretary"), read_back(sign_in("secretary"), composed(sign_in, world, meeting)), "chair"
    )


def ballots(secretary: ApiClient, meeting: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = secretary.get(f"/api/meetings/{meeting['id']}/ballots", expect=200).json[
        "items"
    ]
    return found


def state_of(secretary: ApiClient, meeting: dict[str, Any], member_id: str) -> str:
    roll = secretary.get(f"/api/meetings/{meeting['id']}/attendance", expect=200).json["items"]
    return str(next(line["state"] for line in roll if line["member_id"] == member_id))


def lines_of_every_kind(device: Device, clock: FixedClock, world: World, meeting: dict[str, Any]) -> None:
    at, item = clock.now() - MINUTE, meeting["agenda"][0]["id"]
    # First, as a device writes it: an opening written after the closing would be refused for that.
    device.write("open", at - timedelta(hours=1))
    device.write("hand_vote", at, ballot={**VOTE, "agenda_item_id": None})
    device.mark(clock.now(), world.id_of("second_member"), "present")
    device.write("note", at, key=str(uuid4()), agenda_item_id=item, text="Đề nghị làm rõ.")
    device.write("conclusion", at, agenda_item_id=item, text="Giao đồng chí phó bí thư.")
    device.write("guest", at, key=str(uuid4()), name="Hoàng Thị Khách")
    device.write("chair", at, member_id=world.id_of("deputy"))


def test_no_line_that_arrives_after_a_signature_changes_what_was_signed(
    sign_in: SignIn, world: World, meeting: dict[str, Any], clock: FixedClock
) -> None:
    """A first count by hand as little as a correction; each line is kept with the reason, and the room shows it."""
    minutes, secretary = with_one_signature(sign_in, world, meeting), sign_in("secretary")
    device = Device()
    lines_of_every_kind(device, clock, world, meeting)
    answers = send(secretary, meeting, device.lines, now=clock.now())
    assert {(one["outcome"], one["code"]) for one in answers} == {("refused", "minutes_signed")}
    assert len(ballots(secretary, meeting)) == 1
    assert state_of(secretary, meeting, world.id_of("second_member")) == "excused"
    again = secretary.get(path_of(meeting), expect=200).json
    assert (again["etag"], again["signatures"]) == (minutes["etag"], minutes["signatures"])
    kept = {entry["id"]: entry for entry in book(secretary, meeting)["items"]}
    assert [kept[line["id"]]["data"]["ballot"]["agree"] for line in device.lines[1:2]] == [3]
    assert send(secretary, meeting, device.lines, now=clock.now()) == answers


def test_nobody_signs_over_what_two_devices_wrote_differently(
    sign_in: SignIn, world: World, meeting: dict[str, Any], clock: FixedClock
) -> None:
    """Issue 3: "the difference is shown, never silently dropped": it is settled before the first signature."""
    one, other, secretary, member = Device(), Device(), sign_in("secretary"), world.id_of("member")
    marked = one.mark(clock.now(), member, "late")
    differs = other.mark(clock.now(), member, "excused")
    send(secretary, meeting, [marked], now=clock.now())
    send(secretary, meeting, [differs], now=clock.now())
    minutes = read_back(secretary, composed(sign_in, world, meeting))
    refused = sign(secretary, minutes, "chair", expect=409)
    assert (refused["code"], refused["errors"][0]["params"]) == ("differences_open", {"count": 1})
    assert secretary.get(path_of(meeting), expect=200).json["signatures"] == []
    subject = f"mark:{member}"
    chosen = one.write(
        "settle", clock.now(), subject=subject, chosen=marked["id"], instead_of=[differs["id"]]
    )
    (answer,) = send(secretary, meeting, [chosen], now=clock.now())
    assert answer["outcome"] == "applied"
    minutes = read_back(secretary, secretary.post(path_of(meeting, "/compose"), expect=200).json)
    assert len(sign(secretary, minutes, "chair")["signatures"]) == 1


def test_a_line_that_says_what_the_book_says_already_is_no_difference(
    sign_in: SignIn, world: World, meeting: dict[str, Any], clock: FixedClock
) -> None:
    one, other, secretary, member = Device(), Device(), sign_in("secretary"), world.id_of("member")
    send(secretary, meeting, [one.mark(clock.now(), member, "late")], now=clock.now())
    with_one_signature(sign_in, world, meeting)
    (same,) = send(secretary, meeting, [other.mark(clock.now(), member, "late")], now=clock.now())
    assert (same["outcome"], same["code"], same["flags"]) == ("applied", None, ["after_closing"])
    (differs,) = send(secretary, meeting, [other.mark(clock.now(), member, "present")], now=clock.now())
    assert (differs["outcome"], differs["code"]) == ("refused", "minutes_signed")
    assert state_of(secretary, meeting, member) == "late"


def test_who_takes_the_signature_back_lets_the_late_lines_count(
    sign_in: SignIn, world: World, meeting: dict[str, Any], clock: FixedClock
) -> None:
    minutes, secretary = with_one_signature(sign_in, world, meeting), sign_in("secretary")
    device = Device()
    lines_of_every_kind(device, clock, world, meeting)
    send(secretary, meeting, device.lines, now=clock.now())
    edited = edit(
        secretary, minutes, {"sections": [{"key": "opening", "paragraphs": section(minutes, "opening")}]}
    )
    assert (edited["state"], edited["signatures"]) == ("draft", [])
    assert "Đề nghị làm rõ." in " ".join(texts_of(edited))
    assert {ballot["title"] for ballot in ballots(secretary, meeting)} >= {VOTE["title"]}
    assert state_of(secretary, meeting, world.id_of("second_member")) == "present"
    entries = {entry["id"]: entry for entry in book(secretary, meeting)["items"]}
    assert {entries[line["id"]]["code"] for line in device.lines} == {None}
    assert entries[device.lines[0]["id"]]["flags"] == ["after_closing"]


def section(minutes: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = next(one for one in minutes["sections"] if one["key"] == key)
    paragraphs = [
        {"id": one["id"], "text": one["text"], "removed": one["removed"]} for one in found["paragraphs"]
    ]
    return [*paragraphs, {"id": "own-1", "text": "Có thêm tài liệu phát tại chỗ.", "removed": False}]


def test_signed_by_both_the_minutes_take_an_addendum_and_no_line(
    sign_in: SignIn, world: World, meeting: dict[str, Any], clock: FixedClock
) -> None:
    minutes, secretary, device = signed(sign_in, world, meeting), sign_in("secretary"), Device()
    line = device.write("hand_vote", clock.now() - MINUTE, ballot={**VOTE, "agenda_item_id": None})
    (answer,) = send(secretary, meeting, [line], now=clock.now())
    assert (answer["outcome"], answer["code"]) == ("refused", "meeting_settled")
    assert len(ballots(secretary, meeting)) == 1
    text = {"text": "Biểu quyết bầu ban kiểm phiếu: 3 đồng ý, 1 không đồng ý."}
    longer = secretary.post(path_of(meeting, "/addenda"), text, headers=if_match(minutes), expect=201).json
    assert (longer["intact"], longer["sections"]) == (True, minutes["sections"])


def test_reserved_opinions_that_were_signed_are_replaced_no_more(
    sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    with_one_signature(sign_in, world, meeting)
    secretary = sign_in("secretary")
    (ballot,) = ballots(secretary, meeting)
    path = f"/api/ballots/{ballot['id']}/reservations"
    answer = secretary.put(path, {"reserved": []}, headers=if_match(ballot), expect=409)
    assert code_of(answer) == "minutes_signed"
