"""Proceedings (diễn biến cuộc họp): the book of the room, written on devices that may have no network."""

from flask import Flask

from handbook.extensions import api
from handbook.proceedings import disputes, subscribers
from handbook.proceedings.book_short_path import BookShortPath
from handbook.proceedings.routes import blp

__all__ = ["disputes", "init_app", "subscribers"]


def init_app(app: Flask) -> None:
    api.register_blueprint(blp)
    app.wsgi_app = BookShortPath(app, app.wsgi_app)  # type: ignore[method-assign]
