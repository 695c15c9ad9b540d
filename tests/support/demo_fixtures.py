"""Fixtures of the browser tests that run on the demo."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.demo_service import DemoService, prepare_demo, serve_demo


@pytest.fixture(scope="session")
def prepared_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A loaded demo that nobody serves; every module works on a copy, and one is enough for all workers of a run."""
    run = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        run = run.parent
    folder = run / "prepared-demo"
    with (run / "prepared-demo.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not folder.exists():
            prepare_demo(tmp_path_factory.mktemp("demo-to-copy")).rename(folder)
    return folder


@pytest.fixture(scope="module")
def demo(prepared_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoService]:
    """The demo, served; what one test of the module does to it the next one sees."""
    with serve_demo(prepared_demo, tmp_path_factory.mktemp("demo")) as service:
        yield service


@pytest.fixture
def fresh_demo(prepared_demo: Path, tmp_path: Path) -> Iterator[DemoService]:
    """The demo, served for one test alone: for a story that ends what others begin with."""
    with serve_demo(prepared_demo, tmp_path) as service:
        yield service
