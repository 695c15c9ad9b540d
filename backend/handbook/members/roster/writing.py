"""Writing what a plan says: in bulk, because a province's roster has thousands of rows."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy import delete, insert, select, update

from handbook.access.actor import Actor
from handbook.audit.models import AuditEntry
from handbook.kernel.secrets import current_secrets
from handbook.kernel.text import fold, sort_key
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.members.counts import refresh_member_counts
from handbook.members.events import MembershipChanged
from handbook.members.models import Member, Office, StatusChange
from handbook.members.roster.judge import MemberValues
from handbook.members.roster.matching import chunked
from handbook.members.roster.offices import ROSTER_TITLES, TITLES
from handbook.members.roster.plan import Change, Creation, ImportPlan, NewCell
from handbook.members.roster.sections import section_key
from handbook.members.roster.target import read_target
from handbook.members.service import CITIZEN_ID_CONTEXT, citizen_id_index
from handbook.organizations.enums import OrganizationKind
from handbook.organizations.models import Organization
from handbook.organizations.service import create_organization
from handbook.organizations.versions import bump_content_version, bury

_CHUNK = 500


def write_plan(
    uow: UnitOfWork,
    plan: ImportPlan,
    *,
    into: Organization,
    today: dt.date,
    actor: Actor,
    progress: Callable[[str, int, int], None],
) -> None:
    """Write the plan in the transaction at hand. Cells without any change keep their content version."""
    writer = _Writer(uow, into, today, actor)
    total = len(plan.creations) + len(plan.changes)
    writer.create_cells(plan.new_cells)
    keys = {creation.values.cell_key for creation in plan.creations}
    keys |= {change.values.cell_key for change in plan.changes}
    writer.locate_cells(keys, plan.new_cells)
    done = 0
    # Changes first: they may free a card number that a new member now bears.
    for change in plan.changes:
        writer.change(change)
        done += 1
    progress("save", done, total)
    for office_id, member_id in plan.replaced:
        writer.end_office(office_id, member_id)
    for chunk in chunked(plan.creations, _CHUNK):
        writer.create(chunk)
        done += len(chunk)
        progress("save", done, total)
    writer.finish()


class _Writer:
    def __init__(self, uow: UnitOfWork, into: Organization, today: dt.date, actor: Actor) -> None:
        self._uow = uow
        self._session = uow.session
        self._into = into
        self._today = today
        self._actor = actor
        self._secrets = current_secrets()
        self._cells: dict[str, tuple[int, str]] = {}
        self._touched: dict[int, str] = {}
        self._audit: list[dict[str, Any]] = []
        self._statuses: list[dict[str, Any]] = []
        self._offices: list[dict[str, Any]] = []
        self._changed_members: set[int] = set()
        self._request_id = structlog.contextvars.get_contextvars().get("request_id")

    # --- cells ------------------------------------------------------------------------------------

    def create_cells(self, new: dict[str, NewCell]) -> None:
        if not new:
            return
        known = read_target(self._session, self._into, self._today).sections
        sections: dict[str, Organization] = {}
        for key, cell in new.items():
            parent = self._into
            if cell.section:
                place = section_key(cell.section)
                if place not in sections:
                    sections[place] = self._section(cell.section, known.get(place))
                parent = sections[place]
            created = self._create(cell.name, OrganizationKind.CELL, parent)
            self._cells[key] = (created.id, created.path)

    def _section(self, name: str, known: int | None) -> Organization:
        if known is not None:
            return self._session.get_one(Organization, known)
        return self._create(name, OrganizationKind.SECTION, self._into)

    def _create(self, name: str, kind: OrganizationKind, parent: Organization) -> Organization:
        return create_organization(name=name, kind=kind, parent=parent, actor=self._actor, uow=self._uow)

    def locate_cells(self, keys: set[str], new: dict[str, NewCell]) -> None:
        target = read_target(self._session, self._into, self._today)
        for key in keys - new.keys():
            cell = target.cells[key]
            self._cells[key] = (cell.organization_id, cell.path)

    def _touch(self, organization_id: int, path: str) -> int:
        self._touched[organization_id] = path
        return bump_content_version(self._uow, organization_id)

    # --- members ----------------------------------------------------------------------------------

    def create(self, creations: list[Creation]) -> None:
        rows = [self._new_row(creation.values) for creation in creations]
        statement = insert(Member).returning(Member.id, sort_by_parameter_order=True)
        ids = list(self._session.execute(statement, rows).scalars())
        for member_id, creation in zip(ids, creations, strict=True):
            values = creation.values
            organization_id, path = self._cells[values.cell_key]
            status = str(values.derived_status)
            self._status(member_id, status, values.official_on or values.admitted_on)
            if values.post is not None:
                self._begin_office(member_id, organization_id, TITLES[values.post].value)
            self._note("members:member:created", member_id, path)
        self._flush_rows()

    def _new_row(self, values: MemberValues) -> dict[str, Any]:
        organization_id, path = self._cells[values.cell_key]
        return {
            "organization_id": organization_id,
            "full_name": values.full_name,
            "name_folded": fold(values.full_name),
            "name_sort": sort_key(values.full_name),
            "birth_date": values.birth_date,
            "sex": str(values.sex) if values.sex else None,
            "card_number": values.card_number,
            **self._sealed(values.citizen_id),
            "phone": values.phone,
            "status": str(values.derived_status),
            "admitted_on": values.admitted_on,
            "official_on": values.official_on,
            "post": values.post,
            "content_version": self._touch(organization_id, path),
            "row_version": 1,
            "created_at": self._uow.clock.now(),
        }

    def _sealed(self, citizen_id: str | None) -> dict[str, Any]:
        if citizen_id is None:
            return {"citizen_id_sealed": None, "citizen_id_index": None}
        return {
            "citizen_id_sealed": self._secrets.encrypt(citizen_id, CITIZEN_ID_CONTEXT),
            "citizen_id_index": citizen_id_index(citizen_id),
        }

    def change(self, change: Change) -> None:
        member = change.member
        organization_id, path = self._cells[change.values.cell_key]
        values = dict(change.fields)
        if "full_name" in values:
            values["name_folded"] = fold(values["full_name"])
            values["name_sort"] = sort_key(values["full_name"])
        if change.citizen_id:
            values.update(self._sealed(change.citizen_id))
        if change.moves_to:
            values["organization_id"] = organization_id
            self._touch(member.organization_id, member.path)
            bury(self._uow, member.organization_id, "member", member.id)
        self._session.execute(
            update(Member)
            .where(Member.id == member.id)
            .values(
                **values,
                content_version=self._touch(organization_id, path),
                row_version=Member.row_version + 1,
            )
            .execution_options(synchronize_session=False)
        )
        if "status" in values:
            self._status(member.id, values["status"], change.values.official_on)
        for office_id in change.ended:
            self.end_office(office_id, member.id)
        if change.title:
            self._begin_office(member.id, organization_id, change.title)
        if change.moves_to or change.title or "status" in values:
            self._changed_members.add(member.id)
        names = sorted({*change.fields, *(["citizen_id"] if change.citizen_id else [])})
        self._note(
            "members:member:moved" if change.moves_to else "members:member:updated",
            member.id,
            path,
            {"fields": names, **({"office": change.title} if change.title else {})},
        )

    # --- offices and what goes with them ------------------------------------------------------------

    def _begin_office(self, member_id: int, organization_id: int, title: str) -> None:
        self._offices.append(
            {
                "organization_id": organization_id,
                "member_id": member_id,
                "account_id": None,
                "title": title,
                "from_date": self._today,
                "to_date": None,
            }
        )

    def end_office(self, office_id: int, member_id: int) -> None:
        """The last day was yesterday; an office begun today by mistake never was."""
        office = self._session.execute(
            select(Office.from_date, Office.organization_id, Organization.path)
            .join(Organization, Organization.id == Office.organization_id)
            .where(Office.id == office_id, Office.title.in_(ROSTER_TITLES))
        ).one()
        if office.from_date >= self._today:
            self._session.execute(delete(Office).where(Office.id == office_id))
        else:
            yesterday = self._today - dt.timedelta(days=1)
            self._session.execute(update(Office).where(Office.id == office_id).values(to_date=yesterday))
        version = self._touch(office.organization_id, office.path)
        self._session.execute(
            update(Member)
            .where(Member.id == member_id)
            .values(content_version=version)
            .execution_options(synchronize_session=False)
        )
        self._changed_members.add(member_id)
        self._note("members:office:ended", member_id, office.path)

    def _status(self, member_id: int, status: str, effective_on: dt.date | None) -> None:
        self._statuses.append(
            {
                "member_id": member_id,
                "status": status,
                "effective_on": effective_on,
                "decision": None,
                "recorded_at": self._uow.clock.now(),
            }
        )

    def _note(self, tag: str, member_id: int, path: str, details: dict[str, Any] | None = None) -> None:
        self._audit.append(
            {
                "at": self._uow.clock.now(),
                "tag": tag,
                "actor_account_id": self._actor.account_id,
                "actor_member_id": self._actor.member_id,
                "subject_id": member_id,
                "member_id": member_id,
                "path": path,
                "details": details or {},
                "request_id": self._request_id,
            }
        )

    def _flush_rows(self) -> None:
        tables = ((StatusChange, self._statuses), (Office, self._offices), (AuditEntry, self._audit))
        for model, rows in tables:
            if rows:
                self._session.execute(insert(model), rows)
                rows.clear()

    def finish(self) -> None:
        self._flush_rows()
        self._session.expire_all()
        if self._touched:
            refresh_member_counts(self._uow, self._touched.values())
        for member_id in sorted(self._changed_members):
            self._uow.emit(MembershipChanged(member_id))
