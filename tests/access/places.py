"""The objects of the access matrix: one of every kind in three organisations, and what each actor owns."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

from flask import Flask, current_app
from sqlalchemy import select
from tests.conftest import NOW
from tests.support import files
from tests.support.factories import World

from handbook.access.actor import SYSTEM, Actor, OfficeTitle
from handbook.attendance.enums import AttendanceState
from handbook.attendance.marking import mark_attendance
from handbook.attendance.models import AbsenceRequest, Attendance
from handbook.ballots.models import Ballot
from handbook.calendars.models import CalendarFeed
from handbook.conferences.delegates import write_delegates
from handbook.conferences.service import new_site
from handbook.documents.models import Blob, Paper
from handbook.kernel.jobs import Job
from handbook.kernel.secrets import current_secrets
from handbook.kernel.storage import current_blobs
from handbook.kernel.text import fold, sort_key
from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work
from handbook.meetings.enums import MeetingKind
from handbook.meetings.models import Meeting
from handbook.meetings.service import (
    MeetingDraft,
    close_meeting,
    convene_meeting,
    create_meeting,
    open_meeting,
)
from handbook.members.enums import MemberStatus
from handbook.members.models import Member
from handbook.minutes.document import digest
from handbook.minutes.models import Minutes, MinutesSignature
from handbook.minutes.queries import describe_minutes
from handbook.minutes.service import compose_minutes
from handbook.minutes.signing import add_addendum
from handbook.notifications.models import Delivery, Notice, Reminder
from handbook.opinions.models import Opinion
from handbook.organizations.models import Organization
from handbook.resolutions.models import Resolution, Task
from handbook.scores.models import MeetingScore
from handbook.scores.service import open_scoring

PLACES = ("cell", "committee", "far_cell")
FEED_TOKEN = "lich-cua-ma-tran"
SIGNED_PAGE = files.png(8, 8)
SIGNED_PAGE_KEY = hashlib.sha256(SIGNED_PAGE).hexdigest()
ROLES = (
    *("anonymous", "member", "secretary", "beside_staff", "staff"),
    *("root_staff", "far_staff", "administrator"),
)
START = datetime(2026, 12, 3, 12, 30, tzinfo=UTC)
AHEAD = frozenset({"meeting", "meeting_to_open", "meeting_to_cancel"})


def fill_the_room(meeting: Meeting, *, actor: Actor, uow: UnitOfWork) -> None:
    """Record everybody who was summoned as present, and let them score the meeting."""
    lines = select(Attendance.member_id).where(Attendance.meeting_id == meeting.id)
    for member_id in uow.session.scalars(lines).all():
        mark_attendance(meeting, member_id, AttendanceState.PRESENT, actor=actor, uow=uow)
    open_scoring(meeting, actor=actor, uow=uow, secrets=current_secrets())


# Kinds of meetings and how each came to its state; what is done to one must not be in the way of the next route.
STEPS: dict[str, tuple[Callable[..., Any], ...]] = {
    "meeting": (convene_meeting,),
    "meeting_to_open": (convene_meeting,),
    "meeting_to_cancel": (convene_meeting,),
    "open_meeting": (convene_meeting, open_meeting),
    "meeting_to_close": (convene_meeting, open_meeting),
    "meeting_to_reopen": (convene_meeting, open_meeting, close_meeting),
    "meeting_to_unopen": (convene_meeting, open_meeting),
    "meeting_to_finalize": (convene_meeting, open_meeting, close_meeting),
    "minuted_meeting": (convene_meeting, open_meeting),
    "full_meeting": (convene_meeting, open_meeting, fill_the_room),
    "scored_meeting": (convene_meeting, open_meeting, close_meeting),
    "read_meeting": (convene_meeting, open_meeting, close_meeting),
    "signed_meeting": (convene_meeting, open_meeting, close_meeting),
}
RESULT: dict[str, Any] = {
    "opened_at": NOW,
    "closed_at": NOW,
    "denominator": 4,
    "voters_present": 4,
    "required": 3,
    "majority_share": "1/2",
    "majority_at_least": False,
    "agree": 3,
    "disagree": 1,
    "other": 0,
    "passed": True,
}
BALLOTS_TO_CHANGE = (
    *(("ballot_to_open", "draft"), ("ballot_to_close", "open"), ("ballot_to_begin", "open")),
    *(("ballot_to_withdraw", "open"), ("ballot_to_reserve", "closed")),
)
RESOLUTIONS = (
    *(("draft_resolution", "draft"), ("resolution", "issued")),
    *(("resolution_to_issue", "draft"), ("resolution_to_revoke", "issued")),
)


@dataclass(slots=True)
class Objects:
    """Ids by (kind, place); for what belongs to an account, by (kind, role)."""

    ids: dict[tuple[str, str], int] = field(default_factory=dict)
    models: dict[str, type[Any]] = field(default_factory=dict)

    def put(self, kind: str, where: str, row: Any) -> None:
        self.ids[kind, where] = row.id
        self.models[kind] = type(row)


def furnish(app: Flask, world: World) -> Objects:
    """Make the objects; ``beside_staff`` holds an office in the neighbouring cell."""
    objects = Objects()
    with app.test_request_context(), unit_of_work() as uow:
        world.tokens["beside_staff"] = world.tokens["other_member"]
        world.accounts["beside_staff"] = world.accounts["other_member"]
        world.members["beside_staff"] = world.members["other_member"]
        world.give_office("beside_staff", "other_cell", OfficeTitle.STAFF, uow=uow)
        members = {"cell": "second_member", "committee": "other_secretary", "far_cell": "far_member"}
        for place in PLACES:
            _furnish_place(uow, objects, world, place, world.members[members[place]].id)
        for role in ROLES[1:]:
            _furnish_account(uow, objects, world, role)
    return objects


def _furnish_place(uow: UnitOfWork, objects: Objects, world: World, place: str, member_id: int) -> None:
    organization = uow.session.get_one(Organization, world.organizations[place].id)
    objects.put("organization", place, organization)
    objects.put("member", place, uow.session.get_one(Member, member_id))
    draft = MeetingDraft(
        kind=MeetingKind.REGULAR,
        title="Sinh hoạt",
        starts_at=START,
        ends_at=START + timedelta(hours=2),
        place="Hội trường",
    )
    for kind in ("draft", "draft_to_convene"):
        objects.put(kind, place, create_meeting(organization, draft, actor=SYSTEM, uow=uow))
    for kind, steps in STEPS.items():
        starts_at = START if kind in AHEAD else NOW
        times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}
        made = create_meeting(organization, replace(draft, **times), actor=SYSTEM, uow=uow)
        for step in steps:
            step(made, actor=SYSTEM, uow=uow)
        objects.put(kind, place, made)
    meeting = uow.session.get_one(Meeting, objects.ids["meeting", place])
    newcomer = _newcomer(organization.id, place, uow)
    uow.session.add(newcomer)
    uow.session.flush()
    objects.put("newcomer", place, newcomer)
    _furnish_conference(uow, objects, draft, place)
    now = uow.clock.now()
    stored = current_app.extensions["handbook.blobs"].put(BytesIO(b"%PDF-1.7"))
    if uow.session.get(Blob, stored.key) is None:
        uow.session.add(Blob(sha256=stored.key, size=stored.size, reference_count=2 * len(PLACES)))
    uow.session.flush()
    request = AbsenceRequest(
        meeting_id=meeting.id, member_id=member_id, reason="Đi công tác", created_at=now, content_version=1
    )
    resolutions = {
        kind: Resolution(
            organization_id=organization.id,
            type="resolution",
            symbol=f"0{number}-NQ/CB",
            number=number,
            term="2025-2030",
            title="Nghị quyết",
            body="Nội dung",
            state=state,
            issued_on=now.date() if state == "issued" else None,
            content_version=1,
            created_at=now,
        )
        for number, (kind, state) in enumerate(RESOLUTIONS, 1)
    }
    papers = {
        kind: Paper(
            organization_id=organization.id,
            meeting_id=meeting.id,
            sha256=stored.key,
            title="Tài liệu",
            filename="tai-lieu.pdf",
            media_type="application/pdf",
            size=stored.size,
            attached_at=now,
        )
        for kind in ("paper", "paper_to_remove")
    }
    job = Job(
        name="members.import_roster",
        key=f"matrix:{place}",
        args={"organization_id": organization.id, "dry_run": True, "create_organizations": False},
        due_at=now,
        created_at=now,
        state="done",
        attempts=1,
    )
    uow.session.add_all([request, job, *papers.values(), *resolutions.values()])
    uow.session.flush()
    objects.put("absence_request", place, request)
    opinion = Opinion(
        key=str(uuid4()),
        meeting=meeting,
        member_id=member_id,
        kind="question",
        text="Bao giờ sửa đường?",
        created_at=now,
        changed_at=now,
    )
    uow.session.add(opinion)
    uow.session.flush()
    objects.put("opinion", place, opinion)
    _furnish_ballots(uow, objects, meeting, place)
    _furnish_minutes(uow, objects, world, place, member_id)
    objects.put("roster_import", place, job)
    for kind, row in (papers | resolutions).items():
        objects.put(kind, place, row)
    task = Task(resolution=resolutions["resolution"], position=0, title="Một việc", due_on=now.date())
    uow.session.add(task)
    uow.session.flush()
    objects.put("task", place, task)
    _furnish_scores(uow, objects, place)


def _furnish_conference(uow: UnitOfWork, objects: Objects, draft: MeetingDraft, place: str) -> None:
    """A convened conference with a site to which the member belongs, and one to which nobody does."""
    organization = uow.session.get_one(Organization, objects.ids["organization", place])
    fields = replace(draft, kind=MeetingKind.CONFERENCE, title="Hội nghị")
    meeting = create_meeting(organization, fields, actor=SYSTEM, uow=uow)
    for number, (kind, name) in enumerate(
        (("site", "Điểm cầu chính"), ("site_to_remove", "Điểm cầu phụ")), 1
    ):
        site = new_site(meeting, number, name, None, None)
        uow.session.add(site)
        uow.session.flush()
        objects.put(kind, place, site)
    sites = {objects.ids["member", place]: objects.ids["site", place]}
    write_delegates(meeting, sites, actor=SYSTEM, uow=uow)
    convene_meeting(meeting, actor=SYSTEM, uow=uow)
    objects.put("conference", place, meeting)
    request = AbsenceRequest(
        meeting_id=meeting.id,
        member_id=objects.ids["member", place],
        reason="Ốm",
        created_at=uow.clock.now(),
        content_version=1,
    )
    ballot = Ballot(
        meeting_id=meeting.id,
        key=str(uuid4()),
        title="Thông qua chương trình",
        kind="resolution",
        method="hand",
        state="draft",
        created_at=uow.clock.now(),
    )
    uow.session.add_all([request, ballot])
    uow.session.flush()
    objects.put("conference_request", place, request)
    objects.put("conference_ballot", place, ballot)


def _furnish_scores(uow: UnitOfWork, objects: Objects, place: str) -> None:
    """Scorings under way in two meetings: one with enough sheets to be closed, one whose sheets are of paper."""
    for kind, meeting in (("score_to_close", "open_meeting"), ("score_on_paper", "scored_meeting")):
        held = uow.session.get_one(Meeting, objects.ids[meeting, place])
        held.present_count = 8
        score = MeetingScore(
            meeting_id=held.id,
            criteria=[{"title": "Nền nếp", "points": 100}],
            sheets=3,
            opened_at=uow.clock.now(),
        )
        uow.session.add(score)
        uow.session.flush()
        objects.put(kind, place, score)


def _furnish_ballots(uow: UnitOfWork, objects: Objects, meeting: Meeting, place: str) -> None:
    """An open ballot and a proposed one; the box is the same for everybody, so the cell's stands for all."""
    ballots = {
        kind: Ballot(
            meeting_id=meeting.id,
            key=str(uuid4()),
            title="Thông qua nghị quyết",
            kind="resolution",
            method="phone",
            state=state,
            created_at=uow.clock.now(),
        )
        for kind, state in (("ballot", "open"), ("draft_ballot", "draft"))
    } | {
        kind: Ballot(
            meeting_id=objects.ids["open_meeting", place],
            key=str(uuid4()),
            title="Thông qua nghị quyết",
            kind="resolution",
            method="secret" if kind == "ballot_to_begin" else "phone",
            state=state,
            created_at=uow.clock.now(),
            **(RESULT if state == "closed" else {}),
        )
        for kind, state in BALLOTS_TO_CHANGE
    }
    ballots["ballot_in_full_room"] = Ballot(
        meeting_id=objects.ids["full_meeting", place],
        key=str(uuid4()),
        title="Thông qua nghị quyết",
        kind="resolution",
        method="phone",
        state="open",
        created_at=uow.clock.now(),
    )
    uow.session.add_all(ballots.values())
    uow.session.flush()
    for kind, ballot in ballots.items():
        objects.put(kind, place, ballot)
    objects.ids.setdefault(("ballot", "self"), ballots["ballot"].id)


def _furnish_minutes(uow: UnitOfWork, objects: Objects, world: World, place: str, member_id: int) -> None:
    """A draft, minutes that were read out, and signed ones, in which people are named who play no part in the matrix."""
    for kind in ("minuted", "read", "signed"):
        meeting = uow.session.get_one(Meeting, objects.ids[f"{kind}_meeting", place])
        minutes = compose_minutes(meeting, None, actor=SYSTEM, uow=uow)
        minutes.chair_id, minutes.minute_taker_id = member_id, world.members["deputy"].id
        minutes.named_by_hand = True
        if kind == "read":
            minutes.state = "read_back"
        if kind == "signed":
            minutes.frozen = describe_minutes(minutes)
            minutes.content_hash = digest(minutes.frozen)
            minutes.state, minutes.signed_at = "signed", uow.clock.now()
            _sign_on_paper(uow, minutes)
            add_addendum(minutes, "Phòng số 3.", actor=SYSTEM, uow=uow)
            objects.ids["addendum", place] = 1
        uow.session.flush()
        objects.put(f"minutes_of_{kind}", place, minutes)


def _sign_on_paper(uow: UnitOfWork, minutes: Minutes) -> None:
    """The signature of the chair, on a page whose scan is kept."""
    stored = current_blobs().put(BytesIO(SIGNED_PAGE))
    blob = uow.session.get(Blob, stored.key)
    if blob is None:
        uow.session.add(blob := Blob(sha256=stored.key, size=stored.size, reference_count=0))
    blob.reference_count += 1
    assert minutes.chair_id is not None
    assert minutes.content_hash is not None
    minutes.signatures.append(
        MinutesSignature(
            part=0,
            role="chair",
            member_id=minutes.chair_id,
            full_name="Mai Thị Chủ Trì",
            content_hash=minutes.content_hash,
            signed_at=uow.clock.now(),
            scan_sha256=stored.key,
            scan_media_type="image/png",
            recorded_by_name="Trần Thị Phó",
        )
    )


def _newcomer(organization_id: int, place: str, uow: UnitOfWork) -> Member:
    """Somebody who was never given a code."""
    name = "Mai Thị Mới Đến"
    return Member(
        organization_id=organization_id,
        full_name=name,
        name_folded=fold(name),
        name_sort=sort_key(name),
        birth_date=START.date().replace(year=1995),
        sex="female",
        card_number=f"98.{PLACES.index(place):06d}",
        status=MemberStatus.OFFICIAL.value,
        admitted_on=START.date().replace(year=2020),
        official_on=START.date().replace(year=2021),
        created_at=uow.clock.now(),
    )


def _furnish_account(uow: UnitOfWork, objects: Objects, world: World, role: str) -> None:
    now, account = uow.clock.now(), world.accounts[role]
    member = world.members.get(role)
    notice = Notice(account_id=account.id, kind="meeting_convened", slot=f"matrix:{role}", created_at=now)
    reminder = Reminder(
        slot=f"matrix:{role}",
        kind="meeting_convened",
        step="now",
        due_at=now,
        created_at=now,
        state="planned",
    )
    feed = CalendarFeed(
        account_id=account.id, token_hash=f"matrix-{role}", name="", titles="neutral", created_at=now
    )
    uow.session.add_all([notice, reminder, feed])
    if role == "member":
        token_hash = hashlib.sha256(FEED_TOKEN.encode()).hexdigest()
        uow.session.add(
            CalendarFeed(
                account_id=account.id, token_hash=token_hash, name="", titles="neutral", created_at=now
            )
        )
    uow.session.flush()
    objects.put("calendar_feed", role, feed)
    delivery = Delivery(
        slot=f"matrix:{role}",
        reminder_id=reminder.id,
        member_id=member.id if member else world.members["member"].id,
        account_id=account.id,
        state="accepted",
        created_at=now,
    )
    uow.session.add(delivery)
    uow.session.flush()
    objects.put("notice", role, notice)
    objects.put("delivery", role, delivery)
