"""Conferences (hội nghị) held at many sites (điểm cầu): the sites, their hosts, the delegates, and the file they come in."""

from flask import Flask

from handbook.conferences.import_routes import blp as import_blp
from handbook.conferences.routes import blp
from handbook.extensions import api


def init_app(app: Flask) -> None:
    """Register the routes."""
    del app
    api.register_blueprint(blp)
    api.register_blueprint(import_blp)
