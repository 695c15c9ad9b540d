"""`make bench`: runs every tests/bench/bench_*.py, prints the target table, writes build/bench/results.json and results.md.

A benchmark is a module with `run() -> list[row]`; a row is `{"id", "value", "unit", "reference", "ratio", "target",
"met"}`. Names on the command line choose some of them: `python -m tests.bench push`; `table` runs none and only
prints what is known. Figures of one run are written over those of the same ids in an earlier one, so a part can be
measured again; the rows of the long runs (`make bench-growth`, `make bench-province`) are of their last ones. The
exit status is 0 also when a target is missed: a benchmark tells, it does not judge.
"""

import argparse
import importlib
import sys
from pathlib import Path
from typing import Any

from tests.bench.table import missing_rows, text_table, write_results


def list_benchmarks(chosen: list[str]) -> list[str]:
    """Return the names of the benchmark modules, all or those whose name holds one of `chosen`."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    found = [name for name in names if not chosen or any(word.replace("-", "_") in name for word in chosen)]
    if not found:
        raise SystemExit(f"no benchmark is called {' or '.join(chosen)}; there are {', '.join(names)}")
    return found


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description="Measure and print the target table")
    names = ", ".join(name.removeprefix("bench_") for name in list_benchmarks([]))
    parser.add_argument(
        "words",
        nargs="*",
        help=f"parts of the names of the benchmarks to run ({names}), without one all of them; or 'table' alone, to run none",
    )
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    chosen = parse(arguments).words
    rows: list[dict[str, Any]] = write_results([])
    for name in [] if chosen == ["table"] else list_benchmarks(chosen):
        print(f"== {name}", file=sys.stderr, flush=True)
        rows = write_results(importlib.import_module(f"tests.bench.{name}").run())
    print(text_table(rows))
    for line in missing_rows(rows):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
