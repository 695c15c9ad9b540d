"""Activation sheets: fresh codes for everybody of an organisation who has no password yet, and the PDF that bears them.

The codes exist in clear text only in the PDF; the database keeps their fingerprints. Issuing again ends the codes
that were issued before and not used, so of two sheets only the later one works.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import select

from handbook.access.actor import Actor
from handbook.access.guards import may
from handbook.access.permissions import Permission
from handbook.access.predicates import STAFF, Target
from handbook.accounts.activation_sheet import SheetCell, SheetMember, build_activation_sheet
from handbook.accounts.errors import NobodyToActivate
from handbook.accounts.service import CODE_LIFETIME, IssuedCode, issue_activation_codes, members_to_activate
from handbook.kernel.clock import today_in
from handbook.kernel.problems import FieldError, Forbidden, ValidationFailed
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.members.enums import ACTIVE_STATUSES
from handbook.members.models import Member
from handbook.members.queries import in_force
from handbook.organizations.models import Organization


@dataclass(frozen=True, slots=True)
class SheetOrder:
    """Everything that is printed on a sheet; the codes in it cannot be read again later."""

    cells: Sequence[SheetCell]
    issued_on: date
    expires_on: date
    created: datetime

    @property
    def member_count(self) -> int:
        return sum(len(cell.members) for cell in self.cells)


def issue_sheet(
    organization: Organization, *, actor: Actor, uow: UnitOfWork, limit: int | None = None
) -> SheetOrder:
    """Issue codes for all active members at and below the organisation who cannot sign in yet.

    Members for whom the actor may not issue codes are left out. Raises :class:`NobodyToActivate` when nobody is
    left, and :class:`ValidationFailed` (``too_many``) beyond ``limit`` members.
    """
    members = [
        member
        for member in members_to_activate(organization, uow=uow)
        if may(actor, Permission.ACTIVATIONS_ISSUE, member.organization.target)
    ]
    if not members:
        raise NobodyToActivate
    if limit is not None and len(members) > limit:
        raise ValidationFailed(FieldError("/", "too_many", {"limit": limit, "members": len(members)}))
    return _issue(members, organization, actor=actor, uow=uow)


def issue_renewal(member: Member, *, actor: Actor, uow: UnitOfWork) -> SheetOrder:
    """A slip for one member, also for one who has a password and forgot it; using it ends the devices signed in before.

    Raises :class:`Forbidden` for who holds an office of staff or administrator that is not below an own one: a new
    code opens the account, and nobody may take over an account with more rights than the own.
    """
    today = today_in(member.organization.timezone, uow.clock)
    for office in member.offices:
        if office.title in STAFF and in_force(office, today):
            target = Target(path=office.organization.path)
            if not may(actor, Permission.ACTIVATIONS_RENEW, target):
                raise Forbidden
    if member.status not in ACTIVE_STATUSES:
        raise NobodyToActivate
    return _issue([member], member.organization, actor=actor, uow=uow)


def _issue(
    members: Sequence[Member], organization: Organization, *, actor: Actor, uow: UnitOfWork
) -> SheetOrder:
    issued = issue_activation_codes(members, actor=actor, uow=uow)
    now = uow.clock.now()
    zone = ZoneInfo(organization.timezone)
    return SheetOrder(
        cells=_by_cell(issued, uow),
        issued_on=now.astimezone(zone).date(),
        # The code ends within this day's morrow: the day printed is the last that works from beginning to end.
        expires_on=(now + CODE_LIFETIME).astimezone(zone).date() - timedelta(days=1),
        created=now,
    )


def print_sheet(order: SheetOrder, *, public_url: str) -> bytes:
    """The sheet as PDF; takes some processor time and no database."""
    return build_activation_sheet(
        order.cells,
        public_url=public_url,
        issued_on=order.issued_on,
        expires_on=order.expires_on,
        created=order.created,
    )


def _by_cell(issued: Sequence[IssuedCode], uow: UnitOfWork) -> list[SheetCell]:
    parent_ids = {code.member.organization.parent_id for code in issued} - {None}
    rows = uow.session.execute(
        select(Organization.id, Organization.name).where(Organization.id.in_(parent_ids))
    )
    parent_names = {row.id: row.name for row in rows}
    cells = []
    for _, codes in groupby(issued, key=lambda code: code.member.organization_id):
        of_cell = list(codes)
        cell = of_cell[0].member.organization
        members = [SheetMember(code.member.full_name, code.member.card_number, code.code) for code in of_cell]
        cells.append(SheetCell(cell.name, parent_names.get(cell.parent_id or 0, ""), members))
    return cells
