"""Opinions (ý kiến) and questions that members send to a meeting beforehand, and what who runs it makes of them."""

from flask import Flask

from handbook.extensions import api
from handbook.opinions.routes import blp


def init_app(app: Flask) -> None:
    """Register the routes."""
    del app
    api.register_blueprint(blp)
