"""A running push service, and an application that may send to it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from tests.support.push_service import FakePushService
from tests.support.pushing import WorkerProcess

from handbook.config import Settings


@pytest.fixture(scope="module")
def running_push() -> Iterator[FakePushService]:
    with FakePushService() as service:
        yield service


@pytest.fixture
def push(running_push: FakePushService) -> FakePushService:
    """The running service, with nothing received yet and nothing to answer but success."""
    running_push.reset()
    return running_push


@pytest.fixture
def settings(settings: Settings, push: FakePushService) -> Settings:
    return replace(settings, push_extra_hosts=frozenset({push.extra_host}), push_ca_file=push.ca_file)


@pytest.fixture
def app(app: Flask) -> Iterator[Flask]:
    yield app
    app.extensions["handbook.push"].close()


@pytest.fixture
def worker(settings: Settings, push: FakePushService) -> Iterator[WorkerProcess]:
    """A worker that a test may start, stop and kill."""
    process = WorkerProcess(settings, push)
    yield process
    process.end()
