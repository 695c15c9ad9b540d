"""Resolutions (nghị quyết) of an organisation, their symbols, and the tasks that follow from them."""

from flask import Flask

from handbook.extensions import api
from handbook.resolutions import file_routes, routes, subscribers, task_routes

__all__ = ["init_app", "subscribers"]


def init_app(app: Flask) -> None:
    """Register the routes; importing ``subscribers`` registers those."""
    del app
    api.register_blueprint(routes.blp)
    api.register_blueprint(file_routes.blp)
    api.register_blueprint(task_routes.blp)
