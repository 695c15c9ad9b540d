"""Fixtures of a cell's evening: who runs it, its convened meeting, and the clock at the hour at which it was called."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import convened

from handbook.kernel.clock import FixedClock


@pytest.fixture
def secretary(sign_in: Callable[[str], ApiClient]) -> ApiClient:
    return sign_in("secretary")


@pytest.fixture
def meeting(secretary: ApiClient, world: World) -> dict[str, Any]:
    return convened(secretary, world.id_of("cell"))


@pytest.fixture
def evening(clock: FixedClock, meeting: dict[str, Any]) -> FixedClock:
    """The clock at the hour at which the meeting was called."""
    clock.set(datetime.fromisoformat(meeting["starts_at"]))
    return clock
