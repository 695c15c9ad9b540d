"""The ``handbook`` command: thin commands over the services. Features contribute theirs through ``commands.py``."""

import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from handbook import __version__
from handbook.config import ConfigurationError

# Modules with a ``COMMANDS`` list of click commands, in the order of the help.
COMMAND_MODULES = (
    "handbook.operations.commands",
    "handbook.members.roster.commands",
    "handbook.accounts.commands",
    "handbook.notifications.commands",
    "handbook.reports.commands",
    "handbook.demo.commands",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="handbook")
def cli() -> None:
    """Sổ tay: an electronic party member handbook."""


# While modules are imported there is next to nothing to collect; looking for it is a fifth of every command's start.
gc.disable()
for _name in COMMAND_MODULES:
    for _command in import_module(_name).COMMANDS:
        cli.add_command(_command)
gc.enable()


def main(args: Sequence[str] | None = None, *, standalone_mode: bool = True) -> None:
    """Run the command; a wrong configuration or a database that is not ready is one sentence, not a stack trace.

    What a command writes (database, backups, rosters, sheets) holds personal data: it is for its user only.
    """
    os.umask(0o077)
    try:
        cli.main(args=args, prog_name="handbook", standalone_mode=standalone_mode)
    except ConfigurationError as error:
        click.echo(f"handbook: {error}", err=True)
        sys.exit(2)
    except (OperationalError, ProgrammingError) as error:
        # Not the driver's words: they quote the statement and what was to be written.
        click.echo(
            f"handbook: the database refuses ({type(error.orig).__name__}); see 'handbook check'", err=True
        )
        sys.exit(1)
