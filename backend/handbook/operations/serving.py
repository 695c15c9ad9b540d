"""``handbook serve``: granian's web processes and, unless told otherwise, one worker with its courier, stopped together and
gracefully.

The application is built once and every process is a fork of the one that did: a start costs one import of the program instead
of one per process, and what nobody writes to lies in memory once. Until the last fork there is no thread and no connection.
"""

import ctypes
import gc
import multiprocessing
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from handbook.config import Settings
from handbook.kernel.processes import STOPS, fork

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from flask import Flask

STOP_SECONDS = 15
# Who has begun a request and does not send the end of its head is cut off, and so holds up no stop.
HEAD_MILLISECONDS = 10_000
# What granian bounds is connections, also those that only stay open for the next request: with too few of them, rooms whose
# boards ask every two seconds would let nobody else in. One that nobody uses takes a few KiB.
CONNECTIONS_PER_WORKER = 4096
# After which a thread that works lets another have the interpreter. A poll of a tenth of a millisecond lets go of it at each
# reading of the database; at Python's own 5 ms it waited that long each time beside the answer of a whole roll.
SWITCH_SECONDS = 0.0005
# Of a web process, beside the connections of its clients.
OTHER_FILES = 256
# granian ends altogether when a web process that it has put in another's place ends within this time.
GRANIAN_LOOP_SECONDS = 5.5
# Here only one that ends as soon as it is made shows a fault that will be there the next time too.
LOOP_SECONDS = 1.0
# From malloc.h.
M_MMAP_THRESHOLD = -3
LARGE_BLOCK_BYTES = 1024 * 1024


def web_options(settings: Settings) -> dict[str, Any]:
    """The one process layout that was measured: WSGI, explicit threads, bounded backlog, failed workers replaced."""
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    return {
        "interface": Interfaces.WSGI,
        "address": settings.host,
        "port": settings.port,
        "workers": settings.web_workers,
        "blocking_threads": settings.web_threads,
        "backpressure": CONNECTIONS_PER_WORKER,
        "respawn_failed_workers": True,
        "websockets": False,
        "http1_settings": HTTP1Settings(header_read_timeout=HEAD_MILLISECONDS),
        "log_level": LogLevels.warning,
        # Addresses are personal data.
        "log_access": False,
    }


def allow_files(count: int) -> None:
    """Let this process and those that it forks have so many files and connections, as far as the system lets anybody."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < count:
        most = count if hard == resource.RLIM_INFINITY else min(count, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


class PortTakenError(Exception):
    """Somebody listens there already; granian itself would share the port with them without a word."""


def refuse_taken_port(settings: Settings) -> None:
    """Raise :class:`PortTakenError` when another program, or another start of this one, has the port."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise PortTakenError(
                f"{settings.host}:{settings.port} cannot be used ({error.strerror}); "
                "stop what listens there, or set another HANDBOOK_PORT"
            ) from None


def serve(settings: Settings, *, with_worker: bool, started: Callable[[], None] = lambda: None) -> int:
    """Run until Ctrl-C, SIGTERM or the end of the terminal; answers the exit status of whichever child ended first by itself.

    ``started`` is called when every process has been made.
    """
    children: set[int] = set()
    stopping: list[int] = []

    def stop(_signal: int, _frame: object) -> None:
        stopping.append(1)
        _send(children, signal.SIGTERM)

    for number in STOPS:
        # Under nohup the end of the terminal is nobody's business.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, stop)
    return_large_blocks()
    app = _build(settings)
    if not stopping:
        children.add(fork(lambda: _serve_web(settings, app)))
        if with_worker:
            children.update(_fork_worker(app))
        started()
    made = tuple(children)
    if stopping:
        _send(children, signal.SIGTERM)
    status = _wait_for_first(children)
    unexpected = not stopping
    stop(0, None)
    _wait_for_rest(children)
    # Nobody stays behind, also when granian was killed and could not see to its workers.
    _send(made, signal.SIGKILL, group=True)
    return (status or 1) if unexpected else 0


def return_large_blocks() -> None:
    """Let glibc give blocks of a megabyte and more back to the system as soon as they are free.

    By itself it takes the first one that is freed, the 19 MiB of a password's hash, for what this program always needs, and
    keeps up to twice as much for every thread that has hashed one: a hundred MiB in a web process.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES)


def _build(settings: Settings) -> "Flask":
    """Build the application, and let the collector leave alone, so that it stays unwritten and shared, what is there by then.

    While modules are imported there is next to nothing to collect; looking for it is a sixth of the time.
    """
    gc.disable()
    from handbook.app import create_app

    app = create_app(settings)
    gc.freeze()
    gc.enable()
    return app


def stop_at_once_while_starting() -> None:
    """Let SIGTERM end this web process until it serves: nothing is under way yet that would have to be finished.

    granian forks its workers with the handler of its main process, which only makes a note. A signal that comes between the
    fork and the first request would be lost, and the stop would wait until the worker is killed.
    """
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    if type(server).__module__.startswith("granian."):
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if getattr(server, "interrupt_signal", False):
            # It came already, between the fork and here.
            sys.exit(0)


class Replaced(dict[int, float]):
    """When granian replaced each of its web processes, in seconds; earlier than it was, because it gives up too soon.

    Two that were killed within some seconds, by a machine that runs out of memory or by hand, were the end of all the others.
    """

    def __setitem__(self, place: int, at: float) -> None:
        super().__setitem__(place, at - (GRANIAN_LOOP_SECONDS - LOOP_SECONDS))


def _serve_web(settings: Settings, app: "Flask") -> None:
    from granian import Granian

    allow_files(CONNECTIONS_PER_WORKER + OTHER_FILES)
    # What granian forks is to have the application too; Python 3.14 would start its workers anew.
    multiprocessing.set_start_method("fork", force=True)

    def load() -> "Flask":
        sys.setswitchinterval(SWITCH_SECONDS)
        stop_at_once_while_starting()
        return app

    server = Granian("handbook.wsgi:application", **web_options(settings))
    server.respawned_wrks = Replaced()
    server.serve(target_loader=load, wrap_loader=False)


def _fork_worker(app: "Flask") -> tuple[int, int]:
    """A worker and its courier, side by side: so the courier of a worker that was killed is waited for."""
    from handbook.notifications.reminders.courier import start_courier

    courier, channel = start_courier(app)
    worker = fork(lambda: _work(app, channel))
    channel.close()
    return courier, worker


def _work(app: "Flask", channel: "Connection") -> None:
    from handbook.worker import run_worker

    run_worker(app, channel)


def _send(children: set[int] | tuple[int, ...], number: signal.Signals, *, group: bool = False) -> None:
    for child in tuple(children):
        with suppress(ProcessLookupError, PermissionError):
            (os.killpg if group else os.kill)(child, number)


def _wait_for_first(children: set[int]) -> int:
    """The exit status of the first child that ends; 0 when there is none."""
    while children:
        child, status = os.waitpid(-1, 0)
        if child in children:
            children.discard(child)
            return os.waitstatus_to_exitcode(status)
    return 0


def _wait_for_rest(children: set[int]) -> None:
    """Wait for who was told to stop, and kill who does not in time, with everybody of its session.

    granian could do that for its own workers, but at times takes one that has just ended for one that refuses to.
    """
    deadline = time.monotonic() + STOP_SECONDS
    while children:
        for child in tuple(children):
            if os.waitpid(child, os.WNOHANG)[0]:
                children.discard(child)
        if time.monotonic() > deadline:
            from handbook.kernel.logging import get_logger

            get_logger().warning("serving.ended_by_force", after_seconds=STOP_SECONDS)
            _send(children, signal.SIGKILL, group=True)
            deadline += STOP_SECONDS
        if children:
            time.sleep(0.02)
