"""E-mail to whom no push has reached: off by default, confirmed addresses only, and no more said than a push says."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.mail_service import FakeMailService
from tests.support.meetings import STARTS_AT, convened, if_match
from tests.support.push_service import Answer, FakePushService
from tests.support.pushing import ledger, run_jobs, subscribe, told

from handbook.config import ConfigurationError, Settings
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.notifications.fallback import sending
from handbook.notifications.fallback.channel import FallbackMessage
from handbook.notifications.fallback.mail import SmtpMail
from handbook.notifications.models import MailAddress
from handbook.notifications.push import gateway

SignIn = Callable[[str], ApiClient]
ADDRESS = "dang.thi.ngam@example.org"
TITLE = "Họp kiểm điểm đồng chí Ngẫm"


@pytest.fixture
def post() -> Iterator[FakeMailService]:
    with FakeMailService() as service:
        yield service


@pytest.fixture
def with_mail(app: Flask, settings: Settings, post: FakeMailService) -> FakeMailService:
    """The application as it is where an SMTP server is set."""
    app.extensions["handbook.push"].close()
    app.extensions["handbook.settings"] = replace(
        settings, smtp_url=post.url, mail_from="so-tay@example.vn", public_url="https://sotay.example.vn"
    )
    gateway.install(app)
    return post


def name_and_confirm(member: ApiClient, post: FakeMailService, address: str = ADDRESS) -> None:
    answer = member.put("/api/push/mail", {"address": address}, expect=200).json
    assert answer["mail"] == {"address": address, "confirmed": False}
    run_jobs()
    code = re.search(r"\b\d{6}\b", post.text_of())
    assert code is not None
    answer = member.put("/api/push/mail", {"address": address, "code": code[0]}, expect=200).json
    assert answer["mail"] == {"address": address, "confirmed": True}


def test_who_has_no_device_or_cannot_be_pushed_to_is_written_to_once(
    engine_name: str,
    sign_in: SignIn,
    world: World,
    push: FakePushService,
    with_mail: FakeMailService,
    clock: FixedClock,
) -> None:
    member, second, third = (sign_in(role) for role in ("member", "second_member", "deputy"))
    name_and_confirm(member, with_mail)
    name_and_confirm(second, with_mail, "le.van.thu@example.org")
    name_and_confirm(third, with_mail, "tran.thi.pho@example.org")
    refused, fine = subscribe(second, push), subscribe(third, push)
    push.always_answer(Answer(403), refused)
    del with_mail.recipients[:], with_mail.mails[:]
    meeting = convened(sign_in("secretary"), world.id_of("cell"), title=TITLE, place="Nhà văn hóa thôn Đoài")
    run_jobs()
    run_jobs()
    assert sorted(with_mail.recipients) == [ADDRESS, "le.van.thu@example.org"]
    assert told(push, fine) == ["meeting_convened"]
    rows = [(row.channel, row.state) for row in ledger(meeting) if row.channel == "email"]
    assert rows == [("email", "accepted")] * 2
    lines = sign_in("secretary").get(f"/api/meetings/{meeting['id']}/deliveries", expect=200).json["items"]
    (line,) = [line for line in lines if line["member_id"] == world.id_of("member")]
    assert {one["channel"]: one["state"] for one in line["deliveries"]} == {
        "push": "no_device",
        "email": "accepted",
    }


def test_a_mail_says_no_more_than_a_push_does(
    sign_in: SignIn, world: World, push: FakePushService, with_mail: FakeMailService
) -> None:
    name_and_confirm(sign_in("member"), with_mail)
    meeting = convened(sign_in("secretary"), world.id_of("cell"), title=TITLE, place="Nhà văn hóa thôn Đoài")
    run_jobs()
    mail = with_mail.mails[-1]
    assert mail["Subject"] == "Lịch họp mới"
    assert (mail["To"], mail["From"], mail["Auto-Submitted"]) == (
        ADDRESS,
        "so-tay@example.vn",
        "auto-generated",
    )
    text = with_mail.text_of()
    assert f"https://sotay.example.vn/meetings/{meeting['id']}" in text
    whole = f"{mail['Subject']} {text}"
    for private in ("Ngẫm", "Họp kiểm điểm", "Nhà văn hóa", "Chi bộ", "Nguyễn", "19:00", "5/12"):
        assert private not in whole
    stored = db.session.scalars(select(MailAddress.address_sealed)).one()
    assert ADDRESS.encode() not in stored


def test_an_address_that_is_not_confirmed_gets_its_code_and_nothing_else(
    engine_name: str, sign_in: SignIn, world: World, with_mail: FakeMailService, clock: FixedClock
) -> None:
    member = sign_in("member")
    member.put("/api/push/mail", {"address": ADDRESS}, expect=200)
    member.put("/api/push/mail", {"address": ADDRESS}, expect=200)
    run_jobs()
    assert with_mail.recipients == [ADDRESS]
    found = re.search(r"\b\d{6}\b", with_mail.text_of())
    assert found is not None
    right = found[0]
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(5):
        member.put("/api/push/mail", {"address": ADDRESS, "code": wrong}, expect=422)
    member.put("/api/push/mail", {"address": ADDRESS, "code": right}, expect=422)
    convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    assert len(with_mail.mails) == 1
    # A code is of no use after an hour; a new one is written.
    clock.advance(minutes=2)
    member.put("/api/push/mail", {"address": ADDRESS}, expect=200)
    run_jobs()
    found = re.search(r"\b\d{6}\b", with_mail.text_of())
    assert found is not None
    clock.advance(minutes=61)
    member.put("/api/push/mail", {"address": ADDRESS, "code": found[0]}, expect=422)


def test_who_removed_the_address_or_does_not_want_the_kind_is_not_written_to(
    sign_in: SignIn, world: World, with_mail: FakeMailService
) -> None:
    member, second = sign_in("member"), sign_in("second_member")
    name_and_confirm(member, with_mail)
    name_and_confirm(second, with_mail, "le.van.thu@example.org")
    member.delete("/api/push/mail", expect=204)
    second.put("/api/push/preferences", {"muted": ["meeting_convened"]}, expect=200)
    before = len(with_mail.mails)
    convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    assert len(with_mail.mails) == before


def test_a_mail_server_that_says_later_is_asked_later_and_one_that_says_no_is_believed(
    engine_name: str, sign_in: SignIn, world: World, with_mail: FakeMailService, clock: FixedClock
) -> None:
    member, second = sign_in("member"), sign_in("second_member")
    name_and_confirm(member, with_mail)
    name_and_confirm(second, with_mail, "le.van.thu@example.org")
    del with_mail.recipients[:]
    with_mail.replies = ["451 later", "550 nobody of that name"]
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    states = {(row.state, row.reason) for row in ledger(meeting) if row.channel == "email"}
    assert states == {("queued", "mail_451"), ("failed", "mail_550")}
    clock.advance(minutes=2)
    run_jobs()
    assert len(with_mail.recipients) == 1
    states = {(row.state, row.reason) for row in ledger(meeting) if row.channel == "email"}
    assert states == {("accepted", None), ("failed", "mail_550")}
    assert clock.now() < STARTS_AT - timedelta(days=1)


def test_a_mail_that_was_refused_can_be_sent_again(
    engine_name: str, sign_in: SignIn, world: World, with_mail: FakeMailService
) -> None:
    member, staff = sign_in("member"), sign_in("staff")
    name_and_confirm(member, with_mail)
    del with_mail.recipients[:]
    with_mail.replies = ["550 nobody of that name"]
    convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    assert with_mail.recipients == []
    path = f"/api/organizations/{world.id_of('committee')}/failed-deliveries"
    (failed,) = staff.get(path, expect=200).json["items"]
    assert (failed["reason"], failed["can_retry"]) == ("mail_550", True)
    assert staff.post(f"{path}/retries", {}, expect=200).json == {"retried": 1}
    run_jobs()
    assert with_mail.recipients == [ADDRESS]
    assert staff.get(path, expect=200).json["items"] == []


def test_a_mail_that_cannot_be_made_is_recorded_and_keeps_back_no_other(
    engine_name: str,
    sign_in: SignIn,
    world: World,
    with_mail: FakeMailService,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    addresses = {
        role: f"{role.replace('_', '.')}@example.org" for role in ("member", "second_member", "deputy")
    }
    for role, address in addresses.items():
        name_and_confirm(sign_in(role), with_mail, address)
    del with_mail.recipients[:], with_mail.mails[:]
    whole = SmtpMail._news

    def refuse_one(channel: SmtpMail, message: FallbackMessage) -> EmailMessage:
        if message.address == addresses["member"]:
            raise ValueError("no header can hold this")
        return whole(channel, message)

    monkeypatch.setattr(SmtpMail, "_news", refuse_one)
    # In the batch of the first as well as in one of its own.
    monkeypatch.setattr(sending, "BATCH", 2)
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    assert sorted(with_mail.recipients) == sorted([addresses["second_member"], addresses["deputy"]])

    def mails() -> dict[int, tuple[str, str | None, int]]:
        rows = [row for row in ledger(meeting) if row.channel == "email"]
        return {row.member_id: (row.state, row.reason, row.attempts) for row in rows}

    ids = {role: int(world.id_of(role)) for role in addresses}
    assert mails() == {
        ids["member"]: ("queued", "mail_error", 1),
        ids["second_member"]: ("accepted", None, 1),
        ids["deputy"]: ("accepted", None, 1),
    }
    monkeypatch.undo()
    clock.advance(minutes=2)
    run_jobs()
    assert mails()[ids["member"]] == ("accepted", None, 2)
    assert len(with_mail.recipients) == 3


def test_who_dies_or_loses_the_database_between_two_mails_leaves_one_in_doubt_at_most(
    engine_name: str,
    sign_in: SignIn,
    world: World,
    with_mail: FakeMailService,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The third of four is handed over, and nobody is left to write that down; it alone is written to again, with its id."""
    roles = ("member", "second_member", "deputy", "probationary")
    for role in roles:
        name_and_confirm(sign_in(role), with_mail, f"{role.replace('_', '.')}@example.org")
    del with_mail.recipients[:], with_mail.mails[:]
    record, recorded = sending._record, []

    def write_down(*ended: Any) -> None:
        if len(recorded) == 2:
            raise OperationalError("UPDATE", {}, Exception("the database went away"))
        recorded.append(ended)
        record(*ended)

    monkeypatch.setattr(sending, "_record", write_down)
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    assert len(with_mail.recipients) == 3
    states = sorted(row.state for row in ledger(meeting) if row.channel == "email")
    assert states == ["accepted", "accepted", "queued", "queued"]
    monkeypatch.undo()
    clock.advance(minutes=6)
    run_jobs()
    assert {row.state for row in ledger(meeting) if row.channel == "email"} == {"accepted"}
    times = Counter(with_mail.recipients)
    assert sorted(times.values()) == [1, 1, 1, 2]
    (doubted,) = [address for address, count in times.items() if count == 2]
    assert len({mail["Message-ID"] for mail in with_mail.mails if mail["To"] == doubted}) == 1


def test_nothing_waits_for_a_mail_server_that_is_set_no_more(
    app: Flask,
    settings: Settings,
    sign_in: SignIn,
    world: World,
    with_mail: FakeMailService,
    clock: FixedClock,
) -> None:
    name_and_confirm(sign_in("member"), with_mail)
    before = len(with_mail.mails)
    with_mail.replies = ["451 later", "451 later"]
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    meeting, other = convened(secretary, cell), convened(secretary, cell, kind="extraordinary")
    run_jobs()
    # The setting is gone when the worker starts anew.
    app.extensions["handbook.push"].close()
    app.extensions["handbook.settings"] = settings
    gateway.install(app)
    clock.advance(minutes=2)
    run_jobs()
    for one in (meeting, other):
        (row,) = [row for row in ledger(one, "meeting_convened") if row.channel == "email"]
        assert (row.state, row.reason) == ("failed", "no_channel")
    assert run_jobs() == 0
    assert len(with_mail.mails) == before


def test_a_mail_about_a_meeting_that_is_over_is_not_written(
    sign_in: SignIn, world: World, with_mail: FakeMailService, clock: FixedClock
) -> None:
    name_and_confirm(sign_in("member"), with_mail)
    before = len(with_mail.mails)
    with_mail.replies = ["451 later"]
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    clock.set(STARTS_AT + timedelta(hours=2))
    run_jobs()
    (row,) = [row for row in ledger(meeting, "meeting_convened") if row.channel == "email"]
    assert (row.state, row.reason) == ("failed", "mail_451")
    assert len(with_mail.mails) == before


def test_who_still_waits_for_a_push_shortly_before_the_meeting_is_written_to_in_time(
    engine_name: str,
    sign_in: SignIn,
    world: World,
    push: FakePushService,
    with_mail: FakeMailService,
    clock: FixedClock,
) -> None:
    member, second = sign_in("member"), sign_in("second_member")
    name_and_confirm(member, with_mail)
    name_and_confirm(second, with_mail, "le.van.thu@example.org")
    held, slow = subscribe(member, push), subscribe(second, push)
    del with_mail.recipients[:]
    clock.set(STARTS_AT - timedelta(hours=3))
    push.always_answer(Answer(503), slow)
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    push.answer(Answer(429, {"retry-after": "600"}), subscription=held)
    run_jobs()
    assert with_mail.recipients == [], "they are tried again in time"
    # A service that asks for hours is not waited for; what is in back-off has until two hours before the meeting.
    push.always_answer(Answer(429, {"retry-after": "21000"}), held)
    clock.set(STARTS_AT - timedelta(hours=2, minutes=40))
    run_jobs()
    assert ADDRESS in with_mail.recipients
    clock.set(STARTS_AT - timedelta(hours=2) + timedelta(seconds=4))
    run_jobs()
    assert set(with_mail.recipients) == {ADDRESS, "le.van.thu@example.org"}
    clock.set(STARTS_AT - timedelta(minutes=40))
    run_jobs()
    convening = [row for row in ledger(meeting, "meeting_convened") if row.channel == "email"]
    assert [row.state for row in convening] == ["accepted"] * 2, "each once"


def test_who_was_told_of_the_meeting_and_not_of_its_move_is_written_to_about_the_move(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService, with_mail: FakeMailService
) -> None:
    member, secretary = sign_in("member"), sign_in("secretary")
    name_and_confirm(member, with_mail)
    device = subscribe(member, push)
    meeting = convened(secretary, world.id_of("cell"))
    run_jobs()
    before = len(with_mail.mails)
    push.always_answer(Answer(410), device)
    times = {
        "starts_at": (STARTS_AT + timedelta(days=1)).isoformat(),
        "ends_at": (STARTS_AT + timedelta(days=1, minutes=90)).isoformat(),
    }
    secretary.patch(f"/api/meetings/{meeting['id']}", times, headers=if_match(meeting), expect=200)
    run_jobs()
    assert [mail["Subject"] for mail in with_mail.mails[before:]] == ["Lịch họp có thay đổi"]


def test_without_a_setting_no_mail_is_offered_or_written(sign_in: SignIn, world: World) -> None:
    member = sign_in("member")
    assert member.get("/api/push/preferences", expect=200).json["mail"] is None
    member.put("/api/push/mail", {"address": ADDRESS}, expect=404)
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    assert {row.channel for row in ledger(meeting)} == {"push"}


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        (
            {"HANDBOOK_SMTP_URL": "http://mail.example", "HANDBOOK_MAIL_FROM": "a@example.vn"},
            "HANDBOOK_SMTP_URL",
        ),
        ({"HANDBOOK_SMTP_URL": "smtp://", "HANDBOOK_MAIL_FROM": "a@example.vn"}, "HANDBOOK_SMTP_URL"),
        ({"HANDBOOK_SMTP_URL": "smtp://mail.example"}, "HANDBOOK_MAIL_FROM"),
        ({"HANDBOOK_MAIL_FROM": "nobody"}, "HANDBOOK_MAIL_FROM"),
    ],
)
def test_settings_that_cannot_write_mail_are_refused(
    tmp_path: object, environment: dict[str, str], named: str
) -> None:
    with pytest.raises(ConfigurationError, match=named):
        Settings.from_environment({"HANDBOOK_DATA_DIR": str(tmp_path), **environment})
