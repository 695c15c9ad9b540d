"""Device sessions: a 256-bit random token in an HttpOnly cookie, stored hashed, refused as soon as it is revoked."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from http.cookies import CookieError, SimpleCookie
from typing import Any, NamedTuple

from flask import Request, Response, current_app, request
from flask_login import LoginManager
from sqlalchemy import ColumnElement, Select, Update, bindparam, delete, not_, or_, select, update
from sqlalchemy.exc import DBAPIError

from handbook.access.actor import Actor, HeldOffice, OfficeTitle
from handbook.accounts.models import Account, DeviceSession
from handbook.config import Settings
from handbook.kernel.clock import DEFAULT_TIMEZONE, Clock, today_in
from handbook.kernel.db import db
from handbook.kernel.logging import get_logger
from handbook.kernel.text import clean
from handbook.kernel.unit_of_work import UnitOfWork, current_clock, unit_of_work
from handbook.members.models import Member, Office
from handbook.organizations.models import Organization

COOKIE = "handbook_session"
_COOKIE_START = COOKIE + "="
SEEN_EVERY = timedelta(minutes=10)
_UNMARKED_WHILE: list[ColumnElement[bool]] = []

# What a User-Agent says and how a person calls it; the first that fits.
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)
_BROWSERS = (
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)

# The one statement that says which session is live; the layers before Flask ask it too.
SESSION_ROW = (
    select(
        DeviceSession.id,
        DeviceSession.last_seen_at,
        Account.id.label("account_id"),
        Account.content_version.label("account_version"),
        Account.member_id,
        Member.organization_id,
        Member.content_version.label("member_version"),
        Organization.path,
        Organization.timezone,
    )
    .join(Account, Account.id == DeviceSession.account_id)
    .outerjoin(Member, Member.id == Account.member_id)
    .outerjoin(Organization, Organization.id == Member.organization_id)
    .where(
        DeviceSession.token_hash == bindparam("token_hash"),
        DeviceSession.ended_at.is_(None),
        DeviceSession.expires_at > bindparam("now"),
        Account.disabled_at.is_(None),
    )
)
# That a device was seen now, unless a feature must not have that on record.
_SEEN = (
    update(DeviceSession)
    .where(DeviceSession.id == bindparam("of_session"))
    .values(last_seen_at=bindparam("seen_at"))
)
# The offices in force on a day.
_OFFICES = (
    select(Office.organization_id, Organization.path, Office.title)
    .join(Organization, Organization.id == Office.organization_id)
    .where(
        or_(Office.member_id == bindparam("member_id"), Office.account_id == bindparam("account_id")),
        Office.from_date <= bindparam("today"),
        or_(Office.to_date.is_(None), Office.to_date >= bindparam("today")),
    )
)
_HELD = Office.__table__.alias("held")
_HELD_AT = Organization.__table__.alias("held_at")
_OF_OFFICE = (_HELD.c.organization_id, _HELD_AT.c.path, _HELD.c.title, _HELD.c.from_date, _HELD.c.to_date)


class LiveSession(NamedTuple):
    """What ``SESSION_ROW`` says, in its order."""

    id: int
    last_seen_at: datetime
    account_id: int
    account_version: int
    member_id: int | None
    organization_id: int | None
    member_version: int | None
    path: str | None
    timezone: str | None

    def today(self, clock: Clock) -> date:
        """The day in the cell's time zone."""
        return today_in(self.timezone or DEFAULT_TIMEZONE, clock)

    def should_be_marked(self, now: datetime) -> bool:
        """Whether it is time to write down that the device was seen."""
        return now - self.last_seen_at > SEEN_EVERY


def with_offices(reading: Select[Any]) -> Select[Any]:
    """A reading of ``SESSION_ROW`` with the offices of who asks, of any day: a row for each of them, or one without.

    Which are in force depends on the day of the cell, which stands in the same row (:func:`actor_in`).
    """
    return (
        reading.add_columns(*_OF_OFFICE)
        .outerjoin(_HELD, or_(_HELD.c.member_id == Account.member_id, _HELD.c.account_id == Account.id))
        .outerjoin(_HELD_AT, _HELD_AT.c.id == _HELD.c.organization_id)
    )


# A live session and all offices of its account, in one reading.
_SESSION_AND_OFFICES = with_offices(SESSION_ROW)


def hash_token(token: str) -> str:
    """The key under which a token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def token_in(cookie_header: str) -> str | None:
    """The session token of a ``Cookie`` header, for the layers that answer before Flask."""
    if cookie_header.startswith(_COOKIE_START) and ";" not in cookie_header and '"' not in cookie_header:
        return cookie_header[len(_COOKIE_START) :]
    try:
        morsel = SimpleCookie(cookie_header).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel else None


def load_actors(manager: LoginManager) -> None:
    """Let Flask-Login find the actor of a request by its cookie."""

    @manager.request_loader
    def load(incoming: Request) -> Actor | None:
        token = incoming.cookies.get(COOKIE)
        return find_actor(token, current_clock()) if token else None


def find_actor(token: str, clock: Clock) -> Actor | None:
    """The actor of a live session, with member and offices of today; None for anything else."""
    now = clock.now()
    values = {"token_hash": hash_token(token), "now": now}
    rows = db.session.execute(_SESSION_AND_OFFICES, values).all()
    if not rows:
        return None
    session = LiveSession(*rows[0][: len(LiveSession._fields)])
    if session.should_be_marked(now):
        _mark_as_seen(session, clock)
    return actor_in(session, rows, clock)


def _mark_as_seen(session: LiveSession, clock: Clock) -> None:
    """Write down that the device was seen, as far as that can be: whoever only reads is not refused because a disk is full."""
    statement, values = mark_of(session, clock.now())
    try:
        with unit_of_work(clock, durable=False) as uow:
            uow.session.connection().execute(statement, values)
    except DBAPIError as error:
        # The next request writes it.
        get_logger().warning("session.not_marked", error=type(error).__name__)


def actor_in(session: LiveSession, rows: Iterable[Sequence[Any]], clock: Clock) -> Actor:
    """Who acts in this session, with the rows of a reading :func:`with_offices`."""
    today = session.today(clock)
    offices = []
    for row in rows:
        organization_id, path, title, from_date, to_date = row[-len(_OF_OFFICE) :]
        if from_date is not None and from_date <= today and (to_date is None or to_date >= today):
            offices.append((organization_id, path, title))
    return Actor(
        account_id=session.account_id,
        member_id=session.member_id,
        organization_id=session.organization_id,
        path=session.path,
        offices=_held(offices),
        session_id=session.id,
    )


def find_account_actor(account_id: int, clock: Clock) -> Actor | None:
    """The actor of an account that may sign in, without a session: for what acts in its name, such as a calendar."""
    account = db.session.get(Account, account_id)
    if account is None or account.disabled_at is not None:
        return None
    organization = db.session.get(Organization, account.member.organization_id) if account.member else None
    timezone = organization.timezone if organization else DEFAULT_TIMEZONE
    return Actor(
        account_id=account.id,
        member_id=account.member_id,
        organization_id=organization.id if organization else None,
        path=organization.path if organization else None,
        offices=_held(_offices(account.member_id, account.id, today_in(timezone, clock))),
    )


def mark_of(session: LiveSession, now: datetime) -> tuple[Update, dict[str, Any]]:
    """The statement that marks a device as seen, and its values. It changes nothing where a feature forbids it."""
    return _mark(), {"of_session": session.id, "of_member": session.member_id, "seen_at": now}


def leave_unmarked_while(condition: ColumnElement[bool]) -> None:
    """Have devices not marked as seen while this is so for the member ``of_member``."""
    _UNMARKED_WHILE.append(condition)
    _mark.cache_clear()


@cache
def _mark() -> Update:
    return _SEEN.where(*(not_(condition) for condition in _UNMARKED_WHILE))


def _offices(member_id: int | None, account_id: int, today: date) -> Sequence[Sequence[Any]]:
    values = {"member_id": member_id, "account_id": account_id, "today": today}
    return db.session.execute(_OFFICES, values).all()


def _held(offices: Iterable[Sequence[Any]]) -> tuple[HeldOffice, ...]:
    return tuple(
        HeldOffice(organization_id, path, OfficeTitle(title)) for organization_id, path, title in offices
    )


def start_session(
    account: Account, *, uow: UnitOfWork, device_name: str | None = None
) -> tuple[DeviceSession, str]:
    """A new device session and its token, which exists nowhere else but in the cookie."""
    settings: Settings = current_app.extensions["handbook.settings"]
    token = secrets.token_urlsafe(32)
    now = uow.clock.now()
    session = DeviceSession(
        token_hash=hash_token(token),
        account_id=account.id,
        device_name=clean(device_name or describe_device(request.headers.get("User-Agent", "")))[:120],
        created_at=now,
        last_seen_at=now,
        expires_at=now + timedelta(days=settings.session_days),
    )
    uow.session.add(session)
    uow.session.flush()
    return session, token


def purge_ended(uow: UnitOfWork, before: datetime, *, limit: int) -> int:
    """Forget up to ``limit`` devices that were signed out or expired before this time; returns how many.

    Their push subscriptions must be gone already: a row that another names cannot go.
    """
    over = (
        select(DeviceSession.id)
        .where(or_(DeviceSession.ended_at < before, DeviceSession.expires_at < before))
        .order_by(DeviceSession.id)
        .limit(limit)
    )
    ids = uow.session.scalars(over).all()
    uow.session.execute(delete(DeviceSession).where(DeviceSession.id.in_(ids)))
    return len(ids)


def set_cookie(response: Response, token: str) -> Response:
    settings: Settings = current_app.extensions["handbook.settings"]
    response.set_cookie(
        COOKIE,
        token,
        max_age=settings.session_days * 86400,
        httponly=True,
        secure=settings.cookie_secure,
        samesite="Lax",
        path="/",
    )
    return response


def clear_cookie(response: Response) -> Response:
    settings: Settings = current_app.extensions["handbook.settings"]
    response.delete_cookie(COOKIE, path="/", httponly=True, secure=settings.cookie_secure, samesite="Lax")
    return response


def describe_device(user_agent: str) -> str:
    """``Android · Chrome``: enough for a person to recognise a device, not enough to track it."""
    found = [
        next((name for mark, name in table if mark in user_agent), None) for table in (_SYSTEMS, _BROWSERS)
    ]
    return " · ".join(part for part in found if part) or "?"
