"""Commands of the administrator."""

import json
import sys
from pathlib import Path

import click
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from handbook.config import Settings
from handbook.kernel.problems import Problem
from handbook.organizations.enums import OrganizationKind


@click.command()
@click.option("--name", required=True, help="Name of the root organisation.")
@click.option("--kind", required=True, type=click.Choice([kind.value for kind in OrganizationKind]))
@click.option(
    "--admin", "admin_login", required=True, metavar="LOGIN", help="User name of the first administrator."
)
@click.option("--password-file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def init(name: str, kind: str, admin_login: str, password_file: Path | None, as_json: bool) -> None:
    """Make the root organisation and the first administrator on an empty database."""
    from handbook.app import create_app
    from handbook.kernel.db import db
    from handbook.kernel.migrations import upgrade
    from handbook.operations.bootstrap import NotEmptyError, bootstrap

    password = password_file.read_text().strip() if password_file else None
    with create_app().app_context():
        upgrade(db.engine)
        try:
            made = bootstrap(
                name=name, kind=OrganizationKind(kind), admin_login=admin_login, password=password
            )
        except NotEmptyError:
            raise click.ClickException("the database is not empty; init is for a new one") from None
        except Problem as problem:
            raise click.ClickException(f"the password is refused: {problem.errors[0].code}") from None
    result = {"organization_id": str(made.organization_id), "account_id": str(made.account_id)}
    if made.password:
        result["password"] = made.password
    if as_json:
        click.echo(json.dumps(result))
    else:
        click.echo(f"organisation {result['organization_id']}, administrator {admin_login}")
        if made.password:
            click.echo(f"password (shown this once): {made.password}")


@click.command()
@click.option("--no-worker", is_flag=True, help="Serve the web only; a worker runs elsewhere.")
def serve(no_worker: bool) -> None:
    """Serve the web and, unless --no-worker, run the worker."""
    from handbook.operations.serving import PortTakenError, refuse_taken_port
    from handbook.operations.serving import serve as serve_until_stopped

    settings = Settings.from_environment()
    try:
        refuse_taken_port(settings)
    except PortTakenError as error:
        raise click.ClickException(str(error)) from None
    sys.exit(serve_until_stopped(settings, with_worker=not no_worker))


@click.command()
def worker() -> None:
    """Run the worker: reminders, pushes, roll-ups, imports."""
    from handbook.worker import run_worker

    run_worker()


@click.command()
def migrate() -> None:
    """Bring the database up to this version."""
    from handbook.app import create_app
    from handbook.kernel.db import db
    from handbook.kernel.migrations import head_revision, upgrade

    with create_app().app_context():
        upgrade(db.engine)
    click.echo(f"database at revision {head_revision()}")


@click.command()
def check() -> None:
    """Check configuration and database; exit status 0 when both are in order."""
    from handbook.app import create_app
    from handbook.kernel.db import db
    from handbook.kernel.migrations import head_revision

    app = create_app()
    settings: Settings = app.extensions["handbook.settings"]
    click.echo(f"configuration: ok (data in {settings.data_dir}, public at {settings.public_url})")
    with app.app_context():
        try:
            revision = db.session.scalar(text("SELECT version_num FROM alembic_version"))
        except SQLAlchemyError as error:
            raise click.ClickException(
                f"database: {type(error).__name__}; run 'handbook migrate' first"
            ) from None
    if revision != head_revision():
        raise click.ClickException(
            f"database: at {revision}, needs {head_revision()}; run 'handbook migrate'"
        )
    click.echo("database: ok")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write database, papers and keys into one archive FILE while the service runs."""
    from handbook.operations.backup import BackupError, write_backup

    try:
        write_backup(Settings.from_environment(), file.resolve())
    except BackupError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{file}: {file.stat().st_size} bytes; it holds personal data and keys, keep it safe")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put a backup archive FILE in place of an empty installation."""
    from handbook.operations.backup import BackupError, restore_backup

    try:
        restore_backup(Settings.from_environment(), file)
    except BackupError as error:
        raise click.ClickException(str(error)) from None
    click.echo("restored; run 'handbook migrate', then 'handbook check'")


@click.command()
@click.option("--check", "check_only", is_flag=True, help="Fail when FILE is not what the code says.")
@click.argument("file", type=click.Path(path_type=Path), default=Path("openapi.json"))
def openapi(check_only: bool, file: Path) -> None:
    """Write the API's OpenAPI document to FILE."""
    from handbook.app import create_app
    from handbook.extensions import api

    create_app()
    document = json.dumps(api.document(), indent=2, ensure_ascii=False) + "\n"
    if not check_only:
        file.write_text(document)
    elif not file.is_file() or file.read_text() != document:
        raise click.ClickException(f"{file} is out of date; run 'make openapi'")


@click.group(invoke_without_command=True)
@click.pass_context
def jobs(context: click.Context) -> None:
    """List the jobs that were given up, the newest first, with the reason; 'handbook jobs retry' tries them again."""
    if context.invoked_subcommand is not None:
        return
    from handbook.app import create_app
    from handbook.operations.failed_jobs import AT_ONCE, all_failed

    with create_app().app_context():
        page = all_failed(limit=AT_ONCE)
        for job in page.items:
            click.echo(
                f"{job.id}  {job.finished_at:%Y-%m-%d %H:%M} UTC  {job.name}  {job.attempts} attempts  {job.last_error}"
            )
    click.echo(f"{len(page.items)}{' or more' if page.next else ''} jobs were given up")


@jobs.command("retry")
@click.argument("ids", nargs=-1, type=int, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="All that were given up.")
def retry_jobs(ids: tuple[int, ...], everything: bool) -> None:
    """Let the worker try jobs again that were given up: those with these IDs, or --all."""
    from handbook.app import create_app
    from handbook.kernel.unit_of_work import unit_of_work
    from handbook.operations.failed_jobs import queue_again

    if bool(ids) == everything:
        raise click.UsageError("name the ids of 'handbook jobs', or say --all")
    with create_app().app_context(), unit_of_work() as uow:
        again = queue_again(uow, None if everything else ids)
        unknown = sorted(set(ids) - {job.id for job in again})
    click.echo(f"{len(again)} jobs wait for the worker again")
    if unknown:
        raise click.ClickException(f"not among those that were given up: {', '.join(map(str, unknown))}")


COMMANDS = [init, serve, worker, migrate, check, backup, restore, openapi, jobs]
