"""A cell of 22 made-up members with its meeting of this evening, for tests that hold a whole meeting."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from tests.support.factories import World

from handbook.access.actor import SYSTEM, OfficeTitle
from handbook.accounts.service import PURPOSE_NOTICE_VERSION
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.enums import MeetingKind
from handbook.meetings.service import MeetingDraft, convene_meeting, create_meeting
from handbook.meetings.templates import AgendaEntry
from handbook.members.enums import MemberStatus
from handbook.organizations.enums import OrganizationKind
from handbook.organizations.models import Organization
from handbook.organizations.service import create_organization

FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô")
GIVEN = ("Ước", "Phó", "Ngẫm", "Thử", "Mới", "Nghỉ", "Bên", "Cạnh", "Xa", "Vời", "Cán")
AGENDA = (
    ("Khai mạc, nêu lý do, giới thiệu khách mời", 5),
    ("Kiểm điểm nghị quyết tháng trước", 20),
    ("Thảo luận nhiệm vụ tháng tới", 40),
    ("Biểu quyết thông qua nghị quyết", 10),
)
SIZE = 22


@dataclass(frozen=True, slots=True)
class Chapter:
    """Roles are ``secretary``, ``deputy`` and ``member3`` … ``member22``; ``names`` and ``tokens`` by role."""

    world: World
    meeting_id: str
    items: tuple[str, ...]
    names: dict[str, str]

    def id_of(self, role: str) -> str:
        return self.world.id_of(role)

    @property
    def others(self) -> list[str]:
        """Everybody but secretary and deputy."""
        return [role for role in self.names if role not in ("secretary", "deputy")]


def build_chapter(app: Flask, **meeting: Any) -> Chapter:
    """Members 21 and 22 are probationary, member 20 is exempt; the meeting begins in five minutes and is convened."""
    world, names = World(), {}
    with app.test_request_context(), unit_of_work() as uow:
        add = {"actor": SYSTEM, "uow": uow}
        world.organizations["root"] = create_organization(
            name="Đảng bộ phường Mẫu", kind=OrganizationKind.COMMUNE, parent=None, code="root", **add
        )
        world.organizations["cell"] = create_organization(
            name="Chi bộ Tổ dân phố 4",
            kind=OrganizationKind.CELL,
            parent=world.organizations["root"],
            code="cell",
            **add,
        )
        for number in range(1, SIZE + 1):
            role = {1: "secretary", 2: "deputy"}.get(number, f"member{number}")
            middle = "Thị" if number % 2 else "Văn"
            names[role] = (
                f"{FAMILIES[number % 11]} {middle} {GIVEN[(number - 1) % 11]} {'Hai' if number > 11 else 'Một'}"
            )
            status = {20: MemberStatus.EXEMPT, 21: MemberStatus.PROBATIONARY, 22: MemberStatus.PROBATIONARY}
            world.add_member(
                role, names[role], "cell", status.get(number, MemberStatus.OFFICIAL), number=number, uow=uow
            )
        for account in world.accounts.values():
            account.purpose_notice_version = PURPOSE_NOTICE_VERSION
            account.purpose_accepted_at = uow.clock.now()
        world.give_office("secretary", "cell", OfficeTitle.SECRETARY, uow=uow)
        world.give_office("deputy", "cell", OfficeTitle.DEPUTY_SECRETARY, uow=uow)
        uow.session.flush()
        starts_at = uow.clock.now() + timedelta(minutes=5)
        draft = MeetingDraft(
            kind=MeetingKind.REGULAR,
            title="Sinh hoạt chi bộ thường kỳ",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=90),
            place="Nhà văn hóa Tổ 4",
            agenda=[AgendaEntry(title, None, minutes, None) for title, minutes in AGENDA],
            **meeting,
        )
        cell = uow.session.get_one(Organization, world.organizations["cell"].id)
        made = create_meeting(cell, draft, actor=SYSTEM, uow=uow)
        convene_meeting(made, actor=SYSTEM, uow=uow)
        found = Chapter(world, str(made.id), tuple(str(item.id) for item in made.agenda), names)
    db.session.remove()
    return found
