"""Importing a roster: read, judge, compare, write; the writing in one transaction."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.orm import Session

from handbook.access.actor import Actor
from handbook.audit.service import record
from handbook.kernel.clock import Clock, today_in
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work
from handbook.members.roster.errors import RosterUnreadable
from handbook.members.roster.heading_notes import warnings_of_headings
from handbook.members.roster.judge import judge_roster
from handbook.members.roster.layout import TableSheet, read_table
from handbook.members.roster.plan import ImportPlan, plan_import
from handbook.members.roster.reader import read_sheets
from handbook.members.roster.report import ImportReport
from handbook.members.roster.target import read_target
from handbook.members.roster.unread import warnings_of_unread
from handbook.members.roster.writing import write_plan
from handbook.organizations.models import Organization

# Called with the stage ("read", "save"), what is done of it and how much it is.
Progress = Callable[[str, int, int], None]
# Runs inside the transaction that writes, after everything else.
AlsoWrite = Callable[[UnitOfWork, ImportReport], None]


def import_roster(
    source: Path | BinaryIO,
    into: Organization,
    *,
    create_organizations: bool,
    dry_run: bool,
    actor: Actor,
    clock: Clock,
    progress: Progress | None = None,
    also_write: AlsoWrite | None = None,
) -> ImportReport:
    """Take a roster into an organisation; the caller has checked that the actor may.

    Every row that can be taken goes in or none (one transaction); refused rows change nothing. A second run of the same
    file changes nothing. With ``dry_run`` nothing is written at all. Raises ``RosterUnreadable`` when there is no roster in
    the file.
    """
    tell = progress or _silently
    tables = _read(source, tell)
    organization_id = into.id
    if dry_run:
        db.session.rollback()
        plan = _plan(db.session(), organization_id, tables, create_organizations, clock)
        db.session.rollback()
        return plan.report
    with unit_of_work(clock) as uow:
        plan = _plan(uow.session, organization_id, tables, create_organizations, clock)
        organization = uow.session.get_one(Organization, organization_id)
        today = today_in(organization.timezone, clock)
        write_plan(uow, plan, into=organization, today=today, actor=actor, progress=tell)
        record(
            uow,
            "members:roster:imported",
            actor=actor,
            subject_id=organization_id,
            path=organization.path,
            details={key: value for key, value in plan.report.as_json().items() if key != "problems"},
        )
        if also_write is not None:
            also_write(uow, plan.report)
    return plan.report


def _read(source: Path | BinaryIO, tell: Progress) -> list[TableSheet]:
    tables: list[TableSheet] = []
    rows = 0
    for sheet in read_sheets(source):
        table = read_table(sheet)
        rows += len(table.rows)
        tables.append(table)
        tell("read", rows, rows)
    if not any(table.has_table for table in tables):
        raise RosterUnreadable("no_header")
    return tables


def _plan(
    session: Session, organization_id: int, tables: list[TableSheet], create_organizations: bool, clock: Clock
) -> ImportPlan:
    organization = session.get_one(Organization, organization_id)
    today = today_in(organization.timezone, clock)
    target = read_target(session, organization, today)
    judged = judge_roster(
        tables,
        known=target.places(),
        # Nothing is created below a cell: it is the lowest organisation that a roster speaks of.
        create_cells=create_organizations and target.own_cell is None,
        today=today,
        own_cell=target.own_cell,
    )
    plan = plan_import(session, judged, target)
    plan.report.warnings[:0] = [*warnings_of_unread(tables), *warnings_of_headings(tables)]
    return plan


def _silently(_stage: str, _done: int, _total: int) -> None:
    """Nobody watches."""
