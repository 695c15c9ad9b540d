"""What a resolution that was superseded or revoked leaves undone stays on the agenda until somebody says what became of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.api.test_tasks import issued, say
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import STARTS_AT, convened, if_match, opened, step
from tests.support.rooms import Device, send

from handbook.kernel.clock import FixedClock

SignIn = Callable[[str], ApiClient]
Json = dict[str, Any]
REVIEW = [{"title": "Kiểm điểm nghị quyết tháng trước", "source": "open_tasks"}]
KEPT, LEFT = "Rà soát hồ sơ", "Vận động quỹ"


@pytest.fixture
def secretary(engine_name: str, sign_in: SignIn) -> ApiClient:
    return sign_in("secretary")


def two_tasks(secretary: ApiClient, world: World) -> Json:
    path = f"/api/organizations/{world.id_of('cell')}/resolutions"
    symbol = secretary.get(f"{path}/next-symbol", expect=200).json["symbol"]
    tasks = [{"title": KEPT, "due_on": "2026-12-20"}, {"title": LEFT, "due_on": "2026-12-21"}]
    body = {"symbol": symbol, "title": "Nghị quyết", "body": "1.", "tasks": tasks}
    return put_in_force(secretary, secretary.post(path, body, expect=201).json)


def put_in_force(secretary: ApiClient, made: Json, **fields: Any) -> Json:
    answer: Json = secretary.post(
        f"/api/resolutions/{made['id']}/issue", fields, headers=if_match(made), expect=200
    ).json
    return answer


def replace(secretary: ApiClient, world: World, old: Json, *titles: str, **fields: Any) -> Json:
    path = f"/api/organizations/{world.id_of('cell')}/resolutions"
    symbol = secretary.get(f"{path}/next-symbol", expect=200).json["symbol"]
    body = {
        "symbol": symbol,
        "title": "Nghị quyết",
        "body": "2.",
        "supersedes_id": old["id"],
        "tasks": [{"title": title, "due_on": "2026-12-28"} for title in titles],
        **fields,
    }
    return put_in_force(secretary, secretary.post(path, body, expect=201).json)


def revoke(secretary: ApiClient, made: Json) -> Json:
    path = f"/api/resolutions/{made['id']}/revoke"
    answer: Json = secretary.post(path, {"reason": "Ban hành nhầm"}, headers=if_match(made), expect=200).json
    return answer


def following(secretary: ApiClient, world: World, days: int = 30) -> Json:
    starts_at = STARTS_AT + timedelta(days=days)
    return convened(secretary, world.id_of("cell"), starts_at=starts_at, agenda=REVIEW)


def review(secretary: ApiClient, meeting: Json) -> list[str]:
    agenda = secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json["agenda"]
    return str(agenda[0]["body"]).split("\n")


def listed(secretary: ApiClient, world: World) -> list[str]:
    return [title for title, _ in listed_with_mark(secretary, world)]


def listed_with_mark(secretary: ApiClient, world: World) -> list[tuple[str, str | None]]:
    path = f"/api/organizations/{world.id_of('cell')}/tasks?state=open"
    return [(one["title"], one["gone"]) for one in secretary.get(path, expect=200).json["items"]]


def minutes_of(secretary: ApiClient, meeting: Json) -> str:
    path = f"/api/meetings/{meeting['id']}/minutes"
    found = secretary.get(path)
    tag = if_match(found.json) if found.status_code == 200 else {}
    made = secretary.post(f"{path}/compose", headers=tag)
    assert made.status_code in (200, 201), made.text
    return "\n".join(one["text"] for part in made.json["sections"] for one in part["paragraphs"])


def test_what_the_successor_asks_for_as_well_is_listed_once_and_the_rest_with_the_mark(
    secretary: ApiClient, world: World
) -> None:
    old = two_tasks(secretary, world)
    meeting = following(secretary, world)
    new = replace(secretary, world, old, KEPT)
    assert review(secretary, meeting) == [
        f"1. {LEFT} (hạn 21/12/2026; {old['symbol']} đã được thay thế bằng {new['symbol']})",
        f"2. {KEPT} (hạn 28/12/2026)",
    ]
    assert listed_with_mark(secretary, world) == [(LEFT, "superseded"), (KEPT, None)]
    kept, left = secretary.get(f"/api/resolutions/{old['id']}", expect=200).json["tasks"]
    assert (kept["can"], left["can"]) == ([], ["progress", "done", "not_done"])
    assert code_of(say(secretary, kept, "done", text="", expect=409)) == "wrong_state"


def test_somebody_says_what_became_of_it_and_it_leaves_the_agenda_of_the_meeting_after(
    secretary: ApiClient, world: World, clock: FixedClock
) -> None:
    old = issued(secretary, world)
    gone = revoke(secretary, old)
    meeting = opened(secretary, world.id_of("cell"), agenda=REVIEW)
    until = "Đặng Thị Ngẫm; hạn 20/12/2026"
    marked = f"1. {KEPT} ({until}; {old['symbol']} đã thu hồi)"
    assert review(secretary, meeting) == [marked]
    assert listed_with_mark(secretary, world) == [(KEPT, "revoked")]
    say(secretary, gone["tasks"][0], "not_done", text="Không còn cần")
    assert review(secretary, meeting)[1] == "Lý do: Không còn cần"
    assert listed(secretary, world) == []
    clock.set(STARTS_AT + timedelta(hours=2))
    held = secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json
    step(secretary, held, "close")
    assert KEPT not in "".join(review(secretary, following(secretary, world)))


def test_minutes_say_that_the_resolution_was_out_of_force(
    secretary: ApiClient, world: World, clock: FixedClock
) -> None:
    revoke(secretary, issued(secretary, world))
    clock.set(STARTS_AT)
    meeting = opened(secretary, world.id_of("cell"), agenda=REVIEW)
    said = f"Nhiệm vụ “{KEPT}”. Nghị quyết giao nhiệm vụ này đã thu hồi. Phụ trách:"
    assert said in minutes_of(secretary, meeting)
    clock.advance(minutes=90)
    step(secretary, secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json, "close")
    assert said in minutes_of(secretary, meeting)


def test_what_the_meeting_itself_put_in_its_place_was_in_force_until_then(
    secretary: ApiClient, world: World, clock: FixedClock
) -> None:
    """Also composed again afterwards, the minutes tell of both tasks as the meeting went through them."""
    old = two_tasks(secretary, world)
    clock.set(STARTS_AT)
    meeting = opened(secretary, world.id_of("cell"), agenda=REVIEW)
    before = review(secretary, meeting)
    assert before == [f"1. {KEPT} (hạn 20/12/2026)", f"2. {LEFT} (hạn 21/12/2026)"]
    heard = [line for line in minutes_of(secretary, meeting).split("\n") if line.startswith("Nhiệm vụ")]
    clock.advance(minutes=90)
    step(secretary, secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json, "close")
    doubts = {"override_reason": "Đã nhất trí tại cuộc họp", "reason_for": ["no_vote", "no_quorum"]}
    path = f"/api/organizations/{world.id_of('cell')}/resolutions"
    body = {"symbol": "19-NQ/CB", "title": "Mới", "body": "2.", "supersedes_id": old["id"]}
    tasks = {"meeting_id": meeting["id"], "tasks": [{"title": KEPT, "due_on": "2026-12-28"}]}
    put_in_force(secretary, secretary.post(path, {**body, **tasks}, expect=201).json, **doubts)
    again = [line for line in minutes_of(secretary, meeting).split("\n") if line.startswith("Nhiệm vụ")]
    assert (len(heard), again) == (2, heard)
    # The next meeting goes through what is left of the old one, and what the new one asks for.
    assert [line.partition(" (")[0] for line in review(secretary, following(secretary, world))] == [
        f"1. {LEFT}",
        f"2. {KEPT}",
    ]


class TestWhatTheMeetingHeard:
    def test_minutes_composed_again_tell_no_report_that_arrived_after_the_end(
        self, secretary: ApiClient, sign_in: SignIn, world: World, clock: FixedClock
    ) -> None:
        """Written before the end on a phone without a network, and read by nobody in the room."""
        task = issued(secretary, world)["tasks"][0]
        clock.set(STARTS_AT)
        meeting = opened(secretary, world.id_of("cell"), agenda=REVIEW)
        clock.advance(minutes=5)
        say(sign_in("member"), task, "progress", text="Được một nửa", percent=50)
        clock.advance(minutes=5)
        written = clock.now()
        clock.advance(minutes=80)
        step(secretary, secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json, "close")
        clock.advance(minutes=5)
        say(sign_in("member"), task, "not_done", text="Không đủ kinh phí", at=written.isoformat())
        told = minutes_of(secretary, meeting)
        assert "Kết quả: đang thực hiện, đạt 50%." in told
        assert "kinh phí" not in told

    def test_what_the_room_wrote_before_its_end_was_heard_though_all_of_it_arrived_later(
        self, secretary: ApiClient, world: World, clock: FixedClock
    ) -> None:
        task = issued(secretary, world)["tasks"][0]
        clock.set(STARTS_AT)
        meeting = opened(secretary, world.id_of("cell"), agenda=REVIEW)
        said_at, ended_at = STARTS_AT + timedelta(minutes=20), STARTS_AT + timedelta(minutes=90)
        clock.advance(hours=3)
        # In the order in which the device wrote them.
        say(secretary, task, "not_done", text="Không đủ kinh phí", at=said_at.isoformat())
        (answer,) = send(secretary, meeting, [Device().write("close", ended_at)], now=clock.now())
        assert answer["outcome"] == "applied"
        assert "Kết quả: không hoàn thành. Lý do: Không đủ kinh phí." in minutes_of(secretary, meeting)
