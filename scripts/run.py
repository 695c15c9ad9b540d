"""`make run`: bring the database up to date, fill an empty one with the demo, serve, and say where to go.

Ctrl-C stops web and worker through the same code as `handbook serve`.
"""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

from handbook.config import ConfigurationError, Settings
from handbook.operations.serving import PortTakenError, refuse_taken_port, serve

ROOT = Path(__file__).resolve().parent.parent
MIGRATIONS = ROOT / "backend" / "handbook" / "migrations" / "versions"
HANDBOOK = Path(sys.executable).with_name("handbook")
START_SECONDS = 60
NOTE = "make-run.json"


def prepare_database(settings: Settings) -> str:
    """Migrate, and load the demo into an empty database; return what the demo says about its logins.

    Asking takes longer than everything else at a second start, so what was said is noted beside an SQLite database and good
    for as long as it is the same file at the newest revision.
    """
    if (said := read_note(settings)) is not None:
        return said
    # In processes of their own: what serves is forked from this one, which must hold no open database then.
    subprocess.run([HANDBOOK, "migrate"], stdout=subprocess.DEVNULL, check=True)
    filled = subprocess.run([HANDBOOK, "demo", "--if-empty"], stdout=subprocess.PIPE, check=True)
    said = filled.stdout.decode().strip()
    write_note(settings, said)
    return said


def describe_database(settings: Settings) -> dict[str, object] | None:
    """Return what tells one state of the SQLite database from another; None when there is none or it must be migrated."""
    file = settings.database_url.removeprefix("sqlite:///")
    if not settings.is_sqlite or not Path(file).is_file():
        return None
    newest = max((path.stem.split("_")[0] for path in MIGRATIONS.glob("[0-9]*.py")), default=None)
    try:
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            first = connection.execute("SELECT id, name FROM organizations ORDER BY id LIMIT 1").fetchone()
    except sqlite3.Error:
        return None
    if revision is None or revision[0] != newest or first is None:
        return None
    return {"file": Path(file).stat().st_ino, "revision": revision[0], "first": list(first)}


def read_note(settings: Settings) -> str | None:
    """Return what the demo said of this very database at an earlier start, if it did."""
    try:
        note = json.loads((settings.data_dir / NOTE).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    state = describe_database(settings)
    return str(note["said"]) if state is not None and note.get("database") == state else None


def write_note(settings: Settings, said: str) -> None:
    """Keep what the demo said for the next start."""
    state = describe_database(settings)
    if state is not None:
        note = settings.data_dir / NOTE
        note.write_text(json.dumps({"database": state, "said": said}, ensure_ascii=False), "utf-8")
        note.chmod(0o600)


def announce(settings: Settings, said: str, stopped: threading.Event) -> None:
    """Print the address and the logins as soon as `/readyz` answers."""
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - compared, not bound
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _try in range(START_SECONDS * 20):
        try:
            with opener.open(f"http://{host}:{settings.port}/readyz", timeout=2):
                break
        except (urllib.error.URLError, OSError):
            if stopped.wait(0.05):
                return
    else:
        print(f"Sổ tay is not ready after {START_SECONDS} seconds; what it said is above.", file=sys.stderr)
        return
    print(f"\nSổ tay: {settings.public_url}\n{said}\nCtrl-C stops it.\n", flush=True)


def main() -> int:
    """Run until Ctrl-C or SIGTERM; 0 when everything stopped cleanly, 2 when it cannot start."""
    os.chdir(ROOT)
    os.environ.setdefault("HANDBOOK_LOG_FORMAT", "console")
    try:
        settings = Settings.from_environment()
        # Before the migration: what listens there may be an earlier start that uses this very database.
        refuse_taken_port(settings)
        said = prepare_database(settings)
    except (ConfigurationError, PortTakenError) as error:
        print(f"handbook: {error}", file=sys.stderr)
        return 2
    except subprocess.CalledProcessError:
        # It has said why.
        return 2
    except KeyboardInterrupt:
        return 130
    stopped = threading.Event()
    announcing = threading.Thread(target=announce, args=(settings, said, stopped), daemon=True)
    status = serve(settings, with_worker=True, started=announcing.start)
    stopped.set()
    print("Sổ tay has stopped." if status == 0 else f"Sổ tay ended with status {status}.", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
