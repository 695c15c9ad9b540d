"""Ballots (biểu quyết, bỏ phiếu kín): who votes, the counts frozen with the result, and secret papers nobody can trace."""

from flask import Flask

from handbook.ballots import subscribers
from handbook.ballots.box_limit import FailureWindow
from handbook.ballots.routes import BOX_LIMIT, blp
from handbook.extensions import api

__all__ = ["init_app", "subscribers"]


def init_app(app: Flask) -> None:
    app.extensions[BOX_LIMIT] = FailureWindow()
    api.register_blueprint(blp)
