"""The short path of a check-in says what the long path says, and only in the plain case."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import STARTS_AT, check_in_body, key_of, opened, step

from handbook.attendance import short_path
from handbook.kernel.clock import FixedClock
from handbook.kernel.http_security import HEADERS

SignIn = Callable[[str], ApiClient]
# Another spelling of the same media type: the long path judges it.
LONG = {"Content-Type": "application/json; charset=utf-8"}


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each request that the short path looked at was answered by it."""
    seen: list[bool] = []
    original = short_path.CheckInShortPath._check_in

    def watched(self: Any, *args: Any) -> Any:
        result = original(self, *args)
        seen.append(result is not None)
        return result

    monkeypatch.setattr(short_path.CheckInShortPath, "_check_in", watched)
    return seen


@pytest.fixture
def evening(sign_in: SignIn, world: World, clock: FixedClock) -> tuple[str, dict[str, str], dict[str, Any]]:
    """Path and body of a check-in to an open meeting, and the meeting; every device was seen a moment ago."""
    clock.set(STARTS_AT - timedelta(minutes=1))
    for role in ("member", "second_member", "staff", "far_member"):
        sign_in(role).get("/api/session", expect=200)
    clock.set(STARTS_AT - timedelta(days=4))
    meeting = opened(sign_in("secretary"), world.id_of("cell"))
    clock.set(STARTS_AT)
    key = key_of(sign_in("secretary"), meeting)
    return f"/api/meetings/{meeting['id']}/check-ins", check_in_body(key, meeting, STARTS_AT), meeting


def test_both_paths_answer_alike(
    engine_name: str, sign_in: SignIn, evening: tuple[str, dict[str, str], Any], written: list[bool]
) -> None:
    path, body, _ = evening
    short = sign_in("member").post(path, body, expect=201)
    long = sign_in("second_member").post(path, body, headers=LONG, expect=201)
    assert written == [True]
    assert short.json == long.json
    assert short.mimetype == long.mimetype == "application/json"
    for name in (*HEADERS, "Cache-Control"):
        assert short.headers[name] == long.headers[name]
    assert sign_in("member").post(path, body, headers=LONG, expect=200).json == short.json
    assert sign_in("second_member").post(path, body, expect=200).json == short.json
    assert written == [True, True]


def test_refusals_come_from_the_long_path(
    sign_in: SignIn, evening: tuple[str, dict[str, str], Any], written: list[bool]
) -> None:
    path, body, meeting = evening
    member = sign_in("member")
    wrong = {**body, "token": body["token"][:-1] + ("A" if body["token"][-1] != "A" else "B")}
    assert code_of(member.post(path, wrong, expect=422)) == "invalid_check_in_token"
    assert code_of(sign_in("staff").post(path, body, expect=403)) == "forbidden"
    assert code_of(sign_in("far_member").post(path, body, expect=404)) == "not_found"
    step(sign_in("secretary"), meeting, "close")
    member.post(path, body, expect=201)
    assert written == [False, False, False, False]


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Origin": "https://evil.example"}, "wrong_origin"),
        ({"Sec-Fetch-Site": "cross-site"}, "wrong_origin"),
        ({"Cookie": "handbook_session=nobody"}, "not_authenticated"),
        ({"Content-Type": "text/plain"}, "unsupported_media_type"),
    ],
)
def test_what_is_not_plain_is_not_taken(
    sign_in: SignIn,
    evening: tuple[str, dict[str, str], Any],
    written: list[bool],
    headers: dict[str, str],
    code: str,
) -> None:
    path, body, _ = evening
    assert code_of(sign_in("member").post(path, body, headers=headers)) == code
    assert True not in written


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b"\xff", b'{"token": 1}', b'{"token": "1.x", "scanned_at": "heute"}', b"[" * 3000],
)
def test_broken_bodies_are_judged_by_the_schema(
    sign_in: SignIn, evening: tuple[str, dict[str, str], Any], written: list[bool], body: bytes
) -> None:
    answer = sign_in("member").request("POST", evening[0], data=body, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert written == []


def test_an_ended_device_is_refused(
    app: Flask, sign_in: SignIn, evening: tuple[str, dict[str, str], Any], written: list[bool]
) -> None:
    member = sign_in("member")
    member.delete("/api/session", expect=204)
    assert code_of(member.post(evening[0], evening[1], expect=401)) == "not_authenticated"
    assert written == [False]


@pytest.mark.parametrize(("change", "state"), [("closed", "present"), ("marked", "excused")])
def test_what_was_judged_on_what_has_changed_since_is_judged_anew(
    engine_name: str,
    sign_in: SignIn,
    world: World,
    evening: tuple[str, dict[str, str], Any],
    written: list[bool],
    monkeypatch: pytest.MonkeyPatch,
    change: str,
    state: str,
) -> None:
    """The meeting, or the line, changes between the judging and the turn to write."""
    path, body, meeting = evening
    original = short_path.still_as_read

    def change_first(*judged: Any) -> Any:
        if change == "closed":
            step(sign_in("secretary"), meeting, "close")
        else:
            line = f"/api/meetings/{meeting['id']}/attendance/{world.id_of('member')}"
            sign_in("deputy").put(line, {"state": "excused", "reason": "Ốm"}, expect=200)
        return original(*judged)

    monkeypatch.setattr(short_path, "still_as_read", change_first)
    assert sign_in("member").post(path, body, expect=201).json["state"] == state
    assert written == [False]
