"""Databases that are made once for a test process and copied by its tests: empty ones, and ones with people in them."""

import pickle
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import create_engine
from tests.support.factories import World
from tests.support.postgres import PostgresCluster

from handbook.app import create_app
from handbook.config import Settings
from handbook.kernel.clock import Clock
from handbook.kernel.db import db
from handbook.kernel.migrations import upgrade

FILES = ("handbook.sqlite3", "secrets.json")


@dataclass(slots=True)
class Templates:
    """``empty`` is a folder with a migrated SQLite database; ``folder`` is where others are put.

    Each test gets a copy of the world of its database: as rows, and as objects that no test before it has touched.
    """

    empty: Path
    folder: Path
    worlds: dict[str, bytes] = field(default_factory=dict)

    def copy_sqlite(self, settings: Settings, clock: Clock, *, with_world: bool) -> Settings:
        """Put a fresh SQLite database where the settings look for it."""
        source = self.empty
        if with_world:
            source = self.folder
            if "sqlite" not in self.worlds:
                own = Settings.from_environment({"HANDBOOK_DATA_DIR": str(source)})
                self._copy(self.empty, source, *FILES)
                self.worlds["sqlite"] = people(own, clock)
        self._copy(source, settings.data_dir, FILES[0])
        return settings

    def copy_postgres(
        self, settings: Settings, clock: Clock, cluster: PostgresCluster, *, with_world: bool
    ) -> Settings:
        """Settings of a fresh PostgreSQL database."""
        if with_world:
            template = cluster.template("peopled", lambda url: self._people_postgres(settings, clock, url))
        else:
            template = cluster.template("migrated", migrate)
        return replace(settings, database_url=cluster.create_database(template=template))

    def world_of(self, settings: Settings) -> World:
        """The world that came with the copy."""
        name = "sqlite" if settings.database_url.startswith("sqlite") else "postgresql"
        world: World = pickle.loads(self.worlds[name])
        return world

    def _people_postgres(self, settings: Settings, clock: Clock, url: str) -> None:
        migrate(url)
        self.worlds["postgresql"] = people(replace(settings, database_url=url), clock)

    @staticmethod
    def _copy(source: Path, target: Path, *names: str) -> None:
        for name in names:
            (target / name).write_bytes((source / name).read_bytes())


def people(settings: Settings, clock: Clock) -> bytes:
    """Build the world in an empty database, leave it, and return what was built."""
    app = create_app(settings, clock=clock)
    with app.app_context():
        world = World.build(app)
        db.session.remove()
        db.engine.dispose()
    return pickle.dumps(world)


def migrate(url: str) -> None:
    """Bring an empty PostgreSQL database to the present revision."""
    engine = create_engine(url)
    upgrade(engine)
    engine.dispose()
