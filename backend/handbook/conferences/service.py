"""Writing the sites of a conference and who looks after them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select

from handbook.access.actor import Actor
from handbook.attendance.models import Attendance
from handbook.audit.service import record
from handbook.conferences.cards import members_of_cards
from handbook.conferences.errors import SiteNotEmpty
from handbook.kernel.problems import FieldError, ValidationFailed, WrongState
from handbook.kernel.text import fold
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingKind, MeetingState
from handbook.meetings.models import Meeting
from handbook.meetings.sites import Delegate, Site, SiteHost, has_sites
from handbook.meetings.state import require_state
from handbook.organizations.versions import bump_content_version

# Sites and delegates may still come in while the conference is open, but not once it is over.
PREPARABLE = frozenset({MeetingState.DRAFT, MeetingState.CONVENED, MeetingState.OPEN})
MAX_SITES = 2_000
MAX_NAME = 200


def require_preparable(meeting: Meeting) -> None:
    """Raise :class:`WrongState` for a meeting of another kind or one that is over, and for a conference that was convened
    without sites: then its committee was summoned, and it is held in one place."""
    require_state(MeetingState(meeting.state), PREPARABLE)
    if meeting.kind != MeetingKind.CONFERENCE:
        raise WrongState
    if meeting.state != MeetingState.DRAFT and not has_sites(meeting):
        raise WrongState


def create_site(meeting: Meeting, fields: Mapping[str, Any], *, actor: Actor, uow: UnitOfWork) -> Site:
    """Add a site; the meeting is locked by the caller. Raises :class:`WrongState`, and :class:`ValidationFailed` for a name
    that another site has and for cards that name nobody here."""
    require_preparable(meeting)
    _require_free_name(meeting, fields["name"], None, uow)
    last, count = uow.session.execute(
        select(func.coalesce(func.max(Site.number), 0), func.count()).where(Site.meeting_id == meeting.id)
    ).one()
    if count >= MAX_SITES:
        raise WrongState
    hosts = hosts_of_cards(meeting, fields["host_cards"], uow)
    site = new_site(meeting, last + 1, fields["name"], fields["address"], fields["online_url"])
    uow.session.add(site)
    uow.session.flush()
    uow.session.add_all(
        SiteHost(site_id=site.id, member_id=member_id, meeting_id=meeting.id) for member_id in hosts
    )
    record_site(uow, "created", site, actor)
    touch_conference(meeting, uow=uow)
    return site


def name_key(name: str) -> str:
    """What makes two names of sites the same; folding may make a name longer than its column."""
    return fold(name)[:MAX_NAME]


def new_site(meeting: Meeting, number: int, name: str, address: str | None, online_url: str | None) -> Site:
    """A site that is not yet in the session."""
    return Site(
        meeting=meeting,
        meeting_id=meeting.id,
        number=number,
        name=name,
        name_folded=name_key(name),
        address=address or None,
        online_url=online_url,
    )


def update_site(site: Site, changes: Mapping[str, Any], *, actor: Actor, uow: UnitOfWork) -> Site:
    """Change a site; what changes nothing leaves it as it is. The meeting is locked by the caller."""
    require_preparable(site.meeting)
    if "name" in changes:
        _require_free_name(site.meeting, changes["name"], site.id, uow)
    cards = changes.get("host_cards")
    hosts = None if cards is None else hosts_of_cards(site.meeting, cards, uow)
    change_site(
        site, {name: changes[name] for name in FIELDS if name in changes}, hosts, actor=actor, uow=uow
    )
    return site


FIELDS = ("name", "address", "online_url")


def change_site(
    site: Site, values: Mapping[str, Any], hosts: Sequence[int] | None, *, actor: Actor, uow: UnitOfWork
) -> bool:
    """Write what differs; whether anything did. ``hosts`` None leaves them as they are."""
    changed = [name for name in FIELDS if name in values and (values[name] or None) != getattr(site, name)]
    for name in changed:
        setattr(site, name, values[name] or None)
    if "name" in changed:
        site.name_folded = name_key(site.name)
    if hosts is not None and _replace_hosts(site, hosts, uow):
        changed.append("hosts")
    if not changed:
        return False
    # The version of what people write about the site moves also when only its hosts changed.
    site.version += 1
    uow.session.flush()
    record_site(uow, "changed", site, actor, fields=changed)
    touch_conference(site.meeting, uow=uow)
    return True


def remove_site(site: Site, *, actor: Actor, uow: UnitOfWork) -> None:
    """Take out a site. Raises :class:`SiteNotEmpty` while delegates belong to it or were recorded there."""
    require_preparable(site.meeting)
    belong = select(Delegate.member_id).where(Delegate.site_id == site.id).limit(1)
    recorded = select(Attendance.member_id).where(
        Attendance.meeting_id == site.meeting_id, Attendance.site_id == site.id
    )
    if uow.session.scalar(belong) is not None or uow.session.scalar(recorded.limit(1)) is not None:
        raise SiteNotEmpty
    meeting = site.meeting
    record_site(uow, "removed", site, actor)
    uow.session.execute(delete(SiteHost).where(SiteHost.site_id == site.id))
    uow.session.delete(site)
    touch_conference(meeting, uow=uow)


def touch_conference(meeting: Meeting, *, uow: UnitOfWork) -> None:
    """Let the conference reach the phones again: the own site and the sites that one is host of come with it."""
    meeting.content_version = bump_content_version(uow, meeting.organization_id)
    meeting.changed_at = uow.clock.now()
    uow.session.flush()


def hosts_of_cards(meeting: Meeting, cards: Sequence[str], uow: UnitOfWork) -> list[int]:
    """The members whom these cards name. Raises :class:`ValidationFailed` for one that names nobody of the tree."""
    found = members_of_cards(meeting, cards, uow)
    wrong = [
        FieldError(f"/host_cards/{place}", "unknown") for place, card in enumerate(cards) if card not in found
    ]
    if wrong:
        raise ValidationFailed(*wrong)
    return list(dict.fromkeys(found[card].id for card in cards))


def record_site(uow: UnitOfWork, action: str, site: Site, actor: Actor, **details: Any) -> None:
    record(
        uow,
        f"conferences:site:{action}",
        actor=actor,
        subject_id=site.meeting_id,
        path=site.meeting.organization.path,
        details={"site_id": site.id, **details},
    )


def _replace_hosts(site: Site, hosts: Sequence[int], uow: UnitOfWork) -> bool:
    known = set(uow.session.scalars(select(SiteHost.member_id).where(SiteHost.site_id == site.id)))
    if known == set(hosts):
        return False
    gone = known - set(hosts)
    uow.session.execute(
        delete(SiteHost).where(SiteHost.site_id == site.id, SiteHost.member_id.in_(sorted(gone)))
    )
    uow.session.add_all(
        SiteHost(site_id=site.id, member_id=member_id, meeting_id=site.meeting_id)
        for member_id in hosts
        if member_id not in known
    )
    return True


def _require_free_name(meeting: Meeting, name: str, site_id: int | None, uow: UnitOfWork) -> None:
    taken = uow.session.scalar(
        select(Site.id).where(Site.meeting_id == meeting.id, Site.name_folded == name_key(name))
    )
    if taken is not None and taken != site_id:
        raise ValidationFailed(FieldError("/name", "duplicate"))
