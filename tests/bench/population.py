"""A deterministic population for the benchmarks: cells of 22 members, each with a device and one convened meeting."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from handbook.access.actor import SYSTEM
from handbook.accounts.models import Account, DeviceSession
from handbook.app import create_app
from handbook.attendance.tokens import make_token, step_at
from handbook.config import Settings
from handbook.kernel.db import db
from handbook.kernel.migrations import upgrade
from handbook.kernel.secrets import current_secrets
from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work
from handbook.meetings.enums import MeetingKind
from handbook.meetings.keys import unseal
from handbook.meetings.service import MeetingDraft, convene_meeting, create_meeting, open_meeting
from handbook.members.models import Member
from handbook.organizations.enums import OrganizationKind
from handbook.organizations.models import Organization
from handbook.organizations.service import create_organization

MEMBERS_PER_CELL = 22


@dataclass(frozen=True, slots=True)
class Device:
    """A signed-in device of a member, and a check-in code that is good now."""

    token: str
    meeting_id: int
    check_in: str


def populate(
    data: Path, *, cells: int, database_url: str | None = None, opened: bool = False
) -> list[Device]:
    """Fill an empty database; answers the devices, cell by cell. ``opened``: the meetings are going on."""
    environment = {"HANDBOOK_DATA_DIR": str(data)}
    if database_url:
        environment["HANDBOOK_DATABASE_URL"] = database_url
    app = create_app(Settings.from_environment(environment))
    devices: list[Device] = []
    with app.app_context():
        upgrade(db.engine)
        with unit_of_work() as uow:
            root = create_organization(
                name="Tỉnh", kind=OrganizationKind.PROVINCE, parent=None, actor=SYSTEM, uow=uow
            )
            committee = create_organization(
                name="Xã", kind=OrganizationKind.COMMUNE, parent=root, actor=SYSTEM, uow=uow
            )
            for number in range(cells):
                devices += _add_cell(uow, committee, number, opened=opened)
        db.engine.dispose()
    return devices


def _add_cell(uow: UnitOfWork, committee: Organization, number: int, *, opened: bool) -> list[Device]:
    now = datetime.now(UTC)
    cell = create_organization(
        name=f"Chi bộ {number}",
        kind=OrganizationKind.CELL,
        parent=committee,
        actor=SYSTEM,
        uow=uow,
        code=f"cb-{number}",
    )
    members = [
        Member(
            organization_id=cell.id,
            full_name=f"Đảng viên {index}",
            name_folded=f"dang vien {index}",
            name_sort=f"{index:03d}",
            status="official",
            card_number=f"{number:05d}.{index:03d}",
            created_at=now,
        )
        for index in range(MEMBERS_PER_CELL)
    ]
    uow.session.add_all(members)
    uow.session.flush()
    accounts = [Account(member_id=member.id, created_at=now) for member in members]
    uow.session.add_all(accounts)
    uow.session.flush()
    tokens = [f"bench-{account.id}" for account in accounts]
    uow.session.add_all(
        DeviceSession(
            token_hash=hashlib.sha256(token.encode()).hexdigest(),
            account_id=account.id,
            device_name="bench",
            created_at=now,
            last_seen_at=now,
            expires_at=now + timedelta(days=30),
        )
        for token, account in zip(tokens, accounts, strict=True)
    )
    draft = MeetingDraft(
        kind=MeetingKind.REGULAR,
        title="Sinh hoạt thường kỳ",
        starts_at=now + timedelta(minutes=5 if opened else 1440),
        ends_at=now + timedelta(minutes=125 if opened else 1560),
        place="Nhà văn hóa",
    )
    meeting = create_meeting(cell, draft, actor=SYSTEM, uow=uow)
    convene_meeting(meeting, actor=SYSTEM, uow=uow)
    if opened:
        open_meeting(meeting, actor=SYSTEM, uow=uow)
    assert meeting.check_in_key_sealed is not None
    key = unseal(current_secrets(), meeting.check_in_key_sealed, meeting.id)
    step = step_at(now, meeting.step_seconds)
    code = f"{step}.{make_token(key, meeting.id, step)}"
    return [Device(token, meeting.id, code) for token in tokens]
