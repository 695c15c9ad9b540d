"""Commands about accounts."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import click

# How often a long print says how far it has come, in organisations.
_STEP = 10


@click.command("activation-sheet")
@click.argument("organization", metavar="ORG")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def activation_sheet(organization: str, file: Path) -> None:
    """Print fresh activation codes for everybody at and below ORG who has no password yet, into FILE.pdf."""
    from handbook.access.actor import SYSTEM
    from handbook.accounts import sheets
    from handbook.accounts.errors import NobodyToActivate
    from handbook.app import create_app
    from handbook.config import Settings
    from handbook.kernel.db import db
    from handbook.kernel.unit_of_work import current_clock, unit_of_work
    from handbook.organizations.queries import find_organization

    app = create_app()
    settings: Settings = app.extensions["handbook.settings"]
    with app.app_context():
        found = find_organization(organization)
        if found is None:
            raise click.UsageError(f"there is no organisation {organization!r}")
        try:
            order = sheets.draw_up_sheet(found, actor=SYSTEM, clock=current_clock())
        except NobodyToActivate:
            raise click.ClickException("everybody there has a password already") from None
        # Nobody waits for a transaction while the pages are set.
        db.session.rollback()

        def let_the_codes_work() -> None:
            with unit_of_work() as uow:
                sheets.issue_sheet(order, found, actor=SYSTEM, uow=uow)

        if settings.is_this_computer_only:
            click.echo(
                f"warning: the codes on the slips lead to {settings.public_url}, which no phone can open. Before handing"
                " the slips out, set HANDBOOK_PUBLIC_URL to the address that phones use, such as"
                " https://sotay.example.vn, restart the service with it and print the sheet again.",
                err=True,
            )
        progress = _progress(len(order.cells), order.member_count)
        sheet = sheets.print_sheet(order, public_url=settings.public_url, progress=progress)
        _write_then(let_the_codes_work, file, sheet)
    click.echo(
        f"{file}: {order.member_count} slips of {len(order.cells)} organisations, valid to the end of "
        f"{order.expires_on}; hand them over in person and keep the file safe"
    )


def _progress(cells: int, slips: int) -> Callable[[int], None]:
    """Says how far a long print has come."""

    def show(done: int) -> None:
        if cells > _STEP and (done % _STEP == 0 or done == cells):
            click.echo(f"codes drawn for {done} of {cells} organisations", err=True)
        if cells > _STEP and done == cells:
            click.echo(f"setting the pages of {slips} slips; no code has changed yet", err=True)

    return show


def _write_then(let_the_codes_work: Callable[[], None], file: Path, sheet: bytes) -> None:
    """Put the sheet on the disk under another name, let its codes work, and give it its name.

    In this order nothing is lost at any moment: until the codes work, an earlier sheet under the name is there and works; from
    then on the new one is. For the owner's eyes only from the first byte on, because the codes are as good as passwords.
    """
    target = file.resolve()
    try:
        if target.exists() and not target.is_file():
            raise click.ClickException(f"{file}: not a file that can be replaced")
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent)
        unfinished = Path(name)
        try:
            with os.fdopen(handle, "wb") as written:
                written.write(sheet)
                written.flush()
                os.fsync(written.fileno())
            let_the_codes_work()
        except BaseException:
            unfinished.unlink()
            raise
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from None
    try:
        unfinished.replace(target)
    except OSError as error:
        raise click.ClickException(
            f"{file}: {error.strerror}; the sheet, whose codes work, is {unfinished}"
        ) from None


COMMANDS = [activation_sheet]
