"""Files that are no rosters, or that would eat the machine, are refused with a message and without the memory."""

import contextlib
import datetime as dt
import io
import json
import random
import struct
import subprocess
import sys
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pytest
from tests.support.rosters import Shape, make_people, write_roster

from handbook.members.roster.archive import DEFAULT_LIMITS, Limits
from handbook.members.roster.errors import UNREADABLE, RosterUnreadable
from handbook.members.roster.judge import judge_roster
from handbook.members.roster.layout import read_table
from handbook.members.roster.levels import KnownPlaces
from handbook.members.roster.reader import read_sheets

MIB = 1024 * 1024
PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
    ' Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
    ' Target="worksheets/sheet1.xml"/>'
    '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"'
    ' Target="sharedStrings.xml"/></Relationships>',
}
OPEN, CLOSE = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>',
    "</sheetData></worksheet>",
)


def workbook(path: Path, sheet: str = OPEN + CLOSE, **more: str | bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**PARTS, "xl/worksheets/sheet1.xml": sheet, **more}.items():
            archive.writestr(name, text)
    return path


def refusal(path: Path, limits: Limits = DEFAULT_LIMITS) -> str:
    with pytest.raises(RosterUnreadable) as caught:
        _ = [read_table(sheet) for sheet in read_sheets(path, limits)]
    assert caught.value.message == UNREADABLE[caught.value.code]
    return caught.value.code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_a_workbook"),
        (b"STT,Ho ten\n1,An\n", "not_a_workbook"),
        (b"<html><table><tr><td>An</td></tr></table></html>", "not_a_workbook"),
        (b"%PDF-1.7", "not_a_workbook"),
        (b"PK\x03\x04", "not_a_workbook"),
        (b"PK\x03\x04" + b"\0" * 500, "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_format"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "encrypted",
        ),
    ],
)
def test_other_files_are_told_apart(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "roster.xlsx"
    path.write_bytes(content)
    assert refusal(path) == code


def test_a_missing_file_and_a_folder_are_said_to_be_missing(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.xlsx") == "file_missing"
    assert refusal(tmp_path) == "file_missing"


def test_other_archives_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    for name, code in (
        ("word/document.xml", "not_a_workbook"),
        ("mimetype", "old_format"),
        ("xl/workbook.bin", "old_format"),
    ):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, "x")
        assert refusal(path) == code


def test_a_workbook_without_a_table_is_read_but_has_none(tmp_path: Path) -> None:
    tables = [read_table(sheet) for sheet in read_sheets(workbook(tmp_path / "a.xlsx"))]
    assert [table.has_table for table in tables] == [False]


def test_encrypted_entries_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    raw = bytearray(path.read_bytes())
    place = raw.rfind(b"PK\x01\x02")
    raw[place + 8] |= 1
    path.write_bytes(raw)
    assert refusal(path) == "encrypted"


def test_a_file_cut_short_or_scribbled_over_is_damaged(tmp_path: Path) -> None:
    sample = (Path(__file__).parents[2] / "data" / "rosters" / "commune.xlsx").read_bytes()
    path = tmp_path / "a.xlsx"
    path.write_bytes(sample[: len(sample) // 2])
    assert refusal(path) == "damaged"
    path.write_bytes(sample[:5000] + b"\xff" * 3000 + sample[8000:])
    assert refusal(path) == "damaged"


def test_a_sheet_that_is_not_well_formed_is_damaged(tmp_path: Path) -> None:
    assert refusal(workbook(tmp_path / "a.xlsx", OPEN + "<row><c>")) == "damaged"
    assert refusal(workbook(tmp_path / "b.xlsx", "no xml at all")) == "damaged"


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    assert (
        refusal(workbook(tmp_path / "a.xlsx", bomb + OPEN + "<row><c><v>&b;</v></c></row>" + CLOSE))
        == "damaged"
    )


def test_sheets_are_utf_8_whatever_they_say(tmp_path: Path) -> None:
    for encoding in ("UTF-0", "x" * 300):
        sheet = (
            f'<?xml version="1.0" encoding="{encoding}"?>{OPEN}<row r="1"><c r="A1"><v>1</v></c></row>{CLOSE}'
        )
        rows = [list(sheet.rows) for sheet in read_sheets(workbook(tmp_path / "a.xlsx", sheet))]
        assert rows[0][0].cells == [1.0]
    for encoding in ("utf-16", "utf-16-be", "utf-16-le"):
        wide = (OPEN + CLOSE).encode(encoding)
        assert refusal(workbook(tmp_path / "b.xlsx", **{"xl/worksheets/sheet1.xml": wide})) == "damaged"


SCRIBBLES = (
    b"9" * 12,
    b'<c r="XFD1"><v>1</v></c>',
    b"-1",
    b"&amp;",
    b"\xff",
    b't="d"',
    b"1e308",
    b"<",
    b'"',
    b"",
)


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_scribbled_into_a_roster_it_is_read_or_refused(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    people = make_people(random.Random(2), ("Chi bộ A", "Chi bộ B"), 4)
    write_roster(tmp_path / "good.xlsx", people, Shape(seed=4))
    with zipfile.ZipFile(tmp_path / "good.xlsx") as archive:
        parts = {name: bytearray(archive.read(name)) for name in archive.namelist()}
    part = parts[rng.choice(list(parts))]
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(part))
        part[place : place + rng.choice((0, 1, 9))] = rng.choice(SCRIBBLES)
    with zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, bytes(content))
    with contextlib.suppress(RosterUnreadable):
        tables = [read_table(sheet) for sheet in read_sheets(tmp_path / "bad.xlsx")]
        judge_roster(tables, known=KnownPlaces(), create_cells=True, today=dt.date(2026, 11, 21))


def test_a_second_directory_before_the_last_is_refused(tmp_path: Path) -> None:
    raw = workbook(tmp_path / "a.xlsx").read_bytes()
    path = tmp_path / "b.xlsx"
    path.write_bytes(raw[:-22] + b"between" + raw[-22:])
    assert refusal(path) == "damaged"
    path.write_bytes(b"PK\x03\x04 before" + raw)
    assert refusal(path) == "damaged"


def test_trailing_bytes_and_doubled_names_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    path.write_bytes(path.read_bytes() + b"more")
    assert refusal(path) == "damaged"
    workbook(tmp_path / "b.xlsx")
    with zipfile.ZipFile(tmp_path / "b.xlsx", "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/workbook.xml", "x")
    assert refusal(tmp_path / "b.xlsx") == "damaged"


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ('<row r="1048576"><c r="A1048576"><v>1</v></c></row>', "too_many_rows"),
        ('<row r="1"><c r="XFD1"><v>1</v></c></row>', "too_many_columns"),
        (
            '<row r="1"><c r="IV1"><v>1</v></c></row><row r="40000"><c r="A40000"><v>1</v></c></row>',
            "too_large",
        ),
        ('<row r="49999"/><row><c/><c><v>1</v></c></row><row><c><v>1</v></c></row>', "too_many_rows"),
        ('<row r="9999999999"><c><v>1</v></c></row>', "too_many_rows"),
        ('<row r="1"><c r="A0x"><v>1</v></c></row>', "damaged"),
    ],
)
def test_cells_far_away_from_each_other_are_refused(tmp_path: Path, cells: str, code: str) -> None:
    assert refusal(workbook(tmp_path / "a.xlsx", OPEN + cells + CLOSE)) == code


def test_empty_formatted_cells_far_away_do_not_matter(tmp_path: Path) -> None:
    cells = '<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row>'
    sheets = [list(sheet.rows) for sheet in read_sheets(workbook(tmp_path / "a.xlsx", OPEN + cells + CLOSE))]
    assert len(sheets[0]) == 1


def test_one_long_text_repeated_by_many_cells_is_refused(tmp_path: Path) -> None:
    texts = f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{"a" * 30_000}</t></si></sst>'
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 4000))
    path = workbook(tmp_path / "a.xlsx", OPEN + cells + CLOSE, **{"xl/sharedStrings.xml": texts})
    assert refusal(path) == "too_large"


def test_sheets_are_counted_and_so_are_rows_of_one_part_shown_by_many_sheets(tmp_path: Path) -> None:
    many = "".join(f'<sheet name="S{i}" sheetId="{i}" r:id="rId1"/>' for i in range(1, 61))
    book = PARTS["xl/workbook.xml"].replace('<sheet name="S" sheetId="1" r:id="rId1"/>', many)
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(1, 101))
    path = workbook(tmp_path / "a.xlsx", OPEN + rows + CLOSE, **{"xl/workbook.xml": book})
    assert refusal(path, Limits(sheets=59)) == "too_many_sheets"
    assert refusal(path, Limits(rows=5_000)) == "too_many_rows"


def test_a_part_that_is_not_looked_into_cannot_be_opened_as_a_sheet(tmp_path: Path) -> None:
    links = PARTS["xl/_rels/workbook.xml.rels"].replace("worksheets/sheet1.xml", "worksheets/sheet1.bin")
    path = workbook(
        tmp_path / "a.xlsx", **{"xl/_rels/workbook.xml.rels": links, "xl/worksheets/sheet1.bin": OPEN + CLOSE}
    )
    assert refusal(path) == "damaged"


def bomb(path: Path, megabytes: int, *, stated: int | None = None) -> Path:
    """A small file whose sheet inflates to ``megabytes``; ``stated`` is the size its directory claims."""
    row = b'<row r="1"><c r="A1"><v>1</v></c></row>'
    block = row * (MIB // len(row))
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(OPEN.encode())
    for _ in range(megabytes):
        packed += packer.compress(block)
    packed += packer.compress(CLOSE.encode()) + packer.flush()
    workbook(path)
    name = b"xl/worksheets/sheet9.xml"
    size = stated if stated is not None else megabytes * MIB
    raw = path.read_bytes()
    end = raw.rfind(b"PK\x05\x06")
    count, length, start = struct.unpack("<HLL", raw[end + 10 : end + 20])
    local = (
        struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 33, 0, len(packed), size, len(name), 0)
        + name
        + packed
    )
    central = struct.pack(
        "<4s6H3L5H2L",
        b"PK\x01\x02",
        20,
        20,
        0,
        8,
        0,
        33,
        0,
        len(packed),
        size,
        len(name),
        0,
        0,
        0,
        0,
        0,
        start,
    )
    directory = raw[start : start + length] + central + name
    tail = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, count + 1, count + 1, len(directory), start + len(local), 0
    )
    path.write_bytes(raw[:start] + local + directory + tail)
    return path


def peak_of(path: Path) -> tuple[str, int]:
    tracemalloc.start()
    try:
        code = refusal(path)
        return code, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("megabytes", "stated"), [(200, None), (200, 1000), (200, 8 * MIB), (60, 0)])
def test_a_sheet_of_200_megabytes_is_refused_without_the_memory_for_it(
    tmp_path: Path, megabytes: int, stated: int | None
) -> None:
    path = bomb(tmp_path / "bomb.xlsx", megabytes, stated=stated)
    assert path.stat().st_size < MIB
    code, peak = peak_of(path)
    assert code in ("too_large", "damaged")
    assert peak < 4 * MIB


def test_a_stored_file_that_is_itself_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "big.xlsx"
    with path.open("wb") as file:
        file.truncate(DEFAULT_LIMITS.file_bytes + 1)
    code, peak = peak_of(path)
    assert code == "too_large"
    assert peak < MIB


def test_reading_5300_rows_stays_small() -> None:
    """The whole process, interpreter included, in its own address space."""
    sample = Path(__file__).parents[2] / "data" / "rosters" / "block.xlsx"
    program = (
        "import json, resource, sys, time\n"
        "from pathlib import Path\n"
        "from handbook.members.roster.layout import read_table\n"
        "from handbook.members.roster.reader import read_sheets\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "tables = [read_table(sheet) for sheet in read_sheets(Path(sys.argv[1]))]\n"
        "after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(json.dumps([sum(row.kind == 'member' for t in tables for row in t.rows), before, after]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(sample)], capture_output=True, text=True, check=True, timeout=240
    )
    rows, before, after = json.loads(done.stdout)
    assert rows == 5300
    assert (after - before) * 1024 < 64 * MIB


def test_a_stream_is_read_like_a_file() -> None:
    sample = Path(__file__).parents[2] / "data" / "rosters" / "commune.xlsx"
    from_stream = [read_table(sheet) for sheet in read_sheets(io.BytesIO(sample.read_bytes()))]
    assert sum(row.kind == "member" for row in from_stream[0].rows) == 1200


def test_a_workbook_of_openpyxl_with_a_chart_sheet_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_chartsheet("Biểu đồ")
    book.save(tmp_path / "a.xlsx")
    assert [read_table(sheet).has_table for sheet in read_sheets(tmp_path / "a.xlsx")] == [False, False]
