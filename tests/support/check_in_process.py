"""A process of its own that checks members in as a web process does; ``python -m tests.support.check_in_process`` with JSON.

``{"data_dir", "database_url", "now", "path", "body", "tokens", "threads", "die"}``; prints the statuses in the order of the
tokens. ``die``: it is killed when the line is written and the transaction is not committed.
"""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

from handbook.accounts.sessions import COOKIE
from handbook.app import create_app
from handbook.config import Settings
from handbook.kernel.clock import FixedClock
from handbook.kernel.group_commit import GroupCommit

ROOT = Path(__file__).resolve().parents[2]


def start_process(settings: Settings, now: datetime, **asked: Any) -> "subprocess.Popen[str]":
    """Start one; its standard output is the statuses as JSON."""
    given = {
        "data_dir": str(settings.data_dir),
        "database_url": settings.database_url,
        "now": now.isoformat(),
        **asked,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.check_in_process", json.dumps(given)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def die_before_the_commit() -> None:
    """Let this process be killed right after the first line that it writes."""
    original = GroupCommit._carry_out

    def carry_out(self: GroupCommit, connection: Any, work: Any) -> bool:
        written = original(self, connection, work)
        os.kill(os.getpid(), signal.SIGKILL)
        return written

    GroupCommit._carry_out = carry_out  # type: ignore[method-assign]


def main(asked: dict[str, Any]) -> None:
    settings = Settings.from_environment(
        {"HANDBOOK_DATA_DIR": asked["data_dir"], "HANDBOOK_DATABASE_URL": asked["database_url"]}
    )
    app = create_app(settings, clock=FixedClock(datetime.fromisoformat(asked["now"])))
    if asked.get("die"):
        die_before_the_commit()

    def check_in(token: str) -> int:
        client = app.test_client(use_cookies=False)
        headers = {"Cookie": f"{COOKIE}={token}"}
        return client.post(asked["path"], json=asked["body"], headers=headers).status_code

    with ThreadPoolExecutor(asked.get("threads", 1)) as pool:
        statuses = list(pool.map(check_in, asked["tokens"]))
    sys.stdout.write(json.dumps(statuses))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
