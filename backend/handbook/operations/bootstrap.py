"""The first organisation and the first administrator of an empty database."""

import secrets
from dataclasses import dataclass

from sqlalchemy import func, select

from handbook.access.actor import SYSTEM, OfficeTitle
from handbook.accounts.models import Account
from handbook.accounts.passwords import hash_password, refuse_weak
from handbook.audit.service import record
from handbook.kernel.clock import today_in
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.members.models import Office
from handbook.organizations.enums import OrganizationKind
from handbook.organizations.models import Organization
from handbook.organizations.service import create_organization


class NotEmptyError(Exception):
    """The database already holds an organisation."""


@dataclass(frozen=True, slots=True)
class Bootstrapped:
    """``password`` is set only when it was made here."""

    organization_id: int
    account_id: int
    password: str | None


def bootstrap(*, name: str, kind: OrganizationKind, admin_login: str, password: str | None) -> Bootstrapped:
    """Make the root organisation and the first administrator; raises :class:`NotEmptyError`, WeakPassword."""
    made = None if password else secrets.token_urlsafe(12)
    if password:
        refuse_weak(password, login=admin_login)
    with unit_of_work() as uow:
        if not is_empty():
            raise NotEmptyError
        root = create_organization(name=name, kind=kind, parent=None, actor=SYSTEM, uow=uow)
        account = Account(
            user_name=admin_login.strip().lower(),
            password_hash=hash_password(password or made or ""),
            must_change_password=made is not None,
            created_at=uow.clock.now(),
        )
        uow.session.add(account)
        uow.session.flush()
        uow.session.add(
            Office(
                organization_id=root.id,
                account_id=account.id,
                title=OfficeTitle.ADMINISTRATOR.value,
                from_date=today_in(root.timezone, uow.clock),
            )
        )
        record(uow, "operations:database:initialized", actor=SYSTEM, subject_id=root.id, path=root.path)
    return Bootstrapped(root.id, account.id, made)


def is_empty() -> bool:
    """Whether the database holds no organisation yet."""
    return not db.session.scalar(select(func.count()).select_from(Organization))
