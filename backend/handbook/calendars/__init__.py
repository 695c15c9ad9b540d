"""Calendars (lịch): meetings as iCalendar, one at a time and as a personal feed that can be revoked."""

from flask import Flask

from handbook.calendars import models

__all__ = ["init_app", "models"]


def init_app(app: Flask) -> None:
    """Register the routes."""
    del app
