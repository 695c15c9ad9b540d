"""`sync-304`, `sync-200`, `memory-web`: the calls that every phone makes, against a bare Flask hello on one server.

200 cells of 22 members, each member with a device; the load takes 400 of them in turn. The rounds alternate.
"""

import json
import statistics
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

from tests.bench.population import populate
from tests.bench.servers import Server, granian, handbook, lua, wrk

ROUNDS = 3
CELLS = 200


def run() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        devices = populate(data, cells=CELLS)[:: max(1, CELLS * 22 // 400)]
        tokens = [device.token for device in devices]
        environment = {"HANDBOOK_DATA_DIR": str(data)}
        with (
            granian("tests.bench.hello:application", {}) as hello,
            handbook(environment) as ours,
        ):
            return _measure(hello, ours, tokens, data)


def _measure(hello: Server, ours: Server, tokens: list[str], data: Path) -> list[dict[str, Any]]:
    cookies = [{"Cookie": f"handbook_session={token}"} for token in tokens]
    cursors = [_cursor(ours, cookie) for cookie in cookies]
    held = [
        {**cookie, "If-None-Match": f'"{cursor}"'} for cookie, cursor in zip(cookies, cursors, strict=True)
    ]
    stale = [
        {**cookie, "If-None-Match": f'"{_one_behind(cursor)}"'}
        for cookie, cursor in zip(cookies, cursors, strict=True)
    ]
    cases = {
        "hello": (hello, "/hello", lua(data / "hello.lua", status=200, headers=[{"Accept": "*/*"}])),
        "sync-304": (ours, "/api/sync", lua(data / "304.lua", status=304, headers=held)),
        "sync-200": (ours, "/api/sync", lua(data / "200.lua", status=200, headers=stale)),
    }
    loads: dict[str, list[Any]] = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, (server, path, script) in cases.items():
            load = wrk(server, path, script)
            if load.wrong:
                raise RuntimeError(f"{name}: {load.wrong} answers of another status")
            loads[name].append(load)
    per_second = {name: statistics.median(load.per_second for load in list_) for name, list_ in loads.items()}
    cpu = {name: statistics.median(load.cpu_us for load in list_) for name, list_ in loads.items()}
    for name in cases:
        print(f"   {name}: {per_second[name]:.0f}/s, {cpu[name]:.0f} CPU µs a request")
    memory, whole = ours.worker_memory_mib(), ours.whole_memory_mib()
    rows = []
    for name, target in (("sync-304", 2.0), ("sync-200", 0.4)):
        ratio = per_second[name] / per_second["hello"]
        rows.append(
            {
                "id": name,
                "value": round(per_second[name], 1),
                "unit": "requests/s",
                "reference": f"bare Flask hello {per_second['hello']:.0f}/s",
                "ratio": round(ratio, 3),
                "target": f">= {target} x",
                "met": ratio >= target,
            }
        )
    rows.append(
        {
            "id": "memory-web",
            "value": round(memory, 1),
            "unit": "MiB",
            "reference": f"proportional set of the largest process, after the load; all together {whole:.1f} MiB",
            "ratio": None,
            "target": "<= 90",
            "met": memory <= 90,
        }
    )
    return rows


def _cursor(server: Server, headers: dict[str, str]) -> str:
    request = urllib.request.Request(f"{server.url}/api/sync", headers=headers)
    with urllib.request.urlopen(request, timeout=10) as response:
        return str(json.load(response)["cursor"])


def _one_behind(cursor: str) -> str:
    """The cursor of a phone that has everything but the cell's last change."""
    head, _, versions = cursor.rpartition(".")
    pairs = [pair.split("-") for pair in versions.split("_")]
    deepest = max(range(len(pairs)), key=lambda index: int(pairs[index][0]))
    pairs[deepest][1] = str(int(pairs[deepest][1]) - 1)
    return head + "." + "_".join("-".join(pair) for pair in pairs)
