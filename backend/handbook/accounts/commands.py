"""Commands about accounts."""

from pathlib import Path

import click


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
    from handbook.kernel.unit_of_work import unit_of_work
    from handbook.organizations.queries import find_organization

    app = create_app()
    settings: Settings = app.extensions["handbook.settings"]
    with app.app_context():
        try:
            with unit_of_work() as uow:
                found = find_organization(organization)
                if found is None:
                    raise click.UsageError(f"there is no organisation {organization!r}")
                order = sheets.issue_sheet(found, actor=SYSTEM, uow=uow)
                # The codes are as good as passwords: for the owner's eyes only, from the first byte on. Opened before
                # the codes are committed, so that a file that cannot be written ends no earlier code.
                file.touch(mode=0o600)
                file.chmod(0o600)
        except NobodyToActivate:
            raise click.ClickException("everybody there has a password already") from None
        except OSError as error:
            raise click.ClickException(f"{file}: {error.strerror}") from None
        if settings.is_this_computer_only:
            click.echo(
                f"warning: the codes on the slips lead to {settings.public_url}, which no phone can open. Before handing"
                " the slips out, set HANDBOOK_PUBLIC_URL to the address that phones use, such as"
                " https://sotay.example.vn, restart the service with it and print the sheet again.",
                err=True,
            )
        file.write_bytes(sheets.print_sheet(order, public_url=settings.public_url))
    click.echo(
        f"{file}: {order.member_count} slips of {len(order.cells)} organisations, valid to the end of "
        f"{order.expires_on}; hand them over in person and keep the file safe"
    )


COMMANDS = [activation_sheet]
