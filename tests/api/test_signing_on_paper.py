"""Chair or minute-taker without an account or a phone signs on the printed page, which is scanned and put on record."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from tests.support import files
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import if_match
from tests.support.minutes import composed, edit, path_of, read_back, sign, signed
from tests.support.pdf import page_texts
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from handbook.audit.models import AuditEntry
from handbook.documents.models import Blob
from handbook.kernel.db import db
from handbook.minutes.models import MinutesSignature

SignIn = Callable[[str], ApiClient]
PAGE = files.png(8, 8)
OTHER_PAGE = files.jpeg(8, 8)


@pytest.fixture
def meeting(engine_name: str, meeting_ended: dict[str, Any]) -> dict[str, Any]:
    return meeting_ended


@pytest.fixture
def agreed(sign_in: SignIn, world: World, meeting: dict[str, Any]) -> dict[str, Any]:
    """Minutes that were read back; the minute-taker is the deputy."""
    return read_back(sign_in("secretary"), composed(sign_in, world, meeting))


def record(
    client: ApiClient,
    minutes: dict[str, Any],
    role: str,
    content: bytes = PAGE,
    *,
    name: str = "trang-ky.png",
    expect: int = 201,
    **form: str,
) -> TestResponse:
    path = f"/api/meetings/{minutes['meeting_id']}/minutes/paper-signatures"
    boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(content), name), "role": role, **form})
    kind = f'multipart/form-data; boundary="{boundary}"'
    return client.request(
        "POST", path, data=body, content_type=kind, headers=if_match(minutes), expect=expect
    )


def test_a_signature_on_paper_counts_and_says_who_put_it_on_record(
    sign_in: SignIn, agreed: dict[str, Any], meeting: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    minutes = record(secretary, agreed, "minute_taker").json
    given = minutes["signatures"][0]
    assert (given["role"], given["full_name"], given["drawing"]) == ("minute_taker", "Trần Thị Phó", None)
    assert given["paper"]["recorded_by"] == "Nguyễn Văn Ước"
    assert minutes["state"] == "read_back"

    final = sign(secretary, minutes, "chair")
    assert final["state"] == "signed"
    assert final["signatures"][-1]["paper"] is None
    assert secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json["state"] == "finalized"
    row = db.session.scalar(select(MinutesSignature).where(MinutesSignature.role == "minute_taker"))
    assert row is not None
    assert row.recorded_by is not None
    tags = set(db.session.scalars(select(AuditEntry.tag)))
    assert {"minutes:minutes:signed_on_paper", "minutes:minutes:signed"} <= tags


def test_both_on_one_page_make_the_minutes_final_and_the_document_says_so(
    sign_in: SignIn, agreed: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    final = record(secretary, record(secretary, agreed, "minute_taker").json, "chair").json
    assert final["state"] == "signed"
    assert final["intact"] is True
    member = sign_in("member")
    printed = " ".join(page_texts(member.get(f"/api/meetings/{agreed['meeting_id']}/minutes.pdf").data))
    said = " ".join(printed.split())
    assert said.count("Ký trên giấy; đồng chí Nguyễn Văn Ước ghi nhận vào Sổ tay lúc") == 2
    assert "Ký trên Sổ tay lúc" not in said
    # The page is kept once, however many signed on it, and whoever reads the minutes sees it.
    blob = db.session.scalar(select(Blob))
    assert blob is not None
    assert blob.reference_count == 2
    scan = final["signatures"][0]["paper"]["scan"]
    assert blob.sha256 == scan
    seen = member.get(path_of({"id": agreed["meeting_id"]}, f"/paper-signatures/{scan}"), expect=200)
    assert (seen.data, seen.mimetype) == (PAGE, "image/png")


def test_the_scan_is_for_who_may_read_the_minutes(sign_in: SignIn, agreed: dict[str, Any]) -> None:
    draft = record(sign_in("secretary"), agreed, "minute_taker").json
    path = path_of(
        {"id": agreed["meeting_id"]}, f"/paper-signatures/{draft['signatures'][0]['paper']['scan']}"
    )
    sign_in("secretary").get(path, expect=200)
    sign_in("member").get(path, expect=404)
    sign_in("other_secretary").get(path, expect=404)
    sign_in("secretary").get(
        path_of({"id": agreed["meeting_id"]}, "/paper-signatures/" + "0" * 64), expect=404
    )


def test_an_addendum_is_signed_on_paper_like_the_minutes(
    sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    final = signed(sign_in, world, meeting)
    added = secretary.post(path_of(meeting, "/addenda"), {"text": "Phòng số 3."}, expect=201).json
    assert final["state"] == "signed"
    answer = record(secretary, added, "chair", OTHER_PAGE, name="trang.jpg", addendum="1").json
    assert answer["addenda"][0]["signatures"][0]["paper"]["media_type"] == "image/jpeg"
    assert code_of(record(secretary, answer, "chair", addendum="1", expect=409)) == "already_signed"


def test_only_who_runs_the_meeting_puts_a_page_on_record(
    sign_in: SignIn, world: World, agreed: dict[str, Any]
) -> None:
    record(sign_in("member"), agreed, "chair", expect=403)
    record(sign_in("staff"), agreed, "chair", expect=403)
    record(sign_in("other_secretary"), agreed, "chair", expect=404)
    assert db.session.scalar(select(MinutesSignature)) is None
    assert db.session.scalar(select(Blob)) is None


def test_a_page_is_refused_before_the_minutes_were_read_back(
    sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    draft = composed(sign_in, world, meeting)
    refused = record(sign_in("secretary"), draft, "chair", expect=409)
    assert code_of(refused) == "minutes_not_read_back"
    assert db.session.scalar(select(Blob)) is None


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (files.docx(), "trang.docx", "unsupported_file_type"),
        (b"#!/bin/sh", "trang.png", "unsupported_file_type"),
        (PAGE, "TỐI MẬT trang ký.png", "classified_document"),
    ],
)
def test_what_is_no_scan_of_a_page_is_refused(
    content: bytes, name: str, code: str, sign_in: SignIn, agreed: dict[str, Any]
) -> None:
    refused = record(sign_in("secretary"), agreed, "chair", content, name=name, expect=422)
    assert code_of(refused) == code
    assert db.session.scalar(select(MinutesSignature)) is None


def test_a_page_of_another_version_is_not_taken(sign_in: SignIn, agreed: dict[str, Any]) -> None:
    secretary = sign_in("secretary")
    record(secretary, agreed, "chair")
    record(secretary, agreed, "minute_taker", expect=412)


def test_editing_takes_the_signature_on_paper_back_and_its_scan_away(
    sign_in: SignIn, agreed: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    minutes = record(secretary, agreed, "minute_taker").json
    section = minutes["sections"][0]
    words = [{"id": one["id"], "text": one["text"]} for one in section["paragraphs"]]
    words.append({"id": "own-1", "text": "Thêm một câu."})
    edited = edit(secretary, minutes, {"sections": [{"key": section["key"], "paragraphs": words}]})
    assert edited["signatures"] == []
    assert db.session.scalar(select(Blob)) is None
