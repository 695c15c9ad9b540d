"""What the worker does about papers."""

from typing import Any

from handbook.documents.service import sweep_blobs
from handbook.kernel.jobs import JobRun, enqueue, job
from handbook.kernel.storage import current_blobs
from handbook.kernel.unit_of_work import unit_of_work

SWEEP = "documents.sweep_blobs"


def plan_sweep() -> None:
    """At every tick: one sweep a day."""
    with unit_of_work() as uow:
        enqueue(uow, SWEEP, key=f"{SWEEP}:{uow.clock.now():%Y-%m-%d}", args={})


@job(SWEEP)
def sweep(_run: JobRun) -> dict[str, Any]:
    """Delete the bytes that no paper names."""
    return {"deleted": sweep_blobs(current_blobs())}
