"""Revision 0024: the older program knows no withdrawn request, and no word with an answer."""

from typing import Any

from flask import Flask
from sqlalchemy import text
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import convened, if_match

from handbook.kernel.db import db
from handbook.kernel.migrations import downgrade, upgrade


def rows() -> list[tuple[Any, ...]]:
    statement = "SELECT reason, decision, note FROM absence_requests ORDER BY id"
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_what_was_withdrawn_counts_as_refused_and_may_be_asked_anew(
    engine_name: str, app: Flask, world: World, sign_in: Any
) -> None:
    secretary: ApiClient = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/absence-requests"
    for role, reason in (("member", "Ốm"), ("second_member", "Bận")):
        sign_in(role).post(path, {"reason": reason}, expect=201)
    first, _second = secretary.get(path, expect=200).json["items"]
    answer = {"decision": "approved", "note": "Chúc mau khỏe"}
    secretary.patch(f"/api/absence-requests/{first['id']}", answer, headers=if_match(first), expect=200)
    sign_in("second_member").delete(f"{path}/mine", expect=204)
    assert rows() == [("Ốm", "approved", "Chúc mau khỏe"), ("Bận", "withdrawn", None)]
    db.session.remove()
    downgrade(db.engine, "0023")
    upgrade(db.engine)
    assert rows() == [("Ốm", "approved", None), ("Bận", "refused", None)]
    sign_in("second_member").post(path, {"reason": "Bận"}, expect=201)
    sign_in("second_member").post(path, {"reason": "Rất bận"}, expect=200)
