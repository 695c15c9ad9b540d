from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from tests.support.clients import ApiClient
from tests.support.factories import World

from handbook.access.actor import OfficeTitle
from handbook.accounts.models import DeviceSession
from handbook.accounts.sessions import COOKIE, hash_token
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.members.events import MembershipChanged
from handbook.sync.cursor import Cursor, decode

SignIn = Callable[[str], ApiClient]
MEETING = {
    "kind": "regular",
    "title": "Sinh hoạt thường kỳ tháng 12",
    "starts_at": "2026-12-03T19:30:00+07:00",
    "ends_at": "2026-12-03T21:30:00+07:00",
    "place": "Nhà văn hóa",
    "agenda": [{"title": "Khai mạc", "minutes": 5}],
}


def create_meeting(client: ApiClient, world: World) -> Any:
    return client.post(f"/api/organizations/{world.id_of('cell')}/meetings", MEETING, expect=201)


def convene(client: ApiClient, meeting: Any) -> Any:
    headers = {"If-Match": f'"{meeting.json["etag"]}"'}
    return client.post(f"/api/meetings/{meeting.json['id']}/convene", headers=headers, expect=200)


def test_a_new_phone_gets_everything_and_then_only_changes(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    member, secretary = sign_in("member"), sign_in("secretary")
    first = member.get("/api/sync", expect=200).json
    assert first["full"] is True
    assert [row["id"] for row in first["changes"]["organizations"]] == [
        world.id_of(name) for name in ("root", "committee", "cell")
    ]
    assert first["changes"]["me"]["member"]["id"] == world.id_of("member")
    cursor = first["cursor"]
    member.get("/api/sync", query_string={"cursor": cursor}, expect=304)

    draft = create_meeting(secretary, world)
    unseen = member.get("/api/sync", query_string={"cursor": cursor}, expect=200).json
    assert unseen["changes"]["meetings"] == []
    convene(secretary, draft)
    delta = member.get("/api/sync", query_string={"cursor": unseen["cursor"]}, expect=200).json
    assert delta["full"] is False
    assert [row["title"] for row in delta["changes"]["meetings"]] == [MEETING["title"]]
    assert [row["meeting_id"] for row in delta["changes"]["attendance"]] == [draft.json["id"]]
    assert delta["changes"]["organizations"] == []
    member.get("/api/sync", headers={"If-None-Match": f'"{delta["cursor"]}"'}, expect=304)


def test_a_secretary_gets_drafts_and_the_roster(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    create_meeting(secretary, world)
    changes = secretary.get("/api/sync", expect=200).json["changes"]
    assert [row["state"] for row in changes["meetings"]] == ["draft"]
    assert len(changes["members"]) == 6
    assert all("phone" in row for row in changes["members"])
    assert sign_in("member").get("/api/sync").json["changes"]["members"] == []


def test_another_cell_learns_nothing(sign_in: SignIn, world: World) -> None:
    other = sign_in("other_member")
    cursor = other.get("/api/sync", expect=200).json["cursor"]
    convene(sign_in("secretary"), create_meeting(sign_in("secretary"), world))
    other.get("/api/sync", query_string={"cursor": cursor}, expect=304)


@pytest.mark.parametrize("cursor", ["", "nonsense", "1.1.1.1.1.x.1-1", "1.a.b.c.d.e.f", "9" * 900])
def test_a_strange_cursor_gives_everything_anew(sign_in: SignIn, cursor: str) -> None:
    assert (
        sign_in("member").get("/api/sync", query_string={"cursor": cursor}, expect=200).json["full"] is True
    )


def test_another_persons_cursor_gives_everything_anew(sign_in: SignIn) -> None:
    theirs = sign_in("second_member").get("/api/sync", expect=200).json["cursor"]
    assert (
        sign_in("member").get("/api/sync", query_string={"cursor": theirs}, expect=200).json["full"] is True
    )


def test_a_check_in_moves_no_cursor(sign_in: SignIn, world: World) -> None:
    secretary, member, second = sign_in("secretary"), sign_in("member"), sign_in("second_member")
    meeting = convene(secretary, create_meeting(secretary, world))
    cursor = second.get("/api/sync", expect=200).json["cursor"]
    url = f"/api/meetings/{meeting.json['id']}/attendance/{world.id_of('member')}"
    opened = secretary.post(
        f"/api/meetings/{meeting.json['id']}/open",
        headers={"If-Match": f'"{meeting.json["etag"]}"'},
        expect=200,
    )
    assert opened.json["state"] == "open"
    cursor = second.get("/api/sync", query_string={"cursor": cursor}, expect=200).json["cursor"]
    own = member.get("/api/sync", expect=200).json["cursor"]
    secretary.put(url, {"state": "present"}, expect=200)
    second.get("/api/sync", query_string={"cursor": cursor}, expect=304)
    told = member.get("/api/sync", query_string={"cursor": own}, expect=200).json
    assert [(row["meeting_id"], row["state"]) for row in told["changes"]["attendance"]] == [
        (meeting.json["id"], "present")
    ]


def test_a_new_office_gives_everything_anew(app: Flask, sign_in: SignIn, world: World) -> None:
    member = sign_in("member")
    cursor = member.get("/api/sync", expect=200).json["cursor"]
    with unit_of_work() as uow:
        world.give_office("member", "cell", OfficeTitle.DEPUTY_SECRETARY, uow=uow)
        uow.emit(MembershipChanged(world.members["member"].id))
    anew = member.get("/api/sync", query_string={"cursor": cursor}, expect=200).json
    assert anew["full"] is True
    assert len(anew["changes"]["members"]) == 6


def test_the_short_path_and_the_long_path_answer_alike(
    engine_name: str, app: Flask, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    """Every situation that the WSGI layer decides is sent through it and around it."""
    member = sign_in("member")
    cursor = member.get("/api/sync", expect=200).json["cursor"]
    short = app.wsgi_app
    answers = []
    for situation in ("nothing new", "day after", "moved", "session ended"):
        if situation == "day after":
            clock.advance(days=1)
        if situation == "moved":
            clock.advance(days=-1)
            convene(sign_in("secretary"), create_meeting(sign_in("secretary"), world))
        if situation == "session ended":
            member.delete("/api/session", expect=204)
        statuses = []
        for layer in (short, short._inner):  # type: ignore[attr-defined]
            app.wsgi_app = layer  # type: ignore[method-assign]
            statuses.append(member.get("/api/sync", headers={"If-None-Match": f'"{cursor}"'}).status_code)
        app.wsgi_app = short  # type: ignore[method-assign]
        assert statuses[0] == statuses[1], situation
        answers.append(statuses[0])
    assert answers == [304, 200, 200, 401]


def test_the_short_path_answers_without_flask(app: Flask, sign_in: SignIn, world: World) -> None:
    member = sign_in("member")
    cursor = member.get("/api/sync", expect=200).json["cursor"]

    def refuse(*_: object) -> list[bytes]:
        raise AssertionError("the long path was taken")

    app.wsgi_app._inner = refuse  # type: ignore[attr-defined]
    response = app.test_client(use_cookies=False).get(
        "/api/sync", headers={"If-None-Match": f'"{cursor}"', "Cookie": f"a=1; {COOKIE}={member.token}"}
    )
    assert response.status_code == 304
    assert response.headers["ETag"] == f'"{cursor}"'
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def answers_of_both_paths(app: Flask, client: ApiClient, cursor: str) -> list[Any]:
    """The same request through the short path and around it."""
    short, found = app.wsgi_app, []
    for layer in (short, short._inner):  # type: ignore[attr-defined]
        app.wsgi_app = layer  # type: ignore[method-assign]
        found.append(client.get("/api/sync", headers={"If-None-Match": f'"{cursor}"'}, expect=200))
    app.wsgi_app = short  # type: ignore[method-assign]
    return found


def test_a_change_of_the_cell_is_made_once_and_is_the_same_on_the_short_path(
    engine_name: str, app: Flask, sign_in: SignIn, world: World
) -> None:
    first, second, secretary = sign_in("member"), sign_in("second_member"), sign_in("secretary")
    meeting = create_meeting(secretary, world)
    cursors = [client.get("/api/sync", expect=200).json["cursor"] for client in (first, second)]
    other_cursor = sign_in("other_member").get("/api/sync", expect=200).json["cursor"]
    convene(secretary, meeting)
    first.get("/api/sync", headers={"If-None-Match": f'"{cursors[0]}"'}, expect=200)

    def refuse(*_: object) -> list[bytes]:
        raise AssertionError("the long path was taken")

    cursor = second.get("/api/sync", headers={"If-None-Match": f'"{cursors[1]}"'}, expect=200).json["cursor"]
    etag = secretary.get(f"/api/meetings/{meeting.json['id']}").json["etag"]
    headers = {"If-Match": f'"{etag}"'}
    secretary.patch(
        f"/api/meetings/{meeting.json['id']}", {"place": "Hội trường lớn"}, headers=headers, expect=200
    )
    now = second.get("/api/sync", headers={"If-None-Match": f'"{cursor}"'}, expect=200)
    assert [row["place"] for row in now.json["changes"]["meetings"]] == ["Hội trường lớn"]
    short, long = answers_of_both_paths(app, second, cursor)
    assert short.json == long.json
    assert short.headers["ETag"] == long.headers["ETag"]
    assert (
        sign_in("other_member").get("/api/sync", headers={"If-None-Match": f'"{other_cursor}"'}).status_code
        == 304
    )
    layer = app.wsgi_app
    inner, layer._inner = layer._inner, refuse  # type: ignore[attr-defined]
    response = second.get("/api/sync", headers={"If-None-Match": f'"{cursor}"'}, expect=200)
    layer._inner = inner  # type: ignore[attr-defined]
    assert response.json == long.json


def test_the_short_path_leaves_officers_to_the_long_one(app: Flask, sign_in: SignIn, world: World) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    meeting = create_meeting(secretary, world)
    cursors = {client: client.get("/api/sync").json["cursor"] for client in (secretary, member)}
    headers = {"If-Match": f'"{meeting.json["etag"]}"'}
    secretary.patch(
        f"/api/meetings/{meeting.json['id']}", {"place": "Hội trường lớn"}, headers=headers, expect=200
    )
    member.get("/api/sync", headers={"If-None-Match": f'"{cursors[member]}"'}, expect=200)
    short, long = answers_of_both_paths(app, secretary, cursors[secretary])
    assert short.json == long.json
    assert [row["state"] for row in short.json["changes"]["meetings"]] == ["draft"]
    short, long = answers_of_both_paths(app, member, cursors[member])
    assert short.json == long.json
    assert short.json["changes"]["meetings"] == []


def test_an_expired_session_is_not_answered_by_the_short_path(sign_in: SignIn, clock: FixedClock) -> None:
    member = sign_in("member")
    cursor = member.get("/api/sync", expect=200).json["cursor"]
    clock.advance(seconds=timedelta(days=181).total_seconds())
    member.get("/api/sync", headers={"If-None-Match": f'"{cursor}"'}, expect=401)


def test_a_device_not_seen_for_long_is_answered_at_once_and_marked_as_seen(
    engine_name: str, app: Flask, sign_in: SignIn, clock: FixedClock
) -> None:
    member = sign_in("member")
    cursor = member.get("/api/sync", expect=200).json["cursor"]
    clock.advance(minutes=11)
    layer = app.wsgi_app
    inner, layer._inner = layer._inner, None  # type: ignore[attr-defined]
    member.get("/api/sync", headers={"If-None-Match": f'"{cursor}"'}, expect=304)
    layer._inner = inner  # type: ignore[attr-defined]
    seen = select(DeviceSession.last_seen_at).where(
        DeviceSession.token_hash == hash_token(member.token or "")
    )
    assert db.session.scalar(seen) == clock.now()


def test_only_what_was_written_here_is_a_cursor() -> None:
    made = Cursor(7, 3, 20000, 2, "0123456789ab", {1: 4, 2: 0, 5: 19})
    text = made.encode()
    assert decode(text) == made
    assert Cursor(7, 3, 20000, 0, "0123456789ab", {}) == decode("2.7.3.20000.0.0123456789ab.")
    strange = (
        text.replace("2.7", "2.07"),
        text.replace("2.7", "2.+7"),
        text.replace("1-4", "1-0_4"),
        text.replace("1-4", "٣-4"),
        text.replace("1-4_2-0", "2-0_1-4"),
        text.replace("1-4_2-0", "1-4_1-4"),
        text + "_",
        text + "\n",
        " " + text,
    )
    assert [decode(one) for one in strange] == [None] * len(strange)
