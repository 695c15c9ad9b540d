"""Limits on guessing: failures are counted per login and per address, in the database, for all processes together."""

import hashlib
from datetime import timedelta
from math import ceil

from sqlalchemy import delete

from handbook.accounts.models import LoginThrottle
from handbook.accounts.queries import e164
from handbook.kernel.problems import TooManyRequests
from handbook.kernel.text import clean, fold
from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work

WINDOW = timedelta(minutes=15)
LIMITS = {"login": 10, "address": 100, "activation": 30}


def throttle_key(kind: str, value: str) -> str:
    """A fingerprint, so that the table holds neither phone numbers nor addresses."""
    return f"{kind}:{hashlib.sha256(fold(value).encode()).hexdigest()[:40]}"


def login_key(login: str) -> str:
    """The key of failures under a login; a phone number is one, however it is typed."""
    typed = clean(login)
    return throttle_key("login", e164(typed) or typed)


def refuse_when_exhausted(*keys: str) -> None:
    """Raise :class:`TooManyRequests` when one of the keys has used up its failures of this window."""
    with unit_of_work() as uow:
        now = uow.clock.now()
        for key in keys:
            row = uow.session.get(LoginThrottle, key)
            if row and row.window_ends_at > now and row.failures >= LIMITS[key.split(":")[0]]:
                raise TooManyRequests(ceil((row.window_ends_at - now).total_seconds()), "too_many_attempts")


def count_failure(*keys: str) -> None:
    """Remember a failed attempt under each key."""
    with unit_of_work() as uow:
        now = uow.clock.now()
        for key in keys:
            row = uow.session.get(LoginThrottle, key)
            if row is None:
                uow.session.add(LoginThrottle(key=key, failures=1, window_ends_at=now + WINDOW))
            elif row.window_ends_at <= now:
                row.failures, row.window_ends_at = 1, now + WINDOW
            else:
                row.failures += 1


def purge_ended(uow: UnitOfWork) -> None:
    """Forget counts whose window has ended; anybody can make such rows."""
    uow.session.execute(delete(LoginThrottle).where(LoginThrottle.window_ends_at < uow.clock.now()))


def forget_failures(key: str) -> None:
    """A right password clears its login's count; the address's count stays."""
    with unit_of_work() as uow:
        uow.session.execute(delete(LoginThrottle).where(LoginThrottle.key == key))
