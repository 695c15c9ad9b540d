"""`make bench`: runs every tests/bench/bench_*.py, prints one table, writes build/bench/results.json.

A benchmark is a module with `run() -> list[row]`; a row is
`{"id", "value", "unit", "reference", "ratio", "target", "met"}`. Names on the command line choose some of them:
`python -m tests.bench push`. Figures of one run are written over those of the same ids in an earlier one, so a part
can be measured again. The exit status is 0 also when a target is missed: a benchmark tells, it does not judge.
"""

import importlib
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "build" / "bench" / "results.json"
COLUMNS = ("id", "value", "unit", "reference", "ratio", "target", "met")


def list_benchmarks(chosen: list[str]) -> list[str]:
    """Return the names of the benchmark modules, all or those whose name holds one of `chosen`."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    found = [name for name in names if not chosen or any(word.replace("-", "_") in name for word in chosen)]
    if not found:
        raise SystemExit(f"no benchmark is called {' or '.join(chosen)}; there are {', '.join(names)}")
    return found


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


def write_results(rows: list[dict[str, Any]]) -> None:
    """Put the rows beside those of earlier runs."""
    earlier: list[dict[str, Any]] = []
    if RESULTS.is_file():
        earlier = json.loads(RESULTS.read_text("utf-8"))["results"]
    merged = {row["id"]: row for row in [*earlier, *rows]}
    document = {"machine": describe_machine(), "commit": describe_commit(), "results": list(merged.values())}
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")


def format_cell(value: object) -> str:
    """Return a table cell: numbers to four figures, yes or NO for a target, a dash for nothing."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


def print_table(rows: list[dict[str, Any]]) -> None:
    """Print the rows in columns as wide as they need."""
    cells = [list(COLUMNS), *([format_cell(row.get(column)) for column in COLUMNS] for row in rows)]
    widths = [max(len(line[number]) for line in cells) for number in range(len(COLUMNS))]
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def main(chosen: list[str]) -> int:
    rows: list[dict[str, Any]] = []
    for name in list_benchmarks(chosen):
        print(f"== {name}", file=sys.stderr, flush=True)
        rows += importlib.import_module(f"tests.bench.{name}").run()
        write_results(rows)
    print_table(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
