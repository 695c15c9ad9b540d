"""Fixtures of a cell's evening: who runs it, its convened meeting, and the clock at the hour at which it was called."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from tests.support.clients import ApiClient

from handbook.kernel.clock import FixedClock


@pytest.fixture
def secretary(sign_in: Callable[[str], ApiClient]) -> ApiClient:
    return sign_in("secretary")


@pytest.fixture
def meeting(meeting_convened: dict[str, Any]) -> dict[str, Any]:
    return meeting_convened


@pytest.fixture
def evening(clock: FixedClock, meeting: dict[str, Any]) -> FixedClock:
    """The clock at the hour at which the meeting was called."""
    clock.set(datetime.fromisoformat(meeting["starts_at"]))
    return clock
