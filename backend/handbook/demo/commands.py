"""``handbook demo``."""

import click

# The field of DemoLogins, and what there is to see as this person.
_ROLES = (
    ("member", "meets tomorrow evening"),
    ("secretary", "has convened that meeting"),
    ("staff", "sees all cells, runs the conference of the day after tomorrow"),
    ("administrator", "runs the installation"),
    ("host", "another secretary, whose meeting is open now; host of a site of the conference"),
    ("guest", "a member who can check in to it"),
)


@click.command()
@click.option(
    "--if-empty", is_flag=True, help="Say nothing and change nothing when the database holds other data."
)
@click.option(
    "--scale", type=click.FloatRange(0.01, 1.0), default=1.0, show_default=True, help="1 is the whole block."
)
def demo(if_empty: bool, scale: float) -> None:
    """Load made-up data into an empty database and print the logins.

    A database that holds the demo already is left as it is, and its logins are printed again.
    """
    from handbook.app import create_app
    from handbook.demo.loader import DemoLogins, NotEmptyError, has_login, is_demo, load_demo

    app = create_app()
    with app.app_context():
        if not is_demo():
            try:
                load_demo(app, scale=scale, progress=lambda step: click.echo(f"demo: {step}", err=True))
            except NotEmptyError:
                if if_empty:
                    return
                raise click.ClickException("the database is not empty; the demo is for a new one") from None
        logins = DemoLogins()
        for role, sight in _ROLES:
            login = getattr(logins, role)
            # An older demo has fewer logins.
            if has_login(login):
                click.echo(f"{role:<13} {login:<15} {logins.password}   {sight}")


COMMANDS = [demo]
