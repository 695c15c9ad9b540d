"""A conference of the block, held at many sites the day after tomorrow: sites with their hosts, and delegates."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from handbook.access.actor import Actor
from handbook.conferences.delegates import write_delegates
from handbook.conferences.service import new_site
from handbook.demo.life import ZONE
from handbook.demo.people import Block, Person, Unit
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingKind
from handbook.meetings.models import Meeting
from handbook.meetings.service import MeetingDraft, convene_meeting, create_meeting
from handbook.meetings.sites import Site, SiteHost
from handbook.meetings.templates import template_for
from handbook.members.enums import MemberStatus
from handbook.organizations.models import Organization

SITES = 12
DELEGATES = 6


def convene_conference(block: Block, gathering: Unit, *, actor: Actor, uow: UnitOfWork) -> Meeting:
    """At eight in the morning of the day after tomorrow; the secretaries of the cells look after the sites, that of
    ``gathering``, who has a login, after one of them.
    """
    day = uow.clock.now().astimezone(ZONE).date() + timedelta(days=2)
    starts_at = datetime.combine(day, time(8, 0), tzinfo=ZONE)
    draft = MeetingDraft(
        kind=MeetingKind.CONFERENCE,
        title="Hội nghị học tập, quán triệt nghị quyết",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=3),
        place="Hội trường lớn",
        agenda=template_for(MeetingKind.CONFERENCE),
    )
    organization = uow.session.get_one(Organization, block.block.id)
    meeting = create_meeting(organization, draft, actor=actor, uow=uow)
    cells = _cells_with(gathering, block)
    sites = _sites_of(meeting, cells, uow)
    belong = {
        person.id: site.id for cell, site in zip(cells, sites, strict=True) for person in _sent_by(cell)
    }
    write_delegates(meeting, belong, actor=actor, uow=uow)
    convene_meeting(meeting, actor=actor, uow=uow)
    return meeting


def _cells_with(gathering: Unit, block: Block) -> list[Unit]:
    cells = list(block.cells[:SITES])
    return cells if gathering in cells else [*cells[:-1], gathering]


def _sites_of(meeting: Meeting, cells: Sequence[Unit], uow: UnitOfWork) -> list[Site]:
    sites = [
        new_site(
            meeting,
            number,
            f"Điểm cầu {_place_of(cell)}",
            f"Phòng họp {_place_of(cell)}, tầng 2",
            f"https://hop.example.vn/diem-cau-{number}",
        )
        for number, cell in enumerate(cells, 1)
    ]
    uow.session.add_all(sites)
    uow.session.flush()
    uow.session.add_all(
        SiteHost(site_id=site.id, member_id=cell.secretary.id, meeting_id=meeting.id)
        for cell, site in zip(cells, sites, strict=True)
        if cell.secretary is not None
    )
    return sites


def _place_of(cell: Unit) -> str:
    """Cells of different committees bear the same name."""
    name = cell.name.removeprefix("Chi bộ ")
    return f"{name}, {cell.parent.name.removeprefix('Đảng bộ ')}" if cell.parent else name


def _sent_by(cell: Unit) -> list[Person]:
    return [person for person in cell.people if person.status is MemberStatus.OFFICIAL][:DELEGATES]
