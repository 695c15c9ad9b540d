"""Meetings (cuộc họp, sinh hoạt): drafting, agenda, convening, and their states up to finalized."""

from flask import Flask

from handbook.extensions import api
from handbook.meetings import paper_routes, schedule_routes, template_routes
from handbook.meetings.routes import blp


def init_app(app: Flask) -> None:
    api.register_blueprint(blp)
    api.register_blueprint(paper_routes.blp)
    api.register_blueprint(template_routes.blp)
    api.register_blueprint(schedule_routes.blp)
