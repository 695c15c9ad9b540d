"""Minutes (biên bản) of meetings: they write themselves from the facts, are edited, read back, signed and then stand."""

from flask import Flask

from handbook.extensions import api
from handbook.minutes import file_routes, paper_routes, routes, subscribers

__all__ = ["init_app", "subscribers"]


def init_app(app: Flask) -> None:
    api.register_blueprint(routes.blp)
    api.register_blueprint(file_routes.blp)
    api.register_blueprint(paper_routes.blp)
