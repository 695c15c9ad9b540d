"""Where several files of API tests begin."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.put_to_the_vote import Office

from handbook.kernel.clock import FixedClock


@pytest.fixture
def office(
    engine_name: str,
    sign_in: Callable[[str], ApiClient],
    world: World,
    clock: FixedClock,
    voters_met: dict[str, Any],
) -> Office:
    """The secretary's office with the cell in its open meeting, on both databases."""
    return Office(sign_in("secretary"), voters_met, clock, world)
