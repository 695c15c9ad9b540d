"""What hangs fails: the limits of the tests can each be reached."""

import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest
from tests.support import limits

from conftest import WholeFiles


def wait_in(seconds: float, what: str) -> None:
    with limits.fails_after(seconds, what):
        threading.Event().wait()


def wait_around() -> None:
    with limits.fails_after(1, "all of it"):
        with pytest.raises(pytest.fail.Exception, match="the wait is not over"):
            wait_in(0.1, "the wait")
        threading.Event().wait()


def test_what_lasts_too_long_fails_where_it_waits_and_the_time_around_it_goes_on() -> None:
    with pytest.raises(pytest.fail.Exception, match="all of it is not over"):
        wait_around()


def test_what_no_alarm_ends_ends_its_process_and_says_where_it_stood() -> None:
    program = (
        "import signal, time\n"
        "from tests.support.limits import ends_the_process_after\n"
        "def hang(): time.sleep(60)\n"
        "with ends_the_process_after(0.1, 'a test'): hang()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == 1
    assert "a test is not over" in done.stderr
    assert "in hang" in done.stderr


def test_a_process_that_does_not_stop_is_killed_and_told_of() -> None:
    program = (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); signal.pause()"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout:
        process.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            limits.stop(process, 0.5)
    assert process.returncode == -9


class Worker(SimpleNamespace):
    """What the scheduler asks of a worker; ``sent`` are the tests that it was given."""

    __hash__ = object.__hash__  # type: ignore[assignment]

    def send_runtest_some(self, indices: list[int]) -> None:
        self.sent += indices

    def shutdown(self) -> None:
        self.shutting_down = True


def test_the_test_that_ended_a_worker_is_not_tried_again_and_the_rest_is(pytestconfig: pytest.Config) -> None:
    tests = ["a.py::1", "a.py::2", "b.py::1", "b.py::2", "b.py::3", "b.py::4", "c.py::1"]

    def begin() -> Worker:
        worker = Worker(sent=[], shutting_down=False, gateway=SimpleNamespace(id="gw"))
        scheduler.add_node(worker)
        scheduler.add_node_collection(worker, tests)
        return worker

    options = SimpleNamespace(loadscopereorder=False, tx=["popen"], numprocesses=1)
    config = SimpleNamespace(option=options, getvalue=lambda name: getattr(options, name))
    scheduler = WholeFiles(config)
    scheduler.numnodes = 1
    first = begin()
    scheduler.schedule()
    assert first.sent == [0, 1, 2, 3, 4, 5]
    for done in (0, 1, 2):
        scheduler.mark_test_complete(first, done)
    assert scheduler.remove_node(first) == "b.py::2"
    second = begin()
    scheduler.schedule()
    # One test alone would wait for the next; with what is left of b it knows how to go on, and where the end is.
    assert sorted(second.sent) == [4, 5, 6]
    for done in second.sent[:2]:
        scheduler.mark_test_complete(second, done)
    assert second.shutting_down
