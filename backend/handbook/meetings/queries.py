"""Scoped reads of meetings."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from handbook.access.actor import Actor
from handbook.access.guards import may, require, visible
from handbook.access.permissions import Permission
from handbook.documents.queries import papers_of_meetings
from handbook.kernel.concurrency import etag_of
from handbook.kernel.db import db
from handbook.kernel.pagination import Page, paginate
from handbook.kernel.problems import NotFound
from handbook.kernel.tree import PATH_END
from handbook.meetings.enums import MeetingKind, MeetingState
from handbook.meetings.models import Meeting
from handbook.meetings.neighbours import warnings_of_all
from handbook.meetings.sites import SUMMED, hosted_site_ids, own_site, site_sums
from handbook.meetings.state import EDITABLE, TAKE_MINUTES, WITH_MINUTES_TO_TAKE, acts_in
from handbook.meetings.warnings import MeetingWarning
from handbook.organizations.models import Organization
from handbook.organizations.settings.queries import rules_of_paths


def get_meeting(meeting_id: int, permission: Permission, *, actor: Actor, lock: bool = False) -> Meeting:
    """The meeting, when the actor holds the permission for it; else 404 or 403 as the policy says.

    With ``lock`` the row is read anew and stays locked until the end of the unit of work: who changes a meeting or its
    roll takes this lock first, so that nobody waits for somebody who waits for them.
    """
    meeting = db.session.get(
        Meeting,
        meeting_id,
        populate_existing=lock,
        with_for_update={"of": Meeting, "key_share": True} if lock else None,
    )
    if meeting is None:
        raise NotFound
    require(actor, permission, meeting.target)
    return meeting


def list_meetings(
    organization: Organization,
    *,
    actor: Actor,
    limit: int,
    cursor: str | None,
    from_: datetime | None = None,
    to: datetime | None = None,
    states: Sequence[MeetingState] = (),
    below: bool = False,
) -> Page[Meeting]:
    """Meetings of one organisation that start from ``from_`` (inclusive) and before ``to``, the latest first.

    ``below``: of every organisation below it as well.
    """
    here = (
        (Organization.path >= organization.path) & (Organization.path < organization.path + PATH_END)
        if below
        else Meeting.organization_id == organization.id
    )
    statement = (
        select(Meeting)
        .join(Organization, Organization.id == Meeting.organization_id)
        .options(selectinload(Meeting.agenda))
        .where(
            here,
            visible(actor, Permission.MEETINGS_READ, Meeting.columns()),
        )
    )
    if from_ is not None:
        statement = statement.where(Meeting.starts_at >= from_)
    if to is not None:
        statement = statement.where(Meeting.starts_at < to)
    if states:
        statement = statement.where(Meeting.state.in_([state.value for state in states]))
    return paginate(
        statement,
        [Meeting.starts_at, Meeting.id],
        limit=limit,
        cursor=cursor,
        key_of=lambda meeting: [meeting.starts_at.isoformat(), meeting.id],
        descending=True,
    )


def meeting_views(meetings: Sequence[Meeting], *, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """What :class:`~handbook.meetings.schemas.MeetingSchema` dumps for this reader: papers and, for what the reader is still
    preparing, what is unusual about it are read for all of them at once."""
    papers = papers_of_meetings([meeting.id for meeting in meetings])
    prepared = [meeting for meeting in meetings if _is_prepared_by(meeting, actor)]
    rules = rules_of_paths({meeting.organization.path for meeting in prepared}) if prepared else {}
    warnings = warnings_of_all(prepared, rules, now)
    return [
        _view(meeting, papers.get(meeting.id, []), actor, warnings.get(meeting.id, []))
        for meeting in meetings
    ]


def _is_prepared_by(meeting: Meeting, actor: Actor) -> bool:
    return meeting.state in EDITABLE and may(actor, Permission.MEETINGS_RUN, meeting.target)


def meeting_counts(meeting: Meeting, site_ids: Collection[int] | None = None) -> dict[str, int]:
    """The kept head-counts of a meeting; of a conference, the sums over all its sites or these."""
    return counts_from(kept_counts(meeting, site_ids))


def counts_from(kept: Mapping[str, int]) -> dict[str, int]:
    """What :class:`~handbook.meetings.schemas.CountsSchema` dumps, from the counters as they are kept."""
    recorded = {name: kept[f"{name}_count"] for name in ("present", "late", "excused", "unexcused", "exempt")}
    return {
        "summoned": kept["summoned_count"],
        **recorded,
        "not_recorded": kept["summoned_count"] - sum(recorded.values()),
    }


def attending_count(meeting: Meeting) -> int:
    """How many of those who were summoned came, late or not."""
    counts = kept_counts(meeting)
    return counts["present_count"] + counts["late_count"]


def kept_counts(meeting: Meeting, site_ids: Collection[int] | None = None) -> dict[str, int]:
    """All counters of a meeting under the names of its columns, wherever they are kept."""
    sums = site_sums(meeting, site_ids)
    return {name: getattr(meeting, name) for name in ("summoned_count", *SUMMED)} if sums is None else sums


def _acts(meeting: Meeting, actor: Actor, *, runs: bool) -> list[str]:
    state = MeetingState(meeting.state)
    takes = state in WITH_MINUTES_TO_TAKE and may(actor, Permission.PROCEEDINGS_NOTE, meeting.target)
    return [*(acts_in(state) if runs else []), *([TAKE_MINUTES] if takes else [])]


def _view(
    meeting: Meeting, papers: Sequence[Any], actor: Actor, warnings: Sequence[MeetingWarning]
) -> dict[str, Any]:
    runs = may(actor, Permission.MEETINGS_RUN, meeting.target)
    of_sites = meeting.kind == MeetingKind.CONFERENCE
    return {
        "id": meeting.id,
        "organization_id": meeting.organization_id,
        "organization_name": meeting.organization.name,
        "kind": meeting.kind,
        "title": meeting.title,
        "state": meeting.state,
        "starts_at": meeting.starts_at,
        "ends_at": meeting.ends_at,
        "place": meeting.place,
        "online_url": meeting.online_url,
        "agenda": meeting.agenda,
        "papers": papers,
        "cancel_reason": meeting.cancel_reason,
        "convened_at": meeting.convened_at,
        "opened_at": meeting.opened_at,
        "closed_at": meeting.closed_at,
        "timezone": meeting.organization.timezone,
        "can": _acts(meeting, actor, runs=runs),
        "warnings": warnings,
        "counts": meeting_counts(meeting),
        "my_site": own_site(meeting.id, actor) if of_sites else None,
        "my_sites_as_host": hosted_site_ids(meeting.id, actor) if of_sites else [],
        "etag": etag_of(meeting),
    }
