"""What an import is going to do, worked out before anything is written; a dry run ends here."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handbook.members.enums import ACTIVE_STATUSES, MemberStatus
from handbook.members.models import Member
from handbook.members.roster.judge import JudgedRoster, JudgedRow, MemberValues, RowProblem
from handbook.members.roster.levels import without_section
from handbook.members.roster.matching import KnownMember, Matcher, chunked
from handbook.members.roster.offices import TITLES, Offices, Succession
from handbook.members.roster.posts import POST_SECRETARY
from handbook.members.roster.report import ImportReport
from handbook.members.roster.sections import section_key
from handbook.members.roster.target import ImportTarget
from handbook.members.roster.warnings import (
    cells_told_apart,
    emptied_cell,
    few,
    long_probation,
    warnings_of_rows,
)
from handbook.organizations.models import Organization

_PLAIN_FIELDS = ("full_name", "birth_date", "sex", "card_number", "admitted_on", "official_on", "phone")


@dataclass(slots=True)
class Creation:
    """A new member of the cell with this key."""

    values: MemberValues


@dataclass(slots=True)
class Change:
    """A known member whose record changes. ``fields`` are columns and new values; ``title`` an office to begin;
    ``ended`` offices that end; ``moves_to`` the key of another cell."""

    member: KnownMember
    values: MemberValues
    fields: dict[str, Any] = field(default_factory=dict)
    citizen_id: str | None = None
    title: str | None = None
    ended: list[int] = field(default_factory=list)
    moves_to: str | None = None


@dataclass(frozen=True, slots=True)
class NewCell:
    """A cell to be made: in the section of this name, which is made too when there is none, or right below the target."""

    name: str
    section: str | None = None


@dataclass(slots=True)
class ImportPlan:
    """Everything that is to be written, and the report of it. New cells are by key."""

    report: ImportReport
    new_cells: dict[str, NewCell]
    creations: list[Creation] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    # Offices of secretaries whom the roster replaces, with the holder's member id.
    replaced: list[tuple[int, int]] = field(default_factory=list)


def plan_import(session: Session, judged: JudgedRoster, target: ImportTarget) -> ImportPlan:
    """Compare the rows that can be taken with the database."""
    new_cells = {
        key: NewCell(without_section(name, judged.sections.get(key, "")), judged.sections.get(key))
        for key, name in judged.named_cells.items()
    }
    new_sections = {section_key(cell.section) for cell in new_cells.values() if cell.section}
    report = ImportReport(
        rows=len(judged.rows),
        organizations_created=len(new_cells) + len(new_sections - target.sections.keys()),
    )
    plan = ImportPlan(report, new_cells)
    taken = [row for row in judged.rows if not row.problems]
    keys = {row.values.cell_key for row in taken}
    cell_ids = {key: target.cells[key].organization_id for key in keys if key in target.cells}
    matcher = Matcher(session, [row.values for row in taken], path=target.path, cell_ids=cell_ids.values())
    offices = Offices(session, cell_ids.values(), target.today)
    secretaries: dict[str, set[int]] = {}
    succession = Succession(offices, {cell.organization_id: cell.name for cell in target.cells.values()})
    going_in: list[JudgedRow] = []
    for row in judged.rows:
        found = None if row.problems else matcher.find(row.values, cell_ids.get(row.values.cell_key))
        if isinstance(found, KnownMember) and _contradicts(found, row.values):
            found = RowProblem("official", "before_admitted", {"known": True})
        if row.problems or isinstance(found, RowProblem):
            problems = [found] if isinstance(found, RowProblem) else row.problems
            report.refuse(row.sheet, row.number, problems)
            continue
        going_in.append(row)
        values, cell_id = row.values, cell_ids.get(row.values.cell_key)
        if values.post == POST_SECRETARY:
            secretaries.setdefault(values.cell_key, set()).add(found.id if found else 0)
        if found is None:
            plan.creations.append(Creation(values))
            succession.begins(values, cell_id)
            report.created += 1
            continue
        if row.former_post is not None:
            succession.said_to_be_over(found.id, values, cell_id, TITLES[row.former_post].value)
        change = _compare(found, values, cell_id, matcher, offices)
        if change is None:
            report.unchanged += 1
        else:
            plan.changes.append(change)
            succession.ends(change.ended)
            if change.title:
                succession.begins(values, cell_id)
            report.updated += 1
    for key, holders in secretaries.items():
        if key in cell_ids:
            plan.replaced += offices.secretaries_other_than(cell_ids[key], holders)
    ended = {office for change in plan.changes for office in change.ended}
    plan.replaced = [(office, holder) for office, holder in plan.replaced if office not in ended]
    succession.ends(office for office, _ in plan.replaced)
    report.warnings = [
        *succession.warnings(),
        *warnings_of_rows(going_in),
        *cells_told_apart(judged.told_apart),
        *long_probation(going_in, target.today),
        *_emptied_cells(session, plan, target),
    ]
    return plan


def _emptied_cells(session: Session, plan: ImportPlan, target: ImportTarget) -> list[str]:
    """Warnings about cells that all their members leave: more often a name written in another way than a move."""
    leaving: dict[int, list[Change]] = {}
    for change in plan.changes:
        if change.moves_to and change.member.status in ACTIVE_STATUSES:
            leaving.setdefault(change.member.organization_id, []).append(change)
    staying = {creation.values.cell_key for creation in plan.creations}
    staying |= {change.moves_to for change in plan.changes if change.moves_to}
    filled = {target.cells[key].organization_id for key in staying if key in target.cells}
    found: list[str] = []
    for chunk in chunked(leaving.keys() - filled, 500):
        statement = (
            select(Organization.id, Organization.name, func.count(Member.id))
            .join(Member, Member.organization_id == Organization.id)
            .where(Organization.id.in_(chunk), Member.status.in_([str(one) for one in ACTIVE_STATUSES]))
            .group_by(Organization.id, Organization.name)
            .order_by(Organization.id)
        )
        for cell_id, name, count in session.execute(statement):
            if count == len(leaving[cell_id]):
                to = dict.fromkeys(change.values.cell for change in leaving[cell_id])
                found.append(emptied_cell(name, count, list(to)))
    return few(found)


def _compare(
    member: KnownMember, values: MemberValues, cell_id: int | None, matcher: Matcher, offices: Offices
) -> Change | None:
    """What changes for a known member, or None. What a roster leaves blank is left as it is."""
    change = Change(member, values)
    for name in _PLAIN_FIELDS:
        new = getattr(values, name)
        if new is not None and new != getattr(member, name):
            change.fields[name] = str(new) if name == "sex" else new
    if values.citizen_id and matcher.indexes[values.citizen_id] != member.citizen_id_index:
        change.citizen_id = values.citizen_id
    status = _new_status(member, values)
    if status is not None:
        change.fields["status"] = status
    if cell_id != member.organization_id:
        change.moves_to = values.cell_key
        change.ended = offices.of_member_at(member.id, member.organization_id)
    if values.post is not None:
        title = TITLES[values.post].value
        if not offices.holds(member.id, cell_id, title):
            change.title = title
            if member.post != values.post:
                change.fields["post"] = values.post
        change.ended += offices.of_member_at(member.id, cell_id, other_than=title)
    has_changed = change.fields or change.citizen_id or change.title or change.ended or change.moves_to
    return change if has_changed else None


def _contradicts(member: KnownMember, values: MemberValues) -> bool:
    """Whether the day of becoming official, which a blank cell leaves as it is, would come before the day of admission."""
    return bool(
        values.official_on is None
        and member.official_on
        and values.admitted_on
        and member.official_on < values.admitted_on
    )


def _new_status(member: KnownMember, values: MemberValues) -> str | None:
    """A status the roster states, or official for a probationary member who now has the date of it."""
    if values.status is not None:
        return str(values.status) if values.status != member.status else None
    if member.status == MemberStatus.PROBATIONARY and values.official_on:
        return str(MemberStatus.OFFICIAL)
    return None
