"""``handbook import-roster`` and ``handbook export-roster``."""

import json
import sys
from pathlib import Path

import click

from handbook.members.roster.report import ImportReport

EXIT_REFUSED = 3
EXIT_UNREADABLE = 2
_STAGES = {"read": "Đang đọc", "save": "Đang ghi"}
_MOST_LINES = 20


@click.command("import-roster")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--into", "organization", required=True, metavar="ORG", help="Id or code of the organisation.")
@click.option(
    "--create-organizations",
    is_flag=True,
    help="Make the cells that group lines of the file name, and their sections.",
)
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@click.option(
    "--report", "report_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the report here."
)
def import_roster(
    file: Path, organization: str, create_organizations: bool, dry_run: bool, report_file: Path | None
) -> None:
    """Import the members of an Excel roster FILE.

    Exit status 0 when every row was taken, 3 when some were refused, 2 when the file could not be read.
    """
    from handbook.access.actor import SYSTEM
    from handbook.app import create_app
    from handbook.kernel.unit_of_work import current_clock
    from handbook.members.roster import service
    from handbook.members.roster.errors import RosterUnreadable
    from handbook.organizations.queries import find_organization

    with create_app().app_context():
        into = find_organization(organization)
        if into is None:
            raise click.UsageError(f"there is no organisation {organization!r}")
        line = _ProgressLine()
        try:
            report = service.import_roster(
                file,
                into,
                create_organizations=create_organizations,
                dry_run=dry_run,
                actor=SYSTEM,
                clock=current_clock(),
                progress=line.show,
            )
        except RosterUnreadable as error:
            line.end()
            click.echo(f"{file}: {error.message} [{error.code}]", err=True)
            _write(ImportReport.of_unreadable(error), report_file)
            sys.exit(EXIT_UNREADABLE)
    line.end()
    _write(report, report_file)
    _print(report, dry_run=dry_run, in_full=report_file is None)
    sys.exit(EXIT_REFUSED if report.refused else 0)


@click.command("export-roster")
@click.argument("organization", metavar="ORG")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export_roster(organization: str, file: Path) -> None:
    """Write the members of ORG and of all cells below it to an Excel FILE that can be imported again."""
    from handbook.access.actor import SYSTEM
    from handbook.app import create_app
    from handbook.kernel.unit_of_work import unit_of_work
    from handbook.members.roster import export
    from handbook.organizations.queries import find_organization

    with create_app().app_context(), unit_of_work() as uow:
        found = find_organization(organization)
        if found is None:
            raise click.UsageError(f"there is no organisation {organization!r}")
        try:
            # Personal data: for its owner's eyes only, from the first byte on.
            file.touch(mode=0o600)
            written = export.export_roster(file, found, actor=SYSTEM, uow=uow, with_citizen_ids=True)
        except OSError as error:
            raise click.ClickException(f"{file}: {error.strerror}") from None
    click.echo(f"{file}: {written} đảng viên; tệp có dữ liệu cá nhân, hãy giữ cẩn thận")


class _ProgressLine:
    """One line on a terminal that is written over; nothing when the output goes to a file."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()
        self._is_begun = False

    def show(self, stage: str, done: int, total: int) -> None:
        if self._is_shown:
            share = f" {100 * done // total} %" if stage == "save" and total else ""
            click.echo(f"\r{_STAGES.get(stage, stage)}: {done} dòng{share}\x1b[K", nl=False, err=True)
            self._is_begun = True

    def end(self) -> None:
        if self._is_begun:
            click.echo("", err=True)
            self._is_begun = False


def _write(report: ImportReport, file: Path | None) -> None:
    if file is not None:
        file.write_text(json.dumps(report.as_json(), ensure_ascii=False, indent=2) + "\n", "utf-8")


def _print(report: ImportReport, *, dry_run: bool, in_full: bool) -> None:
    problems = report.problems if in_full else report.problems[:_MOST_LINES]
    for problem in problems:
        click.echo(
            f"{problem['sheet']}, dòng {problem['row']}: {problem['message']} [{problem['field']}: {problem['code']}]"
        )
    if len(problems) < len(report.problems):
        click.echo(f"… và {len(report.problems) - len(problems)} lỗi nữa trong tệp báo cáo")
    for warning in report.warnings:
        click.echo(f"Lưu ý: {warning}")
    click.echo(
        f"{'Chạy thử, chưa ghi gì: ' if dry_run else ''}{report.rows} dòng đảng viên: {report.created} thêm mới,"
        f" {report.updated} cập nhật, {report.unchanged} không đổi, {report.refused} bị từ chối;"
        f" {report.organizations_created} tổ chức mới"
    )


COMMANDS = [import_roster, export_roster]
