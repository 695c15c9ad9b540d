"""The target table of the design (5-measurements, Targets) with the figures of the last runs, as text, Markdown and JSON."""

import json
from pathlib import Path
from typing import Any

from tests.bench.growth_report import dashboard_rows, growth_row
from tests.bench.province_report import province_row
from tests.bench.records import FOLDER, describe_commit, describe_machine, now_and_here, read, write
from tests.bench.reminders_report import reminder_rows

COLUMNS = ("id", "value", "unit", "reference", "ratio", "target", "met", "measured")
# The rows of the target table in its order, with what measures a row that is missing.
TARGETS = {
    "sync-304": "make bench",
    "sync-200": "make bench",
    "checkin-sqlite": "make bench",
    "checkin-postgres": "make bench",
    "province-evening": "make bench-province",
    "growth": "make bench-growth",
    "push": "make bench",
    "reminders-100k": "make bench-reminders",
    "import-5300": "make bench",
    "memory-web": "make bench",
    "memory-worker": "make bench-reminders",
    "initial-js": "make bench",
    "dashboard-province": "make bench-growth",
    "dashboard-nation": "make bench-growth",
}


def merge_rows(rows: list[dict[str, Any]], *, folder: Path = FOLDER) -> list[dict[str, Any]]:
    """These rows over those of the same ids in earlier runs, with the rows of the long runs; the target table's first."""
    earlier = (read("results", folder=folder) or {"results": []})["results"]
    found = {row["id"]: row for row in [*earlier, *rows, *_long_rows(folder)]}
    first = [found.pop(id_) for id_ in TARGETS if id_ in found]
    return [*first, *found.values()]


def measured(run: dict[str, Any]) -> str:
    """When a run was and of which commit, in one cell."""
    return f"{run['at'][:16]} {run['commit']}"


def missing_rows(rows: list[dict[str, Any]]) -> list[str]:
    """What of the target table has not been measured, and the command that measures it."""
    there = {row["id"] for row in rows}
    return [f"{id_}: not measured yet ({command})" for id_, command in TARGETS.items() if id_ not in there]


def write_results(rows: list[dict[str, Any]], *, folder: Path = FOLDER) -> list[dict[str, Any]]:
    """Write results.json and results.md, each row with when and of which commit it is; returns all rows that are known now."""
    merged = merge_rows([{**row, "measured": measured(now_and_here())} for row in rows], folder=folder)
    document = {"machine": describe_machine(), "commit": describe_commit(), "results": merged}
    write("results.json", json.dumps(document, indent=2, ensure_ascii=False) + "\n", folder=folder)
    write("results.md", _markdown(document), folder=folder)
    return merged


def format_cell(value: object) -> str:
    """Return a table cell: numbers to four figures, yes or NO for a target, a dash for nothing."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


def text_table(rows: list[dict[str, Any]]) -> str:
    """The rows in columns as wide as they need."""
    cells = [list(COLUMNS), *_cells(rows)]
    widths = [max(len(line[number]) for line in cells) for number in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def _markdown(document: dict[str, Any]) -> str:
    lines = [
        f"{document['machine']}.",
        "",
        "| " + " | ".join(COLUMNS) + " |",
        "|---|---:|---|---|---:|---|---|",
        *(
            "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |"
            for line in _cells(document["results"])
        ),
        *(["", *missing_rows(document["results"])]),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _cells(rows: list[dict[str, Any]]) -> list[list[str]]:
    return [[format_cell(row.get(column)) for column in COLUMNS] for row in rows]


def _long_rows(folder: Path) -> list[dict[str, Any]]:
    rows = []
    if (growth := read("growth", folder=folder)) is not None:
        rows += [{**row, "measured": _last(growth)} for row in (growth_row(growth), *dashboard_rows(growth))]
    if (province := read("province", folder=folder)) is not None:
        rows.append({**province_row(province), "measured": _last(province)})
    if (reminders := read("reminders", folder=folder)) is not None:
        rows += [{**row, "measured": _last(reminders)} for row in reminder_rows(reminders["sqlite"])]
    return rows


def _last(document: dict[str, Any]) -> str:
    """Of a long run, whose engines may have been measured at different times, the last."""
    return measured(max(document.values(), key=lambda run: str(run["at"])))
