"""``handbook serve`` for tests that are not about its start: a fork of a process that has imported the program already.

What a person starts is tested as a person starts it, in ``tests/jobs``. Every story in a browser has a service of its own, and
importing the program is most of what its start costs.
"""

import multiprocessing
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(
    ["handbook.cli", "handbook.operations.serving", "handbook.app", "granian", __name__]
)


class ServedProcess:
    """The service as a process, with what :class:`subprocess.Popen` has of it.

    ``arguments`` are those of another command, or more of this one. ``before`` is called in the process before anything else.
    """

    def __init__(
        self,
        environment: dict[str, str],
        log: Path,
        *,
        arguments: tuple[str, ...] = ("serve",),
        before: Callable[[], None] | None = None,
    ) -> None:
        self._process = _forks.Process(
            target=_serve, args=(environment, str(log), arguments, before), name="handbook"
        )
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """The exit status; None while it runs."""
        return self._process.exitcode

    def wait(self, seconds: float) -> int:
        """Wait for its end. Raises :class:`subprocess.TimeoutExpired`."""
        self._process.join(seconds)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("handbook serve", seconds)
        return self._process.exitcode

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()


def _serve(
    environment: dict[str, str], log: str, arguments: tuple[str, ...], before: Callable[[], None] | None
) -> None:
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for standard in (1, 2):
        os.dup2(output, standard)
    os.close(output)
    os.environ.clear()
    os.environ.update(environment)
    if before is not None:
        before()
    from handbook.cli import main

    main(list(arguments))
