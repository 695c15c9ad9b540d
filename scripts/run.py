"""`make run`: bring the database up to date, fill an empty one with the demo, serve, and say where to go.

Ctrl-C reaches the whole group: the server and its worker stop by themselves, this script waits for them and reports.
"""

import contextlib
import io
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import click

from handbook.config import ConfigurationError

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60
STOP_SECONDS = 30


def prepare_database() -> str:
    """Migrate, and load the demo into an empty database; return what the demo says about its logins.

    Both commands run in this one process, because importing the program takes longer than they do.
    """
    from handbook.cli import cli

    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        cli.main(["migrate"], standalone_mode=False)
        said.truncate(0)
        said.seek(0)
        cli.main(["demo", "--if-empty"], standalone_mode=False)
    return said.getvalue().strip()


def wait_until_ready(address: str, server: subprocess.Popen[bytes]) -> bool:
    """Ask `/readyz` until it answers; False when the server ended or START_SECONDS passed."""
    give_up = time.monotonic() + START_SECONDS
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while server.poll() is None and time.monotonic() < give_up:
        try:
            with opener.open(f"{address}/readyz", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    return False


def stop(server: subprocess.Popen[bytes]) -> int:
    """Let the server end its requests, by force after STOP_SECONDS; return its exit status."""
    if server.poll() is None:
        server.send_signal(signal.SIGTERM)
    try:
        return server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        return server.wait()


def main(arguments: Sequence[str] = ()) -> int:
    """Run until Ctrl-C or SIGTERM; 0 when everything stopped cleanly."""
    os.chdir(ROOT)
    port = os.environ.setdefault("HANDBOOK_PORT", "8000")
    os.environ.setdefault("HANDBOOK_LOG_FORMAT", "console")
    public = os.environ.setdefault("HANDBOOK_PUBLIC_URL", f"http://localhost:{port}")
    host = os.environ.get("HANDBOOK_HOST", "127.0.0.1")
    asked_to_stop = False

    def remember(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked_to_stop
        asked_to_stop = True

    try:
        logins = prepare_database()
    except (click.ClickException, ConfigurationError) as error:
        print(f"handbook: {error}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGINT, remember)
    signal.signal(signal.SIGTERM, remember)
    handbook = Path(sys.executable).with_name("handbook")
    server = subprocess.Popen([str(handbook), "serve", *arguments], stdin=subprocess.DEVNULL)
    try:
        reach = "127.0.0.1" if host in {"0.0.0.0", "::", "127.0.0.1"} else host  # noqa: S104 - compared, not bound
        if not wait_until_ready(f"http://{reach}:{port}", server):
            if not asked_to_stop:
                print("Sổ tay did not start; what it said is above.", file=sys.stderr)
            return 0 if asked_to_stop else 1
        print(f"\nSổ tay: {public}\n{logins}\nCtrl-C stops it.\n", flush=True)
        while server.poll() is None and not asked_to_stop:
            time.sleep(0.2)
    finally:
        status = stop(server)
    if asked_to_stop:
        print("Sổ tay has stopped.", flush=True)
        return 0
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
