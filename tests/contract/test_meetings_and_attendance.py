"""Meetings and attendance as a stranger drives them who has read the contract and nothing else."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import STARTS_AT, convened, draft, if_match, opened

from handbook.kernel.clock import FixedClock

SignIn = Callable[[str], ApiClient]


def token(key: dict[str, Any], meeting_id: str, instant: datetime) -> str:
    """``STEP.TOKEN``, computed from the contract's sentence alone."""
    step = int(instant.timestamp() // key["step_seconds"])
    secret = base64.urlsafe_b64decode(key["key"] + "==")
    assert len(secret) == 32
    mac = hmac.new(secret, f"{meeting_id}.{step}".encode(), hashlib.sha256).digest()
    return f"{step}.{base64.urlsafe_b64encode(mac).decode()[:22]}"


@pytest.fixture
def key_and_meeting(
    sign_in: SignIn, world: World, clock: FixedClock
) -> tuple[dict[str, Any], dict[str, Any]]:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    clock.set(STARTS_AT)
    path = f"/api/meetings/{meeting['id']}"
    secretary.post(f"{path}/open", headers=if_match(meeting), expect=200)
    key = secretary.get(f"{path}/check-in-key", expect=200).json
    assert set(key) == {"key", "step_seconds", "valid_from", "valid_until"}
    return key, meeting


def check_in(
    client: ApiClient, meeting: dict[str, Any], code: str, scanned_at: datetime, expect: int
) -> dict[str, Any]:
    path = f"/api/meetings/{meeting['id']}/check-ins"
    answer: dict[str, Any] = client.post(
        path, {"token": code, "scanned_at": scanned_at.isoformat()}, expect=expect
    ).json
    return answer


def test_a_check_in_is_201_the_first_time_and_200_again(
    sign_in: SignIn, clock: FixedClock, key_and_meeting: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    """→ 201 first time, 200 again (never two rows)"""
    key, meeting = key_and_meeting
    member = sign_in("member")
    first = check_in(member, meeting, token(key, meeting["id"], clock.now()), clock.now(), 201)
    again = check_in(member, meeting, token(key, meeting["id"], clock.now()), clock.now(), 200)
    assert again == first
    clock.advance(minutes=5)
    assert check_in(member, meeting, token(key, meeting["id"], clock.now()), clock.now(), 200) == first
    roll = sign_in("secretary").get(f"/api/meetings/{meeting['id']}/attendance").json
    assert len({item["member_id"] for item in roll["items"]}) == len(roll["items"])
    assert roll["counts"]["present"] == 1


def test_a_bad_token_is_422_invalid_check_in_token(
    sign_in: SignIn, clock: FixedClock, key_and_meeting: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    """bad token 422 code: invalid_check_in_token: wrong step, wrong meeting, wrong key, wrong form."""
    key, meeting = key_and_meeting
    member, now = sign_in("member"), clock.now()
    good = token(key, meeting["id"], now)
    step, mac = good.split(".")
    other_key = {**key, "key": base64.urlsafe_b64encode(b"x" * 32).decode()}
    for bad in (
        token(key, meeting["id"], now - timedelta(minutes=11)),
        token(key, meeting["id"], now + timedelta(minutes=11)),
        token(key, str(int(meeting["id"]) + 1), now),
        token(other_key, meeting["id"], now),
        f"{int(step) + 1}.{mac}",
        *(mac, f"{step}.", f"{step}.{mac}=", f"{step}.{mac[:21]}", f" {good}", "rác", f"{step}.{'đ' * 22}"),
    ):
        refused = check_in(member, meeting, bad, now, 422)
        assert refused["code"] == "invalid_check_in_token", bad
    check_in(member, meeting, good, now, 201)


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_phone_clock_may_be_wrong_by_ten_minutes(
    sign_in: SignIn,
    clock: FixedClock,
    key_and_meeting: tuple[dict[str, Any], dict[str, Any]],
    minutes: int,
) -> None:
    key, meeting = key_and_meeting
    wrong = clock.now() + timedelta(minutes=minutes)
    check_in(sign_in("member"), meeting, token(key, meeting["id"], clock.now()), wrong, 201)


def test_a_closed_window_is_409_check_in_closed_from_the_moment_of_closing(
    sign_in: SignIn, clock: FixedClock, key_and_meeting: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    """closed window 409 code: check_in_closed; what was scanned while it was open still counts."""
    key, meeting = key_and_meeting
    secretary = sign_in("secretary")
    path = f"/api/meetings/{meeting['id']}"
    scanned_at = clock.now()
    scanned = token(key, meeting["id"], scanned_at)
    clock.advance(seconds=2)
    secretary.post(f"{path}/close", headers={"If-Match": secretary.get(path).headers["ETag"]}, expect=200)
    clock.advance(seconds=1)
    refused = check_in(sign_in("member"), meeting, token(key, meeting["id"], clock.now()), clock.now(), 409)
    assert refused["code"] == "check_in_closed"
    check_in(sign_in("second_member"), meeting, scanned, scanned_at, 201)
    clock.advance(hours=2)
    check_in(sign_in("deputy"), meeting, scanned, scanned_at, 201)
    late = check_in(sign_in("member"), meeting, token(key, meeting["id"], clock.now()), clock.now(), 409)
    assert late["code"] == "check_in_closed"


def test_before_the_opening_the_window_is_closed(sign_in: SignIn, world: World, clock: FixedClock) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    key = secretary.get(f"/api/meetings/{meeting['id']}/check-in-key", expect=200).json
    code = token(key, meeting["id"], clock.now())
    assert check_in(sign_in("member"), meeting, code, clock.now(), 409)["code"] == "check_in_closed"


def test_the_roll_has_the_contracts_shape(sign_in: SignIn, world: World) -> None:
    """Counts, quorum and items as the contract spells them; "a plain member gets own row and the counts"."""
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/attendance"
    roll = secretary.get(path, expect=200).json
    states = {"present", "late", "excused", "unexcused", "exempt"}
    assert set(roll["counts"]) == {"summoned", "not_recorded", *states}
    assert set(roll["quorum"]) == {"required", "reached"}
    for item in roll["items"]:
        assert set(item) >= {
            *("member_id", "full_name", "status", "state", "method"),
            *("checked_in_at", "recorded_at", "recorded_by", "flags"),
        }
    own = sign_in("member").get(path, expect=200).json
    assert [item["member_id"] for item in own["items"]] == [world.id_of("member")]
    assert own["counts"] == roll["counts"]
    for state in sorted(states):
        marked = secretary.put(f"{path}/{world.id_of('member')}", {"state": state}, expect=200).json
        assert marked["state"] == state
    for state in ("guest", "not_recorded", "", None):
        secretary.put(f"{path}/{world.id_of('member')}", {"state": state}, expect=422)


def test_a_wrong_state_change_is_409(sign_in: SignIn, world: World) -> None:
    """state changes; a wrong one: 409 code: wrong_state, from every state."""
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    allowed = {
        "draft": {"convene", "cancel"},
        "convened": {"open", "cancel"},
        "open": {"close"},
        "closed": {"finalize"},
        "finalized": set(),
    }
    meeting = draft(secretary, cell)
    for state, forward in (
        ("draft", "convene"), ("convened", "open"), ("open", "close"), ("closed", "finalize"), ("finalized", None)
    ):  # fmt: skip
        assert meeting["state"] == state
        path = f"/api/meetings/{meeting['id']}"
        for verb in {"convene", "open", "close", "finalize", "cancel"} - allowed[state]:
            body = {"reason": "Bão"} if verb == "cancel" else None
            answer = secretary.post(f"{path}/{verb}", body, headers=if_match(meeting), expect=409)
            assert code_of(answer) == "wrong_state", (state, verb)
        if forward:
            meeting = secretary.post(f"{path}/{forward}", headers=if_match(meeting), expect=200).json


def test_the_agenda_is_the_whole_ordered_list_in_any_sensible_form(sign_in: SignIn, world: World) -> None:
    """PUT /api/meetings/{id}/agenda: the whole ordered list: bare, wrapped, or as it was read."""
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/agenda"
    lines = [
        {"title": "Khai mạc", "minutes": 5},
        {"title": "Thảo luận", "presenter": "Bí thư", "body": "Bàn"},
    ]
    bare = secretary.put(path, lines, headers=if_match(meeting), expect=200).json
    wrapped = secretary.put(path, {"agenda": lines[::-1]}, headers=if_match(bare), expect=200).json
    assert [item["title"] for item in wrapped["agenda"]] == ["Thảo luận", "Khai mạc"]
    back = secretary.put(path, wrapped["agenda"][::-1], headers=if_match(wrapped), expect=200).json
    assert [item["title"] for item in back["agenda"]] == ["Khai mạc", "Thảo luận"]
    assert [item["position"] for item in back["agenda"]] == [1, 2]
    assert {item["id"] for item in back["agenda"]} == {item["id"] for item in wrapped["agenda"]}


def test_absence_requests_are_decided_once(sign_in: SignIn, world: World) -> None:
    """POST …/absence-requests {"reason"} · PATCH /api/absence-requests/{id} {"decision": "approved|refused"}"""
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    made = sign_in("member").post(
        f"/api/meetings/{meeting['id']}/absence-requests", {"reason": "Đi khám"}, expect=201
    )
    path = f"/api/absence-requests/{made.json['id']}"
    tag = secretary.get(path, expect=200).headers["ETag"]
    assert tag == made.headers["ETag"]
    secretary.patch(path, {"decision": "maybe"}, headers={"If-Match": tag}, expect=422)
    answered = secretary.patch(path, {"decision": "approved"}, headers={"If-Match": tag}, expect=200).json
    assert answered["decision"] == "approved"
    assert sign_in("member").get(path, expect=200).json["decision"] == "approved"
    sign_in("second_member").get(path, expect=404)
