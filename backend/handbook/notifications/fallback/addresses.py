"""Where an account is written to: named by the member, and confirmed with a code, so that nobody else is written to."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from handbook.access.actor import Actor
from handbook.audit.service import record
from handbook.kernel import jobs
from handbook.kernel.db import db
from handbook.kernel.secrets import current_secrets
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.notifications.models import MailAddress

CODE_JOB = "notifications.mail_code"
CODE_LIFETIME = timedelta(hours=1)
MAX_ATTEMPTS = 5
#: A new code is written at most so often, to whatever address.
CODE_PAUSE = timedelta(minutes=1)


def mail_of(actor: Actor) -> dict[str, Any]:
    """The address of the actor's account, and whether it is confirmed."""
    row = db.session.get(MailAddress, actor.account_id)
    if row is None:
        return {"address": None, "confirmed": False}
    return {"address": _unsealed(row), "confirmed": row.confirmed_at is not None}


def name_address(address: str, *, actor: Actor, uow: UnitOfWork) -> None:
    """Take this address instead of the former and have a code written to it; the same again within a minute writes none."""
    now = uow.clock.now()
    row = uow.session.get(MailAddress, actor.account_id, with_for_update=True)
    if row is not None and now - row.changed_at < CODE_PAUSE and row.confirmed_at is None:
        if _unsealed(row) != address:
            row.address_sealed = _sealed(address, row.account_id)
            row.code_hash = None
        return
    if row is None:
        row = MailAddress(account_id=actor.account_id, address_sealed=b"", changed_at=now)
        uow.session.add(row)
    row.address_sealed = _sealed(address, row.account_id)
    row.confirmed_at = row.code_hash = row.code_expires_at = None
    row.attempts, row.changed_at = 0, now
    uow.session.flush()
    key = f"{CODE_JOB}:{row.account_id}:{int(now.timestamp())}"
    jobs.enqueue(uow, CODE_JOB, key=key, args={"account_id": row.account_id})
    _record(uow, "named", actor)


def new_code(account_id: int, uow: UnitOfWork) -> tuple[str, str] | None:
    """The address and a code for it, of which only the hash is kept; None when there is nothing to confirm any more."""
    row = uow.session.get(MailAddress, account_id, with_for_update=True)
    if row is None or row.confirmed_at is not None:
        return None
    code = f"{secrets.randbelow(10**6):06d}"
    row.code_hash = _hash(code, account_id)
    row.code_expires_at = uow.clock.now() + CODE_LIFETIME
    row.attempts = 0
    return _unsealed(row), code


def confirm(address: str, code: str, *, actor: Actor, uow: UnitOfWork) -> bool:
    """Whether this is the code that was written to this address; from then on it is written to. Five wrong ones end a code."""
    row = uow.session.get(MailAddress, actor.account_id, with_for_update=True)
    if row is None or row.code_hash is None or row.code_expires_at is None or _unsealed(row) != address:
        return False
    if row.code_expires_at <= uow.clock.now() or row.attempts >= MAX_ATTEMPTS:
        return False
    if not hmac.compare_digest(row.code_hash, _hash(code, row.account_id)):
        row.attempts += 1
        return False
    row.confirmed_at, row.code_hash, row.code_expires_at = uow.clock.now(), None, None
    _record(uow, "confirmed", actor)
    return True


def forget(*, actor: Actor, uow: UnitOfWork) -> None:
    """The account has no address any more."""
    row = uow.session.get(MailAddress, actor.account_id)
    if row is not None:
        uow.session.delete(row)
        _record(uow, "removed", actor)


def confirmed_addresses(account_ids: set[int], session: Session) -> dict[int, str]:
    """The addresses that may be written to, of these accounts."""
    rows = session.scalars(
        select(MailAddress).where(
            MailAddress.account_id.in_(account_ids), MailAddress.confirmed_at.is_not(None)
        )
    )
    return {row.account_id: _unsealed(row) for row in rows}


def _context(account_id: int) -> str:
    return f"mail_addresses.address_sealed:{account_id}"


def _sealed(address: str, account_id: int) -> bytes:
    return current_secrets().encrypt(address, _context(account_id))


def _unsealed(row: MailAddress) -> str:
    return current_secrets().decrypt(row.address_sealed, _context(row.account_id))


def _hash(code: str, account_id: int) -> str:
    return hashlib.sha256(f"{account_id}:{code}".encode()).hexdigest()


def _record(uow: UnitOfWork, action: str, actor: Actor) -> None:
    record(
        uow,
        f"notifications:mail_address:{action}",
        actor=actor,
        subject_id=actor.account_id,
        member_id=actor.member_id,
    )
