"""What every test may use: the throw-away PostgreSQL, Debian's Chromium, and one place per test file.

Test files stay whole under xdist, so that module fixtures are made once; everything that drives a browser goes to one
worker, because two Chromiums on a small machine only make each other late. It comes first, because it takes longest.
"""

from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

pytest_plugins = ["tests.support.postgres", "tests.support.chromium"]

BROWSER_TESTS = Path(__file__).parent / "tests" / "browser"
BROWSER_PREFIX = "tests/browser/"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(BROWSER_TESTS):
            item.add_marker(pytest.mark.browser)
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not item.nodeid.startswith(BROWSER_PREFIX))


class WholeFiles(LoadScopeScheduling):
    """Hands out whole files, and all that drives a browser as one."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER_PREFIX if nodeid.startswith(BROWSER_PREFIX) else nodeid.split("::", 1)[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> WholeFiles:
    return WholeFiles(config, log)
