"""Party members (đảng viên): records, status history, offices, and the import and export of rosters."""

from flask import Flask

from handbook.extensions import api
from handbook.members.roster.routes import blp as rosters
from handbook.members.routes import blp


def init_app(app: Flask) -> None:
    api.register_blueprint(blp)
    api.register_blueprint(rosters)
