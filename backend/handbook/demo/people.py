"""The tree, its members, their offices and accounts."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from handbook.access.actor import OfficeTitle
from handbook.accounts.models import Account
from handbook.accounts.service import PURPOSE_NOTICE_VERSION
from handbook.demo import words
from handbook.demo.names import make_name
from handbook.demo.sizes import Shape
from handbook.demo.store import Store
from handbook.kernel.clock import DEFAULT_TIMEZONE
from handbook.kernel.secrets import Secrets
from handbook.kernel.text import fold, sort_key
from handbook.kernel.tree import path_segment
from handbook.members.enums import MemberStatus, Sex
from handbook.members.models import Member, Office, StatusChange
from handbook.members.service import CITIZEN_ID_CONTEXT
from handbook.organizations.enums import OrganizationKind
from handbook.organizations.models import Organization

TERM_BEGAN = date(2025, 6, 1)
# No province has the code 099, no operator the prefix 050: nobody real can be meant or called.
CARD_PREFIX, CITIZEN_PREFIX, PHONE_PREFIX = "99.", "099", "+8450"
ACTIVATED = 0.85


@dataclass(slots=True)
class Person:
    id: int
    status: MemberStatus
    account_id: int | None = None
    # How likely this member comes to a meeting, 0 to 1.
    diligence: float = 0.9


@dataclass(slots=True)
class Unit:
    """An organisation while the demo is made. ``version`` is its content version so far."""

    id: int
    path: str
    name: str
    kind: OrganizationKind
    parent: "Unit | None" = None
    people: list[Person] = field(default_factory=list)
    officers: list[Person] = field(default_factory=list)
    secretary: Person | None = None
    version: int = 1

    def next_version(self) -> int:
        self.version += 1
        return self.version


@dataclass(slots=True)
class Block:
    """Everything that has people: the block, its committees and its cells."""

    root: Unit
    block: Unit
    committees: list[Unit]
    cells: list[Unit]

    @property
    def units(self) -> list[Unit]:
        return [self.root, self.block, *self.committees, *self.cells]


class Founder:
    """Makes the block in a :class:`Store`."""

    def __init__(
        self,
        store: Store,
        random: Random,
        *,
        now: datetime,
        today: date,
        password_hash: str,
        secrets: Secrets,
    ) -> None:
        self.store = store
        self.random = random
        self.now = now
        self.today = today
        self.password_hash = password_hash
        self.secrets = secrets
        self.created_at = now - timedelta(days=200)

    def found(self, shape: Shape) -> Block:
        """The tree with its members, offices and accounts; counts of members are written at the end."""
        root = self._unit(*words.PROVINCE, OrganizationKind.PROVINCE, None)
        block = self._unit(*words.BLOCK, OrganizationKind.COMMUNE, root)
        cells, committees = [], []
        for number, size in enumerate(shape.direct_cells):
            cell = self._unit(words.CELLS[number], f"MK-{number + 1:02d}", OrganizationKind.CELL, block)
            self._people(cell, size)
            cells.append(cell)
        for number, sizes in enumerate(shape.committees):
            code = f"MK-{number + 40:02d}"
            committee = self._unit(
                words.COMMITTEES[number], code, OrganizationKind.GRASSROOTS_COMMITTEE, block
            )
            committees.append(committee)
            inner = []
            for place, size in enumerate(sizes):
                name = words.INNER_CELLS[place]
                cell = self._unit(name, f"{code}-{place + 1}", OrganizationKind.CELL, committee)
                self._people(cell, size)
                inner.append(cell)
            cells += inner
            self._committee_offices(committee, inner)
        self._committee_offices(block, cells[: len(shape.direct_cells)])
        return Block(root, block, committees, cells)

    def account(self, *, person: Person | None, user_name: str | None = None) -> int:
        """An activated account; the password is the demo's for everybody."""
        id_ = self.store.add(
            Account,
            user_name=user_name,
            member_id=person.id if person else None,
            password_hash=self.password_hash,
            must_change_password=False,
            purpose_notice_version=PURPOSE_NOTICE_VERSION,
            purpose_accepted_at=self.now - timedelta(days=100),
            disabled_at=None,
            content_version=1,
            created_at=self.now - timedelta(days=100),
        )
        if person:
            person.account_id = id_
        return id_

    def office(
        self, unit: Unit, title: OfficeTitle, *, person: Person | None = None, account_id: int | None = None
    ) -> None:
        """An office in force since the term began."""
        self.store.add(
            Office,
            organization_id=unit.id,
            member_id=person.id if person else None,
            account_id=account_id,
            title=title.value,
            from_date=TERM_BEGAN,
            to_date=None,
        )
        if title is OfficeTitle.SECRETARY and person:
            unit.secretary = person
        if person and title not in (OfficeTitle.STAFF, OfficeTitle.ADMINISTRATOR):
            unit.officers.append(person)

    def write_counts(self, block: Block) -> None:
        """Put member counts and content versions on the kept rows of the organisations."""
        versions = {unit.id: unit.version for unit in block.units}
        counts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for cell in block.cells:
            unit: Unit | None = cell
            while unit is not None:
                for person in cell.people:
                    counts[unit.id][person.status.value] += 1
                unit = unit.parent
        for row in self.store.rows(Organization):
            mine = counts[row["id"]]
            row["official_count"] = mine[MemberStatus.OFFICIAL]
            row["probationary_count"] = mine[MemberStatus.PROBATIONARY]
            row["exempt_count"] = mine[MemberStatus.EXEMPT]
            row["content_version"] = versions[row["id"]]

    def _unit(self, name: str, code: str, kind: OrganizationKind, parent: Unit | None) -> Unit:
        id_ = self.store.add(
            Organization,
            parent_id=parent.id if parent else None,
            kind=kind.value,
            name=name,
            name_folded=fold(name),
            code=code,
            path="",
            timezone=DEFAULT_TIMEZONE,
            official_count=0,
            probationary_count=0,
            exempt_count=0,
            content_version=1,
            row_content_version=1,
            row_version=1,
            created_at=self.created_at,
        )
        path = (parent.path if parent else "") + path_segment(id_)
        self.store.rows(Organization)[-1]["path"] = path
        return Unit(id_, path, name, kind, parent)

    def _people(self, cell: Unit, size: int) -> None:
        cell.people = [self._person(cell) for _ in range(size)]
        for person in cell.people:
            if self.random.random() < ACTIVATED:
                self.account(person=person)
        officials = [person for person in cell.people if person.status is MemberStatus.OFFICIAL]
        titles = [OfficeTitle.SECRETARY, OfficeTitle.DEPUTY_SECRETARY]
        # From nine official members on a cell elects a committee (2-domain, Cells and meetings).
        titles += [OfficeTitle.COMMITTEE_MEMBER] * (
            0 if len(officials) < 9 else 1 if len(officials) < 20 else 3
        )
        for person, title in zip(officials, titles, strict=False):
            if person.account_id is None:
                self.account(person=person)
            person.diligence = 0.98
            self.office(cell, title, person=person)

    def _committee_offices(self, committee: Unit, cells: list[Unit]) -> None:
        """The secretaries of the cells make up the committee above them."""
        people = [cell.secretary for cell in cells if cell.secretary][:9]
        titles = [OfficeTitle.SECRETARY, OfficeTitle.DEPUTY_SECRETARY]
        for number, person in enumerate(people):
            title = titles[number] if number < len(titles) else OfficeTitle.COMMITTEE_MEMBER
            self.office(committee, title, person=person)

    def _person(self, cell: Unit) -> Person:
        random = self.random
        sex = random.choices((Sex.MALE, Sex.FEMALE), weights=(55, 45))[0]
        age = int(random.triangular(24, 74, 41))
        status = self._status(age)
        birth_date = self._day(self.today.year - age)
        admitted_on = self._day(
            min(self.today.year - 2, birth_date.year + random.randint(21, min(38, age - 2)))
        )
        official_on: date | None = admitted_on.replace(year=admitted_on.year + 1)
        if status is MemberStatus.PROBATIONARY:
            admitted_on = self.today - timedelta(days=random.randint(20, 350))
            official_on = None
        name = make_name(sex, random)
        number = len(self.store.rows(Member)) + 1
        citizen_id = (
            f"{CITIZEN_PREFIX}{_century_digit(birth_date, sex)}{birth_date.year % 100:02d}{number:06d}"
        )
        id_ = self.store.add(
            Member,
            organization_id=cell.id,
            full_name=name,
            name_folded=fold(name),
            name_sort=sort_key(name),
            birth_date=birth_date,
            sex=sex.value,
            card_number=None if official_on is None else f"{CARD_PREFIX}{number:06d}",
            citizen_id_sealed=self.secrets.encrypt(citizen_id, CITIZEN_ID_CONTEXT),
            citizen_id_index=self.secrets.blind_index(citizen_id, CITIZEN_ID_CONTEXT),
            phone=f"{PHONE_PREFIX}{number:07d}",
            status=status.value,
            admitted_on=admitted_on,
            official_on=official_on,
            post=None,
            content_version=1,
            row_version=1,
            created_at=self.created_at,
        )
        if status in (MemberStatus.EXEMPT, MemberStatus.TEMPORARY_OUT):
            self.store.add(
                StatusChange,
                member_id=id_,
                status=status.value,
                effective_on=self.today - timedelta(days=random.randint(130, 300)),
                decision=f"{random.randint(10, 90)}-QĐ/ĐU",
                recorded_at=self.created_at,
            )
        diligence = min(0.99, random.betavariate(14, 1.2))
        return Person(id_, status, diligence=diligence)

    def _status(self, age: int) -> MemberStatus:
        chance = self.random.random()
        if age >= 62 and chance < 0.35:
            return MemberStatus.EXEMPT
        if age < 40 and chance < 0.07:
            return MemberStatus.PROBATIONARY
        return MemberStatus.TEMPORARY_OUT if chance > 0.994 else MemberStatus.OFFICIAL

    def _day(self, year: int) -> date:
        return date(year, self.random.randint(1, 12), self.random.randint(1, 28))


def _century_digit(birth_date: date, sex: Sex) -> int:
    """The fourth digit of a citizen ID: 0 and 1 for those born before 2000, 2 and 3 for the others; odd for women."""
    return (0 if birth_date.year < 2000 else 2) + (sex is Sex.FEMALE)
