"""The counts of a campaign as the figures that other programs read, under the ids of the contract (7-contract, Results)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
TARGET_KILLS, TARGET_CUTS, TARGET_RESTARTS, TARGET_SECONDS = 50, 300, 10, 5.0
STOPPED, CUT = "PostgreSQL stopped and started", "power cut, sqlite"


def figures_of(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The figures for which there are counts; of faults that were not played there is none."""
    of = {row["fault"]: row for row in rows}
    found = [
        _kills("kills-sqlite", "sqlite", of),
        _kills("kills-postgres", "postgresql", of),
        _none_of("acknowledged-lost", "check-ins", "acknowledged", "lost", rows),
        _none_of("check-ins-doubled", "check-ins", "acknowledged", "doubled", rows),
        _none_of("reminders-lost", "reminders", "reminders", "lost", rows),
        _none_of("pushes-shown-twice", "pushes", "reminders", "shown twice", rows),
    ]
    if (cut := of.get(CUT)) is not None:
        told = f"{cut['acknowledged']:,} acknowledged check-ins"
        found += [
            _figure(
                "power-cuts", cut["cuts"], "cuts", told, f">= {TARGET_CUTS}", met=cut["cuts"] >= TARGET_CUTS
            ),
            _figure(
                "power-cut-lost", cut["lost"], "check-ins", f"{cut['cuts']} cuts", "0", met=cut["lost"] == 0
            ),
        ]
    # A row that an earlier version has left has not all counts.
    if (stopped := of.get(STOPPED)) is not None and "recovery p95, s" in stopped:
        stops, seconds = stopped["stops"], stopped["recovery p95, s"]
        refused = (
            f"{stopped['503 with Retry-After']:,} answers 503, {stopped['other refusals']} other refusals"
        )
        held = stops >= TARGET_RESTARTS and stopped["other refusals"] == 0
        found += [
            _figure("database-restarts", stops, "restarts", refused, f">= {TARGET_RESTARTS}", met=held),
            _figure(
                "recovery-seconds-p95",
                seconds,
                "s",
                f"{stops} restarts",
                f"<= {TARGET_SECONDS:g}",
                met=seconds <= TARGET_SECONDS,
            ),
        ]
    return [figure for figure in found if figure is not None]


def _kills(id_: str, database: str, of: Mapping[str, Row]) -> dict[str, Any] | None:
    """How many processes were killed on this database: so many of each kind are wanted, and of couriers fewer."""
    kills = {
        who: of[fault]["kills"]
        for who in ("web process", "worker", "courier")
        if (fault := f"{who} killed, {database}") in of
    }
    if not kills:
        return None
    told = ", ".join(f"{count} of a {who}" for who, count in kills.items())
    met = all(kills.get(who, 0) >= TARGET_KILLS for who in ("web process", "worker"))
    target = f">= {TARGET_KILLS} of a web process and of a worker"
    return _figure(id_, sum(kills.values()), "kills", told, target, met=met)


def _none_of(id_: str, unit: str, whole: str, what: str, rows: Iterable[Row]) -> dict[str, Any] | None:
    """The sum of what must not be, over all faults that count ``whole`` and it."""
    counted = [row for row in rows if whole in row and what in row]
    if not counted:
        return None
    value = sum(row[what] for row in counted)
    told = f"{sum(row[whole] for row in counted):,} {unit} under {len(counted)} faults"
    return _figure(id_, value, unit, told, "0", met=value == 0)


def _figure(id_: str, value: float, unit: str, reference: str, target: str, *, met: bool) -> dict[str, Any]:
    return {
        "id": id_,
        "value": value,
        "unit": unit,
        "reference": reference,
        "ratio": None,
        "target": target,
        "met": met,
    }
