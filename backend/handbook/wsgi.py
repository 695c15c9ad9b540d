"""The WSGI entry point of the web processes."""

from handbook.app import create_app

application = create_app()
