"""Signing in and out, activation, and what an account decides about itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update

from handbook.access.actor import Actor
from handbook.accounts.codes import hash_code, new_code
from handbook.accounts.errors import ActivationExpired, InvalidActivationCode, InvalidCredentials
from handbook.accounts.models import Account, ActivationCode, DeviceSession
from handbook.accounts.passwords import hash_password, refuse_weak, verify_password
from handbook.accounts.queries import account_by_login
from handbook.audit.service import record
from handbook.kernel.db import db
from handbook.kernel.problems import FieldError, ValidationFailed
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.members.enums import ACTIVE_STATUSES
from handbook.members.models import Member
from handbook.organizations.models import Organization

PURPOSE_NOTICE_VERSION = "2026-1"
CODE_LIFETIME = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class DrawnCode:
    """A code as it must be printed now, because it cannot be read again later; it works once it was issued."""

    member: Member
    code: str


def authenticate(login: str, password: str) -> Account:
    """The account of this phone, card number or user name; raises :class:`InvalidCredentials`.

    One hash is computed whatever was typed, so neither the answer nor its time tells whether the login exists.
    """
    account = account_by_login(login)
    right = verify_password(account.password_hash if account else None, password)
    if account is None or not right:
        raise InvalidCredentials
    return account


def set_first_password(code: str, password: str, *, uow: UnitOfWork) -> Account:
    """Use up an activation code: make the member's account or give it a new password, and end its older devices."""
    row = uow.session.scalar(select(ActivationCode).where(ActivationCode.code_hash == hash_code(code)))
    if row is None or row.used_at or row.revoked_at:
        raise InvalidActivationCode
    if row.expires_at <= uow.clock.now():
        raise ActivationExpired
    member = uow.session.get_one(Member, row.member_id)
    if member.status not in ACTIVE_STATUSES:
        raise InvalidActivationCode
    refuse_weak(password, login=member.card_number or member.phone)
    account = uow.session.scalar(select(Account).where(Account.member_id == member.id))
    if account is None:
        account = Account(member_id=member.id, created_at=uow.clock.now())
        uow.session.add(account)
    account.password_hash = hash_password(password)
    account.must_change_password = False
    row.used_at = uow.clock.now()
    uow.session.flush()
    end_sessions(account, uow=uow)
    actor = Actor(account_id=account.id, member_id=member.id)
    record(uow, "accounts:account:activated", actor=actor, member_id=member.id, path=member.organization.path)
    return account


def forget_ended_codes(uow: UnitOfWork, before: datetime, *, limit: int) -> int:
    """Forget up to ``limit`` codes that were used, replaced or expired before this time; returns how many. Until then an
    expired one is told from one that never was."""
    over = (
        select(ActivationCode.id)
        .where(
            or_(
                ActivationCode.used_at < before,
                ActivationCode.revoked_at < before,
                ActivationCode.expires_at < before,
            )
        )
        .order_by(ActivationCode.id)
        .limit(limit)
    )
    ids = uow.session.scalars(over).all()
    uow.session.execute(delete(ActivationCode).where(ActivationCode.id.in_(ids)))
    return len(ids)


def draw_activation_codes(members: Iterable[Member]) -> list[DrawnCode]:
    """A fresh code for each member, known to nobody yet."""
    return [DrawnCode(member, new_code()) for member in members]


def issue_activation_codes(codes: Iterable[DrawnCode], *, actor: Actor, uow: UnitOfWork) -> None:
    """Let these codes work; a code that was issued before and not used ends."""
    now = uow.clock.now()
    for drawn in codes:
        member = drawn.member
        uow.session.execute(
            update(ActivationCode)
            .where(
                ActivationCode.member_id == member.id,
                ActivationCode.used_at.is_(None),
                ActivationCode.revoked_at.is_(None),
            )
            .values(revoked_at=now)
        )
        uow.session.add(
            ActivationCode(
                code_hash=hash_code(drawn.code),
                member_id=member.id,
                expires_at=now + CODE_LIFETIME,
                created_at=now,
            )
        )
        record(
            uow,
            "accounts:activation_code:issued",
            actor=actor,
            member_id=member.id,
            path=member.organization.path,
        )


def members_to_activate(organization: Organization) -> list[Member]:
    """Active members at and below the organisation who have not set a password yet, by cell and given name."""
    statement = (
        select(Member)
        .join(Organization, Organization.id == Member.organization_id)
        .outerjoin(Account, Account.member_id == Member.id)
        .where(
            Organization.path >= organization.path,
            Organization.path < organization.path + "~",
            Member.status.in_(sorted(ACTIVE_STATUSES)),
            Account.password_hash.is_(None),
        )
        .order_by(Organization.path, Member.name_sort, Member.id)
    )
    return list(db.session.scalars(statement))


def change_password(account: Account, *, current: str, new: str, actor: Actor, uow: UnitOfWork) -> None:
    """Set a new password and end every other device; raises :class:`InvalidCredentials` when ``current`` is wrong."""
    if not verify_password(account.password_hash, current):
        raise InvalidCredentials
    refuse_weak(new, login=account.user_name)
    account.password_hash = hash_password(new)
    account.must_change_password = False
    end_sessions(account, uow=uow, but=actor.session_id)
    record(uow, "accounts:account:password_changed", actor=actor, member_id=actor.member_id, path=actor.path)


def accept_purpose_notice(account: Account, version: str, *, actor: Actor, uow: UnitOfWork) -> None:
    """Record that the purpose notice of this version was shown and accepted (Law 91/2025/QH15: consent is provable)."""
    if version != PURPOSE_NOTICE_VERSION:
        raise ValidationFailed(FieldError("/version", "unknown", {"current": PURPOSE_NOTICE_VERSION}))
    account.purpose_notice_version = version
    account.purpose_accepted_at = uow.clock.now()
    record(
        uow,
        "accounts:purpose_notice:accepted",
        actor=actor,
        member_id=actor.member_id,
        path=actor.path,
        details={"version": version},
    )


def end_sessions(account: Account, *, uow: UnitOfWork, but: int | None = None) -> None:
    """End every live device session of the account, but for one."""
    statement = select(DeviceSession).where(
        DeviceSession.account_id == account.id, DeviceSession.ended_at.is_(None)
    )
    if but is not None:
        statement = statement.where(DeviceSession.id != but)
    for session in uow.session.scalars(statement).all():
        session.ended_at = uow.clock.now()
        uow.emit(SessionEnded(session.id))


def end_session(session: DeviceSession, *, actor: Actor, uow: UnitOfWork) -> None:
    """End one device session; ending an ended one changes nothing."""
    if session.ended_at is None:
        session.ended_at = uow.clock.now()
        record(uow, "accounts:session:ended", actor=actor, subject_id=session.id, member_id=actor.member_id)
        uow.emit(SessionEnded(session.id))


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """A device was signed out, here or from another device: what was kept for it (push subscription) goes too."""

    session_id: int
