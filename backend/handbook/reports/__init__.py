"""Attendance by month over the tree: kept figures, their roll-ups, and what staff should ask about."""

from flask import Flask

from handbook.extensions import api
from handbook.reports import subscriptions
from handbook.reports.jobs import roll_up_months
from handbook.reports.routes import blp

__all__ = ["init_app", "subscriptions"]


def init_app(app: Flask) -> None:
    """Register the route and what the worker does at every tick; importing the subscriptions is subscribing."""
    api.register_blueprint(blp)
    app.extensions.setdefault("handbook.ticks", []).append(roll_up_months)
