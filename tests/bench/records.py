"""What is kept of the benchmarks' runs under build/bench/: rows of the target table, and the long runs in full."""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "bench"


def describe_machine() -> str:
    """Return processor, cores and Python in one line."""
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}"


def describe_commit() -> str:
    """Return the commit that was measured, with a plus when the tree differed from it."""

    def ask(*arguments: str) -> str:
        answer = subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True)
        return answer.stdout.strip()

    return ask("rev-parse", "--short", "HEAD") + ("+" if ask("status", "--porcelain") else "")


def now_and_here() -> dict[str, Any]:
    """When, where and of what a run is; ``load`` is how many processes wanted a core on the average of its last minutes."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="minutes"),
        "machine": describe_machine(),
        "commit": describe_commit(),
        "load": [round(load, 1) for load in os.getloadavg()],
    }


def read(name: str, *, folder: Path = FOLDER) -> dict[str, Any] | None:
    """What a long run left; None when there was none."""
    path = folder / f"{name}.json"
    found: dict[str, Any] | None = json.loads(path.read_text("utf-8")) if path.is_file() else None
    return found


def keep(name: str, parts: dict[str, Any], *, folder: Path = FOLDER) -> dict[str, Any]:
    """Put these parts of a long run in the place of earlier ones; returns everything that is there now."""
    document = {**(read(name, folder=folder) or {}), **parts}
    write(f"{name}.json", json.dumps(document, indent=2, ensure_ascii=False) + "\n", folder=folder)
    return document


def write(name: str, text: str, *, folder: Path = FOLDER) -> None:
    """Write a file of the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8")
