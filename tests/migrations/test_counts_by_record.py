"""Revisions 0015 and 0019 on populated databases: what a mark in the roll had moved goes where the record puts it, and back."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import text
from tests.support.clients import ApiClient
from tests.support.conferences import Laid, begin
from tests.support.factories import World
from tests.support.meetings import opened, step

from handbook.kernel.db import db
from handbook.kernel.migrations import downgrade, upgrade
from handbook.reports.jobs import roll_up_months
from handbook.reports.rebuild import rebuild_rollups

SignIn = Callable[[str], ApiClient]


def rows(statement: str) -> list[tuple[int, ...]]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def mark_exempt(client: ApiClient, meeting: object, member_id: str) -> None:
    client.put(f"/api/meetings/{meeting}/attendance/{member_id}", {"state": "exempt"}, expect=200)


def test_officials_whom_a_mark_took_off_are_due_again(
    engine_name: str, app: Flask, world: World, sign_in: SignIn
) -> None:
    """0015, on meetings and on the sites of a conference; a mark of a probationary member never counted."""
    secretary = sign_in("secretary")
    marked = opened(secretary, world.id_of("cell"))
    plain = opened(secretary, world.id_of("cell"))
    for who in ("member", "second_member", "probationary"):
        mark_exempt(secretary, marked["id"], world.id_of(who))
    laid = Laid(sign_in, world)
    begin(laid.staff, laid.meeting)
    mark_exempt(sign_in("second_member"), laid.meeting["id"], world.id_of("secretary"))
    db.session.remove()
    meetings = "SELECT id, official_due FROM meetings ORDER BY id"
    sites = "SELECT id, official_due FROM meeting_sites ORDER BY number"
    now, now_at_sites = dict(rows(meetings)), dict(rows(sites))
    downgrade(db.engine, "0014")
    ids = (int(marked["id"]), int(plain["id"]), int(laid.meeting["id"]))
    before, before_at_sites = dict(rows(meetings)), dict(rows(sites))
    assert [now[id_] - before[id_] for id_ in ids] == [2, 0, 1]
    assert [now_at_sites[id_] - due for id_, due in before_at_sites.items()] == [1, 0]
    upgrade(db.engine)
    assert (dict(rows(meetings)), dict(rows(sites))) == (now, now_at_sites)


def test_months_count_a_mark_as_the_record_says(
    engine_name: str, app: Flask, world: World, sign_in: SignIn
) -> None:
    """0019; what the revision leaves is what counting everything anew finds."""
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    for who in ("member", "probationary"):
        mark_exempt(secretary, meeting["id"], world.id_of(who))
    step(secretary, secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json, "close")
    roll_up_months()
    db.session.remove()
    kept = "SELECT excused, exempt FROM cell_months WHERE meetings > 0"
    assert rows(kept) == [(2, 1)]
    downgrade(db.engine, "0018")
    assert rows(kept) == [(0, 3)]
    upgrade(db.engine)
    assert rows(kept) == [(2, 1)]
    assert rebuild_rollups() == []
