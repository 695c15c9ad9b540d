"""Taking sites, hosts and delegates from a workbook: refused rows change nothing, and neither does the same file again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select

from handbook.access.actor import Actor
from handbook.conferences.cards import members_of_cards
from handbook.conferences.delegates import write_delegates
from handbook.conferences.judging import Judged, RowProblem, judge
from handbook.conferences.messages import message_of
from handbook.conferences.service import (
    MAX_SITES,
    change_site,
    new_site,
    record_site,
    require_preparable,
    touch_conference,
)
from handbook.conferences.sheets import SiteRow, Tables
from handbook.kernel.problems import WrongState
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.models import Meeting
from handbook.meetings.sites import Site, SiteHost


@dataclass(slots=True)
class ConferenceReport:
    """What an import came to; see :class:`~handbook.conferences.schemas.ConferenceReportSchema`."""

    sites: int = 0
    sites_created: int = 0
    sites_updated: int = 0
    delegates: int = 0
    delegates_created: int = 0
    delegates_moved: int = 0
    unchanged: int = 0
    refused: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)


def import_conference(meeting: Meeting, tables: Tables, *, actor: Actor, uow: UnitOfWork) -> ConferenceReport:
    """Write what may be written; the meeting is locked by the caller, who takes everything back for a trial."""
    require_preparable(meeting)
    known = _known_sites(meeting, uow)
    holders = members_of_cards(meeting, _cards_in(tables), uow)
    judged = judge(tables, holders, frozenset(known))
    if len(known) + len(judged.sites.keys() - known.keys()) > MAX_SITES:
        raise WrongState
    report = ConferenceReport(
        sites=len(tables.sites),
        delegates=len(tables.delegates),
        refused=len(judged.problems),
        problems=[_problem(problem) for problem in judged.problems],
    )
    ids = {card: holder.id for card, holder in holders.items()}
    _write_sites(meeting, judged, known, ids, report, actor=actor, uow=uow)
    places = {name: site.id for name, site in known.items()}
    added = write_delegates(
        meeting,
        {member_id: places[site] for member_id, site in judged.delegates.items()},
        actor=actor,
        uow=uow,
    )
    report.delegates_created, report.delegates_moved = added.created, added.moved
    report.unchanged += added.unchanged
    return report


def _write_sites(
    meeting: Meeting,
    judged: Judged,
    known: dict[str, Site],
    ids: Mapping[str, int],
    report: ConferenceReport,
    *,
    actor: Actor,
    uow: UnitOfWork,
) -> None:
    """Write the sites that are new or differ; ``known`` has all of them afterwards."""
    number = max((site.number for site in known.values()), default=0)
    new: list[tuple[Site, SiteRow]] = []
    for name, row in judged.sites.items():
        site = known.get(name)
        if site is None:
            number += 1
            known[name] = site = new_site(meeting, number, row.name, row.address, row.link or None)
            new.append((site, row))
            continue
        values = {
            "name": row.name,
            **({"address": row.address} if row.has_address else {}),
            **({"online_url": row.link} if row.has_link else {}),
        }
        hosts = None if row.host_cards is None else [ids[card] for card in row.host_cards]
        if change_site(site, values, hosts, actor=actor, uow=uow):
            report.sites_updated += 1
        else:
            report.unchanged += 1
    report.sites_created = len(new)
    if not new:
        return
    uow.session.add_all(site for site, _ in new)
    uow.session.flush()
    hosts_of_new = [
        {"site_id": site.id, "member_id": member_id, "meeting_id": meeting.id}
        for site, row in new
        for member_id in dict.fromkeys(ids[card] for card in row.host_cards or ())
    ]
    if hosts_of_new:
        uow.session.execute(insert(SiteHost), hosts_of_new)
    for site, _ in new:
        record_site(uow, "created", site, actor)
    touch_conference(meeting, uow=uow)


def _known_sites(meeting: Meeting, uow: UnitOfWork) -> dict[str, Site]:
    rows = uow.session.scalars(
        select(Site).where(Site.meeting_id == meeting.id).execution_options(populate_existing=True)
    )
    return {site.name_folded: site for site in rows}


def _cards_in(tables: Tables) -> Iterator[str]:
    for site in tables.sites:
        yield from site.host_cards or ()
    for row in tables.delegates:
        if row.card is not None:
            yield row.card


def _problem(problem: RowProblem) -> dict[str, Any]:
    return {
        "sheet": problem.place.sheet,
        "row": problem.place.row,
        "field": problem.field.value,
        "code": problem.code,
        "message": message_of(problem),
    }
