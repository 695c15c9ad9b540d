"""The inbox, the ledger of deliveries for who runs the meeting, and what phones report."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.support.clients import ApiClient, code_of
from tests.support.conferences import add_delegates, add_site, card_of, conference, fresh
from tests.support.factories import World
from tests.support.meetings import convened, if_match, step

from handbook.accounts.models import Account
from handbook.audit.models import AuditEntry
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.notifications.models import Delivery, Reminder

SignIn = Callable[[str], ApiClient]


def deliver(world: World, meeting: dict[str, object], role: str, state: str, clock: FixedClock) -> str:
    """A row of the ledger as the worker writes it; its id."""
    with unit_of_work() as uow:
        reminder = uow.session.scalars(
            select(Reminder).where(
                Reminder.meeting_id == int(str(meeting["id"])), Reminder.kind == "meeting_convened"
            )
        ).one()
        row = Delivery(
            slot=f"{reminder.id}:{world.members[role].id}:{state}",
            reminder_id=reminder.id,
            member_id=world.members[role].id,
            account_id=world.accounts[role].id,
            state=state,
            created_at=clock.now(),
            accepted_at=clock.now() if state == "accepted" else None,
        )
        uow.session.add(row)
        uow.session.flush()
        return str(row.id)


def test_convening_is_in_the_inbox_of_everybody_summoned_at_once(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    for role in ("member", "probationary", "exempt_member", "secretary"):
        (notice,) = sign_in(role).get("/api/notices", expect=200).json["items"]
        assert (notice["kind"], notice["meeting_id"]) == ("meeting_convened", meeting["id"])
        assert (notice["read_at"] is None) == (role != "secretary")
        assert set(notice["params"]) == {"starts_at"}
    for role in ("other_member", "staff", "administrator"):
        assert sign_in(role).get("/api/notices", expect=200).json["items"] == []


def test_the_own_act_is_no_news(sign_in: SignIn, world: World) -> None:
    """What somebody did stands in the own inbox as read; to the others, the deputy among them, it is new."""
    secretary, member = sign_in("secretary"), sign_in("member")

    def unread(client: ApiClient) -> list[str]:
        items = client.get("/api/notices", expect=200).json["items"]
        return [one["kind"] for one in items if one["read_at"] is None]

    def all_of(client: ApiClient) -> list[str]:
        return [one["kind"] for one in client.get("/api/notices", expect=200).json["items"]]

    meeting = convened(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}"
    meeting = secretary.patch(path, {"place": "Hội trường B"}, headers=if_match(meeting), expect=200).json
    asked = secretary.post(f"{path}/absence-requests", {"reason": "Đi công tác"}, expect=201).json
    secretary.patch(
        f"/api/absence-requests/{asked['id']}",
        {"decision": "approved"},
        headers=if_match(asked),
        expect=200,
    )
    meeting = sign_in("deputy").get(path, expect=200).json
    meeting = (
        sign_in("deputy").patch(path, {"place": "Hội trường C"}, headers=if_match(meeting), expect=200).json
    )
    assert unread(secretary) == ["meeting_changed"]
    assert unread(sign_in("deputy")) == ["meeting_changed", "meeting_convened"]
    secretary.post(f"{path}/cancel", {"reason": "Bão"}, headers=if_match(meeting), expect=200)
    assert unread(secretary) == ["meeting_changed"]
    told = ["meeting_cancelled", "meeting_changed", "meeting_changed", "meeting_convened"]
    assert unread(member) == told
    assert sorted(all_of(secretary)) == sorted([*told, "absence_decided"])


def test_reading_a_notice_is_kept_and_moves_the_accounts_version_once(
    sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    convened(sign_in("secretary"), world.id_of("cell"))
    member = sign_in("member")
    (notice,) = member.get("/api/notices").json["items"]

    def version() -> int:
        db.session.rollback()
        return db.session.get_one(
            Account, world.accounts["member"].id, populate_existing=True
        ).content_version

    before = version()
    for _ in range(2):
        member.put(f"/api/notices/{notice['id']}/read", expect=204)
        clock.advance(minutes=1)
    assert version() == before + 1
    (read,) = member.get("/api/notices").json["items"]
    assert read["read_at"] == (clock.now() - timedelta(minutes=2)).isoformat()


def test_a_notice_of_somebody_else_does_not_exist(sign_in: SignIn, client: ApiClient, world: World) -> None:
    convened(sign_in("secretary"), world.id_of("cell"))
    (notice,) = sign_in("member").get("/api/notices").json["items"]
    for role in ("second_member", "secretary", "administrator"):
        sign_in(role).put(f"/api/notices/{notice['id']}/read", expect=404)
    client.put(f"/api/notices/{notice['id']}/read", expect=401)
    client.get("/api/notices", expect=401)
    sign_in("member").put("/api/notices/999999/read", expect=404)


def test_the_inbox_is_paged_from_the_newest(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meetings = [convened(secretary, world.id_of("cell"))["id"] for _ in range(3)]
    member = sign_in("member")
    first = member.get("/api/notices?limit=2", expect=200).json
    second = member.get(f"/api/notices?limit=2&cursor={first['next']}", expect=200).json
    assert [one["meeting_id"] for one in first["items"] + second["items"]] == meetings[::-1]
    assert second["next"] is None


def test_a_change_after_convening_is_in_the_inbox_with_what_changed(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}"
    secretary.patch(path, {"place": "Hội trường tầng 3"}, headers=if_match(meeting), expect=200)
    notices = sign_in("member").get("/api/notices").json["items"]
    assert [one["kind"] for one in notices] == ["meeting_changed", "meeting_convened"]
    assert notices[0]["params"]["fields"] == ["place"]
    assert "Hội trường" not in str(notices)


def test_who_runs_the_meeting_sees_whom_it_reached_and_whom_to_telephone(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    deliver(world, meeting, "member", "opened", clock)
    deliver(world, meeting, "second_member", "failed", clock)
    deliver(world, meeting, "probationary", "accepted", clock)
    deliver(world, meeting, "secretary", "queued", clock)
    deliver(world, meeting, "deputy", "no_device", clock)
    path = f"/api/meetings/{meeting['id']}/deliveries"
    ledger = secretary.get(path, expect=200).json
    lines = {line["member_id"]: line for line in ledger["items"]}
    assert len(lines) == 6
    opened = lines[world.id_of("member")]
    assert (opened["opened"], opened["failed"], opened["full_name"]) == (1, 0, "Đặng Thị Ngẫm")
    assert [delivery["state"] for delivery in opened["deliveries"]] == ["opened"]
    unreached = {line["member_id"]: (line["reason"], line["phone"]) for line in ledger["unreached"]}
    assert unreached == {
        world.id_of("second_member"): ("failed", world.members["second_member"].phone),
        world.id_of("exempt_member"): ("no_device", world.members["exempt_member"].phone),
        world.id_of("deputy"): ("no_device", world.members["deputy"].phone),
    }
    steps = [(one["kind"], one["step"]) for one in ledger["reminders"]]
    assert steps == [
        ("meeting_convened", "now"),
        ("meeting_reminder", "2d"),
        ("meeting_reminder", "1d"),
        ("meeting_reminder", "2h"),
    ]
    clock.advance(hours=13)
    later = secretary.get(path, expect=200).json["unreached"]
    assert {line["reason"] for line in later if line["member_id"] == world.id_of("probationary")} == {
        "not_shown"
    }


def test_who_has_read_the_notice_need_not_be_telephoned(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    member = sign_in("member")
    (notice,) = member.get("/api/notices").json["items"]
    member.put(f"/api/notices/{notice['id']}/read", expect=204)
    ledger = secretary.get(f"/api/meetings/{meeting['id']}/deliveries", expect=200).json
    unreached = {line["member_id"] for line in ledger["unreached"]}
    assert unreached.isdisjoint({world.id_of("member"), world.id_of("secretary")})
    assert len(unreached) == 4


def test_who_has_not_activated_is_called_so(sign_in: SignIn, world: World) -> None:
    with unit_of_work() as uow:
        uow.session.get_one(Account, world.accounts["member"].id).password_hash = None
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    ledger = secretary.get(f"/api/meetings/{meeting['id']}/deliveries", expect=200).json
    reasons = {line["member_id"]: line["reason"] for line in ledger["unreached"]}
    assert reasons[world.id_of("member")] == "not_activated"
    assert reasons[world.id_of("second_member")] == "no_device"


def test_the_ledger_is_for_who_runs_the_meeting(sign_in: SignIn, client: ApiClient, world: World) -> None:
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/deliveries"
    sign_in("deputy").get(path, expect=200)
    for role in ("member", "staff", "root_staff"):
        sign_in(role).get(path, expect=403)
    for role in ("other_member", "other_secretary", "far_staff"):
        sign_in(role).get(path, expect=404)
    client.get(path, expect=401)


def test_staff_who_convened_a_conference_see_whom_to_telephone_and_are_recorded(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    staff = sign_in("staff")
    meeting = conference(staff, world.id_of("committee"))
    site = add_site(staff, meeting, "Nhà văn hóa Mẫu", card_of(world, "secretary"))
    add_delegates(staff, meeting, site, card_of(world, "member"))
    step(staff, fresh(staff, meeting), "convene")
    path = f"/api/meetings/{meeting['id']}/deliveries"
    unreached = {line["member_id"]: line for line in staff.get(path, expect=200).json["unreached"]}
    assert unreached[world.id_of("member")]["phone"] == world.members["member"].phone
    read = db.session.scalars(select(AuditEntry).where(AuditEntry.tag == "members:phone:read")).all()
    assert world.members["member"].id in {entry.member_id for entry in read}
    assert {entry.actor_account_id for entry in read} == {world.accounts["staff"].id}
    for role in ("root_staff", "administrator", "secretary", "member"):
        sign_in(role).get(path, expect=403)


def test_the_ledger_is_paged_by_member(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/deliveries"
    names: list[str] = []
    cursor = ""
    while True:
        page = secretary.get(f"{path}?limit=4{cursor}", expect=200).json
        names += [line["full_name"] for line in page["items"]]
        # Everybody but the secretary, who convened.
        assert len(page["unreached"]) == 5
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len(names) == len(set(names)) == 6


def test_a_phone_reports_shown_and_opened_and_nothing_undoes_it(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    member = sign_in("member")
    path = f"/api/deliveries/{deliver(world, meeting, 'member', 'accepted', clock)}/events"

    def state() -> tuple[str, object, object]:
        db.session.rollback()
        row = db.session.scalars(select(Delivery).execution_options(populate_existing=True)).one()
        return row.state, row.shown_at, row.opened_at

    sent_at = clock.now()
    clock.advance(minutes=10)
    at = (sent_at + timedelta(minutes=1)).isoformat()
    member.post(path, {"event": "shown", "at": at}, expect=204)
    assert state() == ("shown", sent_at + timedelta(minutes=1), None)
    at = (sent_at + timedelta(minutes=5)).isoformat()
    member.post(path, {"event": "opened", "at": at}, expect=204)
    first = state()
    assert first == ("opened", sent_at + timedelta(minutes=1), sent_at + timedelta(minutes=5))
    for event in ("shown", "opened"):
        member.post(path, {"event": event, "at": clock.now().isoformat()}, expect=204)
    assert state() == first


@pytest.mark.parametrize(("minutes", "kept"), [(-10, 0), (30, 20), (5, 5)])
def test_a_phone_whose_clock_is_wrong_is_put_in_bounds(
    sign_in: SignIn, world: World, clock: FixedClock, minutes: int, kept: int
) -> None:
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    delivery = deliver(world, meeting, "member", "accepted", clock)
    made_at = clock.now()
    clock.advance(minutes=20)
    at = (made_at + timedelta(minutes=minutes)).isoformat()
    sign_in("member").post(f"/api/deliveries/{delivery}/events", {"event": "shown", "at": at}, expect=204)
    db.session.rollback()
    shown_at = db.session.scalars(select(Delivery.shown_at)).one()
    assert shown_at == made_at + timedelta(minutes=kept)


def test_only_the_account_that_got_it_may_report_a_delivery(
    sign_in: SignIn, client: ApiClient, world: World, clock: FixedClock
) -> None:
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    path = f"/api/deliveries/{deliver(world, meeting, 'member', 'accepted', clock)}/events"
    body = {"event": "shown", "at": clock.now().isoformat()}
    for role in ("second_member", "secretary", "administrator"):
        sign_in(role).post(path, body, expect=404)
    client.post(path, body, expect=401)
    for wrong in (
        {"event": "read", "at": body["at"]},
        {"event": "shown"},
        {"event": "shown", "at": "hôm qua"},
    ):
        assert code_of(sign_in("member").post(path, wrong, expect=422)) == "validation_failed"
    db.session.rollback()
    assert db.session.scalars(select(Delivery.state)).one() == "accepted"
