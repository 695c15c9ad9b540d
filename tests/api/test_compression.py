"""Larger answers of the API travel compressed; what they say, and what their tags mean, is the same."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import convened, meeting_fields
from werkzeug.test import TestResponse

from handbook.attendance import roll
from handbook.attendance.reverse import member_code
from handbook.kernel import compression
from handbook.kernel.compression import LEAST_BYTES, MOST_PADDING, PROOF, UNCOMPRESSED, gzipped
from handbook.kernel.concurrency import etag_of
from handbook.kernel.db import db
from handbook.meetings.models import Meeting

SignIn = Callable[[str], ApiClient]
GZIP = {"Accept-Encoding": "gzip, deflate, br"}
AGENDA = [{"title": f"Nội dung thứ {number} của buổi sinh hoạt", "minutes": 5} for number in range(20)]


def unpacked(answer: TestResponse) -> Any:
    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    return json.loads(gzip.decompress(answer.data))


@pytest.fixture
def meeting(sign_in: SignIn, world: World) -> dict[str, Any]:
    return convened(sign_in("secretary"), world.id_of("cell"), agenda=AGENDA)


def test_a_large_answer_is_compressed_for_who_takes_it(sign_in: SignIn, meeting: dict[str, Any]) -> None:
    secretary, path = sign_in("secretary"), f"/api/meetings/{meeting['id']}"
    plain, packed = secretary.get(path, expect=200), secretary.get(path, headers=GZIP, expect=200)
    assert unpacked(packed) == plain.json
    assert len(packed.data) < len(plain.data) / 2
    assert "Content-Encoding" not in plain.headers
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]
    for refusal in ("gzip;q=0", "identity", "br"):
        assert secretary.get(path, headers={"Accept-Encoding": refusal}).json == plain.json


def test_its_tag_is_weak_and_good_for_asking_again_and_for_changing(
    sign_in: SignIn, meeting: dict[str, Any]
) -> None:
    secretary, path = sign_in("secretary"), f"/api/meetings/{meeting['id']}"
    tag = secretary.get(path, headers=GZIP, expect=200).headers["ETag"]
    row = db.session.get_one(Meeting, int(meeting["id"]))
    assert tag == f'W/"{etag_of(row)}"'
    assert secretary.get(path, expect=200).headers["ETag"] == f'"{etag_of(row)}"'
    secretary.get(path, headers={**GZIP, "If-None-Match": tag}, expect=304)
    secretary.patch(path, {"place": "Hội trường"}, headers={"If-Match": tag}, expect=200)
    secretary.patch(path, {"place": "Sân"}, headers={"If-Match": tag}, expect=412)


def test_small_answers_changes_and_what_holds_a_key_are_left_alone(
    app: Flask, sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    assert "Content-Encoding" not in secretary.get("/api/session", headers=GZIP, expect=200).headers
    path = f"/api/organizations/{world.id_of('cell')}/meetings"
    made = secretary.post(path, meeting_fields(agenda=AGENDA), headers=GZIP, expect=201)
    assert len(made.data) >= LEAST_BYTES
    assert "Content-Encoding" not in made.headers
    key = f"/api/meetings/{meeting['id']}/check-in-key"
    assert "Content-Encoding" not in secretary.get(key, headers=GZIP, expect=200).headers
    marked = {name for name, view in app.view_functions.items() if getattr(view, UNCOMPRESSED, False)}
    assert marked == {"attendance.get_check_in_key"}


def test_both_paths_of_a_sync_compress_alike(sign_in: SignIn, world: World, app: Flask) -> None:
    first, second = sign_in("member"), sign_in("second_member")
    cursors = [phone.get("/api/sync", expect=200).json["cursor"] for phone in (first, second)]
    everything = second.get("/api/sync", headers=GZIP, expect=200)
    assert unpacked(everything)["full"] is True
    convened(sign_in("secretary"), world.id_of("cell"), agenda=AGENDA)
    first.get("/api/sync", query_string={"cursor": cursors[0]}, expect=200)
    short, answers = app.wsgi_app, []
    for layer in (short, short._inner):  # type: ignore[attr-defined]
        app.wsgi_app = layer  # type: ignore[method-assign]
        answers.append(second.get("/api/sync", query_string={"cursor": cursors[1]}, headers=GZIP, expect=200))
    app.wsgi_app = short  # type: ignore[method-assign]
    assert unpacked(answers[0]) == unpacked(answers[1])
    for name in ("ETag", "Vary", "Content-Type", "Cache-Control"):
        assert answers[0].headers[name] == answers[1].headers[name]
    again = {**GZIP, "If-None-Match": answers[0].headers["ETag"]}
    second.get("/api/sync", headers=again, expect=304)


def test_who_polls_a_compressed_roll_is_told_by_its_tag_alone_that_nothing_moved(
    sign_in: SignIn, meeting: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    secretary, path = sign_in("secretary"), f"/api/meetings/{meeting['id']}/attendance"
    first = secretary.get(path, headers=GZIP, expect=200)
    assert len(unpacked(first)["items"]) == 6
    assert first.headers["Vary"] == "Accept, Accept-Encoding"

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the roll was read")

    monkeypatch.setattr(roll, "read_roll", refuse)
    secretary.get(path, headers={**GZIP, "If-None-Match": first.headers["ETag"]}, expect=304)


def test_the_length_tells_little() -> None:
    plain = b'{"text": "%s"}' % (b"x" * LEAST_BYTES)
    packed = [gzipped(plain) for _ in range(200)]
    assert all(gzip.decompress(one) == plain for one in packed)
    lengths = {len(one) for one in packed}
    assert len(lengths) > MOST_PADDING / 2
    assert max(lengths) - min(lengths) <= MOST_PADDING


def test_a_proof_is_no_shorter_beside_text_that_guesses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression.secrets, "randbelow", lambda _: 0)
    codes = [member_code(b"key", 17, member_id) for member_id in range(1, 40)]
    filling = "Nội dung sinh hoạt. " * 100

    def length(code: str, around: tuple[str, str]) -> int:
        plain = json.dumps({"before": around[0], "code": code, "after": around[1], "text": filling}).encode()
        assert len(PROOF.findall(plain)) == 1
        packed = gzipped(plain)
        assert gzip.decompress(packed) == plain
        return len(packed)

    for around in (
        (f"?{codes[0]}?", ""),
        ("", f"?{codes[0]}?"),
        (f'"code": "{codes[0]}"', f'"code": "{codes[0]}"'),
    ):
        assert {length(code, around) for code in codes} == {length(codes[0], around)}
