"""The log says what happened, and fails nothing where it cannot."""

import json
import sys
from collections.abc import Iterator

import pytest
import structlog
from tests.support.clients import ApiClient

from handbook.kernel.logging import configure_logging, get_logger


class FullDisk:
    """What standard error is when it goes to a file on a full disk."""

    tried = 0

    def write(self, _line: str) -> int:
        self.tried += 1
        raise OSError(28, "No space left on device")

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


@pytest.fixture
def restored() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.mark.usefixtures("restored")
def test_a_request_is_answered_though_its_line_cannot_be_written(
    client: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = FullDisk()
    monkeypatch.setattr(sys, "stderr", full)
    configure_logging()
    client.get("/healthz", expect=200)
    assert full.tried > 0


@pytest.mark.usefixtures("restored")
def test_a_line_is_one_event_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    get_logger().info("meeting.convened", meeting_id=17)
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "meeting.convened"
