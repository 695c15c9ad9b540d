"""Whether a commit waits for the disk: always, but where a use case says that it need not, and in that transaction only."""

import pytest
from sqlalchemy import text

from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work

ASKED = {
    "sqlite": "SELECT synchronous = 1 FROM pragma_synchronous",
    "postgresql": "SELECT setting = 'off' AND source = 'session' FROM pg_settings WHERE name = 'synchronous_commit'",
}


def waits_not(engine_name: str) -> bool:
    """Whether the transaction at hand was told not to wait."""
    return bool(db.session.execute(text(ASKED[engine_name])).scalar_one())


@pytest.mark.usefixtures("app")
def test_only_the_transaction_that_says_so_does_not_wait_for_the_disk(engine_name: str) -> None:
    seen = []
    for durable in (True, False, False, True):
        with unit_of_work(durable=durable):
            seen.append(waits_not(engine_name))
    assert seen == [False, True, True, False]
    with unit_of_work(durable=False):
        pass
    assert not waits_not(engine_name), "reading begins another transaction"


@pytest.mark.usefixtures("app")
def test_after_an_error_the_next_transaction_waits_again(engine_name: str) -> None:
    with pytest.raises(KeyError), unit_of_work(durable=False):
        raise KeyError
    with unit_of_work():
        assert not waits_not(engine_name)
