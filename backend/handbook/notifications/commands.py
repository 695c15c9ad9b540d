"""``handbook rotate-push-key``."""

from datetime import timedelta

import click

GRACE_DAYS = 60


@click.command("rotate-push-key")
@click.option(
    "--grace-days",
    default=GRACE_DAYS,
    show_default=True,
    type=click.IntRange(0, 400),
    help="How long devices that subscribed with the old key are still sent to.",
)
def rotate_push_key_command(grace_days: int) -> None:
    """Make a new key of pushes; devices follow when they next open the app. Restart web and worker afterwards."""
    from handbook.app import create_app
    from handbook.kernel.clock import SystemClock
    from handbook.kernel.secrets import RotationTooSoonError
    from handbook.notifications.push.rotation import rotate

    until = SystemClock().now() + timedelta(days=grace_days)
    with create_app().app_context():
        try:
            kept = rotate(until)
        except RotationTooSoonError as error:
            raise click.ClickException(
                f"the key before this one is in use until {error.until:%Y-%m-%d %H:%M} UTC; rotate after that"
            ) from None
    click.echo(
        f"new key made; {kept} subscriptions of the old one are served until {until:%Y-%m-%d %H:%M} UTC"
    )
    click.echo("restart the web and worker processes now")


COMMANDS = [rotate_push_key_command]
