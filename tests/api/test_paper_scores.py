"""Scoring on paper: added to the phones, corrected until the minutes are signed, and a line of the book without a network."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.api.test_resolutions_ended import mark_present
from tests.api.test_scores import FULL, VOTERS, begun, close, hand_in, read
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import convened, if_match, opened
from tests.support.rooms import Device, send

from handbook.audit.models import AuditEntry
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.models import Meeting
from handbook.minutes.models import Minutes
from handbook.scores.models import MeetingScore

SignIn = Callable[[str], ApiClient]
MINUTE = timedelta(minutes=1)
LOW = [5, 5, 10, 10, 5, 5, 0]


def enter(client: ApiClient, meeting: dict[str, Any], sheets: int, points: int, expect: int = 200) -> Any:
    path = f"/api/meetings/{meeting['id']}/score/paper"
    return client.put(path, {"sheets": sheets, "points": points}, expect=expect)


def told(client: ApiClient, meeting: dict[str, Any]) -> tuple[Any, ...]:
    score = read(client, meeting)
    return score["state"], score["method"], score["sheets"], score["average"], score["grade"]


def crowd(meeting: dict[str, Any], present: int) -> None:
    """The roll has so many people in the room."""
    with unit_of_work() as uow:
        uow.session.get_one(Meeting, int(meeting["id"])).present_count = present


def test_numbers_that_cannot_be_are_refused(engine_name: str, secretary: ApiClient, world: World) -> None:
    meeting = opened(secretary, world.id_of("cell"))
    mark_present(secretary, meeting, world)
    assert enter(secretary, meeting, 5, 400, expect=422).json["errors"][0]["code"] == "more_than_present"
    assert enter(secretary, meeting, 4, 401, expect=422).json["errors"][0]["code"] == "out_of_range"
    assert code_of(enter(secretary, meeting, 2, 200, expect=409)) == "too_few_sheets"
    assert read(secretary, meeting)["state"] == "none"


def test_paper_alone_is_a_score_and_a_correction_keeps_both(
    engine_name: str, sign_in: SignIn, secretary: ApiClient, world: World
) -> None:
    meeting = opened(secretary, world.id_of("cell"))
    mark_present(secretary, meeting, world)
    enter(secretary, meeting, 4, 279)
    assert told(secretary, meeting) == ("closed", "paper", 4, "69.75", "average")
    enter(secretary, meeting, 4, 279)
    enter(secretary, meeting, 4, 297)
    assert told(secretary, meeting) == ("closed", "paper", 4, "74.25", "fair")
    score = read(secretary, meeting)
    assert [(one["sheets"], one["points"]) for one in score["corrections"]] == [(4, 279)]
    assert (score["paper"], score["points"]) == ({"sheets": 4, "points": 297}, 297)
    seen = read(sign_in("member"), meeting)
    assert (seen["paper"], seen["points"], seen["corrections"]) == (None, None, []), (
        "for who runs the meeting"
    )
    tags = [row.tag for row in db.session.query(AuditEntry).filter(AuditEntry.tag.like("scores:%"))]
    assert sorted(tags) == ["scores:score:corrected", "scores:score:entered"]


def test_a_count_needs_no_version_and_heeds_one(engine_name: str, secretary: ApiClient, world: World) -> None:
    """ADR 18: the count has a natural key and is said whole. Who names the score as read is told when it has moved."""
    meeting = opened(secretary, world.id_of("cell"))
    mark_present(secretary, meeting, world)
    path = f"/api/meetings/{meeting['id']}/score/paper"
    before = {"If-Match": f'"{read(secretary, meeting)["etag"]}"'}
    secretary.put(path, {"sheets": 4, "points": 360}, headers=before, expect=200)
    stale = secretary.put(path, {"sheets": 4, "points": 300}, headers=before, expect=412)
    score = read(secretary, meeting)
    assert (score["average"], stale.headers["ETag"]) == ("90.00", f'"{score["etag"]}"')
    corrected = secretary.put(path, {"sheets": 4, "points": 300}, headers=if_match(score), expect=200).json
    assert corrected["average"] == "75.00"


def test_paper_is_added_to_the_phones_before_and_after_the_closing(
    engine_name: str, sign_in: SignIn, secretary: ApiClient, world: World
) -> None:
    meeting = begun(secretary, world)
    crowd(meeting, 6)
    enter(secretary, meeting, 1, 60)
    assert told(secretary, meeting)[:3] == ("open", "phone", 0), "scoring by phone goes on"
    for role in VOTERS[:3]:
        hand_in(sign_in(role), meeting, FULL)
    close(secretary, meeting)
    assert told(secretary, meeting) == ("closed", "mixed", 4, "90.00", "good")
    assert read(secretary, meeting)["criterion_averages"] == [], "of paper only the sum is known"
    enter(secretary, meeting, 2, 80)
    assert told(secretary, meeting) == ("closed", "mixed", 5, "76.00", "fair")
    over = enter(secretary, meeting, 4, 80, expect=422).json["errors"][0]
    assert (over["code"], over["params"]) == ("more_than_present", {"by_phone": 3})


def test_one_or_two_by_phone_are_left_out_because_the_difference_would_tell_them(
    engine_name: str, sign_in: SignIn, secretary: ApiClient, world: World
) -> None:
    meeting = begun(secretary, world)
    for role in VOTERS[:2]:
        hand_in(sign_in(role), meeting, LOW)
    enter(secretary, meeting, 2, 180)
    assert code_of(close(secretary, meeting, expect=409)) == "too_few_sheets"
    enter(secretary, meeting, 4, 360)
    close(secretary, meeting)
    assert told(secretary, meeting) == ("closed", "paper", 4, "90.00", "good")
    assert [read(client, meeting)["left_out"] for client in (secretary, sign_in(VOTERS[0]))] == [2, 2]
    with unit_of_work() as uow:
        kept = uow.session.get_one(MeetingScore, int(meeting["id"]))
        assert (kept.points, kept.criterion_points, kept.tally_sealed) == (360, None, None)


def test_more_sheets_than_people_are_not_closed(sign_in: SignIn, secretary: ApiClient, world: World) -> None:
    meeting = begun(secretary, world)
    enter(secretary, meeting, 3, 270)
    for role in VOTERS[:3]:
        hand_in(sign_in(role), meeting, FULL)
    assert code_of(close(secretary, meeting, expect=409)) == "more_sheets_than_present"
    enter(secretary, meeting, 1, 90)
    assert close(secretary, meeting).json["sheets"] == 4


def test_phones_join_a_score_that_began_on_paper(
    engine_name: str, sign_in: SignIn, secretary: ApiClient, world: World
) -> None:
    meeting = opened(secretary, world.id_of("cell"))
    mark_present(secretary, meeting, world)
    crowd(meeting, 8)
    enter(secretary, meeting, 3, 210)
    assert read(secretary, meeting)["can"] == ["open", "enter_paper"]
    secretary.post(f"/api/meetings/{meeting['id']}/score/open", expect=200)
    assert told(secretary, meeting)[0] == "open"
    for role in VOTERS[:3]:
        hand_in(sign_in(role), meeting, FULL)
    close(secretary, meeting)
    assert told(secretary, meeting) == ("closed", "mixed", 6, "85.00", "fair")
    secretary.post(f"/api/meetings/{meeting['id']}/score/open", expect=200)
    assert told(secretary, meeting)[0] == "closed", "once phones were scored with it stays closed"


def test_the_averages_of_the_criteria_add_up(sign_in: SignIn, secretary: ApiClient, world: World) -> None:
    meeting = begun(secretary, world)
    for role, points in zip(VOTERS[:3], (FULL, LOW, [6, 5, 10, 10, 5, 5, 1]), strict=True):
        hand_in(sign_in(role), meeting, points)
    done = close(secretary, meeting).json
    hundredths = [int(one.replace(".", "")) for one in done["criterion_averages"]]
    assert sum(hundredths) == int(done["average"].replace(".", ""))


def sign_by_hand(meeting: dict[str, Any]) -> None:
    """As if somebody had signed: the words are frozen."""
    with unit_of_work() as uow:
        row = uow.session.query(Minutes).filter(Minutes.meeting_id == int(meeting["id"])).one()
        row.frozen = {"sections": []}


def test_nothing_is_entered_over_a_signature(secretary: ApiClient, world: World) -> None:
    meeting = opened(secretary, world.id_of("cell"))
    mark_present(secretary, meeting, world)
    enter(secretary, meeting, 4, 360)
    secretary.post(f"/api/meetings/{meeting['id']}/minutes/compose", expect=200)
    now = secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json
    secretary.post(f"/api/meetings/{meeting['id']}/close", headers=if_match(now), expect=200)
    sign_by_hand(meeting)
    assert code_of(enter(secretary, meeting, 4, 361, expect=409)) == "minutes_signed"
    assert told(secretary, meeting)[3] == "90.00"


class TestInTheBook:
    @pytest.fixture
    def meeting(self, secretary: ApiClient, world: World, clock: FixedClock) -> dict[str, Any]:
        made = convened(secretary, world.id_of("cell"))
        clock.set(datetime.fromisoformat(made["starts_at"]))
        return made

    def room(self, world: World, now: datetime) -> Device:
        device = Device()
        device.write("open", now)
        for role in VOTERS:
            device.mark(now, world.id_of(role), "present")
        return device

    def test_a_room_without_a_network_has_its_score_once_and_corrects_it(
        self, engine_name: str, secretary: ApiClient, world: World, meeting: dict[str, Any], clock: FixedClock
    ) -> None:
        now = clock.now()
        device = self.room(world, now)
        first = device.write("paper_score", now + MINUTE, sheets=4, points=379)
        device.write("close", now + 2 * MINUTE)
        clock.advance(minutes=3)
        for _ in range(2):
            answers = send(secretary, meeting, device.lines, now=clock.now())
            assert {one["outcome"] for one in answers} == {"applied"}
        assert told(secretary, meeting) == ("closed", "paper", 4, "94.75", "good")
        again = device.write("paper_score", now + 3 * MINUTE, first["id"], sheets=4, points=359)
        (answer,) = send(secretary, meeting, [again], now=clock.now())
        assert (answer["outcome"], answer["flags"]) == ("applied", ["after_closing"])
        assert told(secretary, meeting) == ("closed", "paper", 4, "89.75", "fair")
        assert [one["points"] for one in read(secretary, meeting)["corrections"]] == [379]

    def test_two_devices_differ_until_somebody_chooses(
        self, engine_name: str, secretary: ApiClient, world: World, meeting: dict[str, Any], clock: FixedClock
    ) -> None:
        now = clock.now()
        device, other = self.room(world, now), Device()
        mine = device.write("paper_score", now + MINUTE, sheets=4, points=379)
        theirs = other.write("paper_score", now + 2 * MINUTE, sheets=4, points=397)
        clock.advance(minutes=5)
        send(secretary, meeting, [*device.lines, theirs], now=clock.now())
        assert told(secretary, meeting)[3] == "99.25", "the later count stands"
        choice = {"subject": "paper_score", "chosen": mine["id"], "instead_of": [theirs["id"]]}
        settle = device.write("settle", now + 4 * MINUTE, **choice)
        send(secretary, meeting, [settle], now=clock.now())
        assert told(secretary, meeting)[3] == "94.75"

    def test_what_cannot_be_is_kept_with_the_reason(
        self, secretary: ApiClient, world: World, meeting: dict[str, Any], clock: FixedClock
    ) -> None:
        now = clock.now()
        device = self.room(world, now)
        for sheets, points in ((5, 400), (4, 401), (2, 180), (0, 0)):
            device.write("paper_score", now + MINUTE, sheets=sheets, points=points)
        answers = send(secretary, meeting, device.lines, now=clock.now() + MINUTE)
        codes = [one["code"] for one in answers[-4:]]
        assert codes == ["more_than_present", "out_of_range", "too_few_sheets", "invalid_entry"]
        assert read(secretary, meeting)["state"] == "none"

    def test_members_do_not_read_it_in_the_book(
        self, sign_in: SignIn, secretary: ApiClient, world: World, meeting: dict[str, Any], clock: FixedClock
    ) -> None:
        device = self.room(world, clock.now())
        device.write("paper_score", clock.now(), sheets=4, points=379)
        send(secretary, meeting, device.lines, now=clock.now())
        path = f"/api/meetings/{meeting['id']}/proceedings"
        kinds = {one["kind"] for one in sign_in("member").get(path, expect=200).json["items"]}
        assert "paper_score" not in kinds
        assert "open" in kinds


class TestInTheMinutes:
    def paragraphs(self, secretary: ApiClient, meeting: dict[str, Any]) -> list[str]:
        made = secretary.post(f"/api/meetings/{meeting['id']}/minutes/compose", expect=200).json
        return [
            one["text"]
            for section in made["sections"]
            if section["key"] == "score"
            for one in section["paragraphs"]
        ]

    def test_phones_and_paper_stand_there_as_one_score(
        self, engine_name: str, sign_in: SignIn, secretary: ApiClient, world: World
    ) -> None:
        meeting = begun(secretary, world)
        crowd(meeting, 6)
        for role in VOTERS[:3]:
            hand_in(sign_in(role), meeting, FULL)
        enter(secretary, meeting, 1, 60)
        close(secretary, meeting)
        (said,) = self.paragraphs(secretary, meeting)
        assert said == "Chấm điểm buổi sinh hoạt: 90/100 điểm, xếp loại tốt."

    def test_while_phones_are_scored_with_the_paragraph_says_so(
        self, engine_name: str, secretary: ApiClient, world: World
    ) -> None:
        meeting = begun(secretary, world)
        enter(secretary, meeting, 3, 250)
        (said,) = self.paragraphs(secretary, meeting)
        assert said.startswith("Chấm điểm buổi sinh hoạt: phần chấm trên điện thoại chưa kết thúc")
        assert said.endswith("Riêng 3 phiếu giấy: trung bình 83,33/100 điểm.")
