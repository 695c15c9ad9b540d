"""The WSGI entry point of the web processes."""

import signal
import sys

from flask import Flask


def stop_at_once_while_starting() -> None:
    """Let SIGTERM end this process until it serves: nothing is under way yet that would have to be finished.

    granian forks its workers with the handler of its main process, which only makes a note. A signal that comes while
    the application is being built would be lost, and the stop would wait until the worker is killed.
    """
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    if type(server).__module__.startswith("granian."):
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if getattr(server, "interrupt_signal", False):
            # It came already, between the fork and here.
            sys.exit(0)


def build() -> Flask:
    """Build the application; importing it is most of the time that starting takes."""
    from handbook.app import create_app

    return create_app()


stop_at_once_while_starting()
application = build()
