"""The rows ``reminders-100k`` and ``memory-worker`` of the target table, from the last run of `make bench-reminders`."""

from typing import Any

TARGET_COUNT, TARGET_KILLS, TARGET_MIB = 100_000, 8, 90


def reminder_rows(run: dict[str, Any]) -> list[dict[str, Any]]:
    """``reminders-100k``: how many were lost; met when none was, no kill made more than one come again, and none would be shown
    twice, in a run of the whole size."""
    faults, kills = sum(run["faults"].values()), run["kills"]
    whole = run["planned"] >= TARGET_COUNT and kills >= TARGET_KILLS
    right = run["lost"] == 0 and run["duplicates"] <= kills and run["shown_twice"] == 0
    return [
        {
            "id": "reminders-100k",
            "value": run["lost"],
            "unit": f"lost of {run['planned']:,}; {run['duplicates']} came again, {run['shown_twice']} shown twice",
            "reference": f"{faults:,} push faults, {kills} kills, {run['seconds']:.0f} s",
            "ratio": None,
            "target": "0 lost, <= 1 duplicate per kill, 0 shown twice",
            "met": whole and right,
        },
        {
            "id": "memory-worker",
            "value": run["memory"],
            "unit": "MiB",
            "reference": "proportional set of the largest process (worker or courier) at its greatest while sending",
            "ratio": None,
            "target": f"<= {TARGET_MIB}",
            "met": run["memory"] <= TARGET_MIB,
        },
    ]
