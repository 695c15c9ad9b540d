"""`import-5300`: a roster of 5,300 rows from the file into an empty database, against reading it with openpyxl.

Ours is the whole command `handbook import-roster` in a process of its own: start of the program, reading, judging and one
transaction on SQLite with `synchronous=FULL`. The reference only opens the same file with openpyxl and walks its cells.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ROSTER = ROOT / "tests" / "data" / "rosters" / "block.xlsx"
TARGET_SECONDS, TARGET_MEGABYTES = 10.0, 300
READ_WITH_OPENPYXL = (
    "import openpyxl, sys\n"
    "book = openpyxl.load_workbook(sys.argv[1])\n"
    "print(sum(cell.value is not None for sheet in book for row in sheet.iter_rows() for cell in row))\n"
)


def run() -> list[dict[str, Any]]:
    """Import once into a fresh data directory and once more; memory is the peak of the process."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "HANDBOOK_DATA_DIR": folder}
        made = _handbook(
            environment, "init", "--name", "Đảng bộ Mẫu", "--kind", "province", "--admin", "a", "--json"
        )
        organization = json.loads(made.stdout)["organization_id"]
        arguments = ("import-roster", ROSTER, "--into", organization, "--create-organizations")
        first, megabytes = _measured(environment, *arguments)
        again, _ = _measured(environment, *arguments)
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", READ_WITH_OPENPYXL, ROSTER], check=True, capture_output=True)
    reference = time.perf_counter() - started
    return [
        {
            "id": "import-5300",
            "value": round(first, 2),
            "unit": f"s ({megabytes} MB at the peak; the same file again {again:.2f} s)",
            "reference": f"reading with openpyxl {reference:.2f} s",
            "ratio": round(first / reference, 2),
            "target": f"≤ {TARGET_SECONDS:.0f} s, ≤ {TARGET_MEGABYTES} MB",
            "met": first <= TARGET_SECONDS and megabytes <= TARGET_MEGABYTES,
        }
    ]


def _measured(environment: dict[str, str], *arguments: str | Path) -> tuple[float, int]:
    started = time.perf_counter()
    _handbook(environment, *arguments)
    seconds = time.perf_counter() - started
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


def _handbook(environment: dict[str, str], *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("handbook")), *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        raise RuntimeError(done.stderr[-2000:])
    return done
