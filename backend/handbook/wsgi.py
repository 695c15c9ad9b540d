"""The WSGI entry point for a web server that imports its application; ``handbook serve`` hands its own over."""

from flask import Flask

from handbook.operations.serving import stop_at_once_while_starting


def build() -> Flask:
    """Build the application; importing it is most of the time that starting takes."""
    from handbook.app import create_app

    return create_app()


stop_at_once_while_starting()
application = build()
