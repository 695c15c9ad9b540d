"""Attendance (điểm danh): summons, check-ins with proof, the roll with its counts, and absence requests."""

from flask import Flask

from handbook.attendance import subscribers
from handbook.attendance.roll_short_path import RollShortPath
from handbook.attendance.room_routes import blp as room_blp
from handbook.attendance.routes import blp
from handbook.attendance.short_path import CheckInShortPath
from handbook.extensions import api

__all__ = ["init_app", "subscribers"]


def init_app(app: Flask) -> None:
    api.register_blueprint(blp)
    api.register_blueprint(room_blp)
    app.wsgi_app = CheckInShortPath(app, app.wsgi_app)  # type: ignore[method-assign]
    app.wsgi_app = RollShortPath(app, app.wsgi_app)  # type: ignore[method-assign]
