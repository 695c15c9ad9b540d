"""No test waits without an end: one that hangs fails where it stands, and the run goes on.

Three limits, each for what the one before it cannot end:

* A part of a test (its fixtures, itself, what tidies up) that lasts longer than :data:`PART_SECONDS` is failed by an alarm; the
  traceback shows the line that waits, also when it waits for the browser. ``@pytest.mark.limit(seconds)`` allows another time.
* A test that an alarm does not end, because it waits outside Python, ends its process, with the stacks of all threads.
* A run of several processes that lasts longer than :data:`RUN_SECONDS` is interrupted, and says which tests were under way and
  where each process stands.
"""

import _thread
import faulthandler
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

import pytest

PART_SECONDS = 300.0
RUN_SECONDS = 75 * 60.0
# An alarm that was caught on the way is given again.
AGAIN_SECONDS = 30.0
STOP_SECONDS = 30.0

_under_way: dict[str, float] = {}
_stderr: list[int] = []


def pytest_configure(config: pytest.Config) -> None:
    # Before a test's own words are captured.
    _stderr.append(os.dup(2))


def seconds_of(item: pytest.Item) -> float:
    """How long each part of this test may last."""
    marker = item.get_closest_marker("limit")
    return float(marker.args[0]) if marker else PART_SECONDS


@contextmanager
def fails_after(seconds: float, what: str) -> Iterator[None]:
    """Fail what is done inside when it lasts longer; only in the main thread, where signals come."""

    def late(_number: int, _frame: FrameType | None) -> None:
        pytest.fail(f"{what} is not over after {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, late)
    around = signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, *around)


@contextmanager
def ends_the_process_after(seconds: float, what: str) -> Iterator[None]:
    """End this process when what is done inside lasts longer, and say where every thread stands."""
    timer = threading.Timer(seconds, _end_the_process, (f"{what} is not over after {seconds:.0f} s",))
    timer.daemon = True
    timer.start()
    # The timer needs the interpreter, which what waits outside it may hold.
    faulthandler.dump_traceback_later(seconds + AGAIN_SECONDS, exit=True, file=_stderr[0] if _stderr else 2)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        timer.cancel()


def _say(lines: list[str]) -> None:
    os.write(_stderr[0] if _stderr else 2, "".join(lines).encode(errors="replace"))


def _stacks() -> list[str]:
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return [
        line
        for ident, frame in sys._current_frames().items()
        for line in (f"-- thread {names.get(ident, ident)}\n", *traceback.format_stack(frame))
    ]


def _end_the_process(why: str) -> None:
    _say([f"\n== {why}; this process ends\n", *_stacks()])
    os._exit(1)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    # What tidies up after a late test has its own time.
    with ends_the_process_after(2 * seconds_of(item) + AGAIN_SECONDS, item.nodeid):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    with fails_after(seconds_of(item), f"what {item.name} stands on"):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    with fails_after(seconds_of(item), item.name):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    with fails_after(seconds_of(item), f"tidying up after {item.name}"):
        return (yield)


# --- the process that hands out the tests ---------------------------------------------------------------


def pytest_runtest_logstart(nodeid: str) -> None:
    _under_way[nodeid] = time.monotonic()


def pytest_runtest_logfinish(nodeid: str) -> None:
    _under_way.pop(nodeid, None)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Iterator[None]:
    if hasattr(session.config, "workerinput"):
        timer = threading.Timer(RUN_SECONDS, _tell_where_this_process_stands)
    elif session.config.getoption("numprocesses", None):
        # When its processes have told.
        timer = threading.Timer(RUN_SECONDS + AGAIN_SECONDS, _interrupt_the_run)
    else:
        return (yield)
    timer.daemon = True
    timer.start()
    try:
        return (yield)
    finally:
        timer.cancel()


def _tell_where_this_process_stands() -> None:
    _say([f"\n== the run is not over after {RUN_SECONDS:.0f} s; a process of it stands here:\n", *_stacks()])


def _interrupt_the_run() -> None:
    now = time.monotonic()
    lines = [f"\n== the run is not over after {RUN_SECONDS + AGAIN_SECONDS:.0f} s; under way:\n"]
    lines += [f"   {now - began:6.0f} s  {nodeid}\n" for nodeid, began in _under_way.items()]
    _say(lines)
    _thread.interrupt_main()


# --- what a test has started ----------------------------------------------------------------------------


class Stoppable(Protocol):
    """What :func:`stop` needs of a process."""

    def terminate(self) -> None: ...
    def kill(self) -> None: ...
    def wait(self, timeout: float, /) -> int: ...


def stop(process: Stoppable, seconds: float = STOP_SECONDS) -> None:
    """Stop it gracefully; what does not stop in time is killed, and that is a failure."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(seconds)
        raise


def join(threads: Iterable[threading.Thread], seconds: float = STOP_SECONDS) -> None:
    """Wait for all of them; one that does not end is a failure."""
    for thread in threads:
        thread.join(seconds)
        assert not thread.is_alive(), f"{thread.name} does not end"
