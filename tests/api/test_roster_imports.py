"""Staff import a roster on screen: hand in, watch, read the report; others cannot."""

import io
import random
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import func, select
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.rosters import Shape, make_people, write_roster

from handbook.audit.models import AuditEntry
from handbook.kernel.db import db
from handbook.kernel.jobs import Job, run_due
from handbook.members.models import Member

SignIn = Callable[[str], ApiClient]
CELLS = ("Chi bộ thôn Hòa Bình 1", "Chi bộ Bưu điện số 2")


def roster() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "r.xlsx"
        write_roster(path, make_people(random.Random(3), CELLS, 5), Shape())
        return path.read_bytes()


def hand_in(client: ApiClient, organization: str, content: bytes, **more: object):
    expect = more.pop("expect", None)
    headers = more.pop("headers", {})
    return client.post(
        f"/api/organizations/{organization}/roster-imports",
        data={"file": (io.BytesIO(content), "danh-sach.xlsx"), **more},
        content_type="multipart/form-data",
        expect=expect,
        headers=headers,
    )


def blobs(app: Flask) -> list[str]:
    return list(app.extensions["handbook.blobs"].keys())


def test_staff_import_a_roster_and_read_the_report(
    engine_name: str, app: Flask, sign_in: SignIn, world: World
) -> None:
    staff = sign_in("staff")
    started = hand_in(staff, world.id_of("committee"), roster(), create_organizations="true", expect=202)
    assert started.json["state"] == "queued"
    assert started.json["report"] is None
    assert blobs(app), "the file waits for the worker"
    url = started.headers["Location"]
    assert staff.get(url, expect=200).json["state"] == "queued"

    assert run_due() == 1
    done = staff.get(url, expect=200).json
    assert done["state"] == "done"
    assert done["progress"] == {"done": 10, "total": 10}
    assert done["report"] == {
        "rows": 10, "created": 10, "updated": 0, "unchanged": 0, "refused": 0, "problems": [], "organizations_created": 2,
    }  # fmt: skip
    assert done["warnings"] == []
    assert blobs(app) == [], "personal data does not lie about"
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.tag == "members:roster:imported")).one()
    assert entry.actor_account_id == world.accounts["staff"].id


def test_a_dry_run_reports_and_writes_nothing(sign_in: SignIn, world: World) -> None:
    staff = sign_in("staff")
    started = hand_in(
        staff, world.id_of("committee"), roster(), create_organizations="true", dry_run="true", expect=202
    )
    before = db.session.scalar(select(func.count()).select_from(Member))
    run_due()
    assert staff.get(started.headers["Location"]).json["report"]["created"] == 10
    assert db.session.scalar(select(func.count()).select_from(Member)) == before


def test_the_same_key_starts_one_import(app: Flask, sign_in: SignIn, world: World) -> None:
    staff, content = sign_in("staff"), roster()
    headers = {"Idempotency-Key": "nhap-1"}
    first = hand_in(staff, world.id_of("committee"), content, expect=202, headers=headers)
    again = hand_in(staff, world.id_of("committee"), content, expect=202, headers=headers)
    assert first.json["id"] == again.json["id"]
    assert first.headers["Location"] == again.headers["Location"] == f"/api/roster-imports/{first.json['id']}"
    assert (
        db.session.scalar(select(func.count()).select_from(Job).where(Job.name == "members.import_roster"))
        == 1
    )
    run_due()
    hand_in(staff, world.id_of("committee"), content, expect=202, headers=headers)
    assert blobs(app) == [], "a replayed answer leaves no file"


def test_a_job_whose_worker_died_after_the_import_imports_nothing_again(
    sign_in: SignIn, world: World
) -> None:
    staff = sign_in("staff")
    started = hand_in(staff, world.id_of("committee"), roster(), create_organizations="true", expect=202)
    run_due()
    report = staff.get(started.headers["Location"]).json["report"]
    row = db.session.get_one(Job, int(started.json["id"]))
    row.state = "queued"
    db.session.commit()
    assert run_due() == 1
    assert staff.get(started.headers["Location"]).json["report"] == report
    assert db.session.scalar(
        select(func.count()).select_from(AuditEntry).where(AuditEntry.tag == "members:roster:imported")
    ) == 1  # fmt: skip


def test_a_workbook_without_a_table_fails_with_a_reason(app: Flask, sign_in: SignIn, world: World) -> None:
    stream = io.BytesIO()
    openpyxl.Workbook().save(stream)
    staff = sign_in("staff")
    started = hand_in(staff, world.id_of("committee"), stream.getvalue(), expect=202)
    run_due()
    failed = staff.get(started.headers["Location"], expect=200).json
    assert (failed["state"], failed["error"]["code"], failed["report"]) == ("failed", "no_header", None)
    assert "Họ và tên" in failed["error"]["message"]
    assert blobs(app) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"STT,Ho ten", "unsupported_file_type"),
        (b"PK\x03\x04" + b"\0" * 300, "damaged_file"),
        (b"", "unsupported_file_type"),
    ],
)
def test_what_is_no_roster_is_refused_at_once(
    app: Flask, sign_in: SignIn, world: World, content: bytes, code: str
) -> None:
    refused = hand_in(sign_in("staff"), world.id_of("committee"), content, expect=422)
    assert code_of(refused) == code
    assert blobs(app) == []
    assert db.session.scalar(select(func.count()).select_from(Job)) == 0


def test_a_request_without_a_file_or_with_an_unknown_field_is_refused(sign_in: SignIn, world: World) -> None:
    url = f"/api/organizations/{world.id_of('committee')}/roster-imports"
    staff = sign_in("staff")
    assert (
        code_of(staff.post(url, data={}, content_type="multipart/form-data", expect=422))
        == "validation_failed"
    )
    hand_in(staff, world.id_of("committee"), roster(), surprise="1", expect=422)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("member", 403),
        ("secretary", 403),
        ("staff", 202),
        ("root_staff", 202),
        ("administrator", 202),
        ("far_staff", 404),
    ],
)
def test_only_staff_at_or_above_may_import_and_see_imports(
    sign_in: SignIn, world: World, role: str, status: int
) -> None:
    hand_in(sign_in(role), world.id_of("committee"), roster(), expect=status)
    theirs = hand_in(sign_in("staff"), world.id_of("committee"), roster(), expect=202)
    sign_in(role).get(theirs.headers["Location"], expect=200 if status == 202 else 404)
    sign_in(role).get(
        f"/api/organizations/{world.id_of('committee')}/roster.xlsx", expect=200 if status == 202 else status
    )


def test_other_jobs_are_no_imports(app: Flask, sign_in: SignIn, world: World) -> None:
    hand_in(sign_in("staff"), world.id_of("committee"), roster(), expect=202)
    job = db.session.scalars(select(Job)).one()
    job.name = "other.job"
    db.session.commit()
    sign_in("administrator").get(f"/api/roster-imports/{job.id}", expect=404)


def test_the_downloaded_roster_has_no_citizen_ids_and_is_recorded(sign_in: SignIn, world: World) -> None:
    staff = sign_in("staff")
    hand_in(staff, world.id_of("committee"), roster(), create_organizations="true", expect=202)
    run_due()
    answer = staff.get(f"/api/organizations/{world.id_of('committee')}/roster.xlsx", expect=200)
    assert answer.headers["Cache-Control"] == "no-store"
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
    texts = [str(value) for row in sheet.iter_rows(values_only=True) for value in row if value is not None]
    assert "Đặng Thị Ngẫm" in texts
    assert not [text for text in texts if re.fullmatch(r"\d{12}", text)]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.tag == "members:roster:exported")).one()
    assert entry.details["citizen_ids"] is False
