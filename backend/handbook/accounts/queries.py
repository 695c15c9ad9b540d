"""Reads of accounts and devices."""

import re
from collections.abc import Collection

from sqlalchemy import case, func, or_, select

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


def account_by_login(login: str) -> Account | None:
    """The one account that this user name, card number or phone names.

    Couples often share a phone. Such a number names the one of them who has no card number to sign in with, and nobody
    when there are several or none: trying the password on each would tell by its time that the number is shared, and
    could open the account of somebody else who chose the same one.
    """
    typed = clean(login)
    usable = (
        select(Account)
        .outerjoin(Member, Member.id == Account.member_id)
        .where(
            Account.password_hash.is_not(None),
            Account.disabled_at.is_(None),
            or_(Account.member_id.is_(None), Member.status.in_(sorted(ACTIVE_STATUSES))),
        )
        .limit(2)
    )
    user_name = Account.user_name == typed.lower()
    named = usable.where(or_(user_name, Member.card_number == typed)).order_by(case((user_name, 0), else_=1))
    found = db.session.scalars(named).first()
    phone = e164(typed)
    if found is not None or phone is None:
        return found
    without_card_first = case((Member.card_number.is_(None), 0), else_=1)
    holders = db.session.scalars(
        usable.where(Member.phone == phone).order_by(without_card_first, Account.id)
    ).all()
    if len(holders) == 1 or (holders and _has_no_card(holders[0]) and not _has_no_card(holders[1])):
        return holders[0]
    return None


def _has_no_card(account: Account) -> bool:
    return account.member is not None and account.member.card_number is None


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


def names_of(account_ids: Collection[int]) -> dict[int, str]:
    """The members' names of these accounts, by account; of one without a member its user name."""
    rows = db.session.execute(
        select(Account.id, func.coalesce(Member.full_name, Account.user_name))
        .outerjoin(Member, Member.id == Account.member_id)
        .where(Account.id.in_(account_ids))
    )
    return {id_: name for id_, name in rows if name is not None}
