"""The province's evening as a document for people and as the row of the target table."""

from typing import Any

TARGET_MULTIPLE, TARGET_MS, TARGET_CORES = 4.0, 100.0, 0.6
_SERVING = ("web", "worker", "database")


def is_within(phase: dict[str, Any]) -> bool:
    """Whether nothing failed and 99 of 100 answers came in time."""
    return not phase["errors"] and phase["all"].get("p99", float("inf")) <= TARGET_MS


def serving_cores(phase: dict[str, Any]) -> float:
    """Cores used by web, worker and, where it is a server of its own, the database."""
    return round(sum(phase["cores"].get(name, 0.0) for name in _SERVING), 3)


def province_row(document: dict[str, Any]) -> dict[str, Any]:
    """The row ``province-evening``: four times the average on the engine where it is slower."""
    found = [
        (phase["all"]["p99"], engine, phase, run)
        for engine, run in document.items()
        for phase in run["phases"]
        if phase["multiple"] == TARGET_MULTIPLE
    ]
    if not found:
        return {
            "id": "province-evening",
            "value": None,
            "unit": f"×{TARGET_MULTIPLE:g} was not played",
            "reference": None,
            "ratio": None,
            "target": _target(),
            "met": False,
        }
    p99, engine, phase, run = max(found, key=lambda one: one[0])
    errors = sum(phase["errors"].values())
    most = max(serving_cores(one[2]) for one in found)
    limit = run["limit"]
    bends = (
        f"bends at ×{limit['beyond']}: {limit['named']}" if limit and limit["beyond"] else "no limit found"
    )
    return {
        "id": "province-evening",
        "value": p99,
        "unit": f"ms p99 at ×{TARGET_MULTIPLE:g} on {engine}, {errors} errors, {most:.2f} core",
        "reference": f"{phase['offered']:.0f} requests/s offered, load of the machine {run['load'][0]}; {bends}",
        "ratio": round(p99 / TARGET_MS, 3),
        "target": _target(),
        "met": all(is_within(one[2]) for one in found) and most <= TARGET_CORES,
    }


def province_markdown(document: dict[str, Any]) -> str:
    """Each engine's phases: latency by kind of call, errors, cores, memory, size, reminders, and the limit."""
    lines: list[str] = []
    for engine, run in document.items():
        lines += [
            f"### {engine}",
            "",
            f"{run['at']}, {run['machine']}, commit {run['commit']}, load before {run['load'][0]}; {run['seconds']:g} s each.",
            "",
        ]
        for phase in run["phases"]:
            lines += _phase(phase)
        if run["limit"]:
            limit = run["limit"]
            lines += [
                f"Limit: within the target at ×{limit['within']}, beyond it at ×{limit['beyond']}. {limit['named']}.",
                "",
            ]
    return "\n".join(lines)


def _phase(phase: dict[str, Any]) -> list[str]:
    cores = ", ".join(f"{name} {value:.2f}" for name, value in phase["cores"].items())
    memory = ", ".join(
        f"{name} {value['largest']:.0f} (all {value['whole']:.0f})" for name, value in phase["memory"].items()
    )
    told = phase["reminders"]
    kinds = {**phase["kinds"], "all": phase["all"], "sent late by": phase["lag"]}
    return [
        f"**×{phase['multiple']:g}**: {phase['offered']:.0f} requests/s, errors {phase['errors'] or 0},",
        f"{sum(phase['repeats'].values())} repeated on a fresh connection;",
        f"cores: {cores}; serving together {serving_cores(phase):.2f}; MiB of the largest process: {memory};",
        f"database {phase['database']:.0f} MiB; reminders {told['accepted']} of {told['planned']} accepted,",
        f"99 of 100 within {told['p99_seconds']:.1f} s.",
        "",
        "| call | count | p50 ms | p95 ms | p99 ms | max ms |",
        "|---|---:|---:|---:|---:|---:|",
        *(
            f"| {kind} | {found['count']:,} | "
            + " | ".join(f"{found[name]:.1f}" for name in ("p50", "p95", "p99", "max"))
            + " |"
            for kind, found in kinds.items()
            if found["count"]
        ),
        "",
    ]


def _target() -> str:
    return f"<= {TARGET_MS:g} ms, 0 errors, <= {TARGET_CORES:g} core"
