"""``handbook rebuild-rollups``."""

import click

SHOWN = 50


@click.command("rebuild-rollups")
def rebuild_rollups_command() -> None:
    """Count every meeting, cell month and roll-up again from the rows; mend and report what differed."""
    from handbook.app import create_app
    from handbook.reports.rebuild import rebuild_rollups

    with create_app().app_context():
        differences = rebuild_rollups()
    for found in differences[:SHOWN]:
        click.echo(f"{found.table} {found.id} {found.month} {found.field}: {found.kept} -> {found.counted}")
    if len(differences) > SHOWN:
        click.echo(f"… and {len(differences) - SHOWN} more")
    count = len(differences)
    click.echo(
        f"{count} differences, all mended" if count else "0 differences: every roll-up agrees with the rows"
    )


COMMANDS = [rebuild_rollups_command]
