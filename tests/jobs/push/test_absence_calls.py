"""The secretary is told that members ask to be excused, and that an approved request was withdrawn; several at once."""

from collections.abc import Callable

from sqlalchemy import text
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import convened, if_match
from tests.support.push_service import FakePushService
from tests.support.pushing import run_jobs, subscribe, told

from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.migrations import downgrade, upgrade

SignIn = Callable[[str], ApiClient]
KIND = "absence_asked"


def test_requests_of_a_few_minutes_are_one_push_and_what_was_answered_is_none(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    secretary = sign_in("secretary")
    devices = {role: subscribe(sign_in(role), push) for role in ("secretary", "deputy", "member")}
    meeting = convened(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/absence-requests"

    def wait(minutes: int) -> int:
        clock.advance(minutes=minutes)
        run_jobs()
        return told(push, devices["secretary"]).count(KIND)

    sign_in("member").post(path, {"reason": "Ốm"}, expect=201)
    assert wait(5) == 0
    sign_in("second_member").post(path, {"reason": "Bận"}, expect=201)
    assert wait(6) == 1, "both together"
    assert wait(30) == 1
    assert KIND not in told(push, devices["deputy"]) + told(push, devices["member"])
    (notice,) = [
        one for one in secretary.get("/api/notices", expect=200).json["items"] if one["kind"] == KIND
    ]
    assert (notice["meeting_id"], notice["params"]) == (meeting["id"], {"asked": True, "withdrawn": False})

    # One that is withdrawn before its answer, and one that was answered meanwhile, call upon nobody.
    sign_in("second_member").delete(f"{path}/mine", expect=204)
    (waiting,) = [one for one in secretary.get(path, expect=200).json["items"] if one["decision"] is None]
    decided = {"decision": "approved"}
    secretary.patch(f"/api/absence-requests/{waiting['id']}", decided, headers=if_match(waiting), expect=200)
    sign_in("second_member").post(path, {"reason": "Lại bận"}, expect=201)
    sign_in("second_member").delete(f"{path}/mine", expect=204)
    assert wait(15) == 1

    sign_in("member").delete(f"{path}/mine", expect=204)
    assert wait(15) == 2, "who was excused comes after all"
    latest = next(
        one for one in secretary.get("/api/notices", expect=200).json["items"] if one["kind"] == KIND
    )
    assert latest["params"] == {"asked": False, "withdrawn": True}


def test_the_secretarys_own_request_is_for_the_deputy(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    secretary, deputy = sign_in("secretary"), sign_in("deputy")
    devices = {role: subscribe(sign_in(role), push) for role in ("secretary", "deputy")}
    meeting = convened(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/absence-requests"

    def calls() -> tuple[int, int]:
        clock.advance(minutes=11)
        run_jobs()
        return told(push, devices["secretary"]).count(KIND), told(push, devices["deputy"]).count(KIND)

    secretary.post(path, {"reason": "Đi họp"}, expect=201)
    assert calls() == (0, 1)
    (waiting,) = deputy.get(path, expect=200).json["items"]
    decided = {"decision": "approved"}
    deputy.patch(f"/api/absence-requests/{waiting['id']}", decided, headers=if_match(waiting), expect=200)
    secretary.delete(f"{path}/mine", expect=204)
    assert calls() == (0, 2), "and so is the withdrawal"
    secretary.post(path, {"reason": "Lại đi họp"}, expect=201)
    sign_in("member").post(path, {"reason": "Ốm"}, expect=201)
    assert calls() == (1, 2), "what others ask is still the secretary's"


def test_the_older_program_knows_no_such_notice(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    """Revision 0025."""
    secretary = sign_in("secretary")
    subscribe(secretary, push)
    meeting = convened(secretary, world.id_of("cell"))
    sign_in("member").post(f"/api/meetings/{meeting['id']}/absence-requests", {"reason": "Ốm"}, expect=201)
    clock.advance(minutes=11)
    run_jobs()

    def kinds() -> list[tuple[set[str], int]]:
        tables = ("notices", "reminders")
        with db.engine.connect() as connection:
            deliveries = connection.execute(text("SELECT count(*) FROM deliveries")).scalar_one()
            return [
                (set(connection.execute(text(f"SELECT kind FROM {table}")).scalars()), deliveries)
                for table in tables
            ]

    (noticed, before), (reminded, _) = kinds()
    assert KIND in noticed & reminded
    db.session.remove()
    downgrade(db.engine, "0024")
    upgrade(db.engine)
    after = kinds()
    assert [found for found, _ in after] == [noticed - {KIND}, reminded - {KIND}]
    assert after[0][1] == before - 1, "what else was sent is still accounted for"
