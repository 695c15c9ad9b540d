"""The commands as the contract lists them: their names, options, exit statuses and what they print for programs."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from handbook.cli import cli, main

Handbook = Callable[..., tuple[int, str, str]]
ROSTER = Path(__file__).parents[1] / "data" / "rosters" / "block.xlsx"
COMMANDS = {
    "init": {"--name", "--kind", "--admin", "--password-file", "--json"},
    "serve": {"--no-worker"},
    "worker": set(),
    "demo": set(),
    "check": set(),
    "migrate": set(),
    "backup": set(),
    "restore": set(),
    "rebuild-rollups": set(),
    "activation-sheet": set(),
    "export-roster": set(),
    "import-roster": {"--into", "--create-organizations", "--dry-run", "--report"},
}


@pytest.fixture
def handbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Handbook:
    """Runs a command on a data directory of its own; answers exit status, standard output and standard error."""
    monkeypatch.setenv("HANDBOOK_DATA_DIR", str(tmp_path / "data"))

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def test_every_command_of_the_contract_takes_its_options() -> None:
    for name, options in COMMANDS.items():
        command = cli.commands[name]
        assert options <= {option for parameter in command.params for option in parameter.opts}, name


def test_init_and_an_import_as_a_program_runs_them(handbook: Handbook, tmp_path: Path) -> None:
    """`init --json` prints ids and password; the import's report, exit statuses and a dry run; ORG is an id or a code."""
    status, out, _ = handbook(
        "init", "--name", "Đảng bộ Khối", "--kind", "province", "--admin", "quan-tri", "--json"
    )
    made = json.loads(out)
    assert (status, set(made)) == (0, {"organization_id", "account_id", "password"})
    assert isinstance(made["organization_id"], str)
    report = tmp_path / "report.json"
    command = ("import-roster", str(ROSTER), "--create-organizations", "--report", str(report), "--dry-run")
    for organization in (made["organization_id"], "dang-bo-khoi"):
        status, _, _ = handbook(*command, "--into", organization)
        told = json.loads(report.read_text("utf-8"))
        assert set(told) == {
            *("rows", "created", "updated", "unchanged", "refused", "problems", "organizations_created"),
        }
        assert told["rows"] == told["created"] + told["updated"] + told["unchanged"] + told["refused"]
        assert status == 3
        for problem in told["problems"]:
            assert set(problem) == {"sheet", "row", "field", "code", "message"}
    assert handbook("import-roster", str(ROSTER), "--into", "khong-co")[0] == 2
    unreadable = tmp_path / "x.xlsx"
    unreadable.write_bytes(b"not a workbook")
    assert handbook("import-roster", str(unreadable), "--into", made["organization_id"])[0] == 2


def test_a_database_that_is_not_ready_is_one_sentence_without_what_was_asked(handbook: Handbook) -> None:
    for command in (("rebuild-rollups",), ("import-roster", str(ROSTER), "--into", "17")):
        status, out, err = handbook(*command)
        assert status == 1
        assert "handbook check" in err
        assert "Traceback" not in out + err
        assert "17" not in err
