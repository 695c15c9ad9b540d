"""Two members of one name: told apart in the roll, on the sheet to sign and in the words of the minutes."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from tests.api.test_minutes_files import words
from tests.support.factories import World
from tests.support.meetings import opened, step
from tests.support.minutes import SignIn, closed_meeting, composed, mark, texts_of
from tests.support.pdf import page_texts
from tests.support.rooms import Device, send

from handbook.kernel.clock import FixedClock
from handbook.kernel.text import fold, sort_key
from handbook.kernel.unit_of_work import unit_of_work
from handbook.members.models import Member

NAME = "Đặng Thị Ngẫm"


@pytest.fixture
def namesake(world: World) -> Member:
    """The second member is called as the first is, but for the accents, and is younger."""
    with unit_of_work() as uow:
        member = uow.session.get_one(Member, int(world.id_of("second_member")))
        member.full_name = "Đặng Thị Ngâm"
        member.name_folded, member.name_sort = fold(member.full_name), sort_key(member.full_name)
        member.birth_date = date(1975, 3, 1)
    return member


def roll_of(client: Any, meeting: dict[str, Any]) -> dict[str, str | None]:
    items = client.get(f"/api/meetings/{meeting['id']}/attendance", expect=200).json["items"]
    return {item["full_name"]: item["name_mark"] for item in items}


def test_the_roll_says_what_tells_them_apart(
    engine_name: str, sign_in: SignIn, world: World, namesake: Member
) -> None:
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    marks = roll_of(secretary, meeting)
    assert {name: one for name, one in marks.items() if one} == {NAME: "1960", "Đặng Thị Ngâm": "1975"}
    with unit_of_work() as uow:
        uow.session.get_one(Member, namesake.id).birth_date = date(1960, 3, 1)
    marks = roll_of(sign_in("secretary"), meeting)
    assert {name: one for name, one in marks.items() if one} == {
        NAME: "thẻ …0001",
        "Đặng Thị Ngâm": "thẻ …0002",
    }
    # A plain member reads the own line alone, and nothing of anybody else.
    assert roll_of(sign_in("member"), meeting) == {NAME: None}


def test_the_sheet_to_sign_tells_them_apart(sign_in: SignIn, world: World, namesake: Member) -> None:
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    content = secretary.get(f"/api/meetings/{meeting['id']}/roll-sheet.pdf", expect=200).get_data()
    text = words(" ".join(page_texts(content)))
    assert f"{NAME} (1960)" in text
    assert "Đặng Thị Ngâm (1975)" in text
    assert "Trần Thị Phó (" not in text


def test_the_minutes_tell_them_apart_wherever_they_name_them(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock, namesake: Member
) -> None:
    meeting = closed_meeting(sign_in, world)
    minutes = composed(sign_in, world, meeting)
    text = " ".join(texts_of(minutes))
    assert "Đặng Thị Ngâm (1975): ốm" in text
    assert "đồng chí Trần Thị Phó (" not in text


def test_who_spoke_and_who_wrote_are_told_apart_in_the_minutes(
    sign_in: SignIn, world: World, clock: FixedClock, namesake: Member
) -> None:
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    for role in ("secretary", "member", "second_member", "deputy"):
        mark(secretary, meeting, world.id_of(role), {"state": "present"})
    device = Device()
    note = {"key": str(uuid4()), "speaker_member_id": world.id_of("member"), "text": "Nhất trí."}
    device.write("note", clock.now(), **note)
    answers = send(secretary, meeting, device.lines, now=clock.now())
    assert [one["outcome"] for one in answers] == ["applied"]
    heads = {"chair_id": world.id_of("secretary"), "minute_taker_id": world.id_of("second_member")}
    secretary.put(f"/api/meetings/{meeting['id']}/roles", heads, expect=200)
    fresh = secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json
    meeting = step(secretary, fresh, "close")
    minutes = secretary.post(f"/api/meetings/{meeting['id']}/minutes/compose", expect=200).json
    text = " ".join(texts_of(minutes))
    assert f"Đồng chí {NAME} (1960): Nhất trí." in text
    assert "đồng chí Đặng Thị Ngâm (1975)" in text
    # Who signs types the name alone.
    assert minutes["minute_taker"]["full_name"] == "Đặng Thị Ngâm"
