"""Scores of meetings (chấm điểm sinh hoạt): the sheet of 100 points, anonymous scoring, average and grade."""

from flask import Flask

from handbook.extensions import api
from handbook.scores import subscribers
from handbook.scores.routes import blp

__all__ = ["init_app", "subscribers"]


def init_app(app: Flask) -> None:
    """Register the routes."""
    del app
    api.register_blueprint(blp)
