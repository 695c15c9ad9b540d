"""Documents (tài liệu): inspecting uploads, keeping papers; their routes belong to what the papers are attached to."""

from flask import Flask

from handbook.documents.jobs import plan_sweep


def init_app(app: Flask) -> None:
    """Nothing but the worker's daily sweep: the routes of papers are beside the meetings that guard them."""
    app.extensions.setdefault("handbook.ticks", []).append(plan_sweep)
