"""Reads of accounts and devices."""

import re

from sqlalchemy import or_, select

from handbook.access.actor import Actor
from handbook.access.guards import require, visible
from handbook.access.permissions import Permission
from handbook.accounts.models import Account, DeviceSession
from handbook.kernel.clock import Clock
from handbook.kernel.db import db
from handbook.kernel.pagination import Page, paginate
from handbook.kernel.problems import NotFound
from handbook.kernel.text import clean
from handbook.members.enums import ACTIVE_STATUSES
from handbook.members.models import Member

_LOCAL_PHONE = re.compile(r"0\d{9}")
MAX_CANDIDATES = 3


def accounts_by_login(login: str) -> list[Account]:
    """Accounts that this phone, card number or user name may mean; several only for a shared phone."""
    typed = clean(login)
    matches = [Account.user_name == typed.lower(), Member.card_number == typed]
    phone = e164(typed)
    if phone:
        matches.append(Member.phone == phone)
    statement = (
        select(Account)
        .outerjoin(Member, Member.id == Account.member_id)
        .where(
            or_(*matches),
            Account.password_hash.is_not(None),
            Account.disabled_at.is_(None),
            or_(Account.member_id.is_(None), Member.status.in_(sorted(ACTIVE_STATUSES))),
        )
        .order_by(Account.id)
        .limit(MAX_CANDIDATES)
    )
    return list(db.session.scalars(statement))


def e164(typed: str) -> str | None:
    """A Vietnamese phone number as people type it, in E.164; None when it is none."""
    digits = re.sub(r"[\s.\-()]", "", typed)
    if digits.startswith("+84") and digits[1:].isdigit():
        return digits
    if digits.startswith("84") and digits.isdigit() and len(digits) == 11:
        return "+" + digits
    return "+84" + digits[1:] if _LOCAL_PHONE.fullmatch(digits) else None


def get_account(actor: Actor) -> Account:
    """The actor's own account."""
    return db.session.get_one(Account, actor.account_id)


def get_session(session_id: int, *, actor: Actor) -> DeviceSession:
    session = db.session.get(DeviceSession, session_id)
    if session is None:
        raise NotFound
    require(actor, Permission.SESSIONS_END, session.target)
    return session


def list_sessions(*, actor: Actor, clock: Clock, limit: int, cursor: str | None) -> Page[DeviceSession]:
    """The actor's own live devices."""
    statement = select(DeviceSession).where(
        visible(actor, Permission.SESSIONS_END, DeviceSession.columns()),
        DeviceSession.ended_at.is_(None),
        DeviceSession.expires_at > clock.now(),
    )
    return paginate(
        statement,
        [DeviceSession.id],
        limit=limit,
        cursor=cursor,
        key_of=lambda row: [row.id],
        descending=True,
    )
