"""Minutes: composed from the facts, edited by two, read back, signed by two, and then they stand."""

from typing import Any

import pytest
from sqlalchemy import select, update
from tests.conftest import NOW
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import convened, if_match, opened, step
from tests.support.minutes import (
    DRAWING,
    SignIn,
    closed_meeting,
    composed,
    edit,
    mark,
    path_of,
    read_back,
    sign,
    signed,
    texts_of,
)
from tests.support.rooms import Device, book, send

from handbook.audit.models import AuditEntry
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.minutes.models import Minutes, MinutesAddendum, MinutesSignature, MinutesVersion
from handbook.scores.models import MeetingScore


@pytest.fixture
def meeting(meeting_ended: dict[str, Any]) -> dict[str, Any]:
    return meeting_ended


def in_section(minutes: dict[str, Any], key: str) -> list[dict[str, Any]]:
    section = next(one for one in minutes["sections"] if one["key"] == key)
    return [
        {"id": one["id"], "text": one["text"], "removed": one["removed"]} for one in section["paragraphs"]
    ]


def test_the_minutes_write_themselves_from_what_happened(
    engine_name: str, sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    minutes = composed(sign_in, world, meeting)
    text = texts_of(minutes)
    assert "Chủ trì: đồng chí Nguyễn Văn Ước – Bí thư." in text
    assert "Người ghi biên bản: đồng chí Trần Thị Phó." in text
    assert "Tổng số đảng viên: 6 đồng chí (chính thức 5, dự bị 1)." in text
    assert "Vắng có phép: 1 đồng chí (Lê Văn Thử: ốm)." in text
    assert any("Đồng ý: 2 (50%)" in line for line in text)
    assert "Đồng chí Trần Thị Phó bảo lưu ý kiến: Cần thêm thời gian." in text
    assert (minutes["symbol"], minutes["state"], minutes["place"]) == ("01-BB/CB", "draft", "Thử Nghiệm")
    assert minutes["superior"] == "Đảng bộ Sở Mẫu"


def test_the_score_of_the_meeting_stands_in_its_minutes(
    sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    composed(sign_in, world, meeting)
    db.session.add(
        MeetingScore(
            meeting_id=int(meeting["id"]),
            state="closed",
            method="paper",
            criteria=[{"title": "Nội dung", "points": 100}],
            sheets=4,
            points=370,
            grade="good",
            opened_at=NOW,
            closed_at=NOW,
        )
    )
    db.session.commit()
    again = sign_in("secretary").post(path_of(meeting, "/compose"), expect=200).json
    assert any("xếp loại tốt" in text and "92,5" in text for text in texts_of(again))


def test_there_are_no_minutes_of_a_meeting_that_has_not_begun(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    refused = secretary.post(path_of(meeting, "/compose"), expect=409)
    assert code_of(refused) == "wrong_state"
    # That nobody has begun them is an answer to who writes them; for others there is nothing.
    assert secretary.get(path_of(meeting), expect=204).text == ""
    sign_in("member").get(path_of(meeting), expect=404)


def test_what_is_edited_stays_when_the_facts_change_and_says_so(
    engine_name: str, sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    minutes = composed(sign_in, world, meeting)
    paragraphs = in_section(minutes, "attendance")
    absent = next(one for one in paragraphs if one["id"] == "excused")
    absent["text"] = "Vắng có phép: đồng chí Lê Văn Thử, nằm viện."
    paragraphs.append({"id": "own-1", "text": "Đại diện gia đình có mặt.", "removed": False})
    minutes = edit(secretary, minutes, {"sections": [{"key": "attendance", "paragraphs": paragraphs}]})
    mark(secretary, meeting, world.id_of("second_member"), {"state": "excused", "reason": "mổ ruột thừa"})

    again = secretary.post(path_of(meeting, "/compose"), expect=200).json
    found = {
        one["id"]: one
        for section in again["sections"]
        for one in section["paragraphs"]
        if section["key"] == "attendance"
    }
    assert found["excused"]["text"] == "Vắng có phép: đồng chí Lê Văn Thử, nằm viện."
    assert found["excused"]["facts"] == "Vắng có phép: 1 đồng chí (Lê Văn Thử: mổ ruột thừa)."
    assert found["excused"]["differs"] is True
    assert found["own-1"]["facts"] is None
    versions = db.session.scalars(select(MinutesVersion).order_by(MinutesVersion.number)).all()
    assert [one.cause for one in versions] == ["composed", "edited", "edited", "composed"]


def test_composing_again_without_new_facts_changes_nothing(
    sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    minutes = composed(sign_in, world, meeting)
    again = sign_in("deputy").post(path_of(meeting, "/compose"), expect=200).json
    assert again["etag"] == minutes["etag"]


def test_the_second_of_two_editors_is_told_and_nothing_is_lost(
    sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    """Minutes edited by two people: each has seen the same version; the second gets 412 and the other's text."""
    minutes = composed(sign_in, world, meeting)
    first, second = in_section(minutes, "opening"), in_section(minutes, "opening")
    first[2]["text"], second[2]["text"] = "Địa điểm: hội trường lớn.", "Địa điểm: phòng số 3."
    edit(sign_in("secretary"), minutes, {"sections": [{"key": "opening", "paragraphs": first}]})
    body = {"sections": [{"key": "opening", "paragraphs": second}]}
    refused = edit(sign_in("deputy"), minutes, body, expect=412)
    assert refused["code"] == "precondition_failed"
    now = sign_in("deputy").get(path_of(meeting), expect=200).json
    assert "Địa điểm: hội trường lớn." in texts_of(now)
    settled = edit(sign_in("deputy"), now, body)
    assert "Địa điểm: phòng số 3." in texts_of(settled)


def end_of(minutes: dict[str, Any]) -> list[str]:
    return [one["text"] for one in in_section(minutes, "closing") if one["text"].startswith("Biên bản")]


def test_what_was_read_before_the_end_says_so_until_somebody_changes_it(
    sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    """2-domain: "minutes read back; closing"."""
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    for role in ("secretary", "deputy", "member", "probationary", "second_member"):
        mark(secretary, meeting, world.id_of(role), {"state": "present"})
    minutes = composed(sign_in, world, meeting)
    assert not any(text.startswith("Biên bản đã") for text in texts_of(minutes))
    minutes = read_back(secretary, minutes)
    clock.advance(minutes=5)
    step(secretary, secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json, "close")
    clock.advance(minutes=5)
    minutes = secretary.get(path_of(meeting), expect=200).json
    read = ["Biên bản đã được đọc lại trước buổi sinh hoạt; các đồng chí dự nhất trí thông qua."]
    assert (minutes["state"], end_of(minutes)) == ("read_back", read)
    opening = {"key": "opening", "paragraphs": [{"id": "place", "text": "Địa điểm: phòng số 3."}]}
    minutes = edit(secretary, minutes, {"sections": [opening]})
    assert (minutes["state"], end_of(minutes)) == ("draft", [])
    # What was changed after the meeting was agreed to after the meeting.
    assert [text[:37] for text in end_of(read_back(secretary, minutes))] == [
        "Biên bản được thông qua sau buổi sinh"
    ]


def test_what_was_agreed_to_when_everybody_had_gone_claims_no_reading(
    engine_name: str, sign_in: SignIn, world: World, meeting: dict[str, Any], clock: FixedClock
) -> None:
    minutes = composed(sign_in, world, meeting)
    assert end_of(minutes) == []
    clock.advance(seconds=87)
    (said,) = end_of(read_back(sign_in("secretary"), minutes))
    assert said.startswith("Biên bản được thông qua sau buổi sinh hoạt, lúc ")
    again = sign_in("secretary").post(path_of(meeting, "/compose"), expect=200).json
    assert (again["state"], end_of(again)) == ("read_back", [said])


def test_nothing_is_signed_before_it_was_read_back(
    sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    minutes = composed(sign_in, world, meeting)
    assert sign(sign_in("secretary"), minutes, "chair", expect=409)["code"] == "minutes_not_read_back"


def test_the_second_signature_makes_them_final_and_settles_the_meeting(
    engine_name: str, sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    minutes = signed(sign_in, world, meeting)
    assert minutes["state"] == "signed"
    assert minutes["intact"] is True
    assert [(one["role"], one["full_name"]) for one in minutes["signatures"]] == [
        ("minute_taker", "Trần Thị Phó"),
        ("chair", "Nguyễn Văn Ước"),
    ]
    assert sign_in("member").get(f"/api/meetings/{meeting['id']}", expect=200).json["state"] == "finalized"
    entries = db.session.scalars(select(AuditEntry.tag).where(AuditEntry.tag.like("minutes:%"))).all()
    assert entries.count("minutes:minutes:signed") == 2


def test_signed_minutes_never_change(sign_in: SignIn, world: World, meeting: dict[str, Any]) -> None:
    minutes = signed(sign_in, world, meeting)
    secretary = sign_in("secretary")
    body = {"sections": [{"key": "opening", "paragraphs": []}]}
    assert edit(secretary, minutes, body, expect=409)["code"] == "minutes_signed"
    assert code_of(secretary.post(path_of(meeting, "/compose"), expect=409)) == "minutes_signed"
    refused = secretary.post(path_of(meeting, "/read-back"), headers=if_match(minutes), expect=409)
    assert code_of(refused) == "minutes_signed"
    assert sign(secretary, minutes, "chair", expect=409)["code"] == "minutes_signed"
    assert texts_of(secretary.get(path_of(meeting), expect=200).json) == texts_of(minutes)


def test_a_change_after_the_first_signature_takes_it_back(
    sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    minutes = read_back(sign_in("secretary"), composed(sign_in, world, meeting))
    minutes = sign(sign_in("secretary"), minutes, "chair")
    paragraphs = in_section(minutes, "opening")
    paragraphs[2]["text"] = "Địa điểm: hội trường."
    minutes = edit(sign_in("deputy"), minutes, {"sections": [{"key": "opening", "paragraphs": paragraphs}]})
    assert (minutes["state"], minutes["signatures"]) == ("draft", [])
    assert sign(sign_in("deputy"), minutes, "minute_taker", expect=409)["code"] == "minutes_not_read_back"


def test_numbers_that_somebody_signed_are_corrected_no_more(
    sign_in: SignIn, world: World, meeting: dict[str, Any], clock: FixedClock
) -> None:
    secretary = sign_in("secretary")
    (ballot,) = secretary.get(f"/api/meetings/{meeting['id']}/ballots", expect=200).json["items"]
    device = Device()

    def correct(agree: int) -> dict[str, Any]:
        asked = {name: ballot[name] for name in ("title", "kind", "agenda_item_id")}
        counted = {**asked, "agree": agree, "disagree": 0, "other": 1}
        line = device.write("hand_vote", clock.now(), ballot=counted)
        return send(secretary, meeting, [line], now=clock.now())[0]

    assert correct(3)["outcome"] == "applied"
    # The count was closed before any line spoke of it, so the device cannot have seen it: somebody says which is right.
    ours, theirs = [one for one in book(secretary, meeting)["items"] if one["kind"] == "hand_vote"]
    if ours["device_id"] != device.id:
        ours, theirs = theirs, ours
    choice = {"subject": ours["subject"], "chosen": ours["id"], "instead_of": [theirs["id"]]}
    settled = device.write("settle", clock.now(), **choice)
    assert send(secretary, meeting, [settled], now=clock.now())[0]["outcome"] == "applied"
    minutes = read_back(secretary, composed(sign_in, world, meeting))
    sign(secretary, minutes, "chair")
    assert (correct(1)["outcome"], correct(1)["code"]) == ("refused", "minutes_signed")
    (stands,) = secretary.get(f"/api/meetings/{meeting['id']}/ballots", expect=200).json["items"]
    assert (stands["result"]["agree"], len(stands["corrections"])) == (3, 1)


def test_only_who_is_named_signs_and_only_once(
    sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    minutes = read_back(sign_in("secretary"), composed(sign_in, world, meeting))
    assert sign(sign_in("deputy"), minutes, "chair", expect=403)["code"] == "not_the_signer"
    minutes = sign(sign_in("secretary"), minutes, "chair")
    assert sign(sign_in("secretary"), minutes, "chair", expect=409)["code"] == "already_signed"


def test_minutes_without_a_minute_taker_wait_for_one(
    sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    minutes = read_back(secretary, secretary.post(path_of(meeting, "/compose"), expect=200).json)
    refused = sign(secretary, minutes, "chair", expect=409)
    assert refused["code"] == "signer_missing"
    assert refused["errors"][0]["pointer"] == "/minute_taker_id"
    body = {"minute_taker_id": world.id_of("secretary")}
    assert edit(secretary, minutes, body, expect=422)["errors"][0]["code"] == "same_as_chair"
    body = {"minute_taker_id": world.id_of("far_member")}
    assert edit(secretary, minutes, body, expect=422)["errors"][0]["code"] == "unknown"


def test_one_person_does_not_sign_for_both(sign_in: SignIn, world: World, meeting: dict[str, Any]) -> None:
    """ "Signed by chair and minute-taker": minutes from before that was asked, or by default, name one for both."""
    secretary = sign_in("secretary")
    minutes = read_back(secretary, composed(sign_in, world, meeting))
    row = db.session.scalars(select(Minutes)).one()
    row.minute_taker_id = row.chair_id
    db.session.commit()
    minutes = secretary.get(path_of(meeting), expect=200).json
    for role in ("chair", "minute_taker"):
        refused = sign(secretary, minutes, role, expect=422)
        assert [error["code"] for error in refused["errors"]] == ["same_as_chair"]
    assert db.session.scalars(select(MinutesSignature)).all() == []


def test_a_wrong_password_signs_nothing_and_counts_as_a_failed_login(
    sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    minutes = read_back(sign_in("secretary"), composed(sign_in, world, meeting))
    for _ in range(10):
        refused = sign(sign_in("secretary"), minutes, "chair", expect=401, password="không phải")
        assert refused["code"] == "invalid_credentials"
    assert sign(sign_in("secretary"), minutes, "chair", expect=429)["code"] == "too_many_attempts"
    assert db.session.scalars(select(MinutesSignature)).all() == []


def test_the_other_signer_may_sign_on_the_same_device(
    sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    minutes = read_back(sign_in("secretary"), composed(sign_in, world, meeting))
    login = world.members["deputy"].phone
    minutes = sign(sign_in("secretary"), minutes, "minute_taker", login=login, drawing=None)
    assert minutes["signatures"][0]["full_name"] == "Trần Thị Phó"
    assert minutes["signatures"][0]["drawing"] is None


@pytest.mark.parametrize(
    ("drawing", "code"),
    [
        ("M0 0", "drawing_too_small"),
        ("M10 10L1001 10" + "L5 5" * 9, "drawing_invalid"),
        ('M10 10L90 10"/><script>', "drawing_invalid"),
        ("M1e3 10L2 2", "drawing_invalid"),
    ],
)
def test_what_is_no_drawing_of_the_pad_is_refused(
    drawing: str, code: str, sign_in: SignIn, world: World
) -> None:
    minutes = read_back(sign_in("secretary"), composed(sign_in, world, closed_meeting(sign_in, world)))
    refused = sign(sign_in("secretary"), minutes, "chair", expect=422, drawing=drawing)
    assert refused["errors"][0] == {"pointer": "/drawing", "code": code}


def test_minutes_read_back_before_the_end_get_its_hour_and_are_signed_after_it(
    sign_in: SignIn, world: World
) -> None:
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    for role in ("secretary", "deputy"):
        mark(secretary, meeting, world.id_of(role), {"state": "present"})
    minutes = read_back(secretary, composed(sign_in, world, meeting))
    assert sign(secretary, minutes, "chair", expect=409)["code"] == "wrong_state"
    now = secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json
    secretary.post(f"/api/meetings/{meeting['id']}/close", headers=if_match(now), expect=200)
    minutes = secretary.get(path_of(meeting), expect=200).json
    assert any("kết thúc lúc" in text for text in texts_of(minutes))


def test_a_correction_of_signed_minutes_is_an_addendum_that_both_sign(
    engine_name: str, sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    secretary, deputy = sign_in("secretary"), sign_in("deputy")
    draft = composed(sign_in, world, meeting)
    early = deputy.post(path_of(meeting, "/addenda"), {"text": "Sửa"}, expect=409)
    assert code_of(early) == "wrong_state"
    assert draft["addenda"] == []
    signed(sign_in, world, meeting)
    minutes = deputy.post(
        path_of(meeting, "/addenda"), {"text": "Địa điểm ghi đúng là phòng số 3."}, expect=201
    ).json
    minutes = sign(deputy, minutes, "minute_taker", addendum=1)
    minutes = sign(secretary, minutes, "chair", addendum=1)
    addendum = minutes["addenda"][0]
    assert addendum["text"] == "Địa điểm ghi đúng là phòng số 3."
    assert [one["role"] for one in addendum["signatures"]] == ["minute_taker", "chair"]
    assert minutes["intact"] is True


def test_only_the_newest_addendum_that_nobody_has_signed_is_taken_back(
    sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    secretary, deputy = sign_in("secretary"), sign_in("deputy")
    minutes = signed(sign_in, world, meeting)
    for text in ("Phòng số 3.", "Phòng số 4."):
        minutes = deputy.post(path_of(meeting, "/addenda"), {"text": text}, expect=201).json

    def take_back(number: int, expect: int, client: ApiClient = deputy) -> Any:
        path = path_of(meeting, f"/addenda/{number}")
        return client.delete(path, headers=if_match(minutes), expect=expect)

    assert code_of(take_back(1, 409)) == "addendum_stands"
    take_back(3, 404)
    assert code_of(deputy.delete(path_of(meeting, "/addenda/2"), expect=428)) == "precondition_required"
    take_back(2, 403, sign_in("member"))
    minutes = take_back(2, 200).json
    assert [(one["number"], one["text"]) for one in minutes["addenda"]] == [(1, "Phòng số 3.")]
    minutes = sign(secretary, minutes, "chair", addendum=1)
    assert code_of(take_back(1, 409)) == "addendum_stands"
    # The number is free again, and what was signed stays intact.
    minutes = deputy.post(path_of(meeting, "/addenda"), {"text": "Phòng số 5."}, expect=201).json
    assert [one["number"] for one in minutes["addenda"]] == [1, 2]
    assert minutes["intact"] is True
    assert [one["role"] for one in minutes["addenda"][0]["signatures"]] == ["chair"]


@pytest.mark.parametrize("what", ["frozen", "addendum"])
def test_a_change_behind_the_programs_back_is_seen_when_they_are_read(
    what: str, sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    signed(sign_in, world, meeting)
    sign_in("deputy").post(path_of(meeting, "/addenda"), {"text": "Đúng là phòng số 3."}, expect=201)
    row = db.session.scalars(select(Minutes)).one()
    if what == "frozen":
        frozen = {**(row.frozen or {}), "subtitle": "khác"}
        db.session.execute(update(Minutes).values(frozen=frozen))
    else:
        db.session.execute(update(MinutesAddendum).values(text="Đúng là phòng số 4."))
    db.session.commit()
    assert sign_in("member").get(path_of(meeting), expect=200).json["intact"] is False
    refused = sign_in("member").get(path_of(meeting, ".pdf"), expect=409)
    assert code_of(refused) == "minutes_altered"


def test_a_draft_is_for_who_writes_it_and_signed_minutes_are_for_the_cell(
    sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    minutes = composed(sign_in, world, meeting)
    sign_in("member").get(path_of(meeting), expect=404)
    # The minute-taker may hold no office at all.
    minutes = edit(sign_in("secretary"), minutes, {"minute_taker_id": world.id_of("member")})
    sign_in("member").get(path_of(meeting), expect=200)
    minutes = read_back(sign_in("member"), minutes)
    minutes = sign(sign_in("member"), minutes, "minute_taker")
    sign(sign_in("secretary"), minutes, "chair")
    sign_in("second_member").get(path_of(meeting), expect=200)
    sign_in("other_member").get(path_of(meeting), expect=404)


def test_minutes_are_numbered_within_the_term(sign_in: SignIn, world: World, meeting: dict[str, Any]) -> None:
    composed(sign_in, world, meeting)
    second = composed(sign_in, world, closed_meeting(sign_in, world))
    assert second["symbol"] == "02-BB/CB"


def test_text_with_a_secrecy_mark_is_refused_and_not_kept(
    sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    minutes = composed(sign_in, world, meeting)
    paragraphs = [*in_section(minutes, "content"), {"id": "own-1", "text": "TUYỆT MẬT", "removed": False}]
    body = {"sections": [{"key": "content", "paragraphs": paragraphs}]}
    assert edit(sign_in("secretary"), minutes, body, expect=422)["code"] == "classified_document"
    assert sign_in("secretary").get(path_of(meeting), expect=200).json["etag"] == minutes["etag"]


def test_the_drawing_is_kept_as_it_was_drawn(sign_in: SignIn, world: World, meeting: dict[str, Any]) -> None:
    minutes = signed(sign_in, world, meeting)
    assert minutes["signatures"][0]["drawing"] == DRAWING
