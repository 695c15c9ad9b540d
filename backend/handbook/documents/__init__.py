"""Documents (tài liệu): inspecting uploads, keeping papers; their routes belong to what the papers are attached to."""

from flask import Flask


def init_app(_app: Flask) -> None:
    """Nothing to bind: the routes of papers are in the feature above, beside the meeting that guards them."""
