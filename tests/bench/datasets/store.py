"""The data sets that are there: made once, kept under build/bench/datasets/ and used again until what makes them
changes; new migrations are applied to them.
"""

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from tests.bench.datasets.loading import load_postgres, load_sqlite
from tests.bench.datasets.rows import write_secrets
from tests.bench.datasets.shape import Shape, shape_of
from tests.support.postgres import PostgresCluster, open_cluster

from handbook.app import create_app
from handbook.config import Settings
from handbook.kernel.db import db
from handbook.kernel.migrations import head_revision, upgrade

ROOT = Path(__file__).resolve().parents[3]
CACHE = ROOT / "build" / "bench" / "datasets"
MADE = "made.json"
# Beside what a new set needs, this much stays free on the disk.
SPARE_BYTES = 5 * 1024**3
BYTES_PER_MEMBER = {"sqlite": 1_600, "postgresql": 3_000}
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "wal_level": "minimal"}
LOADING = {**FAST, "max_wal_senders": "0", "max_wal_size": "4GB", "shared_buffers": "1GB"}
# As a server with a few gigabytes is set up, and as durable as in production.
SERVING = {
    "autovacuum": "on",
    "fsync": "on",
    "full_page_writes": "on",
    "max_wal_size": "1GB",
    "shared_buffers": "1GB",
    "synchronous_commit": "on",
}


class NoRoomError(RuntimeError):
    """The disk has not enough room for a data set."""


@dataclass(frozen=True, slots=True)
class DataSet:
    """A database full of members. ``environment`` is what the program needs to serve it."""

    engine: str
    shape: Shape
    folder: Path
    database_url: str | None = None

    @property
    def environment(self) -> dict[str, str]:
        url = {} if self.database_url is None else {"HANDBOOK_DATABASE_URL": self.database_url}
        return {"HANDBOOK_DATA_DIR": str(self.folder), **url}


def say(text: str) -> None:
    """Progress, for who waits."""
    print(f"   {text}", flush=True)


def sqlite_set(members: int, *, cache: Path = CACHE, tell: Callable[[str], None] = say) -> DataSet:
    """The SQLite data set of this many members, made now where it is not there."""
    shape, folder = shape_of(members), cache / f"sqlite-{members}"
    if not _is_made(folder):
        _require_room(cache, members * BYTES_PER_MEMBER["sqlite"])
        shutil.rmtree(folder, ignore_errors=True)
        began = time.perf_counter()
        migrated = _migrated(folder, None)
        load_sqlite(Path(migrated.database or ""), shape, lambda text: tell(f"sqlite {members:,}: {text}"))
        _note_made(folder, time.perf_counter() - began)
    _bring_up_to_date(folder, None, tell)
    return DataSet("sqlite", shape, folder)


def copy_set(members: int, data: Path) -> dict[str, str]:
    """A copy of the SQLite data set that may be written to; returns what the program needs to serve it."""
    shutil.copytree(sqlite_set(members).folder, data)
    return {"HANDBOOK_DATA_DIR": str(data)}


@contextmanager
def postgres_sets(
    sizes: list[int], *, cache: Path = CACHE, tell: Callable[[str], None] = say
) -> Iterator[tuple[PostgresCluster, list[DataSet]]]:
    """The PostgreSQL data sets of these sizes, in one running server of their own; those not there are made first."""
    home = cache / "postgresql"
    if not home.is_dir():
        for folder in cache.glob("postgresql-*"):
            shutil.rmtree(folder)
    missing = [members for members in sizes if not _is_made(cache / f"postgresql-{members}")]
    if missing:
        _require_room(cache, sum(missing) * BYTES_PER_MEMBER["postgresql"])
        cluster = open_cluster(home, LOADING)
        try:
            for members in missing:
                _make_postgres(cluster, members, cache, tell)
        finally:
            cluster.stop()
    cluster = open_cluster(home, SERVING)
    try:
        for members in sizes:
            _bring_up_to_date(cache / f"postgresql-{members}", cluster.url(_database(members)), tell)
        yield (
            cluster,
            [
                DataSet(
                    "postgresql",
                    shape_of(members),
                    cache / f"postgresql-{members}",
                    cluster.url(_database(members)),
                )
                for members in sizes
            ],
        )
    finally:
        cluster.stop()


def _make_postgres(cluster: PostgresCluster, members: int, cache: Path, tell: Callable[[str], None]) -> None:
    folder = cache / f"postgresql-{members}"
    shutil.rmtree(folder, ignore_errors=True)
    url = cluster.url(_database(members))
    began = time.perf_counter()
    cluster.drop_database(url)
    cluster.create_named(_database(members))
    _migrated(folder, url)
    bare = url.replace("+psycopg", "")
    load_postgres(bare, shape_of(members), lambda text: tell(f"postgresql {members:,}: {text}"))
    _note_made(folder, time.perf_counter() - began)


def _database(members: int) -> str:
    return f"bench_{members}"


def _migrated(folder: Path, url: str | None) -> URL:
    """A data directory with its keys, and the database brought to the present revision by the real migrations."""
    folder.mkdir(parents=True)
    write_secrets(folder)
    return _upgrade(folder, url)


def _upgrade(folder: Path, url: str | None) -> URL:
    environment = {"HANDBOOK_DATA_DIR": str(folder), **({"HANDBOOK_DATABASE_URL": url} if url else {})}
    settings = Settings.from_environment(environment)
    app = create_app(settings)
    with app.app_context():
        upgrade(db.engine)
        db.engine.dispose()
    app.extensions["handbook.driver"].close()
    return make_url(settings.database_url)


def content() -> str:
    """What the rows of a data set depend on: the modules that make them."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path != Path(__file__):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _is_made(folder: Path) -> bool:
    noted = folder / MADE
    return noted.is_file() and json.loads(noted.read_text())["content"] == content()


def _note_made(folder: Path, seconds: float) -> None:
    made = {"content": content(), "revision": head_revision(), "seconds": round(seconds, 1)}
    (folder / MADE).write_text(json.dumps(made))


def _bring_up_to_date(folder: Path, url: str | None, tell: Callable[[str], None]) -> None:
    """What was made before the last migrations is migrated, as a deployment's database is."""
    made = json.loads((folder / MADE).read_text())
    if made["revision"] != head_revision():
        tell(f"{folder.name}: from revision {made['revision']} to {head_revision()}")
        _upgrade(folder, url)
        _note_made(folder, made["seconds"])


def _require_room(cache: Path, needed: int) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(cache).free
    if free < needed + SPARE_BYTES:
        raise NoRoomError(
            f"{needed / 1e9:.0f} GB and {SPARE_BYTES / 1e9:.0f} to spare are needed at {cache}, {free / 1e9:.0f} are free"
        )
