"""`handbook serve`: every process is a fork of one that built the application; a stop at any moment leaves nobody behind."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from tests.support.limits import STOP_SECONDS, stop
from tests.support.pushing import children_of, is_alive

from handbook.operations.serving import LOOP_SECONDS

HANDBOOK = Path(sys.executable).with_name("handbook")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(happened: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    for _try in range(1200):
        if happened():
            return
        assert process.poll() is None
        time.sleep(0.05)
    pytest.fail("it has not happened after a minute")


def is_bound(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def is_up(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def hears_a_stop(pid: int) -> bool:
    """Whether this process has a way of its own to end at SIGTERM."""
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("SigCgt:")]
    return bool(int(line.split()[1], 16) & (1 << (signal.SIGTERM - 1)))


class Serving:
    """A running `handbook serve` with two web processes, a worker and its courier."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process, self.port = process, port

    @property
    def server(self) -> int:
        """granian's main process: the child that has children."""
        return next(child for child in children_of(self.process.pid) if children_of(child))

    @property
    def courier(self) -> int:
        return self._without_children()[0]

    @property
    def worker(self) -> int:
        """Forked after its courier."""
        return self._without_children()[1]

    def _without_children(self) -> list[int]:
        return sorted(child for child in children_of(self.process.pid) if not children_of(child))

    @property
    def web(self) -> list[int]:
        return children_of(self.server)

    def everybody(self) -> list[int]:
        return [*children_of(self.process.pid), *self.web]


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Serving]:
    """One that several tests look at, and that all of them leave running."""
    with serve_until_stopped(tmp_path_factory.mktemp("steady"), sqlite_template) as serving:
        yield serving
        serving.process.terminate()
        serving.process.communicate(timeout=60)
        assert serving.process.returncode == 0


@pytest.fixture
def serving(tmp_path: Path, sqlite_template: Path) -> Iterator[Serving]:
    """One that its test stops."""
    with serve_until_stopped(tmp_path, sqlite_template) as serving:
        yield serving


@contextmanager
def serve_until_stopped(folder: Path, template: Path) -> Iterator[Serving]:
    for name in ("handbook.sqlite3", "secrets.json"):
        (folder / name).write_bytes((template / name).read_bytes())
    port = free_port()
    with start(folder, port, "serve") as process:
        wait_until(lambda: is_up(port), process)
        # The last to be forked is the worker.
        wait_until(lambda: len(children_of(process.pid)) == 3, process)
        serving = Serving(process, port)
        # Until it hears a stop, one ends it without a word.
        wait_until(lambda: hears_a_stop(serving.worker), process)
        yield serving


@contextmanager
def start(folder: Path, port: int, *command: str) -> Iterator[subprocess.Popen[str]]:
    environment = {
        "PATH": os.environ["PATH"],
        "HANDBOOK_DATA_DIR": str(folder),
        "HANDBOOK_PORT": str(port),
    }
    process = subprocess.Popen(
        [HANDBOOK, *command], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield process
    finally:
        stop(process)
        process.communicate(timeout=STOP_SECONDS)


def test_connections_that_stay_open_keep_nobody_out(steady: Serving) -> None:
    """Every phone keeps its connection for the next request; rooms whose boards poll keep theirs all evening."""
    with ExitStack() as phones:
        for _ in range(600):
            phones.enter_context(socket.create_connection(("127.0.0.1", steady.port)))
        assert is_up(steady.port)


@pytest.mark.parametrize(
    ("stop", "later"), [(signal.SIGINT, 0.0), (signal.SIGTERM, 0.4)], ids=["at once", "a little later"]
)
def test_a_stop_while_starting_kills_nobody_and_leaves_nobody(
    tmp_path: Path, stop: signal.Signals, later: float
) -> None:
    port = free_port()
    with start(tmp_path, port, "serve", "--no-worker") as process:
        # granian listens before its workers serve.
        wait_until(lambda: is_bound(port), process)
        time.sleep(later)
        process.send_signal(stop)
        said, _ = process.communicate(timeout=60)
    assert "serving.ended_by_force" not in said
    assert process.returncode == 0
    assert not is_bound(port)


def test_a_stop_before_the_application_is_built_starts_nobody(tmp_path: Path) -> None:
    port = free_port()
    with start(tmp_path, port, "serve") as process:
        wait_until(lambda: hears_a_stop(process.pid), process)
        process.terminate()
        said, _ = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "")


def test_the_program_is_imported_once_for_all_processes(steady: Serving) -> None:
    everybody = steady.everybody()
    # granian, two web processes, the worker, its courier.
    assert len(everybody) == 5
    started = Path(f"/proc/{steady.process.pid}/cmdline").read_bytes()
    # A program of its own would have a command line of its own.
    assert [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in everybody] == [started] * 5


def test_a_web_process_that_dies_is_replaced(steady: Serving) -> None:
    victim, other = steady.web
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: len({*steady.web} - {victim, other}) == 1, steady.process)
    wait_until(lambda: is_up(steady.port), steady.process)
    assert steady.process.poll() is None


def test_web_processes_that_are_killed_again_and_again_are_replaced_each_time(steady: Serving) -> None:
    for _kill in range(4):
        # Who ends sooner is taken for one that cannot serve.
        time.sleep(LOOP_SECONDS)
        # The one that came last, in the place of the one that was killed last.
        victim = max(steady.web)
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda gone=victim: len({*steady.web} - {gone}) == 2, steady.process)
        wait_until(lambda: is_up(steady.port), steady.process)
    assert steady.process.poll() is None


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGHUP], ids=lambda stop: stop.name)
def test_a_stop_ends_web_and_worker(serving: Serving, stop: signal.Signals) -> None:
    everybody = serving.everybody()
    serving.process.send_signal(stop)
    said, _ = serving.process.communicate(timeout=60)
    assert serving.process.returncode == 0
    assert "worker.stopped" in said
    assert not any(is_alive(pid) for pid in everybody)
    assert not is_bound(serving.port)


@pytest.mark.parametrize("victim", ["server", "worker", "courier"])
def test_when_one_is_killed_everybody_ends_and_the_status_says_so(serving: Serving, victim: str) -> None:
    everybody = serving.everybody()
    os.kill(getattr(serving, victim), signal.SIGKILL)
    serving.process.communicate(timeout=60)
    assert serving.process.returncode not in (0, None)
    for pid in everybody:
        for _try in range(100):
            if not is_alive(pid):
                break
            time.sleep(0.05)
        assert not is_alive(pid)
    assert not is_bound(serving.port)


# Signs in from several threads, and says by how much the process has grown.
HASHING = """
import threading
from pathlib import Path

from handbook.accounts.passwords import hash_password, verify_password
from handbook.operations.serving import return_large_blocks


def kilobytes() -> int:
    return next(
        int(line.split()[1])
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmRSS:")
    )


return_large_blocks()
before = kilobytes()
hashed = hash_password("mật khẩu thử")
for _round in range(3):
    thread = threading.Thread(target=verify_password, args=(hashed, "mật khẩu thử"))
    thread.start()
    thread.join()
print(kilobytes() - before)
"""


def test_the_memory_of_a_password_hash_is_given_back() -> None:
    done = subprocess.run(
        [sys.executable, "-c", HASHING], capture_output=True, text=True, check=True, timeout=120
    )
    # One hash takes 19 MiB.
    assert int(done.stdout) < 8 * 1024


# What only the worker, a command or a rare request needs; each would cost every start its time and every process its memory.
LATER = (
    "alembic", "apscheduler", "docx", "jwt", "psycopg", "pycurl", "pypdfium2", "typst", "webpush",
    "xlsxwriter", "handbook.demo", "handbook.worker", "granian",
)  # fmt: skip


def test_the_application_is_built_without_what_is_needed_later(tmp_path: Path) -> None:
    program = (
        "import sys; from handbook.app import create_app; create_app();"
        f" print(*sorted(set({LATER!r}) & sys.modules.keys()))"
    )
    environment = {"PATH": os.environ["PATH"], "HANDBOOK_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout.split() == []


def test_the_program_that_make_run_starts_loads_little_before_it_serves() -> None:
    program = "import sys; import scripts.run; print(*sorted({'flask', 'sqlalchemy', 'granian'} & sys.modules.keys()))"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.split() == []
