"""The counts of a campaign as JSON and as a table in Markdown, and its figures: the machine, commit and time of each row."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.records import describe_commit, describe_machine
from tests.faults.figures import figures_of

# What the other counts are told beside.
COLUMNS = ("fault", "held", "lost", "doubled", "shown twice")


def write_report(folder: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put the rows beside those of earlier runs, over those of the same fault, into ``results.json`` and ``results.md``;
    what they come to, for other programs, into ``figures.json``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "results.json"
    earlier = json.loads(file.read_text("utf-8"))["results"] if file.is_file() else []
    run = {"commit": describe_commit(), "at": datetime.now(UTC).isoformat(timespec="minutes")}
    merged = list({row["fault"]: row for row in [*earlier, *({**row, **run} for row in rows)]}.values())
    document = {"machine": describe_machine(), "results": merged}
    figures = {"machine": document["machine"], "commit": run["commit"], "results": figures_of(merged)}
    for path, content in ((file, document), (folder / "figures.json", figures)):
        path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")
    (folder / "results.md").write_text(f"{document['machine']}\n\n{table_of(merged)}", "utf-8")


def table_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """A line for each fault; what only some have is told in the last column."""
    lines = [f"| {' | '.join((*COLUMNS, 'counts'))} |", "|" + "---|" * (len(COLUMNS) + 1)]
    for row in rows:
        held = "no: " + "; ".join(row["wrong"]) if row["wrong"] else "yes"
        told = {**row, "held": held}
        rest = ", ".join(f"{name} {value}" for name, value in row.items() if name not in (*COLUMNS, "wrong"))
        lines.append(f"| {' | '.join(str(told.get(name, '–')) for name in COLUMNS)} | {rest} |")
    return "\n".join(lines) + "\n"
