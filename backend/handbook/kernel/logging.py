"""Structured logs: a static event name and ids. No personal data, no tokens, no query strings."""

import logging
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TextIO, TypeVar, cast

import structlog
from flask import Flask, Response, current_app, g, request

from handbook.kernel.problems import request_id

UNLOGGED = "__unlogged__"
F = TypeVar("F", bound=Callable[..., Any])


class Lines:
    """Where the lines go, and nowhere when that takes none: an answer does not fail because the disk of the log is full."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, line: str) -> int:
        with suppress(OSError):
            self._file.write(line)
        return len(line)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()


def configure_logging(log_format: str = "json") -> None:
    """Send everything to standard error, one line an event; ``console`` is for people at a terminal."""
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=cast(TextIO, Lines(sys.stderr))),
        cache_logger_on_first_use=False,
    )


def get_logger() -> Any:
    """The logger; call it as ``get_logger().info("meeting.convened", meeting_id=17)``."""
    return structlog.get_logger()


def unlogged(view: F) -> F:
    """Leave no line of this view's requests: where even the time of a request would say too much."""
    setattr(view, UNLOGGED, True)
    return view


def log_requests(app: Flask) -> None:
    """One line for every answered request: route, not path, so that no id of a link or query ever leaks into a log."""

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id())

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers["X-Request-Id"] = request_id()
        elapsed = time.perf_counter() - g.get("started", time.perf_counter())
        if not ((request.endpoint or "").startswith("pwa.") or _is_unlogged()):
            get_logger().info(
                "request",
                method=request.method,
                route=request.url_rule.rule if request.url_rule else None,
                status=response.status_code,
                ms=round(elapsed * 1000, 1),
            )
        return response


def _is_unlogged() -> bool:
    return bool(getattr(current_app.view_functions.get(request.endpoint or ""), UNLOGGED, False))
