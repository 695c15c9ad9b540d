"""A throw-away PostgreSQL for the tests: the distribution's own server, on loopback, gone at the end.

`postgres_cluster` starts the server once per test process (with xdist: once per worker) and lazily, so a run that
touches no PostgreSQL test pays nothing. `postgres_url` gives an empty database to each test module. A suite that
wants a migrated or populated database asks the cluster for a template, which is prepared once and then copied:

    @pytest.fixture(scope="module")
    def database_url(postgres_cluster):
        return postgres_cluster.create_database(template=postgres_cluster.template("migrated", migrate))

A machine without PostgreSQL fails these tests; it does not skip them.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

MISSING = (
    "PostgreSQL's server programs were not found (looked in PATH, /usr/lib/postgresql/*/bin and $TEST_POSTGRES_BIN). "
    "Install them with: sudo apt-get install postgresql"
)
START_SECONDS = 60.0
STOP_SECONDS = 20.0

# Durability is of no use to a database that lives for one test run.
SETTINGS = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    # Who waits this long for another waits for ever.
    "lock_timeout": "60s",
    "max_connections": "100",
    "max_wal_size": "128MB",
    "min_wal_size": "32MB",
    "shared_buffers": "64MB",
    "synchronous_commit": "off",
    "timezone": "UTC",
}


class PostgresUnavailableError(RuntimeError):
    """The server is not installed or did not start; the message says what to do."""


def find_programs() -> Path:
    """Return the folder that holds `initdb` and `postgres`, the newest version first.

    Raises PostgresUnavailableError when there is none.
    """
    folders: list[Path] = []
    if chosen := os.environ.get("TEST_POSTGRES_BIN"):
        folders.append(Path(chosen))
    versions = [p for p in Path("/usr/lib/postgresql").glob("*/bin") if p.parent.name.isdigit()]
    folders += sorted(versions, key=lambda p: int(p.parent.name), reverse=True)
    if found := shutil.which("initdb"):
        folders.append(Path(found).resolve().parent)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise PostgresUnavailableError(MISSING)


def find_free_port() -> int:
    """Return a loopback TCP port that nothing listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class ServerAccount:
    """Who runs the server: PostgreSQL refuses to be root."""

    name: str
    uid: int
    gid: int

    @classmethod
    def choose(cls) -> "ServerAccount":
        """Return the current account, or for root `postgres`, else `nobody`."""
        if os.getuid() != 0:
            own = pwd.getpwuid(os.getuid())
            return cls(own.pw_name, own.pw_uid, own.pw_gid)
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                account = pwd.getpwnam(name)
                return cls(name, account.pw_uid, account.pw_gid)
        raise PostgresUnavailableError(
            "Tests run as root, and there is neither a user 'postgres' nor 'nobody'."
        )

    def command(self, arguments: list[str]) -> list[str]:
        """Wrap a command so that it runs as this account and dies with the test process."""
        switch = ["--pdeathsig", "INT"]
        if os.getuid() == 0:
            switch += [f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups"]
        return ["setpriv", *switch, *arguments]


@dataclass
class PostgresCluster:
    """One running server and the databases made in it."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]
    templates: dict[str, str] = field(default_factory=dict)
    made: int = 0
    # Whether the folder outlives the server.
    kept: bool = False

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL of a database of this cluster."""
        return f"postgresql+psycopg://handbook@127.0.0.1:{self.port}/{database}"

    def create_database(self, *, template: str | None = None) -> str:
        """Make a fresh database, empty or as a copy of `template` (a name from `template`), and return its URL."""
        return self.url(self._create(template or "template0"))

    def template(self, name: str, prepare: Callable[[str], object]) -> str:
        """Return the template called `name`; the first call makes it and hands its URL to `prepare`.

        `prepare` must close its connections: PostgreSQL copies only a database that nobody uses.
        """
        if name not in self.templates:
            database = self._create("template0")
            prepare(self.url(database))
            self.templates[name] = database
        return self.templates[name]

    def drop_database(self, url: str) -> None:
        """Remove a database that `create_database` made, and end whatever still uses it."""
        database = url.rsplit("/", 1)[1]
        self.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    def execute(self, statement: sql.Composed | sql.SQL) -> None:
        """Run one administrative statement outside any transaction."""
        with psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="handbook",
            dbname="postgres",
            autocommit=True,
            connect_timeout=int(STOP_SECONDS),
        ) as connection:
            connection.execute(statement)

    def _create(self, template: str) -> str:
        self.made += 1
        name = f"handbook_{self.made}"
        if self.kept:
            # Somebody who was killed could not remove it.
            self.drop_database(self.url(name))
        return self.create_named(name, template)

    def create_named(self, database: str, template: str = "template0") -> str:
        """Make a database of this name, as a copy of `template`; returns the name."""
        self.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(database), sql.Identifier(template)
            )
        )
        return database

    def stop(self) -> None:
        """End the server by its process id: fast shutdown first, by force when that takes too long."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(STOP_SECONDS)
        if not self.kept:
            shutil.rmtree(self.folder, ignore_errors=True)


def start_cluster(overrides: dict[str, str] | None = None) -> PostgresCluster:
    """Make and start a cluster in a folder of its own; the caller stops it.

    ``overrides`` replaces some of :data:`SETTINGS`; benchmarks ask for the durable ones of a real server.

    Raises PostgresUnavailableError with the end of the server's log when it cannot.
    """
    folder = Path(tempfile.mkdtemp(prefix="handbook-postgres-"))
    programs, account = find_programs(), ServerAccount.choose()
    try:
        _initialize(programs, account, folder)
        return _serve(programs, account, folder, SETTINGS | (overrides or {}))
    except PostgresUnavailableError:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def open_cluster(folder: Path, overrides: dict[str, str] | None = None) -> PostgresCluster:
    """Start the cluster that lies in this folder, made there at the first time; the folder stays when it is stopped.

    Raises PostgresUnavailableError, also when the account of the server cannot come to the folder.
    """
    programs, account = find_programs(), ServerAccount.choose()
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "data" / "PG_VERSION").exists():
        _initialize(programs, account, folder)
    cluster = _serve(programs, account, folder, SETTINGS | (overrides or {}))
    cluster.kept = True
    return cluster


def _initialize(programs: Path, account: ServerAccount, folder: Path) -> None:
    os.chown(folder, account.uid, account.gid)
    data = folder / "data"
    try:
        subprocess.run(
            account.command(
                [
                    str(programs / "initdb"),
                    f"--pgdata={data}",
                    "--username=handbook",
                    "--auth=trust",
                    "--encoding=UTF8",
                    "--locale=C.UTF-8",
                    "--no-sync",
                ]
            ),
            cwd=folder,
            check=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=START_SECONDS,
        )
    except (subprocess.SubprocessError, OSError) as error:
        output = getattr(error, "stderr", b"") or b""
        raise PostgresUnavailableError(f"initdb failed: {error} {output.decode(errors='replace')}") from error


def _serve(programs: Path, account: ServerAccount, folder: Path, settings: dict[str, str]) -> PostgresCluster:
    data, log = folder / "data", folder / "server.log"
    for _attempt in range(3):  # another process may take the free port in between
        port = find_free_port()
        options = [f"-c{key}={value}" for key, value in settings.items()]
        with log.open("wb") as output:
            process = subprocess.Popen(
                account.command(
                    [
                        str(programs / "postgres"),
                        "-D",
                        str(data),
                        "-p",
                        str(port),
                        "-k",
                        str(folder),
                        *options,
                    ]
                ),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        cluster = PostgresCluster(folder, port, process)
        if _wait_until_ready(cluster):
            return cluster
    words = log.read_text(errors="replace")[-2000:]
    raise PostgresUnavailableError(f"PostgreSQL did not start:\n{words}")


def _wait_until_ready(cluster: PostgresCluster) -> bool:
    give_up = time.monotonic() + START_SECONDS
    while cluster.process.poll() is None and time.monotonic() < give_up:
        try:
            cluster.execute(sql.SQL("SELECT 1"))
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return True
    if cluster.process.poll() is None:
        cluster.process.kill()
    cluster.process.wait(STOP_SECONDS)
    return False


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[PostgresCluster]:
    """The running server of this test process."""
    try:
        cluster = start_cluster()
    except PostgresUnavailableError as error:
        pytest.fail(str(error), pytrace=False)
    try:
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="module")
def postgres_url(postgres_cluster: PostgresCluster) -> Iterator[str]:
    """SQLAlchemy URL of an empty database for one test module."""
    url = postgres_cluster.create_database()
    yield url
    postgres_cluster.drop_database(url)
