"""Calendars (lịch): meetings as iCalendar, one at a time and as a personal feed that can be revoked."""

from flask import Flask

from handbook.calendars.routes import blp, feed_blp
from handbook.extensions import api


def init_app(app: Flask) -> None:
    """Register the routes."""
    del app
    api.register_blueprint(blp)
    api.register_blueprint(feed_blp)
