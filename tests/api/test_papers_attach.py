"""Attaching and removing papers: what is taken, what is refused, and that a refusal changes nothing."""

import gc
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.files import docx, jpeg, pdf, png, raw_pdf
from tests.support.meetings import convened, draft, opened, step
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from handbook.audit.models import AuditEntry
from handbook.config import Settings
from handbook.documents.models import Blob, Paper
from handbook.kernel.db import db
from handbook.kernel.idempotency import IdempotencyRecord
from handbook.meetings.models import Meeting
from handbook.organizations.models import Organization

SignIn = Callable[[str], ApiClient]
REPORT = pdf('#set document(title: "Báo cáo tháng 11")\nNội dung báo cáo của chi bộ')


def attach(
    client: ApiClient,
    meeting: dict[str, Any],
    content: bytes = REPORT,
    name: str = "bao-cao.pdf",
    *,
    headers: dict[str, str] | None = None,
    expect: int | None = None,
    **form: str,
) -> TestResponse:
    path = f"/api/meetings/{meeting['id']}/papers"
    # Encoded here: the test client would leave a temporary file open for a large one.
    boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(content), name), **form})
    content_type = f'multipart/form-data; boundary="{boundary}"'
    return client.request(
        "POST", path, data=body, content_type=content_type, headers=headers or {}, expect=expect
    )


def state_of_everything(settings: Settings) -> tuple[Any, ...]:
    """What no refused request may change: the rows and the folder of blobs."""
    tables = (Paper, Blob, AuditEntry, IdempotencyRecord)
    rows = tuple(db.session.scalar(select(func.count()).select_from(table)) for table in tables)
    versions = tuple(db.session.scalars(select(Organization.content_version).order_by(Organization.id)))
    etags = tuple(db.session.scalars(select(Meeting.row_version).order_by(Meeting.id)))
    db.session.rollback()
    return rows, versions, etags, blobs_of(settings)


def blobs_of(settings: Settings) -> list[str]:
    return sorted(path.name for path in (Path(settings.data_dir) / "blobs").rglob("*") if path.is_file())


def test_a_paper_is_attached_and_shows_in_the_meeting(
    engine_name: str, sign_in: SignIn, world: World, settings: Settings
) -> None:
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))

    paper = attach(secretary, meeting, expect=201).json

    assert paper["title"] == "Báo cáo tháng 11"
    assert (paper["filename"], paper["media_type"]) == ("bao-cao.pdf", "application/pdf")
    assert (paper["size"], paper["meeting_id"], paper["agenda_item_id"]) == (len(REPORT), meeting["id"], None)
    shown = secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json
    assert shown["papers"] == [paper]
    assert shown["etag"] != meeting["etag"]
    assert blobs_of(settings) == [paper["sha256"]]


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (docx(), "Dự thảo.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (png(8, 8), "ảnh.png", "image/png"),
        (jpeg(8, 8), "ảnh.jpeg", "image/jpeg"),
    ],
    ids=["docx", "png", "jpeg"],
)
def test_word_and_pictures_are_taken_and_named_after_their_file(
    sign_in: SignIn, world: World, content: bytes, name: str, media_type: str
) -> None:
    secretary = sign_in("secretary")

    paper = attach(secretary, draft(secretary, world.id_of("cell")), content, name, expect=201).json

    assert (paper["media_type"], paper["filename"]) == (media_type, name)
    assert paper["title"] == name.rpartition(".")[0]


def test_a_paper_may_belong_to_an_item_and_have_a_title_of_its_own(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))
    item = meeting["agenda"][1]["id"]

    paper = attach(secretary, meeting, expect=201, title="  Dự thảo   nghị quyết ", agenda_item_id=item).json

    assert (paper["title"], paper["agenda_item_id"]) == ("Dự thảo nghị quyết", item)


def test_a_paper_outlives_its_agenda_item(engine_name: str, sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))
    attach(secretary, meeting, expect=201, agenda_item_id=meeting["agenda"][1]["id"])
    meeting = secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json

    changed = secretary.put(
        f"/api/meetings/{meeting['id']}/agenda",
        {"agenda": [{"title": "Chỉ một nội dung"}]},
        headers={"If-Match": f'"{meeting["etag"]}"'},
        expect=200,
    ).json

    assert [paper["agenda_item_id"] for paper in changed["papers"]] == [None]


def test_papers_are_taken_until_the_meeting_is_closed(
    sign_in: SignIn, world: World, settings: Settings
) -> None:
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    attach(secretary, meeting, expect=201)
    meeting = secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json
    meeting = step(secretary, meeting, "close")
    before = state_of_everything(settings)

    refused = attach(secretary, meeting, png(9, 9), "a.png", expect=409)

    assert code_of(refused) == "wrong_state"
    paper_id = meeting["papers"][0]["id"]
    assert code_of(secretary.delete(f"/api/papers/{paper_id}", expect=409)) == "wrong_state"
    assert state_of_everything(settings) == before


REFUSED = {
    "mark in the text": (pdf("TUYỆT MẬT"), "a.pdf", {}, 422, "classified_document"),
    "mark in the file name": (REPORT, "tai-lieu_toi-mat.pdf", {}, 422, "classified_document"),
    "mark in the given title": (REPORT, "a.pdf", {"title": "Công văn mật"}, 422, "classified_document"),
    "mark in the document's title": (
        pdf('#set document(title: "Kế hoạch tối mật")\nA'),
        "a.pdf",
        {},
        422,
        "classified_document",
    ),
    "mark in a Word header": (
        docx(lambda document: document.sections[0].header.add_paragraph("MẬT")),
        "a.docx",
        {},
        422,
        "classified_document",
    ),
    "web page": (b"<html><script>alert(1)</script>", "a.pdf", {}, 422, "unsupported_file_type"),
    "vector picture": (
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "a.svg",
        {},
        422,
        "unsupported_file_type",
    ),
    "cut short": (REPORT[:200], "a.pdf", {}, 422, "damaged_file"),
    "empty": (b"", "a.pdf", {}, 422, "damaged_file"),
    "picture bomb": (png(50_000, 50_000), "a.png", {}, 413, "file_too_large"),
    "unknown field": (REPORT, "a.pdf", {"secret": "1"}, 422, "unknown_field"),
    "title too long": (REPORT, "a.pdf", {"title": "x" * 201}, 422, "validation_failed"),
    "item that is none": (REPORT, "a.pdf", {"agenda_item_id": "999999"}, 422, "validation_failed"),
    "item that is no id": (REPORT, "a.pdf", {"agenda_item_id": "một"}, 422, "validation_failed"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_a_refused_file_changes_nothing(
    sign_in: SignIn, world: World, settings: Settings, case: tuple[bytes, str, dict[str, str], int, str]
) -> None:
    content, name, form, status, code = case
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    before = state_of_everything(settings)

    refused = attach(
        secretary, meeting, content, name, headers={"Idempotency-Key": "k-1"}, expect=status, **form
    )

    assert code_of(refused) == code
    assert state_of_everything(settings) == before


def test_the_refusal_of_a_marked_document_says_where_and_which(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))

    refused = attach(secretary, meeting, pdf("Độ mật: Tối mật"), expect=422).json

    assert refused["errors"] == [
        {
            "pointer": "/file",
            "code": "classified_document",
            "params": {"level": "toi_mat", "found_in": "text"},
        }
    ]


BROKEN = {
    "no body": {},
    "json": {"json": {"file": "x"}},
    "no boundary": {"data": b"--x\r\n", "content_type": "multipart/form-data"},
    "cut short": {
        "data": b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-',
        "content_type": "multipart/form-data; boundary=x",
    },
    "file as a field": {"data": {"file": "%PDF-1.7"}},
    "broken utf-8": {
        "data": b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\n\xff\xfe\r\n--x--\r\n',
        "content_type": "multipart/form-data; boundary=x",
    },
    "too many parts": {"data": {**{f"f{number}": "x" for number in range(80)}}},
}


# The parser of form data leaves what it had of a cut-off upload to the garbage collector.
@pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")
@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_upload_is_refused_with_a_code(
    sign_in: SignIn, world: World, settings: Settings, body: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))
    before = state_of_everything(settings)

    refused = secretary.request("POST", f"/api/meetings/{meeting['id']}/papers", **body)

    assert refused.status_code in (400, 413, 415, 422)
    gc.collect()
    assert code_of(refused) in ("malformed_body", "body_too_large", "validation_failed", "unknown_field")
    assert state_of_everything(settings) == before


def test_two_files_at_once_are_refused(sign_in: SignIn, world: World, settings: Settings) -> None:
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))
    before = state_of_everything(settings)
    for second in ("file", "other"):
        data = {"file": [(io.BytesIO(REPORT), "a.pdf")]}
        data.setdefault(second, []).append((io.BytesIO(REPORT), "b.pdf"))
        refused = secretary.request("POST", f"/api/meetings/{meeting['id']}/papers", data=data, expect=422)
        assert code_of(refused) in ("unknown_field", "validation_failed")
    assert state_of_everything(settings) == before


@pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")
def test_a_file_over_the_limit_is_refused(
    sign_in: SignIn, world: World, settings: Settings, app: Flask
) -> None:
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))
    before = state_of_everything(settings)
    large = raw_pdf(1) + b"\n" * settings.max_upload_bytes

    refused = attach(secretary, meeting, large, expect=413)

    assert code_of(refused) == "file_too_large"
    assert refused.json["errors"][0]["params"] == {"limit": settings.max_upload_bytes}
    larger = attach(secretary, meeting, large + b"\n" * 2_000_000, expect=413)
    gc.collect()
    assert code_of(larger) == "body_too_large"
    assert state_of_everything(settings) == before


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("member", 404),
        ("other_secretary", 404),
        ("far_secretary", 404),
        ("far_staff", 404),
        ("staff", 403),
        ("administrator", 403),
        ("deputy", 201),
    ],
)
def test_only_who_runs_the_meeting_attaches(
    sign_in: SignIn, world: World, settings: Settings, role: str, status: int
) -> None:
    meeting = draft(sign_in("secretary"), world.id_of("cell"))
    before = state_of_everything(settings)

    attach(sign_in(role), meeting, expect=status)

    assert (state_of_everything(settings) == before) is (status != 201)


def test_a_member_who_sees_the_meeting_may_not_attach(sign_in: SignIn, world: World) -> None:
    meeting = convened(sign_in("secretary"), world.id_of("cell"))

    assert code_of(attach(sign_in("member"), meeting, expect=403)) == "forbidden"


def test_nobody_attaches_unknown(client: ApiClient, sign_in: SignIn, world: World) -> None:
    meeting = convened(sign_in("secretary"), world.id_of("cell"))

    attach(client, meeting, expect=401)
    attach(sign_in("secretary"), {"id": "987654"}, expect=404)


def test_an_item_of_another_meeting_is_unknown(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting, other = (draft(secretary, world.id_of("cell")) for _ in range(2))

    refused = attach(secretary, meeting, expect=422, agenda_item_id=other["agenda"][0]["id"])

    assert refused.json["errors"][0]["pointer"] == "/agenda_item_id"


def test_the_same_upload_sent_twice_makes_one_paper(engine_name: str, sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))
    key = {"Idempotency-Key": "outbox-7"}

    first = attach(secretary, meeting, headers=key, expect=201)
    again = attach(secretary, meeting, headers=key, expect=201)
    other = attach(secretary, meeting, png(8, 8), headers=key, expect=422)

    assert again.json == first.json
    location = f"/api/papers/{first.json['id']}/content"
    assert (first.headers["Location"], again.headers["Location"]) == (location, location)
    assert code_of(other) == "idempotency_conflict"
    assert len(secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json["papers"]) == 1


def test_a_refused_upload_may_be_mended_under_its_key(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))
    key = {"Idempotency-Key": "outbox-8"}

    attach(secretary, meeting, b"<html>", headers=key, expect=422)
    attach(secretary, meeting, headers=key, expect=201)


def test_equal_files_share_their_bytes_until_the_last_is_removed(
    engine_name: str, sign_in: SignIn, world: World, settings: Settings
) -> None:
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))
    papers = [attach(secretary, meeting, expect=201).json for _ in range(2)]
    assert blobs_of(settings) == [papers[0]["sha256"]]

    secretary.delete(f"/api/papers/{papers[0]['id']}", expect=204)
    assert blobs_of(settings) == [papers[0]["sha256"]]
    assert secretary.get(f"/api/papers/{papers[1]['id']}/content", expect=200).data == REPORT

    secretary.delete(f"/api/papers/{papers[1]['id']}", expect=204)
    assert blobs_of(settings) == []
    secretary.delete(f"/api/papers/{papers[1]['id']}", expect=404)
    attach(secretary, meeting, expect=201)
    assert blobs_of(settings) == [papers[0]["sha256"]]


@pytest.mark.parametrize(("role", "status"), [("member", 403), ("staff", 403), ("other_secretary", 404)])
def test_only_who_runs_the_meeting_removes(
    sign_in: SignIn, world: World, settings: Settings, role: str, status: int
) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    paper = attach(secretary, meeting, expect=201).json
    before = state_of_everything(settings)

    sign_in(role).delete(f"/api/papers/{paper['id']}", expect=status)

    assert state_of_everything(settings) == before


def test_attaching_and_removing_are_recorded_and_move_the_content_version(
    sign_in: SignIn, world: World
) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    cell = int(world.id_of("cell"))
    versions = [db.session.scalar(select(Organization.content_version).where(Organization.id == cell))]
    paper = attach(secretary, meeting, expect=201).json
    versions.append(db.session.scalar(select(Organization.content_version).where(Organization.id == cell)))
    db.session.rollback()
    secretary.delete(f"/api/papers/{paper['id']}", expect=204)
    versions.append(db.session.scalar(select(Organization.content_version).where(Organization.id == cell)))

    assert sorted(set(versions)) == versions
    tags = db.session.scalars(
        select(AuditEntry.tag).where(AuditEntry.tag.like("documents:%")).order_by(AuditEntry.id)
    )
    assert list(tags) == ["documents:paper:attached", "documents:paper:removed"]


def test_a_failure_after_storing_leaves_no_bytes(
    sign_in: SignIn, world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))
    before = state_of_everything(settings)

    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the database is away")

    monkeypatch.setattr("handbook.meetings.service.touch_meeting", fail)
    attach(secretary, meeting, expect=500)

    assert state_of_everything(settings) == before


def test_a_meeting_takes_only_so_many_papers(
    sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handbook.meetings.paper_routes.MAX_PAPERS", 2)
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))
    for _ in range(2):
        attach(secretary, meeting, png(8, 8), "a.png", expect=201)

    refused = attach(secretary, meeting, png(8, 8), "a.png", expect=422)

    assert refused.json["errors"] == [{"pointer": "/file", "code": "too_many", "params": {"limit": 2}}]
