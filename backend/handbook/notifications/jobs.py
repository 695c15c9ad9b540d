"""Entry points of the worker."""

from collections.abc import Mapping
from typing import Any

from handbook.kernel.jobs import JobRun, RetryLater, job, on_given_up
from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work
from handbook.notifications.fallback.addresses import CODE_JOB, new_code
from handbook.notifications.push.gateway import current_push
from handbook.notifications.push.messages import PushState
from handbook.notifications.reminders import nudges
from handbook.notifications.reminders.courier import send_batch
from handbook.notifications.reminders.delivering import deliver_reminder, give_up
from handbook.notifications.reminders.planning import JOB, PLAN_AGAIN_JOB, plan_meetings_again


@on_given_up(JOB)
def give_up_delivering(args: Mapping[str, Any], uow: UnitOfWork) -> None:
    """What was to be sent is failed, and not on its way for ever."""
    give_up(int(args["reminder_id"]), uow)


@job(JOB)
def deliver(run: JobRun) -> dict[str, Any]:
    """Send one reminder to everybody it concerns."""
    return deliver_reminder(
        int(run.args["reminder_id"]),
        send_batch,
        later=bool(run.args.get("later")),
        fallback=current_push().fallback,
        on_progress=run.report_progress,
    )


@job(PLAN_AGAIN_JOB)
def plan_again(run: JobRun) -> dict[str, Any]:
    """The reminders of meetings to come, and what calls for the minutes of those that are over, follow a changed rule."""
    organization_id = int(run.args["organization_id"])
    return {
        "meetings": plan_meetings_again(organization_id),
        "without_minutes": nudges.plan_minutes_nudges_again(organization_id),
    }


@job(nudges.JOB)
def nudge(_run: JobRun) -> dict[str, Any]:
    """Secretaries whose month's meeting is not convened are called upon."""
    return {"cells": nudges.plan_convening_nudges()}


def call_for_nudges() -> None:
    """At every tick: the cells are gone through a few times a day."""
    nudges.call_for_a_round()


@job(CODE_JOB)
def write_code(run: JobRun) -> dict[str, Any]:
    """Write the code that confirms an address of a member to it."""
    fallback = current_push().fallback
    with unit_of_work() as uow:
        found = new_code(int(run.args["account_id"]), uow) if fallback is not None else None
    if fallback is None or found is None:
        return {"state": "not_wanted"}
    address, code = found
    result = fallback.send_code(address, code)
    if result.state is PushState.RETRY:
        raise RetryLater(60, result.reason or "mail")
    return {"state": result.state.value, "reason": result.reason}
