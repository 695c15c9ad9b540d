"""``make bench``: runs every row that exists, prints a table with ratios, writes build/bench/results.json.

These machines are small and noisy: read the ratios, not the absolute figures. ``python -m tests.bench sync checkin`` runs only the
modules of these names.
"""

import json
import os
import platform
import subprocess
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "build" / "bench" / "results.json"
MODULES = ("server", "checkin", "roster", "push", "pwa", "start")
COLUMNS = ("id", "value", "unit", "reference", "ratio", "target", "met")


def main() -> int:
    """Run the named modules, or all; a module that fails is a failure of the whole."""
    wanted = sys.argv[1:] or MODULES
    results: list[dict[str, Any]] = []
    failed = []
    for name in wanted:
        started = time.monotonic()
        print(f"-- {name}", flush=True)
        try:
            results += import_module(f"tests.bench.bench_{name}").run()
        except Exception:  # noqa: BLE001 - the other rows are still worth having
            traceback.print_exc()
            failed.append(name)
        print(f"   {time.monotonic() - started:.0f} s", flush=True)
    print_table(results)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    document = {"machine": describe_machine(), "commit": commit(), "results": results}
    OUTPUT.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    print(f"written to {OUTPUT.relative_to(ROOT)}")
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def print_table(results: list[dict[str, Any]]) -> None:
    rows = [COLUMNS, *([show(result.get(column)) for column in COLUMNS] for result in results)]
    widths = [max(len(row[index]) for row in rows) for index in range(len(COLUMNS))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))


def show(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if isinstance(value, float):
        return f"{value:.3g}" if value < 100 else f"{value:.0f}"
    return "" if value is None else str(value)


def describe_machine() -> dict[str, Any]:
    return {"cores": os.cpu_count(), "system": platform.system(), "python": platform.python_version()}


def commit() -> str:
    found = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return found.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
