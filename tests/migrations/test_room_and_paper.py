"""Revisions 0016 to 0018 with rows of their own kinds in the tables: down and up again, and what goes and what stays."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import text
from tests.api.test_signing_on_paper import record
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import opened, step
from tests.support.minutes import composed, mark, path_of, read_back
from tests.support.rooms import Device, send

from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.migrations import downgrade, upgrade

SignIn = Callable[[str], ApiClient]
MINUTE = timedelta(minutes=1)
AGENDA = [{"title": "Đánh giá tháng 11"}, {"title": "Thu nộp đảng phí"}]


def one(statement: str) -> tuple[Any, ...]:
    with db.engine.connect() as connection:
        return tuple(connection.execute(text(statement)).one())


def an_evening(sign_in: SignIn, world: World, clock: FixedClock) -> dict[str, Any]:
    """Scored on paper, an item raised and another dropped by the room, closed by mistake, signed by the minute-taker on paper."""
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"), agenda=AGENDA)
    for role in ("secretary", "deputy", "member"):
        mark(secretary, meeting, world.id_of(role), {"state": "present"})
    device, now = Device(), datetime.fromisoformat(meeting["opened_at"])
    item = meeting["agenda"][1]["id"]
    device.write("agenda", now + MINUTE, act="add", key=str(uuid4()), title="Hỗ trợ hộ bị bão")
    device.write("agenda", now + MINUTE, act="drop", agenda_item_id=item, dropped=True, reason="Chưa có")
    device.write("paper_score", now + 2 * MINUTE, sheets=3, points=271)
    device.write("close", now + 3 * MINUTE)
    clock.advance(minutes=5)
    assert {told["outcome"] for told in send(secretary, meeting, device.lines, now=clock.now())} == {
        "applied"
    }
    now_closed = secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json
    again = step(secretary, now_closed, "reopen", {"reason": "Bấm nhầm"})
    step(secretary, again, "close")
    minutes = read_back(secretary, composed(sign_in, world, meeting))
    record(secretary, minutes, "minute_taker")
    db.session.remove()
    return meeting


SCORE = "SELECT method, sheets, points, grade FROM meeting_scores"
ITEMS = "SELECT count(*) FROM agenda_items"
LINES = "SELECT count(*) FROM proceedings_entries"
SIGNED = "SELECT role, full_name, content_hash FROM minutes_signatures"
OWN_LINES = f"{LINES} WHERE kind IN ('agenda', 'reopen', 'unopen', 'paper_score')"


def test_an_evening_of_the_new_kinds_goes_down_and_up_again(
    engine_name: str, app: Flask, world: World, sign_in: SignIn, clock: FixedClock
) -> None:
    meeting = an_evening(sign_in, world, clock)
    score, items, signed, (lines,) = one(SCORE), one(ITEMS), one(SIGNED), one(LINES)
    (own,) = one(OWN_LINES)
    assert (score[0], items, own) == ("paper", (3,), 4)
    blobs = "SELECT count(*), sum(reference_count) FROM blobs"
    assert one(blobs) == (1, 1)

    downgrade(db.engine, "0015")
    assert (one(SCORE), one(ITEMS), one(SIGNED)) == (score, items, signed)
    assert one(LINES) == (lines - own,)
    # The page is named by nobody any more, and the worker removes it in time.
    assert one(blobs) == (1, 0)

    upgrade(db.engine)
    assert (
        one(
            f"{SCORE} WHERE paper_sheets = 3 AND paper_points = 271 AND CAST(paper_corrections AS text) = '[]'"
        )
        == score
    )
    assert one("SELECT count(*) FROM agenda_items WHERE key IS NULL AND NOT dropped") == (3,)
    secretary = sign_in("secretary")
    minutes = secretary.get(path_of(meeting), expect=200).json
    assert [(given["role"], given["paper"]) for given in minutes["signatures"]] == [("minute_taker", None)]
    assert secretary.get(f"/api/meetings/{meeting['id']}/score", expect=200).json["points"] == 271
