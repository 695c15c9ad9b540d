"""`handbook serve` stops when it is told to, also while its processes are still starting."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_bound(port: int, process: subprocess.Popen[str]) -> None:
    for _try in range(1200):
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None
        time.sleep(0.05)
    pytest.fail("nobody listens after a minute")


@pytest.mark.parametrize(
    ("stop", "later"), [(signal.SIGINT, 0.0), (signal.SIGTERM, 0.4)], ids=["at once", "a little later"]
)
def test_a_stop_while_starting_kills_nobody_and_leaves_nobody(
    tmp_path: Path, stop: signal.Signals, later: float
) -> None:
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HANDBOOK_DATA_DIR": str(tmp_path),
        "HANDBOOK_PORT": str(port),
    }
    with subprocess.Popen(
        [Path(sys.executable).with_name("handbook"), "serve", "--no-worker"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        # granian listens before its workers have built the application.
        wait_until_bound(port, process)
        time.sleep(later)
        process.send_signal(stop)
        said, _ = process.communicate(timeout=60)
    assert "refused to gracefully stop" not in said
    assert process.returncode == 0
    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", port)) != 0
