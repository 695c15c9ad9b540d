"""What the worker does at every tick."""

from handbook.kernel.clock import DEFAULT_TIMEZONE
from handbook.kernel.unit_of_work import unit_of_work
from handbook.reports.roll_up import open_month, roll_up
from handbook.reports.rules import month_of


def roll_up_months() -> None:
    """Open the month that has begun, then bring the levels above all marked months up to date."""
    with unit_of_work() as uow:
        open_month(uow, month_of(uow.clock.now(), DEFAULT_TIMEZONE))
    while roll_up():
        continue
