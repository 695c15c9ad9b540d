"""A small world for tests: one tree, one person of every role, all made up."""

from dataclasses import dataclass, field
from datetime import date

from flask import Flask

from handbook.access.actor import SYSTEM, OfficeTitle
from handbook.accounts.models import Account
from handbook.accounts.passwords import hash_password
from handbook.accounts.sessions import start_session
from handbook.kernel.db import db
from handbook.kernel.text import fold, sort_key
from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work
from handbook.members.enums import MemberStatus
from handbook.members.models import Member, Office
from handbook.organizations.enums import OrganizationKind
from handbook.organizations.models import Organization
from handbook.organizations.service import create_organization

PASSWORD = "giấy trắng mực đen"
_password_hash: list[str] = []


def password_hash() -> str:
    """One argon2 hash for all made-up people: hashing is not what these tests are about."""
    if not _password_hash:
        _password_hash.append(hash_password(PASSWORD))
    return _password_hash[0]


@dataclass(slots=True)
class World:
    """Tree: root → committee → (cell, other_cell); root → elsewhere → far_cell.

    People by role: member, second_member, probationary, exempt_member, secretary, deputy (all of ``cell``), other_member,
    other_secretary (``other_cell``), far_member, far_secretary (``far_cell``), staff (office at ``committee``),
    root_staff (at ``root``), far_staff (at ``elsewhere``), administrator (at ``root``, an account without a member).
    """

    organizations: dict[str, Organization] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    @classmethod
    def build(cls, app: Flask) -> "World":
        world = cls()
        with app.test_request_context(), unit_of_work() as uow:
            world._add_tree(uow)
            world._add_people(uow)
        db.session.remove()
        return world

    def id_of(self, name: str) -> str:
        """The API id of an organisation or, failing that, of a member."""
        found = self.organizations.get(name) or self.members[name]
        return str(found.id)

    def token_of(self, role: str) -> str:
        return self.tokens[role]

    def _add_tree(self, uow: UnitOfWork) -> None:
        def add(name: str, title: str, kind: OrganizationKind, parent: str | None) -> None:
            above = self.organizations[parent] if parent else None
            self.organizations[name] = create_organization(
                name=title, kind=kind, parent=above, actor=SYSTEM, uow=uow, code=name
            )

        add("root", "Đảng bộ tỉnh Thử Nghiệm", OrganizationKind.PROVINCE, None)
        add("committee", "Đảng bộ Sở Mẫu", OrganizationKind.GRASSROOTS_COMMITTEE, "root")
        add("cell", "Chi bộ Văn phòng", OrganizationKind.CELL, "committee")
        add("other_cell", "Chi bộ Kế toán", OrganizationKind.CELL, "committee")
        add("elsewhere", "Đảng bộ Sở Khác", OrganizationKind.GRASSROOTS_COMMITTEE, "root")
        add("far_cell", "Chi bộ Xa", OrganizationKind.CELL, "elsewhere")

    def _add_people(self, uow: UnitOfWork) -> None:
        people = (
            ("member", "Đặng Thị Ngẫm", "cell", MemberStatus.OFFICIAL),
            ("second_member", "Lê Văn Thử", "cell", MemberStatus.OFFICIAL),
            ("probationary", "Vũ Thị Mới", "cell", MemberStatus.PROBATIONARY),
            ("exempt_member", "Phạm Văn Nghỉ", "cell", MemberStatus.EXEMPT),
            ("secretary", "Nguyễn Văn Ước", "cell", MemberStatus.OFFICIAL),
            ("deputy", "Trần Thị Phó", "cell", MemberStatus.OFFICIAL),
            ("other_member", "Hoàng Văn Bên", "other_cell", MemberStatus.OFFICIAL),
            ("other_secretary", "Bùi Thị Cạnh", "other_cell", MemberStatus.OFFICIAL),
            ("far_member", "Đỗ Văn Xa", "far_cell", MemberStatus.OFFICIAL),
            ("far_secretary", "Hồ Thị Vời", "far_cell", MemberStatus.OFFICIAL),
            ("staff", "Ngô Văn Cán", "other_cell", MemberStatus.OFFICIAL),
            ("root_staff", "Dương Thị Tỉnh", "far_cell", MemberStatus.OFFICIAL),
            ("far_staff", "Lý Văn Ngoài", "far_cell", MemberStatus.OFFICIAL),
        )
        for number, (role, name, cell, status) in enumerate(people, start=1):
            self.add_member(role, name, cell, status, number=number, uow=uow)
        self.give_office("secretary", "cell", OfficeTitle.SECRETARY, uow=uow)
        self.give_office("deputy", "cell", OfficeTitle.DEPUTY_SECRETARY, uow=uow)
        self.give_office("other_secretary", "other_cell", OfficeTitle.SECRETARY, uow=uow)
        self.give_office("far_secretary", "far_cell", OfficeTitle.SECRETARY, uow=uow)
        self.give_office("staff", "committee", OfficeTitle.STAFF, uow=uow)
        self.give_office("root_staff", "root", OfficeTitle.STAFF, uow=uow)
        self.give_office("far_staff", "elsewhere", OfficeTitle.STAFF, uow=uow)
        account = Account(user_name="quan-tri", password_hash=password_hash(), created_at=uow.clock.now())
        uow.session.add(account)
        uow.session.flush()
        self._open("administrator", account, uow)
        self.give_office("administrator", "root", OfficeTitle.ADMINISTRATOR, uow=uow)

    def add_member(
        self, role: str, name: str, cell: str, status: MemberStatus, *, number: int, uow: UnitOfWork
    ) -> Member:
        """A member with an account and an open device session; ``number`` makes card and phone unique."""
        organization = uow.session.get_one(Organization, self.organizations[cell].id)
        member = Member(
            organization_id=organization.id,
            full_name=name,
            name_folded=fold(name),
            name_sort=sort_key(name),
            birth_date=date(1960, 1, number % 28 + 1),
            sex="female" if "Thị" in name else "male",
            card_number=f"99.{number:06d}" if status != MemberStatus.PROBATIONARY else None,
            phone=f"+8490000{number:04d}",
            status=status.value,
            admitted_on=date(1990, 5, 19),
            official_on=date(1991, 5, 19) if status != MemberStatus.PROBATIONARY else None,
            created_at=uow.clock.now(),
        )
        uow.session.add(member)
        uow.session.flush()
        self.members[role] = member
        account = Account(member_id=member.id, password_hash=password_hash(), created_at=uow.clock.now())
        uow.session.add(account)
        uow.session.flush()
        self._open(role, account, uow)
        if status == MemberStatus.OFFICIAL:
            organization.official_count += 1
        elif status == MemberStatus.PROBATIONARY:
            organization.probationary_count += 1
        elif status == MemberStatus.EXEMPT:
            organization.exempt_count += 1
        uow.session.flush()
        return member

    def give_office(self, role: str, organization: str, title: OfficeTitle, *, uow: UnitOfWork) -> None:
        """Give the person an office since the start of 2025, without an end."""
        member = self.members.get(role)
        uow.session.add(
            Office(
                organization_id=self.organizations[organization].id,
                member_id=member.id if member else None,
                account_id=None if member else self.accounts[role].id,
                title=title.value,
                from_date=date(2025, 1, 1),
            )
        )

    def _open(self, role: str, account: Account, uow: UnitOfWork) -> None:
        _session, token = start_session(account, uow=uow, device_name="Thử")
        self.accounts[role] = account
        self.tokens[role] = token
