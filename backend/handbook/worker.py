"""The worker: the only process that schedules. APScheduler ticks; all state is job rows, so any number may run."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from multiprocessing.connection import Connection

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from handbook.accounts import sessions, throttle
from handbook.accounts.service import forget_ended_codes
from handbook.config import Settings
from handbook.kernel import idempotency, jobs
from handbook.kernel.clock import SystemClock
from handbook.kernel.database_clock import go_by_the_database
from handbook.kernel.logging import get_logger
from handbook.kernel.unit_of_work import current_clock, unit_of_work
from handbook.notifications.reminders.courier import EXTENSION, Courier, start_courier
from handbook.notifications.subscriptions import forget_ended_sessions

HOUSEKEEPING_HOURS = 24
# Soon after the start too: a worker that is restarted every night would else never come to it.
FIRST_HOUSEKEEPING = timedelta(minutes=2)
PORTION = 1000
#: To look whether anything is due takes one reading. What is due is not gathered for long, because phones would wait behind it.
TICK_SECONDS = 0.25


def run_worker(app: Flask | None = None, channel: Connection | None = None) -> None:
    """Tick until SIGINT or SIGTERM; what is under way is finished first.

    ``channel`` leads to the courier that sends for this worker; without it one is started, before there is any thread.
    """
    if app is None:
        from handbook.app import create_app

        app = create_app()
    go_by_the_database(app)
    settings: Settings = app.extensions["handbook.settings"]
    own_courier = None
    if channel is None:
        own_courier, channel = start_courier(app)
    stop = threading.Event()
    courier = Courier(channel, on_lost=stop.set)
    app.extensions[EXTENSION] = courier
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    signal.signal(signal.SIGTERM, lambda *_: stop.set())

    # A tick that finds the last one still at work is no news.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(timezone="UTC")
    options = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    scheduler.add_job(
        tick,
        "interval",
        args=[app, stop.is_set],
        seconds=min(TICK_SECONDS, settings.reminder_tick_seconds),
        **options,
    )
    for plan in app.extensions.get("handbook.ticks", []):
        _in_app(app, plan)
        scheduler.add_job(
            _in_app, "interval", args=[app, plan], seconds=settings.reminder_tick_seconds, **options
        )
    first = SystemClock().now() + FIRST_HOUSEKEEPING
    scheduler.add_job(
        housekeeping, "interval", args=[app], hours=HOUSEKEEPING_HOURS, next_run_time=first, **options
    )
    scheduler.start()
    get_logger().info("worker.started")
    stop.wait()
    scheduler.shutdown(wait=True)
    courier.close()
    if own_courier is not None:
        os.waitpid(own_courier, 0)
    get_logger().info("worker.stopped", courier_lost=courier.is_lost)
    if courier.is_lost:
        sys.exit(1)


def tick(app: Flask, stopping: Callable[[], bool]) -> None:
    """Run due jobs until none is left, or until the worker is told to stop: a long queue holds up no stop."""
    with app.app_context():
        while not stopping() and jobs.run_due(stopping=stopping):
            pass


def housekeeping(app: Flask) -> None:
    """Forget what has outlived its use; how long each is kept is a setting.

    Several workers may do so at the same time: what one has removed the other does not find.
    """
    settings: Settings = app.extensions["handbook.settings"]
    with app.app_context():
        now = current_clock().now()
        with unit_of_work() as uow:
            idempotency.purge_expired(uow, now - timedelta(days=settings.keep_answers_days))
            throttle.purge_ended(uow)
        # A subscription names its session, so it goes first.
        forget_ended_sessions()
        devices = _in_portions(sessions.purge_ended, now - timedelta(days=settings.keep_sessions_days))
        codes = _in_portions(forget_ended_codes, now - timedelta(days=settings.keep_sessions_days))
        finished = _in_portions(jobs.purge_finished, now - timedelta(days=settings.keep_jobs_days))
        get_logger().info("housekeeping.done", sessions=devices, codes=codes, jobs=finished)


def _in_portions(purge: Callable[..., int], before: datetime) -> int:
    """Remove everything in short transactions, so that nobody's check-in waits for a long one."""
    removed = 0
    while True:
        with unit_of_work() as uow:
            portion = purge(uow, before, limit=PORTION)
        removed += portion
        if portion < PORTION:
            return removed


def _in_app(app: Flask, plan: Callable[[], None]) -> None:
    with app.app_context():
        plan()


if __name__ == "__main__":
    run_worker()
