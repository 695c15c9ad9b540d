"""Activation sheets: fresh codes for everybody of an organisation who has no password yet, and the PDF that bears them.

The codes exist in clear text only in the PDF; the database keeps their fingerprints. Issuing again ends the codes
that were issued before and not used, so of two sheets only the later one works. A sheet is therefore drawn up and printed
first, which takes a while and no transaction, and its codes are issued when it is there: what fails before ends no code.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
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
from handbook.accounts.service import (
    CODE_LIFETIME,
    DrawnCode,
    draw_activation_codes,
    issue_activation_codes,
    members_to_activate,
)
from handbook.kernel.clock import Clock, today_in
from handbook.kernel.db import db
from handbook.kernel.problems import FieldError, Forbidden, ValidationFailed
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.members.enums import ACTIVE_STATUSES
from handbook.members.models import Member
from handbook.members.queries import in_force
from handbook.organizations.models import Organization


@dataclass(frozen=True, slots=True)
class SheetOrder:
    """Everything that is printed on a sheet; the codes in it (by member) cannot be read again later."""

    cells: Sequence[SheetCell]
    codes: Mapping[int, str]
    issued_on: date
    expires_on: date
    created: datetime

    @property
    def member_count(self) -> int:
        return len(self.codes)


def draw_up_sheet(
    organization: Organization, *, actor: Actor, clock: Clock, limit: int | None = None
) -> SheetOrder:
    """A sheet for all active members at and below the organisation who cannot sign in yet.

    Members for whom the actor may not issue codes are left out. Raises :class:`NobodyToActivate` when nobody is
    left, and :class:`ValidationFailed` (``too_many``) beyond ``limit`` members.
    """
    members = [
        member
        for member in members_to_activate(organization)
        if may(actor, Permission.ACTIVATIONS_ISSUE, member.organization.target)
    ]
    if not members:
        raise NobodyToActivate
    if limit is not None and len(members) > limit:
        raise ValidationFailed(FieldError("/", "too_many", {"limit": limit, "members": len(members)}))
    return _draw_up(members, organization, clock)


def issue_sheet(order: SheetOrder, organization: Organization, *, actor: Actor, uow: UnitOfWork) -> None:
    """Let the codes of the sheet work, but for members who have set a password since it was drawn up."""
    _issue(order, members_to_activate(organization), actor=actor, uow=uow)


def draw_up_renewal(member: Member, *, actor: Actor, clock: Clock) -> SheetOrder:
    """A slip for one member, also for one who has a password and forgot it; using it ends the devices signed in before.

    Raises :class:`Forbidden` for who holds an office of staff or administrator that is not below an own one: a new
    code opens the account, and nobody may take over an account with more rights than the own.
    """
    require_renewable(member, actor=actor, clock=clock)
    return _draw_up([member], member.organization, clock)


def issue_renewal(order: SheetOrder, member: Member, *, actor: Actor, uow: UnitOfWork) -> None:
    """Let the code of the slip work, if it may still be given. Raises as :func:`draw_up_renewal`."""
    require_renewable(member, actor=actor, clock=uow.clock)
    _issue(order, [member], actor=actor, uow=uow)


def require_renewable(member: Member, *, actor: Actor, clock: Clock) -> None:
    """Raises :class:`Forbidden` or :class:`NobodyToActivate`."""
    today = today_in(member.organization.timezone, clock)
    for office in member.offices:
        if office.title in STAFF and in_force(office, today):
            target = Target(path=office.organization.path)
            if not may(actor, Permission.ACTIVATIONS_RENEW, target):
                raise Forbidden
    if member.status not in ACTIVE_STATUSES:
        raise NobodyToActivate


def _draw_up(members: Sequence[Member], organization: Organization, clock: Clock) -> SheetOrder:
    codes = draw_activation_codes(members)
    now = clock.now()
    zone = ZoneInfo(organization.timezone)
    return SheetOrder(
        cells=_by_cell(codes),
        codes={drawn.member.id: drawn.code for drawn in codes},
        issued_on=now.astimezone(zone).date(),
        # The code ends within this day's morrow: the day printed is the last that works from beginning to end.
        expires_on=(now + CODE_LIFETIME).astimezone(zone).date() - timedelta(days=1),
        created=now,
    )


def _issue(order: SheetOrder, members: Iterable[Member], *, actor: Actor, uow: UnitOfWork) -> None:
    codes = [DrawnCode(member, order.codes[member.id]) for member in members if member.id in order.codes]
    issue_activation_codes(codes, actor=actor, uow=uow)


def print_sheet(
    order: SheetOrder, *, public_url: str, progress: Callable[[int], None] = lambda _cells: None
) -> bytes:
    """The sheet as PDF; takes some processor time and no database. ``progress`` is told how many organisations are drawn."""
    return build_activation_sheet(
        order.cells,
        public_url=public_url,
        issued_on=order.issued_on,
        expires_on=order.expires_on,
        created=order.created,
        progress=progress,
    )


def _by_cell(drawn: Sequence[DrawnCode]) -> list[SheetCell]:
    parent_ids = {code.member.organization.parent_id for code in drawn} - {None}
    rows = db.session.execute(
        select(Organization.id, Organization.name).where(Organization.id.in_(parent_ids))
    )
    parent_names = {row.id: row.name for row in rows}
    cells = []
    for _, codes in groupby(drawn, key=lambda code: code.member.organization_id):
        of_cell = list(codes)
        cell = of_cell[0].member.organization
        members = [SheetMember(code.member.full_name, code.member.card_number, code.code) for code in of_cell]
        cells.append(SheetCell(cell.name, parent_names.get(cell.parent_id or 0, ""), members))
    return cells
