"""What the benchmarks of the server share: a populated data directory, granian processes, wrk, CPU and memory."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.postgres import find_free_port

WRK = "wrk"
MISSING_WRK = "wrk is not installed; install it with: sudo apt-get install wrk"


@dataclass(slots=True)
class Server:
    """A running server: its address and the ids of its processes."""

    url: str
    pid: int

    def pids(self) -> list[int]:
        """The server, its children and theirs."""
        found = [self.pid]
        for pid in found:
            children = Path(f"/proc/{pid}/task/{pid}/children")
            found += [int(child) for child in children.read_text().split()]
        return found

    def cpu_seconds(self) -> float:
        """CPU time used so far by the server and its workers."""
        ticks = 0
        for pid in self.pids():
            values = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(values[11]) + int(values[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def worker_memory_mib(self) -> float:
        """Proportional memory of the largest process, in MiB."""
        return max(_proportional_kib(pid) for pid in self.pids()) / 1024

    def whole_memory_mib(self) -> float:
        """Memory of all processes together, in MiB; what they share counts once."""
        return sum(_proportional_kib(pid) for pid in self.pids()) / 1024


@contextmanager
def granian(
    target: str, environment: dict[str, str], *, workers: int = 2, threads: int = 4
) -> Iterator[Server]:
    """Serve another WSGI application with the layout of ``handbook serve``, on a free loopback port."""
    port = find_free_port()
    program = Path(sys.executable).with_name("granian")
    command = [str(program), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(workers), "--blocking-threads", str(threads), "--backpressure", "128"]
    command += ["--workers-kill-timeout", "10", "--no-ws", "--log-level", "error", target]
    with _running(command, environment, port) as server:
        yield server


@contextmanager
def handbook(environment: dict[str, str]) -> Iterator[Server]:
    """`handbook serve` without its worker, on a free loopback port."""
    port = find_free_port()
    command = [str(Path(sys.executable).with_name("handbook")), "serve", "--no-worker"]
    with _running(command, {**environment, "HANDBOOK_PORT": str(port)}, port) as server:
        yield server


@contextmanager
def worker(environment: dict[str, str]) -> Iterator[Server]:
    """`handbook worker`, with its courier."""
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("handbook")), "worker"],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield Server("", process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


@contextmanager
def _running(command: list[str], environment: dict[str, str], port: int) -> Iterator[Server]:
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/healthz")
        yield Server(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@dataclass(frozen=True, slots=True)
class Load:
    """One wrk run: answered requests per second, CPU microseconds of the server per request, wrong answers."""

    per_second: float
    cpu_us: float
    wrong: int


def wrk(server: Server, path: str, script: Path, *, seconds: int = 4, connections: int = 16) -> Load:
    """Load one path; ``script`` is wrk's Lua with headers and a check of the status."""
    if shutil.which(WRK) is None:
        raise RuntimeError(MISSING_WRK)
    before = server.cpu_seconds()
    finished = subprocess.run(
        [WRK, "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script), server.url + path],
        capture_output=True,
        text=True,
        check=True,
    )
    used = server.cpu_seconds() - before
    line = next(line for line in finished.stdout.splitlines() if line.startswith("RESULT"))
    requests, microseconds, wrong = (int(value) for value in line.split()[1:])
    return Load(requests / microseconds * 1e6, used / max(requests, 1) * 1e6, wrong)


def lua(path: Path, *, status: int, headers: list[dict[str, str]], paths: list[str] | None = None) -> Path:
    """Write a wrk script that sends these headers in turn and counts answers of another status."""
    rows = ",\n".join("{" + ", ".join(f'["{k}"]={v!r}' for k, v in row.items()) + "}" for row in headers)
    targets = ", ".join(repr(target) for target in paths or [])
    path.write_text(
        f"""
local sets = {{ {rows} }}
local paths = {{ {targets} }}
local threads = {{}}
local turn = 0
wrong = 0
function setup(thread) table.insert(threads, thread) end
function request()
  turn = turn % #sets + 1
  return wrk.format("GET", paths[turn], sets[turn])
end
function response(status) if status ~= {status} then wrong = wrong + 1 end end
function done(summary)
  local total = 0
  for _, thread in ipairs(threads) do total = total + thread:get("wrong") end
  io.write(string.format("RESULT %d %d %d\\n", summary.requests, summary.duration, total))
end
"""
    )
    return path


def _proportional_kib(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{url} does not answer")
