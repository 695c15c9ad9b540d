"""The features, lowest first. Each has ``init_app(app)``; nothing else wires them."""

from importlib import import_module
from types import ModuleType

NAMES = (
    "organizations",
    "members",
    "accounts",
    "documents",
    "meetings",
    "attendance",
    "resolutions",
    "ballots",
    "opinions",
    "scores",
    "conferences",
    "proceedings",
    "minutes",
    "printing",
    "notifications",
    "calendars",
    "reports",
    "sync",
    "operations",
)

ALL: tuple[ModuleType, ...] = tuple(import_module(f"handbook.{name}") for name in NAMES)
