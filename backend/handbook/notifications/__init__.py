"""Notifications: the inbox, the push subscriptions of devices, reminders and the ledger of their
deliveries.
"""

from flask import Flask

from handbook.extensions import api
from handbook.notifications import delivery_routes, jobs, subscribers
from handbook.notifications.push import gateway
from handbook.notifications.routes import blp

__all__ = ["init_app", "jobs", "subscribers"]


def init_app(app: Flask) -> None:
    """Register routes, push gateway and worker tick; importing ``jobs`` and ``subscribers`` registers
    theirs.
    """
    gateway.install(app)
    api.register_blueprint(blp)
    api.register_blueprint(delivery_routes.blp)
    app.extensions.setdefault("handbook.ticks", []).extend([jobs.call_for_nudges])
