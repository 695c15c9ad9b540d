"""A conference at its real size for tests and benchmarks: 542 sites, 5,000 delegates with a device each; all made up."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

from openpyxl import Workbook
from sqlalchemy import insert

from handbook.access.actor import SYSTEM, OfficeTitle
from handbook.accounts.models import Account, DeviceSession
from handbook.kernel.text import fold, sort_key
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.members.models import Member, Office
from handbook.organizations.enums import OrganizationKind
from handbook.organizations.models import Organization
from handbook.organizations.service import create_organization

SITES = 542
DELEGATES = 5_000
CELLS = 40
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô")
MIDDLE = ("Văn", "Thị", "Hữu", "Minh", "Ngọc", "Quang", "Thanh")
GIVEN = ("An", "Bình", "Châu", "Dũng", "Giang", "Hải", "Khánh", "Lan", "Mai", "Nam", "Oanh", "Phúc", "Quý")


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    full_name: str
    card: str
    token: str


@dataclass(frozen=True, slots=True)
class Multitude:
    """``staff`` is the token of who holds the conference; ``people`` are the delegates in the order of their sites."""

    organization_id: int
    staff: str
    people: Sequence[Person]

    def site_of(self, place: int) -> int:
        """To which site, from 0, the delegate at this place belongs."""
        return place * SITES // len(self.people)

    def workbook(self) -> bytes:
        """Sites and delegates as the province hands them in; the first delegate of every site looks after it."""
        book, target = Workbook(write_only=True), BytesIO()
        sites = book.create_sheet("Điểm cầu")
        sites.append(["STT", "Tên điểm cầu", "Địa chỉ", "Liên kết trực tuyến", "Số thẻ người phụ trách"])
        hosts: dict[int, str] = {}
        for place, person in enumerate(self.people):
            hosts.setdefault(self.site_of(place), person.card)
        for number in range(SITES):
            sites.append([number + 1, name_of(number), address_of(number), url_of(number), hosts[number]])
        delegates = book.create_sheet("Đại biểu")
        delegates.append(["STT", "Họ và tên", "Số thẻ đảng viên", "Điểm cầu"])
        for place, person in enumerate(self.people):
            delegates.append([place + 1, person.full_name, person.card, name_of(self.site_of(place))])
        book.save(target)
        return target.getvalue()


def name_of(number: int) -> str:
    return f"Điểm cầu Đảng ủy xã Mẫu {number + 1}"


def address_of(number: int) -> str:
    return f"Hội trường Ủy ban nhân dân xã, số {number % 97 + 1} đường Mẫu {number % 53 + 1}"


def url_of(number: int) -> str:
    room = hashlib.sha256(str(number).encode()).hexdigest()[:10]
    return f"https://hop.example.vn/r/{room}"


def settle(
    uow: UnitOfWork, *, delegates: int = DELEGATES, now: datetime | None = None, seen: datetime | None = None
) -> Multitude:
    """Fill an empty database with the members of a province, each with an account and a device, ``seen`` last at that time."""
    now = now or datetime.now(UTC)
    province = create_organization(
        name="Đảng bộ tỉnh Mẫu", kind=OrganizationKind.PROVINCE, parent=None, actor=SYSTEM, uow=uow
    )
    cells = [_add_cell(province, number, uow) for number in range(CELLS)]
    # One more than there are delegates: who holds the conference.
    names = [_name(number) for number in range(delegates + 1)]
    cards = [f"77.{number:06d}" for number in range(delegates + 1)]
    members = [
        {
            "organization_id": cells[number % CELLS].id,
            "full_name": name,
            "name_folded": fold(name),
            "name_sort": sort_key(name),
            "birth_date": date(1970, 1, 1),
            "status": "official",
            "card_number": cards[number],
            "content_version": 1,
            "row_version": 1,
            "created_at": now,
        }
        for number, name in enumerate(names)
    ]
    member_ids = uow.session.scalars(
        insert(Member).returning(Member.id, sort_by_parameter_order=True), members
    )
    ids = list(member_ids)
    accounts = [{"member_id": id_, "content_version": 1, "created_at": now} for id_ in ids]
    account_ids = list(
        uow.session.scalars(insert(Account).returning(Account.id, sort_by_parameter_order=True), accounts)
    )
    tokens = [f"device-{account_id}" for account_id in account_ids]
    uow.session.execute(
        insert(DeviceSession),
        [
            {
                "token_hash": hashlib.sha256(token.encode()).hexdigest(),
                "account_id": account_id,
                "device_name": "Thử",
                "created_at": now,
                "last_seen_at": seen or now,
                "expires_at": now + timedelta(days=30),
            }
            for token, account_id in zip(tokens, account_ids, strict=True)
        ],
    )
    uow.session.add(
        Office(
            organization_id=province.id,
            member_id=ids[-1],
            title=OfficeTitle.STAFF.value,
            from_date=now.date() - timedelta(days=100),
        )
    )
    people = [Person(*line) for line in zip(ids[:-1], names[:-1], cards[:-1], tokens[:-1], strict=True)]
    return Multitude(province.id, tokens[-1], people)


def _add_cell(province: Organization, number: int, uow: UnitOfWork) -> Organization:
    return create_organization(
        name=f"Chi bộ {number + 1}", kind=OrganizationKind.CELL, parent=province, actor=SYSTEM, uow=uow
    )


def _name(number: int) -> str:
    parts = (
        FAMILY[number % 10],
        MIDDLE[number // 10 % 7],
        GIVEN[number // 70 % 13],
        GIVEN[number // 910 % 13],
    )
    return " ".join(parts)
