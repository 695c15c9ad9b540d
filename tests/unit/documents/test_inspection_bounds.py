"""Inspection keeps within its bounds of time and memory, whatever the file asks for, and leaves nothing behind."""

import contextlib
import io
import time
import zlib
from pathlib import Path

import pytest
from tests.support.files import WORD, docx, pdf, png, raw_pdf, repacked, with_document

from handbook.documents import extraction, inspection
from handbook.documents.errors import (
    ClassifiedDocumentError,
    DamagedFileError,
    FileTooLargeError,
    UnsupportedFileTypeError,
)
from handbook.documents.inspection import Inspected, inspect_upload

ORDINARY_DOCX = docx()


def inspect(content: bytes) -> Inspected:
    return inspect_upload(io.BytesIO(content), "Nghị quyết.pdf")


def test_a_pdf_of_ten_thousand_pages_is_read_quickly() -> None:
    started = time.monotonic()

    assert inspect(raw_pdf(10_000)).pages == 10_000
    assert time.monotonic() - started < 5


def test_a_zip_bomb_is_refused_before_it_inflates() -> None:
    bomb = repacked(ORDINARY_DOCX, {f"word/media/{n}.bin": bytes(64 * 1024 * 1024) for n in range(5)})
    assert len(bomb) < 2_000_000
    started = time.monotonic()

    with pytest.raises(DamagedFileError):
        inspect(bomb)
    assert time.monotonic() - started < 3


def test_a_docx_body_without_end_is_read_only_as_far_as_needed() -> None:
    body = f'<w:document xmlns:w="{WORD}"><w:body>'.encode()
    body += "<w:p><w:r><w:t>Nội dung dài</w:t></w:r></w:p>".encode() * 1_000_000
    started = time.monotonic()

    seen = inspect(with_document(body + b"</w:body></w:document>"))

    assert len(seen.text_first_page) < 2 * extraction.DOCX_BODY_CHARACTERS
    assert time.monotonic() - started < 5


def test_a_pdf_whose_page_inflates_to_gigabytes_does_not_take_the_memory() -> None:
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b"q " * 2**20) for _ in range(400)) + packer.flush()
    stream = b"4 0 obj<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream endobj\n" % (len(packed), packed)
    bomb = raw_pdf(1, extra_page="/Contents 4 0 R").replace(b"xref\n", stream + b"xref\n", 1)
    started = time.monotonic()

    with contextlib.suppress(DamagedFileError):
        inspect(bomb)
    assert time.monotonic() - started < inspection.WALL_SECONDS + 5


def test_a_parser_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "hangs.py"
    program.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(extraction, "__file__", str(program))
    monkeypatch.setattr(inspection, "WALL_SECONDS", 0.5)

    with pytest.raises(DamagedFileError):
        inspect(pdf("Nội dung"))


def test_a_parser_that_crashes_is_a_damaged_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "crashes.py"
    program.write_text("import os; os.abort()")
    monkeypatch.setattr(extraction, "__file__", str(program))

    with pytest.raises(DamagedFileError):
        inspect(pdf("Nội dung"))


def test_the_parser_has_given_up_memory_time_and_files() -> None:
    import resource

    wanted: dict[int, int] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resource, "setrlimit", lambda which, limits: wanted.update({which: limits[1]}))
        extraction._give_up_rights()

    assert wanted[resource.RLIMIT_AS] == extraction.MEMORY_BYTES
    assert wanted[resource.RLIMIT_CPU] == extraction.CPU_SECONDS
    assert wanted[resource.RLIMIT_FSIZE] == 0


@pytest.mark.parametrize(
    "content",
    [pdf("TỐI MẬT"), b"<html>", pdf("Nội dung")[:300], ORDINARY_DOCX[:-100], png(60_000, 60_000)],
    ids=["marked", "web page", "cut short", "broken docx", "picture bomb"],
)
def test_nothing_of_a_refused_file_is_left_behind(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    with pytest.raises(
        (ClassifiedDocumentError, UnsupportedFileTypeError, DamagedFileError, FileTooLargeError)
    ):
        inspect(content)

    assert list(tmp_path.rglob("*")) == []
