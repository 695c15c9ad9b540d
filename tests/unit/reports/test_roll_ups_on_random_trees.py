"""Kept figures against a slow, obvious count of the raw rows, on random trees with random meetings, on both databases."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.support.factories import World

from handbook.access.actor import SYSTEM
from handbook.attendance.counters import recount
from handbook.attendance.events import AttendanceCorrected
from handbook.attendance.models import Attendance
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work
from handbook.meetings.models import Meeting
from handbook.organizations.enums import OrganizationKind as K
from handbook.organizations.models import Organization
from handbook.organizations.service import create_organization
from handbook.reports import rebuild
from handbook.reports.models import CellMonth, DirtyMonth, OpenedMonth, OrganizationMonth
from handbook.reports.roll_up import open_month, roll_up

STATUSES = ["official", "probationary", "exempt", "temporary_in", "temporary_out", "transferred"]
FREE = ("exempt", "temporary_out", "transferred")
STATES = [None, "present", "late", "excused", "unexcused", "exempt"]
ROLE_COUNT = 5
MONTHS = ["2026-09", "2026-10", "2026-11", "2026-12"]


@dataclass(frozen=True)
class PlannedMeeting:
    """A meeting of the ``where``-th organisation; ``roll`` is status and state of each of the first members of the world."""

    where: int
    month: int
    hour: int
    kind: str
    state: str
    roll: tuple[tuple[str, str | None], ...]


meetings = st.builds(
    PlannedMeeting,
    where=st.integers(0, 40),
    month=st.integers(0, 3),
    hour=st.sampled_from([0, 17, 300, 743]),
    kind=st.sampled_from(["regular", "regular", "thematic", "conference"]),
    state=st.sampled_from(["convened", "closed", "closed", "finalized", "cancelled"]),
    roll=st.lists(
        st.tuples(st.sampled_from(STATUSES), st.sampled_from(STATES)), min_size=1, max_size=ROLE_COUNT
    ).map(tuple),
)
# Each node: which earlier node is its parent, and whether it is a cell, a committee or a group.
trees = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from([K.CELL, K.CELL, K.SECTION, K.GROUP])),
    min_size=1,
    max_size=9,
)


@pytest.fixture
def ground(app: Flask, world: World) -> Iterator[World]:
    return world


@settings(
    max_examples=12,
    deadline=None,
    # Shrinking would rebuild databases for minutes; the printed example is small enough to read.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(tree=trees, planned=st.lists(meetings, max_size=8), rolled=st.sets(st.integers(0, 8)))
@pytest.mark.usefixtures("engine_name")
def test_roll_ups_equal_the_slow_count(ground: World, tree, planned, rolled) -> None:
    _wipe(ground)
    ids = _grow(ground, tree)
    with unit_of_work() as uow:
        open_month(uow, "2026-10")
    for number, plan in enumerate(planned):
        _hold(ground, ids, plan, number)
        if number in rolled:
            roll_up(limit=1)
    while roll_up():
        continue
    _compare()
    _mend_what_is_broken()


def _wipe(world: World) -> None:
    """Back to the world's six organisations, without any meeting."""
    with unit_of_work() as uow:
        for model in (Attendance, Meeting, CellMonth, OrganizationMonth, DirtyMonth, OpenedMonth):
            uow.session.execute(db.delete(model))
        keep = [organization.id for organization in world.organizations.values()]
        grown = (
            db.select(Organization.id).where(Organization.id.not_in(keep)).order_by(Organization.id.desc())
        )
        for id_ in uow.session.scalars(grown).all():
            uow.session.execute(db.delete(Organization).where(Organization.id == id_))
    db.session.remove()


def _grow(world: World, tree: list[tuple[int, K]]) -> list[int]:
    """Add the nodes below the root; cells and groups bear no cells, so their would-be children go to the root."""
    with unit_of_work() as uow:
        root = uow.session.get_one(Organization, world.organizations["root"].id)
        nodes = [root]
        for number, (parent, kind) in enumerate(tree):
            above = nodes[parent % len(nodes)]
            if above.kind == K.GROUP or (above.kind == K.CELL and kind != K.GROUP):
                above = root
            nodes.append(
                create_organization(
                    name=f"N {number}", kind=kind, parent=above, actor=SYSTEM, uow=uow, code=f"n{number}"
                )
            )
    return list(db.session.scalars(db.select(Organization.id).order_by(Organization.id)))


def _hold(world: World, ids: list[int], plan: PlannedMeeting, number: int) -> None:
    # 17:00 UTC is midnight in Hanoi: hours 0 and 743 lie at the edges of the month there.
    starts_at = (
        datetime(2026, 9 + plan.month, 1, tzinfo=UTC) - timedelta(hours=7) + timedelta(hours=plan.hour)
    )
    members = sorted(member.id for member in world.members.values())
    with unit_of_work() as uow:
        organization_id = ids[plan.where % len(ids)]
        meeting = Meeting(
            organization_id=organization_id,
            kind=plan.kind,
            title=f"M {number}",
            state=plan.state,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            closed_at=starts_at + timedelta(hours=2) if plan.state in ("closed", "finalized") else None,
            convened_at=starts_at - timedelta(days=3),
            place="P",
            content_version=1,
            created_at=starts_at - timedelta(days=3),
        )
        uow.session.add(meeting)
        uow.session.flush()
        for member_id, (status, state) in zip(members, plan.roll, strict=False):
            uow.session.add(
                Attendance(
                    meeting_id=meeting.id,
                    member_id=member_id,
                    member_status=status,
                    state=state,
                    flags=[],
                    content_version=1,
                )
            )
        uow.session.flush()
        recount(uow.session.connection(), meeting.id)
        uow.emit(AttendanceCorrected(meeting.id, organization_id))


def _slow_count(organization: Organization, month: str, *, below: bool) -> dict[str, int]:
    """Every attendance row, one by one."""
    wanted = dict.fromkeys(CellMonth.FIELDS, 0)
    for other in db.session.scalars(db.select(Organization)):
        inside = other.path.startswith(organization.path) if below else other.id == organization.id
        if not inside or other.kind == K.GROUP:
            continue
        held = [
            meeting
            for meeting in db.session.scalars(db.select(Meeting).where(Meeting.organization_id == other.id))
            if (meeting.starts_at + timedelta(hours=7)).strftime("%Y-%m") == month
        ]
        if other.kind == K.CELL:
            met = any(m.kind == "regular" and m.state in ("closed", "finalized") for m in held)
            coming = any(m.kind == "regular" and m.state == "convened" for m in held)
            wanted["cells"] += 1
            wanted["cells_met"] += met
            wanted["cells_planned"] += coming and not met
        for meeting in held:
            if meeting.state not in ("closed", "finalized"):
                continue
            wanted["meetings"] += 1
            for line in db.session.scalars(db.select(Attendance).where(Attendance.meeting_id == meeting.id)):
                wanted["summoned"] += 1
                if line.state == "exempt" and line.member_status not in FREE:
                    wanted["excused"] += 1
                elif line.state:
                    wanted[line.state] += 1
    return wanted


def _compare() -> None:
    db.session.remove()
    opened = set(db.session.scalars(db.select(OpenedMonth.month)))
    assert "2026-10" in opened
    for organization in db.session.scalars(db.select(Organization)):
        for month in opened:
            if organization.kind == K.CELL:
                row = db.session.get(CellMonth, (organization.id, month))
            else:
                row = db.session.get(OrganizationMonth, (organization.id, month))
            slow = _slow_count(organization, month, below=organization.kind != K.CELL)
            assert row is not None
            assert {name: getattr(row, name) for name in CellMonth.FIELDS} == slow, (organization.name, month)
    for row in db.session.scalars(db.select(CellMonth).where(CellMonth.month.not_in(opened))):
        assert row.figures.meetings == 0


def _mend_what_is_broken() -> None:
    assert rebuild.rebuild_rollups() == []
    with unit_of_work() as uow:
        _break(uow)
    found = [(d.table, d.field, d.kept) for d in rebuild.rebuild_rollups()]
    assert found == [("organization_months", "present", 1000)]
    assert rebuild.rebuild_rollups() == []


def _break(uow: UnitOfWork) -> None:
    row = uow.session.scalars(
        db.select(OrganizationMonth).where(OrganizationMonth.month == "2026-10")
    ).first()
    assert row is not None
    row.present = 1000
