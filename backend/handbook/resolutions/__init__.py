"""Resolutions (nghị quyết) of an organisation, their symbols, and the tasks that follow from them."""

from flask import Flask

from handbook.extensions import api
from handbook.resolutions.routes import blp


def init_app(app: Flask) -> None:
    """Register the routes."""
    del app
    api.register_blueprint(blp)
