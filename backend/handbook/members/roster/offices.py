"""Offices that a roster speaks of: who holds them where, and to whom the roster gives them."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from handbook.access.actor import OfficeTitle
from handbook.members.models import Member, Office
from handbook.members.roster.judge import MemberValues
from handbook.members.roster.matching import chunked
from handbook.members.roster.posts import POST_COMMITTEE, POST_DEPUTY, POST_SECRETARY
from handbook.members.roster.warnings import changed_office, still_held

TITLES = {
    POST_SECRETARY: OfficeTitle.SECRETARY,
    POST_DEPUTY: OfficeTitle.DEPUTY_SECRETARY,
    POST_COMMITTEE: OfficeTitle.COMMITTEE_MEMBER,
}
# Offices that a roster's post column speaks of; staff and administrators are never touched by an import.
ROSTER_TITLES = tuple(title.value for title in TITLES.values())
_WORDS = {title.value: words for words, title in TITLES.items()}
# Offices that carry rights over others: whoever gets or loses one by a roster is named.
_WEIGHTY = (OfficeTitle.SECRETARY.value, OfficeTitle.DEPUTY_SECRETARY.value)


class Offices:
    """Offices in force at the cells concerned."""

    def __init__(self, session: Session, cell_ids: Iterable[int], today: dt.date) -> None:
        self._held: dict[tuple[int, int], list[tuple[int, str]]] = {}
        self._by_id: dict[int, tuple[int, int, str]] = {}
        self._session = session
        self._today = today
        self._loaded: set[int] = set()
        self._load(cell_ids)

    def _load(self, cell_ids: Iterable[int]) -> None:
        missing = [cell_id for cell_id in cell_ids if cell_id not in self._loaded]
        self._loaded.update(missing)
        for chunk in chunked(missing, 500):
            statement = select(Office.id, Office.member_id, Office.organization_id, Office.title).where(
                Office.organization_id.in_(chunk),
                Office.member_id.is_not(None),
                Office.title.in_(ROSTER_TITLES),
                or_(Office.to_date.is_(None), Office.to_date >= self._today),
            )
            for row in self._session.execute(statement):
                self._held.setdefault((row.member_id, row.organization_id), []).append((row.id, row.title))
                self._by_id[row.id] = (row.member_id, row.organization_id, row.title)

    def holds(self, member_id: int, cell_id: int | None, title: str) -> bool:
        return cell_id is not None and any(
            held == title for _, held in self._held.get((member_id, cell_id), ())
        )

    def of_member_at(
        self, member_id: int, cell_id: int | None, *, other_than: str | None = None
    ) -> list[int]:
        if cell_id is None:
            return []
        self._load([cell_id])
        return [office for office, title in self._held.get((member_id, cell_id), ()) if title != other_than]

    def secretaries_other_than(self, cell_id: int, members: set[int]) -> list[tuple[int, int]]:
        return [
            (office, member_id)
            for (member_id, held_at), held in self._held.items()
            for office, title in held
            if held_at == cell_id and member_id not in members and title == OfficeTitle.SECRETARY.value
        ]

    def are_held(self, cell_id: int, title: str) -> bool:
        return any(
            held_at == cell_id and title == held_title for _, held_at, held_title in self._by_id.values()
        )

    def of(self, office_id: int) -> tuple[int, int, str]:
        """(member, cell, title) of an office in force."""
        return self._by_id[office_id]

    def names(self, members: Iterable[int]) -> dict[int, str]:
        found: dict[int, str] = {}
        for chunk in chunked(dict.fromkeys(members), 500):
            rows = self._session.execute(select(Member.id, Member.full_name).where(Member.id.in_(chunk)))
            found.update({row.id: row.full_name for row in rows})
        return found


class Succession:
    """Collects which secretaries and deputies of existing cells a roster replaces, to say so before it is done."""

    def __init__(self, offices: Offices, cells: dict[int, str]) -> None:
        self._offices = offices
        self._cells = cells
        self._ended: list[int] = []
        self._begun: dict[tuple[int, str], list[str]] = {}
        self._over: list[tuple[int, int, str, str]] = []

    def begins(self, values: MemberValues, cell_id: int | None) -> None:
        """Somebody gets the office that the row names; in a cell that is new nobody had it."""
        if values.post is not None and cell_id is not None:
            title = TITLES[values.post].value
            self._begun.setdefault((cell_id, title), []).append(values.full_name)

    def ends(self, office_ids: Iterable[int]) -> None:
        self._ended += office_ids

    def said_to_be_over(self, member_id: int, values: MemberValues, cell_id: int | None, title: str) -> None:
        """The row calls an office former. It stays where the roster names no other office: a blank ends none either."""
        if values.post is None and cell_id is not None:
            self._over.append((member_id, cell_id, title, values.full_name))

    def warnings(self) -> list[str]:
        losing: dict[tuple[int, str], list[int]] = {}
        for office_id in self._ended:
            member_id, cell_id, title = self._offices.of(office_id)
            losing.setdefault((cell_id, title), []).append(member_id)
        names = self._offices.names(member_id for holders in losing.values() for member_id in holders)
        changed = [
            changed_office(
                self._cells[cell_id],
                _WORDS[title],
                [names[member_id] for member_id in losing.get((cell_id, title), ())],
                self._begun.get((cell_id, title), []),
            )
            for cell_id, title in dict.fromkeys([*self._begun, *losing])
            if title in _WEIGHTY
            and cell_id in self._cells
            and ((cell_id, title) in losing or self._offices.are_held(cell_id, title))
        ]
        ended = {self._offices.of(office_id) for office_id in self._ended}
        held = [
            still_held(self._cells[cell_id], _WORDS[title], name)
            for member_id, cell_id, title, name in self._over
            if self._offices.holds(member_id, cell_id, title) and (member_id, cell_id, title) not in ended
        ]
        return [*changed, *held]
