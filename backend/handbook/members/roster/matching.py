"""Which member that the database knows a row speaks of."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from handbook.kernel.text import fold
from handbook.members.models import Member
from handbook.members.roster.judge import MemberValues, RowProblem
from handbook.members.service import citizen_id_index
from handbook.organizations.models import Organization

_CHUNK = 500
T = TypeVar("T")


@dataclass(slots=True)
class KnownMember:
    """A member as the database has it: only what matching and comparing need."""

    id: int
    organization_id: int
    path: str
    full_name: str
    name_folded: str
    birth_date: dt.date | None
    sex: str | None
    card_number: str | None
    citizen_id_index: str | None
    phone: str | None
    status: str
    admitted_on: dt.date | None
    official_on: dt.date | None
    post: str | None


_COLUMNS = (
    Member.id,
    Member.organization_id,
    Organization.path,
    Member.full_name,
    Member.name_folded,
    Member.birth_date,
    Member.sex,
    Member.card_number,
    Member.citizen_id_index,
    Member.phone,
    Member.status,
    Member.admitted_on,
    Member.official_on,
    Member.post,
)


class Matcher:
    """Finds the member of a row by card number, else by citizen ID, else by name, birth date and cell.

    A number alone is not trusted: when name and birth date both differ from the member who bears it, one of the two
    numbers is a slip of the pen, and overwriting a stranger's record would be worse than refusing the row. Nobody outside
    the organisation imported into is ever matched. Each member is matched once.
    """

    def __init__(
        self, session: Session, rows: Sequence[MemberValues], *, path: str, cell_ids: Iterable[int]
    ) -> None:
        self._session = session
        self._path = path
        self._taken: set[int] = set()
        self.indexes = {row.citizen_id: citizen_id_index(row.citizen_id) for row in rows if row.citizen_id}
        found: dict[int, KnownMember] = {}
        for column, values in (
            (Member.card_number, {row.card_number for row in rows if row.card_number}),
            (Member.citizen_id_index, set(self.indexes.values())),
            (Member.organization_id, set(cell_ids)),
        ):
            found.update(self._load(column, values))
        self._by_card = {member.card_number: member for member in found.values() if member.card_number}
        self._by_index = {
            member.citizen_id_index: member for member in found.values() if member.citizen_id_index
        }
        self._by_person: dict[tuple[Any, ...], list[KnownMember]] = {}
        for member in sorted(found.values(), key=lambda known: known.id):
            key = (member.name_folded, member.birth_date, member.organization_id)
            self._by_person.setdefault(key, []).append(member)

    def find(self, row: MemberValues, cell_id: int | None) -> KnownMember | RowProblem | None:
        """The member, or why the row contradicts what is known, or None for somebody new."""
        by_card = self._by_card.get(row.card_number) if row.card_number else None
        by_index = self._by_index.get(self.indexes[row.citizen_id]) if row.citizen_id else None
        for field, member in (("card", by_card), ("cccd", by_index)):
            if member is not None and not self._may_be(row, member):
                return RowProblem(field, "duplicate", {"known": True})
        if by_card is not None and by_index is not None and by_card.id != by_index.id:
            return RowProblem("cccd", "duplicate", {"known": True})
        member = by_card or by_index or self._by_name(row, cell_id)
        if member is not None:
            self._taken.add(member.id)
        return member

    def _may_be(self, row: MemberValues, member: KnownMember) -> bool:
        same_person = member.name_folded == fold(row.full_name) or member.birth_date == row.birth_date
        return same_person and member.path.startswith(self._path) and member.id not in self._taken

    def _by_name(self, row: MemberValues, cell_id: int | None) -> KnownMember | None:
        key = (fold(row.full_name), row.birth_date, cell_id)
        index = self.indexes.get(row.citizen_id) if row.citizen_id else None
        for member in self._by_person.get(key, ()):
            contradicts = (
                (member.card_number and row.card_number and member.card_number != row.card_number)
                or (member.citizen_id_index and index and member.citizen_id_index != index)
                or member.id in self._taken
            )
            if not contradicts and member.full_name == row.full_name:
                return member
        return None

    def _load(self, column: Any, values: Iterable[Any]) -> dict[int, KnownMember]:
        found: dict[int, KnownMember] = {}
        for chunk in chunked(values, _CHUNK):
            condition: ColumnElement[bool] = column.in_(chunk)
            statement = (
                select(*_COLUMNS)
                .join(Organization, Organization.id == Member.organization_id)
                .where(condition)
            )
            for row in self._session.execute(statement):
                found[row.id] = KnownMember(*row)
        return found


def chunked(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most ``size`` values."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk
