"""Writing who the delegates of a conference are and to which site each of them belongs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, bindparam, insert, select, update

from handbook.access.actor import Actor
from handbook.attendance.enums import Flag
from handbook.attendance.marking import locked_line
from handbook.attendance.models import Attendance
from handbook.attendance.rules import ATTENDING
from handbook.attendance.site_counters import recount_sites
from handbook.attendance.summons import summon_members
from handbook.audit.service import record_about_many
from handbook.conferences.cards import AT_ONCE, members_of_cards, members_of_ids
from handbook.conferences.errors import PresenceRecorded
from handbook.conferences.events import DelegatesSummoned
from handbook.conferences.queries import get_delegate
from handbook.conferences.service import require_preparable, touch_conference
from handbook.kernel.problems import FieldError, ValidationFailed
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.meetings.sites import Delegate, Site


@dataclass(frozen=True, slots=True)
class Added:
    """How many delegates are new, changed the site, or belonged to it already."""

    created: int
    moved: int
    unchanged: int


def add_delegates(
    meeting: Meeting,
    *,
    card_numbers: Sequence[str],
    member_ids: Sequence[int] = (),
    site_id: int,
    actor: Actor,
    uow: UnitOfWork,
) -> Added:
    """Let the holders of these cards, and these members, be delegates of this site; the meeting is locked by the caller.

    After the convening they are summoned at once. Raises :class:`ValidationFailed` with every card and every id that names
    nobody of the conference's tree (``unknown``) or somebody who is neither official nor probationary (``not_eligible``).
    """
    require_preparable(meeting)
    site = _site_of(meeting, site_id, uow)
    by_card = members_of_cards(meeting, card_numbers, uow)
    by_id = members_of_ids(meeting, member_ids, uow)
    named = [(f"/card_numbers/{place}", by_card.get(card)) for place, card in enumerate(card_numbers)]
    named += [(f"/member_ids/{place}", by_id.get(id_)) for place, id_ in enumerate(member_ids)]
    wrong = [
        FieldError(pointer, "unknown" if holder is None else "not_eligible")
        for pointer, holder in named
        if holder is None or not holder.is_eligible
    ]
    if wrong:
        raise ValidationFailed(*wrong)
    chosen = {holder.id: site.id for _, holder in named if holder is not None}
    return write_delegates(meeting, chosen, actor=actor, uow=uow)


def write_delegates(meeting: Meeting, sites: Mapping[int, int], *, actor: Actor, uow: UnitOfWork) -> Added:
    """Let each of these members (by id) belong to that site, whatever was before; those who are summoned move with it."""
    known = {
        row.member_id: row.site_id
        for row in uow.session.execute(
            select(Delegate.member_id, Delegate.site_id).where(Delegate.meeting_id == meeting.id)
        )
    }
    new = {member_id: site_id for member_id, site_id in sites.items() if member_id not in known}
    moved = {
        member_id: site_id for member_id, site_id in sites.items() if known.get(member_id, site_id) != site_id
    }
    if new:
        rows = [
            {"meeting_id": meeting.id, "member_id": id_, "site_id": site_id} for id_, site_id in new.items()
        ]
        uow.session.execute(insert(Delegate), rows)
    if moved:
        _move(meeting, moved, uow)
    if new or moved:
        for action, members in (("added", new), ("moved", moved)):
            record_about_many(
                uow,
                f"conferences:delegate:{action}",
                actor=actor,
                subject_id=meeting.id,
                member_ids=sorted(members),
                path=meeting.organization.path,
                details={},
            )
        touch_conference(meeting, uow=uow)
        _settle(meeting, uow)
    if new and meeting.state != MeetingState.DRAFT:
        uow.emit(DelegatesSummoned(meeting.id, meeting.organization_id, tuple(sorted(new))))
    return Added(len(new), len(moved), len(sites) - len(new) - len(moved))


def move_delegate(meeting: Meeting, member_id: int, site_id: int, *, actor: Actor, uow: UnitOfWork) -> None:
    """Let a delegate belong to another site. Raises :class:`NotFound` for somebody who is none."""
    require_preparable(meeting)
    get_delegate(meeting, member_id)
    write_delegates(meeting, {member_id: _site_of(meeting, site_id, uow).id}, actor=actor, uow=uow)


def remove_delegate(meeting: Meeting, member_id: int, *, actor: Actor, uow: UnitOfWork) -> None:
    """Take out a delegate. Raises :class:`PresenceRecorded` for one who was there."""
    require_preparable(meeting)
    delegate = get_delegate(meeting, member_id)
    line = locked_line(meeting.id, member_id, uow)
    if line is not None:
        if line.state in ATTENDING or line.checked_in_at is not None:
            raise PresenceRecorded
        uow.session.delete(line)
    uow.session.delete(delegate)
    record_about_many(
        uow,
        "conferences:delegate:removed",
        actor=actor,
        subject_id=meeting.id,
        member_ids=[member_id],
        path=meeting.organization.path,
        details={},
    )
    touch_conference(meeting, uow=uow)
    _settle(meeting, uow)


def _settle(meeting: Meeting, uow: UnitOfWork) -> None:
    """Summon who is new once the conference is convened, and count anew."""
    uow.session.flush()
    if meeting.state == MeetingState.DRAFT:
        recount_sites(uow.session.connection(), meeting.id)
    else:
        summon_members(meeting, uow=uow)
    for row in uow.session.identity_map.values():
        if isinstance(row, Site):
            uow.session.expire(row)


def _move(meeting: Meeting, sites: Mapping[int, int], uow: UnitOfWork) -> None:
    """The lines of the roll go with their delegates; who attends stays where he or she was recorded."""
    uow.session.execute(
        update(Delegate.__table__)
        .where(Delegate.meeting_id == meeting.id, Delegate.member_id == bindparam("of_member"))
        .values(site_id=bindparam("to_site")),
        [{"of_member": member_id, "to_site": site_id} for member_id, site_id in sites.items()],
    )
    for line in _lines_of(meeting, sites, uow):
        to = sites[line.member_id]
        if line.state not in ATTENDING:
            line.site_id = to
        line.home_site_id = to
        kept = [flag for flag in line.flags if flag != Flag.OTHER_SITE]
        line.flags = kept if line.site_id == to else [*kept, Flag.OTHER_SITE.value]
    uow.session.flush()


def _lines_of(meeting: Meeting, member_ids: Iterable[int], uow: UnitOfWork) -> Iterable[Attendance]:
    wanted = sorted(member_ids)
    for start in range(0, len(wanted), AT_ONCE):
        some: ColumnElement[bool] = Attendance.member_id.in_(wanted[start : start + AT_ONCE])
        yield from uow.session.scalars(
            select(Attendance).where(and_(Attendance.meeting_id == meeting.id, some))
        )


def _site_of(meeting: Meeting, site_id: int, uow: UnitOfWork) -> Site:
    site = uow.session.get(Site, site_id)
    if site is None or site.meeting_id != meeting.id:
        raise ValidationFailed(FieldError("/site_id", "unknown"))
    return site
