"""Reading the roll: the whole of it, that of some sites of a conference, or one's own line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, not_, or_, select
from sqlalchemy.orm import lazyload

from handbook.access.actor import Actor
from handbook.access.guards import may
from handbook.access.permissions import Permission
from handbook.attendance.enums import AttendanceState as S
from handbook.attendance.keeping import of_sites
from handbook.attendance.models import Attendance
from handbook.attendance.queries import LINES, find_line, guests_of, name_marks_of, quorum_share
from handbook.attendance.rules import ATTENDING, is_free, is_quorum_reached, quorum_required
from handbook.kernel.concurrency import etag_of, heed_match
from handbook.kernel.db import db
from handbook.kernel.pagination import Page, paginate_rows
from handbook.kernel.problems import NotFound
from handbook.kernel.text import like_pattern
from handbook.meetings.enums import MeetingKind
from handbook.meetings.models import Meeting
from handbook.meetings.queries import counts_from, kept_counts
from handbook.meetings.sites import Site, has_sites, hosted_site_ids, sites_version
from handbook.members.enums import MemberStatus
from handbook.members.models import Member
from handbook.members.naming import with_mark
from handbook.organizations.models import Organization

COMBINED_PAGE = 200
# In the tag of a roll, for who reads all of it.
WHOLE = "all"


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a roll somebody reads. ``sites`` None: of all sites; ``whole`` false and no sites: the own line alone.

    ``pages``: the combined roll of a conference comes page by page unless somebody asks for one site of it.
    """

    whole: bool
    sites: tuple[int, ...] | None = None
    pages: bool = False

    @property
    def sees_lines(self) -> bool:
        return self.whole or bool(self.sites)


def scope_of(meeting: Meeting, *, actor: Actor, site_id: int | None = None) -> Scope:
    """The lines that this reader may see; ``site_id`` narrows them. Raises :class:`NotFound` for a site that is not theirs."""
    if may(actor, Permission.ATTENDANCE_READ, meeting.target):
        if site_id is None:
            return Scope(True, None, has_sites(meeting))
        site = db.session.get(Site, site_id)
        if site is None or site.meeting_id != meeting.id:
            raise NotFound
        return Scope(True, (site_id,))
    hosted = tuple(hosted_site_ids(meeting.id, actor))
    if site_id is None:
        return Scope(False, hosted)
    if site_id not in hosted:
        raise NotFound
    return Scope(False, (site_id,))


def roll_etag(meeting: Meeting, scope: Scope, *, actor: Actor) -> str:
    """The entity tag of the roll as this reader sees it; it moves with every line and with the names of members."""
    seen: str | int | None = actor.member_id
    if scope.whole and scope.sites is None:
        seen = WHOLE
    elif scope.sites:
        seen = "-".join(["s", *map(str, scope.sites)])
    sites = sites_version(meeting.id, scope.sites or None)
    return tag_of(meeting.id, meeting.roll_version, sites, meeting.organization.content_version, seen)


def whole_roll_etag(meeting: Meeting, *, actor: Actor) -> str | None:
    """The entity tag of the whole roll as it is now; None for who does not read all of it."""
    if not may(actor, Permission.ATTENDANCE_READ, meeting.target):
        return None
    return roll_etag(meeting, Scope(whole=True), actor=actor)


def tag_of(
    meeting_id: int, roll_version: int, sites_version: int, content_version: int, seen: str | int | None
) -> str:
    """The tag of a roll at these versions. ``seen``: :data:`WHOLE`, the sites, or the member who sees the own line alone."""
    view = seen if isinstance(seen, str) else f"m{seen or 0}"
    return f"r{meeting_id}-{roll_version}-{sites_version}-{content_version}-{view}"


def heed_roll_match(meeting: Meeting, *, actor: Actor) -> None:
    """A mark needs no version (ADR 18). A caller that names one means the roll as it was read, or the meeting."""
    heed_match(lambda: (roll_etag(meeting, scope_of(meeting, actor=actor), actor=actor), etag_of(meeting)))


def read_roll(
    meeting: Meeting,
    scope: Scope,
    *,
    q: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
    actor: Actor,
) -> dict[str, Any]:
    """Counts, quorum and lines: those of the scope, or else only the reader's own. ``q`` finds parts of names."""
    following = None
    if scope.sees_lines:
        if limit is None and scope.pages:
            limit = COMBINED_PAGE
        page = _page(meeting, scope, q, limit, cursor)
        lines, following = page.items, page.next
    else:
        own = None if actor.member_id is None else find_line(meeting.id, actor.member_id)
        lines = [] if own is None else [own]
    marks = name_marks_of(meeting.id) if scope.sees_lines else {}
    counts = kept_counts(meeting, scope.sites or None)
    share = quorum_share(meeting)
    due, present = counts["official_due"], counts["official_present"]
    answer = {
        "counts": counts_from(counts),
        "quorum": {
            "required": quorum_required(due, share),
            "reached": is_quorum_reached(due, present, share),
        },
        "quorum_share": f"{share.numerator}/{share.denominator}",
        "official_due": due,
        "official_present": present,
        "chair_id": meeting.chair_id,
        "minute_taker_id": meeting.minute_taker_id,
        "guests": guests_of(meeting.id) if scope.whole else [],
        "items": [{**line._mapping, "name_mark": marks.get(line.member_id)} for line in lines],
        "next": following,
    }
    if scope.pages:
        # Who leads a conference may stand on any of its pages.
        heads = [one for one in (meeting.chair_id, meeting.minute_taker_id) if one is not None]
        found = db.session.execute(select(Member.id, Member.full_name).where(Member.id.in_(heads)))
        answer["officers"] = [
            {"member_id": one.id, "full_name": with_mark(one.full_name, marks.get(one.id))} for one in found
        ]
    return answer


def combined_lines(meeting: Meeting, scope: Scope) -> Sequence[Row[Any]]:
    """The lines of a scope with cell, card and site, in the order of the sites."""
    statement = (
        LINES.join(Organization, Organization.id == Member.organization_id)
        .outerjoin(Site, Site.id == Attendance.site_id)
        .add_columns(
            Organization.name.label("cell"),
            Member.card_number,
            Site.number.label("site_number"),
            Site.name.label("site_name"),
        )
        .where(of_sites(scope.sites))
        .order_by(Site.number, Member.name_sort, Member.id)
    )
    return db.session.execute(statement, {"meeting_id": meeting.id}).all()


def _page(
    meeting: Meeting, scope: Scope, q: str | None, limit: int | None, cursor: str | None
) -> Page[Row[Any]]:
    statement = LINES.where(of_sites(scope.sites)).params(meeting_id=meeting.id)
    if q:
        statement = statement.where(Member.name_folded.like(like_pattern(q), escape="\\"))
    keys = [Member.name_sort, Member.id]
    if limit is None:
        return Page(list(db.session.execute(statement.order_by(*keys))), None)
    return paginate_rows(
        statement.add_columns(Member.name_sort),
        keys,
        limit=limit,
        cursor=cursor,
        key_of=lambda row: [row.name_sort, row.member_id],
    )


@dataclass(frozen=True, slots=True)
class SiteHeadCount:
    """The head-count of a site, and who of its delegates was absent: state (None: not recorded), name, reason."""

    id: int
    number: int
    name: str
    delegates: int
    attended: int
    late: int
    at_other_sites: int
    from_other_sites: int
    absent: list[tuple[str | None, str, str | None]]


def head_counts_of_sites(meeting: Meeting) -> list[SiteHeadCount]:
    """The head-count of a conference by site, as the minutes tell it; nothing for a meeting without sites."""
    if meeting.kind != MeetingKind.CONFERENCE:
        return []
    sites = {
        site.id: SiteHeadCount(
            id=site.id,
            number=site.number,
            name=site.name,
            delegates=site.delegate_count,
            attended=site.present_count + site.late_count,
            late=site.late_count,
            at_other_sites=site.at_other_sites,
            from_other_sites=site.from_other_sites,
            absent=[],
        )
        for site in db.session.scalars(
            select(Site).where(Site.meeting_id == meeting.id).order_by(Site.number).options(lazyload("*"))
        )
    }
    free = Attendance.member_status.in_([status.value for status in MemberStatus if is_free(status)])
    exempt_by_record = and_(Attendance.state == S.EXEMPT.value, free)
    away = or_(
        Attendance.state.is_(None), and_(Attendance.state.not_in(sorted(ATTENDING)), not_(exempt_by_record))
    )
    lines = LINES.where(Attendance.home_site_id.is_not(None), away).order_by(Member.name_sort, Member.id)
    marks = name_marks_of(meeting.id)
    for line in db.session.execute(lines, {"meeting_id": meeting.id}):
        state = S.EXCUSED.value if line.state == S.EXEMPT else line.state
        sites[line.home_site_id].absent.append(
            (state, with_mark(line.full_name, marks.get(line.member_id)), line.reason)
        )
    return list(sites.values())
