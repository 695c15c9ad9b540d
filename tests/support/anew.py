"""One application on one small world, begun anew as often as a state machine asks."""

from collections.abc import Callable

from flask import Flask
from tests.conftest import NOW
from tests.support.factories import World

from handbook.config import Settings
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db

Anew = Callable[[], tuple[Flask, FixedClock, World]]


def anew(app: Flask, world: World, clock: FixedClock, settings: Settings) -> Anew:
    """Puts the database back to what it is now, and the clock to its beginning."""
    database = settings.data_dir / "handbook.sqlite3"
    _let_go(app)
    first = database.read_bytes()

    def act() -> tuple[Flask, FixedClock, World]:
        _let_go(app)
        for rest in ("-wal", "-shm"):
            database.with_name(database.name + rest).unlink(missing_ok=True)
        database.write_bytes(first)
        clock.set(NOW)
        return app, clock, world

    return act


def _let_go(app: Flask) -> None:
    """Close every connection, those of the layers before Flask too: nobody may hold a file that is replaced."""
    db.session.remove()
    db.engine.dispose()
    app.extensions["handbook.driver"].close()
