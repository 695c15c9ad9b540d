"""The growth of the calls as a table for people and as the row of the target table."""

from typing import Any

TARGET = 1.3
# What is no read, and what has a longer answer in a greater nation.
NOT_JUDGED = ("check-in", "report-nation")


def ratio_of(sizes: dict[str, dict[str, float]]) -> float:
    """The median of the greatest nation by that of the smallest."""
    ordered = sorted(sizes, key=int)
    return sizes[ordered[-1]]["median"] / sizes[ordered[0]]["median"]


def growth_table(document: dict[str, Any]) -> str:
    """Markdown: for each engine the median and 95th percentile in µs of each call and size."""
    lines = []
    for engine, run in document.items():
        sizes = sorted({size for found in run["calls"].values() for size in found}, key=int)
        lines += [
            f"### {engine}",
            "",
            f"{run['at']}, {run['machine']}, commit {run['commit']}, load {run['load'][0]};",
            f"median / p95 in µs of {run['rounds']} requests, interleaved, in process.",
            "",
            "| call | " + " | ".join(f"{int(size):,}" for size in sizes) + " | ratio |",
            "|---|" + "---:|" * (len(sizes) + 1),
        ]
        for call, found in run["calls"].items():
            cells = [
                f"{found[size]['median']:,.0f} / {found[size]['p95']:,.0f}" if size in found else "–"
                for size in sizes
            ]
            mark = "" if call not in NOT_JUDGED else " (not judged)"
            lines.append(f"| {call}{mark} | {' | '.join(cells)} | {ratio_of(found):.2f} |")
        lines.append("")
    return "\n".join(lines)


def growth_row(document: dict[str, Any]) -> dict[str, Any]:
    """The row ``growth``: the read that grows most, over both engines."""
    found = [
        (ratio_of(sizes), call, engine, sizes)
        for engine, run in document.items()
        for call, sizes in run["calls"].items()
        if call not in NOT_JUDGED
    ]
    worst, call, engine, sizes = max(found, key=lambda one: one[0])
    ordered = sorted(sizes, key=int)
    least, most = (sizes[size]["median"] for size in (ordered[0], ordered[-1]))
    over = sum(one[0] > TARGET for one in found)
    return {
        "id": "growth",
        "value": round(worst, 2),
        "unit": f"x, {call} on {engine}, the most of {len(found)} reads; {over} over the target",
        "reference": f"{int(ordered[-1]):,} members {most:.0f} µs, {int(ordered[0]):,} members {least:.0f} µs",
        "ratio": round(worst, 2),
        "target": f"<= {TARGET}",
        "met": worst <= TARGET and int(ordered[-1]) >= 5_000_000,
    }


def dashboard_rows(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows ``dashboard-province`` and ``dashboard-nation``, of the greatest nation and the slower engine."""
    rows = []
    for call, id_ in (("report-province", "dashboard-province"), ("report-nation", "dashboard-nation")):
        found = [
            (sizes[max(sizes, key=int)], max(sizes, key=int), sizes[min(sizes, key=int)], engine)
            for engine, run in document.items()
            if (sizes := run["calls"].get(call))
        ]
        if not found:
            continue
        most, members, least, engine = max(found, key=lambda one: one[0]["median"])
        rows.append(
            {
                "id": id_,
                "value": round(most["median"] / 1000, 1),
                "unit": f"ms (median, {int(members):,} members, {engine}; p95 {most['p95'] / 1000:.1f})",
                "reference": f"the smallest nation {least['median'] / 1000:.1f} ms",
                "ratio": round(most["median"] / least["median"], 2),
                "target": None,
                "met": None,
            }
        )
    return rows
