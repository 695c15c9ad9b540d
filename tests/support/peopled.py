"""Databases that are made once for a test process and copied by its tests: empty ones, ones with people in them, and ones in
which these have met. Of an API test that begins at a meeting, most of the work was to make that meeting once more."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine
from tests.support.ballots import voters_in_the_room
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import convened
from tests.support.minutes import closed_meeting
from tests.support.postgres import PostgresCluster

from handbook.app import create_app
from handbook.config import Settings
from handbook.kernel.clock import Clock
from handbook.kernel.db import db
from handbook.kernel.migrations import upgrade

FILES = ("handbook.sqlite3", "secrets.json")

SignIn = Callable[[str], ApiClient]
#: What has happened in the copied world, by the name of the fixture that gives it to a test.
STATES: dict[str, Callable[[SignIn, World], Any]] = {
    "world": lambda _sign_in, _world: None,
    "meeting_convened": lambda sign_in, world: convened(sign_in("secretary"), world.id_of("cell")),
    "voters_met": lambda sign_in, world: voters_in_the_room(sign_in("secretary"), world),
    "meeting_ended": closed_meeting,
}


@dataclass(slots=True)
class Templates:
    """``empty`` is a folder with a migrated SQLite database; ``folder`` is where others are put.

    Each test gets a copy of a state of the world on its database: as rows, and as objects that no test before it has touched.
    """

    empty: Path
    folder: Path
    made: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def copy_sqlite(self, settings: Settings, clock: Clock, state: str | None) -> Settings:
        """Put a fresh SQLite database where the settings look for it."""
        source = self.empty
        if state:
            source = self.folder / state
            if ("sqlite", state) not in self.made:
                source.mkdir()
                own = Settings.from_environment({"HANDBOOK_DATA_DIR": str(source)})
                self._copy(self.empty, source, *FILES)
                self.made["sqlite", state] = people(own, clock, state)
        self._copy(source, settings.data_dir, FILES[0])
        return settings

    def copy_postgres(
        self, settings: Settings, clock: Clock, cluster: PostgresCluster, state: str | None
    ) -> Settings:
        """Settings of a fresh PostgreSQL database."""
        if state:
            template = cluster.template(state, lambda url: self._people_postgres(settings, clock, state, url))
        else:
            template = cluster.template("migrated", migrate)
        return replace(settings, database_url=cluster.create_database(template=template))

    def world_of(self, settings: Settings, state: str) -> tuple[World, Any]:
        """The world that came with the copy, and what the act that led to its state has answered."""
        name = "sqlite" if settings.database_url.startswith("sqlite") else "postgresql"
        found: tuple[World, Any] = pickle.loads(self.made[name, state])
        return found

    def _people_postgres(self, settings: Settings, clock: Clock, state: str, url: str) -> None:
        migrate(url)
        self.made["postgresql", state] = people(replace(settings, database_url=url), clock, state)

    @staticmethod
    def _copy(source: Path, target: Path, *names: str) -> None:
        for name in names:
            (target / name).write_bytes((source / name).read_bytes())


def people(settings: Settings, clock: Clock, state: str) -> bytes:
    """Build the world in an empty database, bring it to the state, leave it, and return what was built and answered."""
    app = create_app(settings, clock=clock)
    with app.app_context():
        world = World.build(app)
        answered = STATES[state](lambda role: ApiClient(app, token=world.token_of(role)), world)
        db.session.remove()
        db.engine.dispose()
        app.extensions["handbook.driver"].close()
    return pickle.dumps((world, answered))


def migrate(url: str) -> None:
    """Bring an empty PostgreSQL database to the present revision."""
    engine = create_engine(url)
    upgrade(engine)
    engine.dispose()
