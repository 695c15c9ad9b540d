"""Entry points of the worker."""

from typing import Any

from handbook.kernel.jobs import JobRun, job
from handbook.notifications.push.gateway import current_push
from handbook.notifications.reminders import nudges
from handbook.notifications.reminders.delivering import deliver_reminder
from handbook.notifications.reminders.planning import JOB, PLAN_AGAIN_JOB, plan_meetings_again
from handbook.notifications.subscriptions import forget_ended_sessions


@job(JOB)
def deliver(run: JobRun) -> dict[str, Any]:
    """Send one reminder to everybody it concerns."""
    return deliver_reminder(
        int(run.args["reminder_id"]), current_push().sender, on_progress=run.report_progress
    )


@job(PLAN_AGAIN_JOB)
def plan_again(run: JobRun) -> dict[str, Any]:
    """The reminders of meetings to come follow a rule that was changed."""
    return {"meetings": plan_meetings_again(int(run.args["organization_id"]))}


@job(nudges.JOB)
def nudge(_run: JobRun) -> dict[str, Any]:
    """Secretaries whose month's meeting is not convened are called upon."""
    return {"cells": nudges.plan_convening_nudges()}


def call_for_nudges() -> None:
    """At every tick: the cells are gone through a few times a day."""
    nudges.call_for_a_round()


def tidy_subscriptions() -> None:
    """At every tick: devices that were signed out all at once have no subscription left."""
    forget_ended_sessions()
