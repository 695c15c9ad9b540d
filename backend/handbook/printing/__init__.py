"""Printing, for members without a phone: a sheet for signatures, and agenda and papers as one PDF."""

from flask import Flask

from handbook.extensions import api
from handbook.printing.routes import blp


def init_app(app: Flask) -> None:
    """Register the routes."""
    del app
    api.register_blueprint(blp)
