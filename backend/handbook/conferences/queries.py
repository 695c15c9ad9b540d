"""Scoped reads of the sites of conferences."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, select

from handbook.access.actor import Actor
from handbook.access.guards import may, require
from handbook.access.permissions import Permission
from handbook.kernel.concurrency import etag_of
from handbook.kernel.db import db
from handbook.kernel.pagination import Page, paginate, paginate_rows
from handbook.kernel.problems import NotFound
from handbook.kernel.text import like_pattern
from handbook.meetings.models import Meeting
from handbook.meetings.sites import Delegate, Site, SiteHost, hosted_site_ids, own_site, sites_version
from handbook.members.models import Member
from handbook.organizations.models import Organization

STATES = ("present", "late", "excused", "unexcused", "exempt")
COUNTED = (
    *("delegate_count", *(f"{name}_count" for name in STATES)),
    *("at_other_sites", "from_other_sites"),
)


def get_site(site_id: int, permission: Permission, *, actor: Actor, lock: bool = False) -> Site:
    """The site, when the actor holds the permission for its conference; else 404 or 403 as the policy says."""
    site = db.session.get(Site, site_id, populate_existing=lock)
    if site is None:
        raise NotFound
    require(actor, permission, site.target)
    return site


def sites_etag(meeting: Meeting, *, phones: bool = True, actor: Actor) -> str:
    """Moves with every line of the roll, and with everything that is written about sites, hosts and delegates."""
    scope = "all" if sees_all_sites(meeting, actor) else f"m{actor.member_id or 0}"
    shown = "" if phones else "-unnumbered"
    return f"s{meeting.id}-{meeting.row_version}-{meeting.roll_version}-{sites_version(meeting.id)}-{scope}{shown}"


def list_sites(
    meeting: Meeting, *, q: str | None, phones: bool, limit: int, cursor: str | None, actor: Actor
) -> dict[str, Any]:
    """Every site for who may read the roll; else those the actor is host of, and, without counts, the own one."""
    statement = select(Site).where(Site.meeting_id == meeting.id)
    if q:
        statement = statement.where(Site.name_folded.like(like_pattern(q), escape="\\"))
    whole = sees_all_sites(meeting, actor)
    counted: Iterable[int] = ()
    if not whole:
        counted = hosted_site_ids(meeting.id, actor)
        own = own_site(meeting.id, actor)
        statement = statement.where(Site.id.in_([*counted, *([own.id] if own else [])]))
    page: Page[Site] = paginate(
        statement,
        [Site.number, Site.id],
        limit=limit,
        cursor=cursor,
        key_of=lambda site: [site.number, site.id],
    )
    hosts = hosts_of(site.id for site in page.items)
    shown = set(counted)
    prepares = may(actor, Permission.CONFERENCES_PREPARE, meeting.target)
    items = [
        site_view(
            site,
            hosts.get(site.id, ()),
            with_counts=whole or site.id in shown,
            prepares=prepares,
            phones=prepares and phones,
        )
        for site in page.items
    ]
    return {"items": items, "next": page.next, "totals": total_counts(meeting) if whole else None}


def total_counts(meeting: Meeting) -> dict[str, int]:
    """The sums over all sites."""
    columns = (func.coalesce(func.sum(getattr(Site, name)), 0).label(name) for name in COUNTED)
    row = db.session.execute(select(*columns).where(Site.meeting_id == meeting.id)).one()
    return counts_of({name: int(value) for name, value in row._mapping.items()})


def site_view(
    site: Site,
    hosts: Sequence[Row[Any]],
    *,
    with_counts: bool,
    prepares: bool = False,
    phones: bool = False,
) -> dict[str, Any]:
    """What :class:`~handbook.conferences.schemas.SiteSchema` dumps."""
    return {
        "id": str(site.id),
        "meeting_id": str(site.meeting_id),
        "number": site.number,
        "name": site.name,
        "address": site.address,
        "online_url": site.online_url,
        "hosts": [
            {
                "member_id": str(host.member_id),
                "full_name": host.full_name,
                "card_number": host.card_number if prepares else None,
                "phone": host.phone if phones else None,
            }
            for host in hosts
        ],
        "counts": counts_of({name: getattr(site, name) for name in COUNTED}) if with_counts else None,
        "opened_at": site.opened_at and site.opened_at.isoformat(),
        "etag": etag_of(site),
    }


def one_site_view(site: Site) -> dict[str, Any]:
    """The view of one site for who prepares the conference."""
    return site_view(site, hosts_of([site.id]).get(site.id, ()), with_counts=True, prepares=True, phones=True)


def counts_of(kept: Mapping[str, int]) -> dict[str, int]:
    """The head-counts of a site, or of all of them, from its counters."""
    states = {name: kept[f"{name}_count"] for name in STATES}
    return {
        "delegates": kept["delegate_count"],
        **states,
        "not_recorded": kept["delegate_count"] - sum(states.values()),
        "at_other_sites": kept["at_other_sites"],
        "from_other_sites": kept["from_other_sites"],
    }


def hosts_of(site_ids: Iterable[int]) -> dict[int, list[Row[Any]]]:
    """The hosts of these sites by name, by site."""
    rows = db.session.execute(
        select(
            SiteHost.site_id,
            Member.id.label("member_id"),
            Member.full_name,
            Member.card_number,
            Member.phone,
        )
        .join(Member, Member.id == SiteHost.member_id)
        .where(SiteHost.site_id.in_(list(site_ids)))
        .order_by(Member.name_sort, Member.id)
    )
    found: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.site_id].append(row)
    return found


def get_delegate(meeting: Meeting, member_id: int) -> Delegate:
    """The delegate of a conference that the actor has been found entitled to prepare."""
    delegate = db.session.get(Delegate, (meeting.id, member_id))
    if delegate is None:
        raise NotFound
    return delegate


def list_delegates(site: Site, *, limit: int, cursor: str | None) -> Page[Row[Any]]:
    """Who belongs to a site, by name, whether summoned already or not; the actor has been found entitled to prepare it."""
    statement = (
        select(
            Member.id.label("member_id"),
            Member.full_name,
            Member.name_sort,
            Organization.name.label("organization_name"),
        )
        .join(Delegate, Delegate.member_id == Member.id)
        .join(Organization, Organization.id == Member.organization_id)
        .where(Delegate.site_id == site.id)
    )
    return paginate_rows(
        statement,
        [Member.name_sort, Member.id],
        limit=limit,
        cursor=cursor,
        key_of=lambda row: [row.name_sort, row.member_id],
    )


def sees_all_sites(meeting: Meeting, actor: Actor) -> bool:
    return may(actor, Permission.ATTENDANCE_READ, meeting.target)
