"""Backup and restore: one archive with the database, the blobs and the keys that open the sealed fields.

SQLite is copied with its online backup, PostgreSQL with pg_dump; both while the service runs. The archive holds personal
data and keys: it is written with mode 0600 and belongs on encrypted storage.
"""

import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from pathlib import Path

from sqlalchemy.engine import make_url

from handbook.config import Settings
from handbook.kernel.secrets import FILE_NAME as SECRETS_FILE

DATABASE_MEMBER = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}


class BackupError(Exception):
    """The archive could not be made or used; the message says why and what to do."""


def write_backup(settings: Settings, target: Path) -> None:
    """Write the archive to ``target``, which must not exist."""
    if target.exists():
        raise BackupError(f"{target} exists already; give another name")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        draft = Path(folder) / "backup.tar.gz"
        database = _dump(settings, Path(folder))
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as handle, tarfile.open(fileobj=handle, mode="w:gz") as archive:
            archive.add(database, arcname=database.name)
            archive.add(settings.data_dir / SECRETS_FILE, arcname=SECRETS_FILE)
            blobs = settings.data_dir / "blobs"
            if blobs.is_dir():
                archive.add(blobs, arcname="blobs")
        draft.rename(target)


def restore_backup(settings: Settings, source: Path) -> None:
    """Put the archive's database, keys and blobs in place of an empty installation."""
    with tempfile.TemporaryDirectory() as folder:
        unpacked = Path(folder)
        try:
            with tarfile.open(source, "r:gz") as archive:
                archive.extractall(unpacked, filter="data")
        except (OSError, tarfile.TarError) as error:
            raise BackupError(f"{source} is no backup archive ({type(error).__name__})") from None
        if not (unpacked / SECRETS_FILE).is_file():
            raise BackupError(f"{source} holds no keys; it is no backup of this software")
        _load(settings, unpacked)
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(unpacked / SECRETS_FILE, settings.data_dir / SECRETS_FILE)
        (settings.data_dir / SECRETS_FILE).chmod(0o600)
        if (unpacked / "blobs").is_dir():
            shutil.copytree(unpacked / "blobs", settings.data_dir / "blobs", dirs_exist_ok=True)


def _dump(settings: Settings, folder: Path) -> Path:
    if settings.is_sqlite:
        copy = folder / DATABASE_MEMBER["sqlite"]
        with sqlite3.connect(_sqlite_file(settings)) as live, sqlite3.connect(copy) as target:
            live.backup(target)
        return copy
    copy = folder / DATABASE_MEMBER["postgresql"]
    _run("pg_dump", "--format=custom", f"--file={copy}", _libpq_url(settings))
    return copy


def _load(settings: Settings, folder: Path) -> None:
    if settings.is_sqlite:
        copy, live = folder / DATABASE_MEMBER["sqlite"], _sqlite_file(settings)
        if not copy.is_file():
            raise BackupError("the archive is of a PostgreSQL database; set HANDBOOK_DATABASE_URL to one")
        if live.exists():
            raise BackupError(f"{live} exists; move it away first, nothing is overwritten")
        live.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(copy, live)
        return
    copy = folder / DATABASE_MEMBER["postgresql"]
    if not copy.is_file():
        raise BackupError("the archive is of an SQLite database; unset HANDBOOK_DATABASE_URL")
    _run("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={_libpq_url(settings)}", str(copy))


def _sqlite_file(settings: Settings) -> Path:
    return Path(make_url(settings.database_url).database or "")


def _libpq_url(settings: Settings) -> str:
    return make_url(settings.database_url).set(drivername="postgresql").render_as_string(hide_password=False)


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - a fixed program and our own settings
    except FileNotFoundError:
        raise BackupError(f"{command[0]} is not installed; it comes with the PostgreSQL client") from None
    except subprocess.CalledProcessError as error:
        raise BackupError(f"{command[0]} failed: {error.stderr.decode(errors='replace')[:300]}") from None
