"""What every test may use: the throw-away PostgreSQL, Debian's Chromium, files in memory, and one place per test file.

Test files stay whole under xdist, so that module fixtures are made once. The stories that people live through in a browser
come first: they take longest, mostly because they wait for clocks and for each other, so one worker alone with them would end
last. What only looks at every screen waits for nobody; it comes at the end, test by test, for whichever worker is free.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

pytest_plugins = [
    "tests.support.light",
    "tests.support.postgres",
    "tests.support.chromium",
    "tests.support.limits",
]

BROWSER_TESTS = Path(__file__).parent / "tests" / "browser"
STORIES = "tests/browser/"
EVERY_SCREEN = (
    "tests/browser/test_dialogs.py",
    "tests/browser/test_screens.py",
)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    for item in items:
        if item.path.is_relative_to(BROWSER_TESTS):
            item.add_marker(pytest.mark.browser)
    yield
    # After pytest itself has put together what shares a fixture.
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: place_in_line(part_of(item.nodeid)))


def part_of(nodeid: str) -> str:
    """What goes to one worker together with this test: its file, or nothing else."""
    file = nodeid.split("::", 1)[0]
    return nodeid if file in EVERY_SCREEN else file


def place_in_line(part: str) -> int:
    """The stories first, and what every worker can take in the end."""
    file = part.split("::", 1)[0]
    if file in EVERY_SCREEN:
        return 2 + EVERY_SCREEN.index(file)
    return 0 if file.startswith(STORIES) else 1


class WholeFiles(LoadScopeScheduling):
    """Hands out whole files, and what looks at every screen test by test."""

    def _split_scope(self, nodeid: str) -> str:
        return part_of(nodeid)

    def remove_node(self, node: WorkerController) -> str | None:
        """A worker has ended. The test that ended it is not tried on the next one; what was done is not handed out again."""
        parts = self.assigned_work[node]
        ended_by = next((test for part in parts.values() for test, done in part.items() if not done), None)
        if ended_by is not None:
            parts[part_of(ended_by)][ended_by] = True
        for name in [name for name, part in parts.items() if all(part.values())]:
            del parts[name]
        super().remove_node(node)
        return ended_by

    def schedule(self) -> None:
        """A worker waits with its last test until it knows of another or of the end: one part may be too little for it."""
        super().schedule()
        for node in self.nodes:
            self._reschedule(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> WholeFiles:
    return WholeFiles(config, log)
