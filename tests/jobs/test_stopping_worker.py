"""A worker that is told to stop finishes the job that is under way and leaves the others to whoever comes next."""

import pytest
from flask import Flask
from sqlalchemy import select

from handbook import worker
from handbook.kernel import jobs
from handbook.kernel.db import db
from handbook.kernel.jobs import Job, JobRun
from handbook.kernel.unit_of_work import unit_of_work


@pytest.mark.usefixtures("engine_name")
def test_a_long_queue_holds_up_no_stop(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []

    def stop_in_the_second(run: JobRun) -> None:
        told.append(run.args["number"])

    monkeypatch.setitem(jobs._handlers, "tests.stopping", stop_in_the_second)
    with unit_of_work() as uow:
        for number in range(60):
            jobs.enqueue(uow, "tests.stopping", key=f"stopping {number}", args={"number": number})
    worker.tick(app, lambda: len(told) >= 2)
    assert told == [0, 1]
    rows = db.session.scalars(select(Job).where(Job.name == "tests.stopping").order_by(Job.id)).all()
    assert [row.state for row in rows[:2]] == ["done", "done"]
    assert {(row.state, row.attempts, row.lease_until) for row in rows[2:]} == {("queued", 0, None)}
    db.session.rollback()
    worker.tick(app, lambda: False)
    assert told == list(range(60))
