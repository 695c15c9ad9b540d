"""Which rows of a conference's workbook are taken: a pure judgement over what is known. A refused row changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from handbook.conferences.cards import Holder
from handbook.conferences.service import name_key
from handbook.conferences.sheets import Column, DelegateRow, Place, SiteRow, Tables
from handbook.kernel.text import fold

MOST_HOSTS = 10
MOST_LETTERS = {Column.SITE: 200, Column.ADDRESS: 300, Column.LINK: 500}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row is refused: which column, and a stable code."""

    place: Place
    field: Column
    code: str


@dataclass(slots=True)
class Judged:
    """What may be written: sites by folded name, delegates by member with the folded name of their site."""

    sites: dict[str, SiteRow] = field(default_factory=dict)
    delegates: dict[int, str] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)


def judge(tables: Tables, holders: Mapping[str, Holder], known_sites: frozenset[str]) -> Judged:
    """``holders``: who holds which card, of the conference's tree; ``known_sites``: folded names of the sites there are."""
    judged = Judged()
    for site in tables.sites:
        problem = _site_problem(site, judged, holders)
        if problem is None:
            judged.sites[name_key(site.name)] = site
        else:
            judged.problems.append(RowProblem(site.place, *problem))
    places = known_sites | judged.sites.keys()
    for row in tables.delegates:
        found = _delegate_problem(row, judged, holders, places)
        if found is None and row.card is not None:
            judged.delegates[holders[row.card].id] = name_key(row.site)
        elif found is not None:
            judged.problems.append(RowProblem(row.place, *found))
    return judged


def _site_problem(row: SiteRow, judged: Judged, holders: Mapping[str, Holder]) -> tuple[Column, str] | None:
    if not row.name:
        return Column.SITE, "missing"
    for column, text in ((Column.SITE, row.name), (Column.ADDRESS, row.address), (Column.LINK, row.link)):
        if len(text) > MOST_LETTERS[column]:
            return column, "too_long"
    if name_key(row.name) in judged.sites:
        return Column.SITE, "duplicate"
    if row.link and not _is_https(row.link):
        return Column.LINK, "invalid"
    cards = row.host_cards or ()
    if any(card not in holders for card in cards):
        return Column.HOSTS, "unknown"
    return (Column.HOSTS, "too_many") if len(cards) > MOST_HOSTS else None


def _delegate_problem(
    row: DelegateRow, judged: Judged, holders: Mapping[str, Holder], places: frozenset[str]
) -> tuple[Column, str] | None:
    if row.card is None:
        return Column.CARD, "invalid" if row.has_card else "missing"
    holder = holders.get(row.card)
    if holder is None:
        return Column.CARD, "unknown"
    if row.name and fold(row.name) != fold(holder.full_name):
        return Column.NAME, "mismatch"
    if not holder.is_eligible:
        return Column.CARD, "not_eligible"
    if not row.site:
        return Column.SITE, "missing"
    if name_key(row.site) not in places:
        return Column.SITE, "unknown"
    return (Column.CARD, "duplicate") if holder.id in judged.delegates else None


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)
