"""``handbook import-roster`` and ``export-roster`` as a person runs them."""

import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from handbook.cli import cli

ROSTERS = Path(__file__).parents[1] / "data" / "rosters"
NOTHING = {"created": 0, "updated": 0, "organizations_created": 0}


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A fresh data directory with a root organisation; its id."""
    monkeypatch.setenv("HANDBOOK_DATA_DIR", str(tmp_path / "var"))
    made = run("init", "--name", "Đảng bộ Mẫu", "--kind", "province", "--admin", "quan-tri", "--json")
    assert made.exit_code == 0, made.output
    return str(json.loads(made.stdout.splitlines()[-1])["organization_id"])


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(arg) for arg in args])


def key_of(name: str) -> tuple[dict, list[tuple[str, int, str, str]]]:
    key = json.loads((ROSTERS / f"{name}.expected.json").read_text("utf-8"))
    problems = [
        (row["sheet"], row["row"], *problem.split(":"))
        for row in key["rows"]
        if row["kind"] == "member"
        for problem in row["problems"]
    ]
    return key, problems


@pytest.mark.parametrize("name", ["block", "commune"])
def test_the_reports_of_the_sample_rosters_equal_the_answer_keys(
    house: str, tmp_path: Path, name: str
) -> None:
    report = tmp_path / "report.json"
    key, problems = key_of(name)
    arguments = (
        "import-roster",
        ROSTERS / f"{name}.xlsx",
        "--into",
        house,
        "--create-organizations",
        "--report",
        report,
    )

    first = run(*arguments)
    assert first.exit_code == 3, first.output
    said = json.loads(report.read_text("utf-8"))
    assert list(said) == [
        "rows",
        "created",
        "updated",
        "unchanged",
        "refused",
        "problems",
        "organizations_created",
    ]
    assert [(p["sheet"], p["row"], p["field"], p["code"]) for p in said["problems"]] == problems
    assert all(
        set(p) == {"sheet", "row", "field", "code", "message"} and p["message"] for p in said["problems"]
    )
    totals = key["totals"]
    assert (said["rows"], said["created"], said["refused"]) == (
        totals["member_rows"],
        totals["acceptable"],
        totals["refused"],
    )
    assert said["organizations_created"] == len(key["cells"])

    again = run(*arguments)
    assert again.exit_code == 3
    repeated = json.loads(report.read_text("utf-8"))
    assert {**said, **NOTHING, "unchanged": totals["acceptable"]} == repeated


def test_a_roster_taken_whole_exits_with_zero_and_export_and_import_agree(house: str, tmp_path: Path) -> None:
    run("import-roster", ROSTERS / "commune.xlsx", "--into", house, "--create-organizations")
    out = tmp_path / "out.xlsx"
    exported = run("export-roster", house, out)
    assert exported.exit_code == 0, exported.output
    assert oct(out.stat().st_mode & 0o777) == "0o600"
    report = tmp_path / "report.json"
    back = run("import-roster", out, "--into", house, "--report", report)
    assert back.exit_code == 0, back.output
    said = json.loads(report.read_text("utf-8"))
    assert (said["rows"], said["unchanged"], said["problems"]) == (1144, 1144, [])


def test_a_dry_run_says_so_and_writes_nothing(house: str) -> None:
    tried = run(
        "import-roster", ROSTERS / "commune.xlsx", "--into", house, "--create-organizations", "--dry-run"
    )
    assert tried.exit_code == 3
    assert "Chạy thử" in tried.output
    assert "1144 thêm mới" in tried.output
    again = run("import-roster", ROSTERS / "commune.xlsx", "--into", house, "--dry-run")
    assert "0 thêm mới" in again.output, "no cell was made by the dry run"


def test_what_should_be_looked_at_is_said_and_is_no_part_of_the_report(house: str, tmp_path: Path) -> None:
    file, report = tmp_path / "r.xlsx", tmp_path / "r.json"
    book = openpyxl.Workbook()
    book.active.append(["DANH SÁCH ĐẢNG VIÊN CHI BỘ ẤP 7 THÁNG 10 NĂM 2026"])
    book.active.append(["STT", "Họ và tên", "Ngày sinh", "Ngày vào Đảng", "Tình trạng", "Mã lạ"])
    book.active.append([1, "Lê Văn An", "02/03/1970", "05/06/1995", "hưu trí", "7"])
    book.create_sheet("Tổ 2").append([2, "Lê Văn Ba", "02/03/1970", "05/06/1995"])
    book.save(file)
    taken = run("import-roster", file, "--into", house, "--create-organizations", "--report", report)
    assert taken.exit_code == 0, taken.output
    assert "Lưu ý: Trang “Tổ 2”: không đọc được dòng nào vì không thấy dòng tiêu đề" in taken.output
    assert "Lưu ý: Trang “Sheet”, dòng 3: không hiểu tình trạng “hưu trí”." in taken.output
    assert "Lưu ý: Trang “Sheet”: không đọc cột F “Mã lạ” vì không hiểu tiêu đề." in taken.output
    assert (
        "Lưu ý: Trang “Sheet”: không thấy cột giới tính, số thẻ đảng viên, ngày chính thức," in taken.output
    )
    assert "Lưu ý: 1 đồng chí vào Đảng đã hơn hai năm mà không có ngày chính thức" in taken.output
    assert set(json.loads(report.read_text("utf-8"))) == {
        *NOTHING,
        "rows",
        "unchanged",
        "refused",
        "problems",
    }


def test_a_file_that_cannot_be_read_exits_with_two_and_says_what_to_do(house: str, tmp_path: Path) -> None:
    empty = tmp_path / "empty.xlsx"
    openpyxl.Workbook().save(empty)
    text = tmp_path / "text.xlsx"
    text.write_text("STT;Họ và tên")
    for file, code, words in (
        (empty, "invalid", "dòng tiêu đề"),
        (text, "invalid", "không phải là bảng tính"),
        (tmp_path / "none.xlsx", "missing", "Không mở được tệp"),
    ):
        refused = run("import-roster", file, "--into", house)
        assert refused.exit_code == 2
        assert words in refused.output

        report = tmp_path / f"{file.stem}.json"
        assert run("import-roster", file, "--into", house, "--dry-run", "--report", report).exit_code == 2
        said = json.loads(report.read_text("utf-8"))
        (problem,) = said.pop("problems")
        assert words in problem.pop("message")
        assert problem == {"sheet": None, "row": None, "field": None, "code": code}
        assert said == {**NOTHING, "rows": 0, "unchanged": 0, "refused": 0}
    assert run("import-roster", ROSTERS / "commune.xlsx", "--into", "no-such-code").exit_code == 2


def test_problems_are_worded_without_repeating_what_stands_in_the_cell(house: str) -> None:
    key, _ = key_of("commune")
    refused = run("import-roster", ROSTERS / "commune.xlsx", "--into", house, "--create-organizations")
    sheet = openpyxl.load_workbook(ROSTERS / "commune.xlsx").worksheets[0]
    names = {sheet.cell(row["row"], 3).value for row in key["rows"] if row.get("problems")} - {None, ""}
    assert names
    assert not [name for name in names if str(name) in refused.output]
