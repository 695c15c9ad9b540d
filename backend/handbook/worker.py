"""The worker: the only process that schedules. APScheduler ticks; all state is job rows, so any number may run."""

import signal
import threading
from collections.abc import Callable

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from handbook.accounts import throttle
from handbook.config import Settings
from handbook.kernel import idempotency, jobs
from handbook.kernel.logging import get_logger
from handbook.kernel.unit_of_work import unit_of_work

HOUSEKEEPING_HOURS = 6


def run_worker() -> None:
    """Tick until SIGINT or SIGTERM; what is under way is finished first."""
    from handbook.app import create_app

    app = create_app()
    settings: Settings = app.extensions["handbook.settings"]
    stop = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    signal.signal(signal.SIGTERM, lambda *_: stop.set())

    scheduler = BackgroundScheduler(timezone="UTC")
    options = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    scheduler.add_job(
        tick, "interval", args=[app], seconds=min(1.0, settings.reminder_tick_seconds), **options
    )
    for plan in app.extensions.get("handbook.ticks", []):
        _in_app(app, plan)
        scheduler.add_job(
            _in_app, "interval", args=[app, plan], seconds=settings.reminder_tick_seconds, **options
        )
    scheduler.add_job(housekeeping, "interval", args=[app], hours=HOUSEKEEPING_HOURS, **options)
    scheduler.start()
    get_logger().info("worker.started")
    stop.wait()
    scheduler.shutdown(wait=True)
    get_logger().info("worker.stopped")


def tick(app: Flask) -> None:
    """Run due jobs until none is left."""
    with app.app_context():
        while jobs.run_due():
            pass


def housekeeping(app: Flask) -> None:
    """Forget what has outlived its use."""
    with app.app_context(), unit_of_work() as uow:
        idempotency.purge_expired(uow)
        throttle.purge_ended(uow)


def _in_app(app: Flask, plan: Callable[[], None]) -> None:
    with app.app_context():
        plan()


if __name__ == "__main__":
    run_worker()
