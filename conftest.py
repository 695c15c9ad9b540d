"""What every test may use: the throw-away PostgreSQL, Debian's Chromium, and one place per test file.

Test files stay whole under xdist, so that module fixtures are made once; everything that drives a browser goes to one
worker, because two Chromiums on a small machine only make each other late.
"""

from pathlib import Path

import pytest

pytest_plugins = ["tests.support.postgres", "tests.support.chromium"]

BROWSER_TESTS = Path(__file__).parent / "tests" / "browser"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(BROWSER_TESTS):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))
        else:
            item.add_marker(pytest.mark.xdist_group(item.path.name))
