"""``handbook serve``: granian's web processes and, unless told otherwise, one worker, stopped together and gracefully."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from handbook.config import Settings

STOP_SECONDS = 15
# granian itself ends workers that do not stop in time, and needs a moment for that.
KILL_SECONDS = STOP_SECONDS + 5
BACKPRESSURE_PER_WORKER = 128


def granian_command(settings: Settings) -> list[str]:
    """The one process layout that was measured: WSGI, explicit threads, bounded backlog, failed workers replaced."""
    program = Path(sys.executable).with_name("granian")
    return [
        str(program),
        "--interface", "wsgi",
        "--host", settings.host,
        "--port", str(settings.port),
        "--workers", str(settings.web_workers),
        "--blocking-threads", str(settings.web_threads),
        "--backpressure", str(BACKPRESSURE_PER_WORKER),
        "--respawn-failed-workers",
        "--workers-kill-timeout", str(STOP_SECONDS),
        "--no-ws",
        "--log-level", "warning",
        "handbook.wsgi:application",
    ]  # fmt: skip


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


def serve(settings: Settings, *, with_worker: bool) -> int:
    """Run until SIGINT or SIGTERM; answers the exit status of whichever child ended first by itself."""
    commands = [granian_command(settings)]
    if with_worker:
        commands.append([sys.executable, "-m", "handbook.worker"])
    children = [subprocess.Popen(command, start_new_session=True) for command in commands]  # noqa: S603
    stopping: list[int] = []

    def stop(_signal: int, _frame: object) -> None:
        stopping.append(1)
        for child in children:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    status = _wait_for_first(children)
    unexpected = not stopping
    stop(0, None)
    for child in children:
        try:
            child.wait(KILL_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    return (status or 1) if unexpected else 0


def _wait_for_first(children: list["subprocess.Popen[bytes]"]) -> int:
    by_pid = {child.pid: child for child in children}
    while True:
        pid, wait_status = os.waitpid(-1, 0)
        if pid in by_pid:
            by_pid[pid].returncode = os.waitstatus_to_exitcode(wait_status)
            return by_pid[pid].returncode
