"""Fixtures of all suites: a migrated database of each kind, an application on it, clients that are signed in."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Dialect, Engine, select
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.peopled import STATES, Templates
from tests.support.postgres import PostgresCluster

from handbook.app import create_app
from handbook.config import Settings
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.migrations import upgrade
from handbook.organizations.models import Organization

pytest_plugins = [
    "tests.support.postgres",
    "tests.support.chromium",
    "tests.support.demo_fixtures",
    "tests.support.evening_fixtures",
]

# A Thursday morning in Hanoi, two days before the usual meeting day.
NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database that every test copies."""
    folder = tmp_path_factory.mktemp("template")
    settings = Settings.from_environment({"HANDBOOK_DATA_DIR": str(folder)})
    app = create_app(settings)
    with app.app_context():
        upgrade(db.engine)
        db.engine.dispose()
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Runs the test on both databases. A test that needs one only asks for ``sqlite_only`` besides."""
    return str(request.param)


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Templates:
    """What the databases of the tests are copied from."""
    return Templates(sqlite_template, tmp_path_factory.mktemp("peopled"))


@pytest.fixture
def settings(
    tmp_path: Path, templates: Templates, clock: FixedClock, request: pytest.FixtureRequest
) -> Iterator[Settings]:
    """Settings of a fresh, migrated database: PostgreSQL when the test asks for ``engine_name``, else SQLite.

    The world is in it when the test asks for ``world`` and lives at the usual time; and a meeting, when it asks for that.
    """
    chosen = request.getfixturevalue("engine_name") if "engine_name" in request.fixturenames else "sqlite"
    (tmp_path / "secrets.json").write_bytes((templates.empty / "secrets.json").read_bytes())
    base = Settings.from_environment({"HANDBOOK_DATA_DIR": str(tmp_path)})
    state = state_for(request) if clock.now() == NOW else None
    if chosen == "postgresql":
        cluster: PostgresCluster = request.getfixturevalue("postgres_cluster")
        copied = templates.copy_postgres(base, clock, cluster, state)
        yield copied
        cluster.drop_database(copied.database_url)
    else:
        yield templates.copy_sqlite(base, clock, state)


def state_for(request: pytest.FixtureRequest) -> str | None:
    """In which state of the world this test begins; None for an empty database."""
    asked = [name for name in STATES if name in request.fixturenames]
    assert len(asked) <= 2, f"a test begins in one state, not in {asked}"
    return asked[-1] if asked else None


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def app(settings: Settings, clock: FixedClock) -> Iterator[Flask]:
    """The application on a fresh database, inside its context."""
    application = create_app(settings, clock=clock)
    application.testing = False
    with application.app_context():
        share_compiled_statements(db.engine)
        yield application
        db.session.remove()
        db.engine.dispose()
        application.extensions["handbook.driver"].close()


# What SQLAlchemy has made of a statement, and for which dialect: by the name of the database.
_dialects: dict[str, Dialect] = {}
_compiled: dict[str, dict[Any, Any]] = {}


def share_compiled_statements(engine: Engine) -> None:
    """Spare every test's engine the compiling that an engine before it has done, as one long-lived process would."""
    name = engine.dialect.name
    if name not in _dialects:
        # A dialect knows its server's version only once it has connected; what reads a schema asks for it.
        engine.connect().close()
        _dialects[name] = engine.dialect
    engine.dialect = _dialects[name]
    engine.update_execution_options(compiled_cache=_compiled.setdefault(name, {}))


@pytest.fixture
def begun(
    app: Flask, settings: Settings, templates: Templates, request: pytest.FixtureRequest
) -> tuple[World, Any]:
    """The world of this test, and what the act answered that led to the state in which the test begins."""
    built = db.session.scalar(select(Organization.id).limit(1)) is not None
    db.session.remove()
    state = state_for(request)
    return templates.world_of(settings, state) if built and state else (World.build(app), None)


@pytest.fixture
def world(begun: tuple[World, Any]) -> World:
    """A small tree with one person of every role (see :class:`World`)."""
    return begun[0]


def answered(begun: tuple[World, Any]) -> dict[str, Any]:
    """The meeting that came with the world."""
    assert begun[1], "the clock of this test stands elsewhere: make the meeting in it"
    return dict(begun[1])


@pytest.fixture
def meeting_convened(begun: tuple[World, Any]) -> dict[str, Any]:
    """A convened meeting of the cell, as :func:`convened` makes it."""
    return answered(begun)


@pytest.fixture
def voters_met(begun: tuple[World, Any]) -> dict[str, Any]:
    """An open meeting of the cell with its four official members in the room, as :func:`voters_in_the_room` makes it."""
    return answered(begun)


@pytest.fixture
def meeting_ended(begun: tuple[World, Any]) -> dict[str, Any]:
    """A meeting of the cell that has ended, as :func:`closed_meeting` makes it."""
    return answered(begun)


@pytest.fixture
def client(app: Flask) -> ApiClient:
    """An anonymous client."""
    return ApiClient(app)


@pytest.fixture
def sign_in(app: Flask, world: World) -> Callable[[str], ApiClient]:
    """``sign_in("secretary")``: a client with a live session of that person of the world."""

    def make(role: str) -> ApiClient:
        return ApiClient(app, token=world.token_of(role))

    return make
