"""Loading the demo into an empty database: bulk rows for the past, the real services for what is about to happen."""

import io
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from flask import Flask, has_app_context
from sqlalchemy import select

from handbook.access.actor import SYSTEM, Actor, HeldOffice, OfficeTitle
from handbook.accounts.models import Account
from handbook.accounts.passwords import hash_password
from handbook.attendance.absences import request as request_absence
from handbook.audit.service import record
from handbook.demo import preparing
from handbook.demo.conference import convene_conference
from handbook.demo.life import ZONE, Chronicler
from handbook.demo.papers import make_papers
from handbook.demo.people import Block, Founder, Person, Unit
from handbook.demo.sizes import shape_of
from handbook.demo.store import Store
from handbook.demo.story import Storyteller
from handbook.documents.inspection import inspect_upload
from handbook.documents.service import Place, Upload, attach_paper
from handbook.kernel.db import db
from handbook.kernel.secrets import current_secrets
from handbook.kernel.storage import BlobStore
from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work
from handbook.meetings.enums import MeetingKind
from handbook.meetings.keys import new_sealed_key
from handbook.meetings.models import Meeting
from handbook.meetings.service import MeetingDraft, convene_meeting, create_meeting
from handbook.meetings.templates import template_for
from handbook.members.enums import MemberStatus
from handbook.notifications.enums import NoticeKind
from handbook.notifications.models import Notice
from handbook.organizations.models import Organization
from handbook.reports.rebuild import rebuild_rollups
from handbook.resolutions.enums import TaskState
from handbook.resolutions.models import Resolution, Task, TaskAssignee

SEED = 20260101
PASSWORD = "so-tay-demo-2026"
MEMBER, SECRETARY, STAFF, ADMINISTRATOR = "demo-member", "demo-secretary", "demo-staff", "demo-admin"
HOST, GUEST = "demo-host", "demo-guest"


class NotEmptyError(Exception):
    """The database holds organisations already; the demo is for a new one."""


@dataclass(frozen=True, slots=True)
class DemoLogins:
    """Who can sign in, all with one password, and where the demo's story takes place (ids).

    ``host`` is the secretary whose meeting is open now, ``guest`` a member of that cell who has not come yet.
    """

    member: str = MEMBER
    secretary: str = SECRETARY
    staff: str = STAFF
    administrator: str = ADMINISTRATOR
    host: str = HOST
    guest: str = GUEST
    password: str = PASSWORD
    block_id: int = 0
    cell_id: int = 0
    next_meeting_id: int = 0
    open_meeting_id: int = 0


def is_empty() -> bool:
    """Whether the database has no organisation and no account yet."""
    session = db.session
    return session.scalar(select(Organization.id).limit(1)) is None and (
        session.scalar(select(Account.id).limit(1)) is None
    )


def is_demo() -> bool:
    """Whether the demo was loaded into this database."""
    return has_login(MEMBER)


def has_login(login: str) -> bool:
    """Whether there is an account of this user name."""
    return db.session.scalar(select(Account.id).where(Account.user_name == login)) is not None


def load_demo(app: Flask, *, scale: float = 1.0, progress: Callable[[str], None] | None = None) -> DemoLogins:
    """Fill an empty, migrated database; one transaction, so that a broken load leaves nothing.

    ``scale`` 1.0 is the whole block of 78 grassroots organisations and 5,300 members, 0.02 a likeness of it. The same
    clock and scale give the same content, but for what is drawn for security: keys, seals and the password's salt.
    Raises :class:`NotEmptyError`.
    """
    tell = progress or (lambda _: None)
    with nullcontext() if has_app_context() else app.app_context():
        if not is_empty():
            raise NotEmptyError
        with unit_of_work() as uow:
            logins = _load(uow, app.extensions["handbook.blobs"], scale, tell)
        db.session.remove()
    return logins


def _load(uow: UnitOfWork, blobs: BlobStore, scale: float, tell: Callable[[str], None]) -> DemoLogins:
    random = Random(SEED)  # noqa: S311 - made-up data, not secrets
    now = uow.clock.now().replace(microsecond=0)
    store = Store()
    tell("members")
    founder = Founder(
        store,
        random,
        now=now,
        today=now.astimezone(ZONE).date(),
        password_hash=hash_password(PASSWORD),
        secrets=current_secrets(),
    )
    block = founder.found(shape_of(scale, random))
    cell, other = _cells_of_the_story(block)
    cast = _Cast.choose(founder, block, cell, other)
    tell("meetings")
    chronicler = Chronicler(store, random, now=now)
    chronicler.write(block, waiting=cell, gathering=other)
    open_id = chronicler.next_meeting_id()
    chronicler.gather(other, key=new_sealed_key(open_id), meeting_id=open_id, awaited=cast.guest)
    last_resolution = _give_tasks(store, cell, cast.member, today=chronicler.today)
    for unit in (cell, other):
        _tell_of_last_resolution(store, unit, now)
    founder.write_counts(block)
    tell("writing")
    store.flush(uow.session)
    tell("the story")
    teller = Storyteller(uow, random, current_secrets(), cell)
    teller.hold_meetings()
    member, secretary = teller.actor(cast.member), teller.actor(cast.secretary)
    preparing.report_on_tasks(last_resolution, random, member=member, secretary=secretary, uow=uow)
    preparing.subscribe_a_calendar(member, uow=uow)
    tell("tomorrow's meeting")
    meeting = _convene_for_tomorrow(uow, blobs, block, cell, cast)
    preparing.set_usual_day(meeting, meeting.starts_at.astimezone(ZONE), actor=secretary, uow=uow)
    asking = [
        teller.actor(person) for person in _plain(cell) if person.account_id and person is not cast.absentee
    ]
    preparing.send_opinions(meeting, asking, random, secretary=secretary, uow=uow)
    tell("a conference")
    convene_conference(block, other, actor=_actor(cast.staff, block.block, OfficeTitle.STAFF), uow=uow)
    tell("roll-ups")
    rebuild_rollups()
    record(uow, "demo:data:loaded", actor=SYSTEM, path=block.root.path, details={"scale": scale})
    return DemoLogins(
        block_id=block.block.id, cell_id=cell.id, next_meeting_id=meeting.id, open_meeting_id=open_id
    )


@dataclass(frozen=True, slots=True)
class _Cast:
    member: Person
    secretary: Person
    absentee: Person
    guest: Person
    staff: Person

    @classmethod
    def choose(cls, founder: Founder, block: Block, cell: Unit, other: Unit) -> "_Cast":
        """Give the logins to people of the block: of the cell that meets tomorrow and of the other that meets now."""
        secretary, host = cell.secretary, other.secretary
        if secretary is None or host is None:
            raise ValueError("a cell of the story has no secretary")
        member, absentee = _plain(cell)[:2]
        staff, guest = _plain(block.cells[0])[0], _plain(other)[0]
        logins = ((member, MEMBER), (secretary, SECRETARY), (staff, STAFF), (host, HOST), (guest, GUEST))
        for person, login in logins:
            if person.account_id is None:
                founder.account(person=person)
            founder.store.rows(Account)[int(person.account_id or 0) - 1]["user_name"] = login
        if absentee.account_id is None:
            founder.account(person=absentee)
        founder.office(block.block, OfficeTitle.STAFF, person=staff)
        administrator = founder.account(person=None, user_name=ADMINISTRATOR)
        founder.office(block.block, OfficeTitle.ADMINISTRATOR, account_id=administrator)
        member.diligence = 0.97
        # The chair of every meeting of the story.
        secretary.diligence = 1.3
        return cls(member, secretary, absentee, guest, staff)


def _plain(cell: Unit) -> list[Person]:
    """Official members without an office."""
    return [
        person
        for person in cell.people
        if person not in cell.officers and person.status is MemberStatus.OFFICIAL
    ]


def _cells_of_the_story(block: Block) -> tuple[Unit, Unit]:
    """The second and the third cell of the first committee: one meets tomorrow, the other now."""
    first = block.committees[0]
    inner = [cell for cell in block.cells if cell.parent is first]
    return inner[1], inner[2]


def _give_tasks(store: Store, cell: Unit, member: Person, *, today: date) -> int:
    """The tasks of the cell's last resolution are open, one of them since before yesterday; the demo member answers for the
    first two. Returns the resolution's id."""
    last = [row["id"] for row in store.rows(Resolution) if row["organization_id"] == cell.id][-1]
    tasks = [row for row in store.rows(Task) if row["resolution_id"] == last]
    taken = {(row["task_id"], row["member_id"]) for row in store.rows(TaskAssignee)}
    for number, task in enumerate(tasks):
        task["state"] = TaskState.OPEN.value
        task["due_on"] = today + timedelta(days=-2 if number == 1 else 9 + number)
        if number < 2 and (task["id"], member.id) not in taken:
            store.add_keyed(TaskAssignee, task_id=task["id"], member_id=member.id)
    return int(last)


def _tell_of_last_resolution(store: Store, cell: Unit, now: datetime) -> None:
    """The inbox of everybody in the cell knows its last resolution; every third person has read of it."""
    own = [row for row in store.rows(Resolution) if row["organization_id"] == cell.id]
    if not own:
        return
    told_at = max(row["created_at"] for row in own)
    for number, person in enumerate(person for person in cell.people if person.account_id is not None):
        store.add(
            Notice,
            account_id=person.account_id,
            kind=NoticeKind.RESOLUTION_ISSUED.value,
            slot=f"resolution_issued:{own[-1]['id']}",
            meeting_id=None,
            resolution_id=own[-1]["id"],
            params={},
            created_at=told_at,
            read_at=min(now, told_at + timedelta(hours=4)) if number % 3 == 2 else None,
            account_version=0,
        )


def _convene_for_tomorrow(
    uow: UnitOfWork, blobs: BlobStore, block: Block, cell: Unit, cast: _Cast
) -> Meeting:
    """Tomorrow at 19:30: made, furnished with papers and convened as a secretary does it."""
    organization = uow.session.get_one(Organization, cell.id)
    actor = _actor(cast.secretary, cell, OfficeTitle.SECRETARY)
    tomorrow = uow.clock.now().astimezone(ZONE).date() + timedelta(days=1)
    starts_at = datetime.combine(tomorrow, time(19, 30), tzinfo=ZONE)
    draft = MeetingDraft(
        kind=MeetingKind.REGULAR,
        title=f"Sinh hoạt chi bộ thường kỳ tháng {tomorrow:%m/%Y}",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        place="Phòng họp tầng 2",
        agenda=template_for(MeetingKind.REGULAR),
    )
    meeting = create_meeting(organization, draft, actor=actor, uow=uow)
    created = datetime.combine(tomorrow - timedelta(days=4), time(9, 0), tzinfo=ZONE)
    for paper in make_papers(block.committees[0].name, f"{tomorrow:%m/%Y}", created=created):
        item = meeting.agenda[paper.item - 1].id if paper.item else None
        stream = io.BytesIO(paper.content)
        inspected = inspect_upload(stream, paper.filename)
        stream.seek(0)
        upload = Upload(inspected, blobs.put(stream), stream, blobs)
        attach_paper(Place(cell.id, cell.path, meeting.id, item), upload, paper.title, actor=actor, uow=uow)
    convene_meeting(meeting, actor=actor, uow=uow)
    request_absence(meeting, "Đi công tác ngoài tỉnh", actor=_actor(cast.absentee, cell, None), uow=uow)
    return meeting


def _actor(person: Person, cell: Unit, title: OfficeTitle | None) -> Actor:
    offices = (HeldOffice(cell.id, cell.path, title),) if title else ()
    return Actor(
        account_id=person.account_id,
        member_id=person.id,
        organization_id=cell.id,
        path=cell.path,
        offices=offices,
    )
