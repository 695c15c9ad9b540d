"""A deterministic population for the benchmarks: cells of 22 members, each with a device and one convened meeting."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from handbook.access.actor import SYSTEM
from handbook.accounts.models import Account, DeviceSession
from handbook.app import create_app
from handbook.config import Settings
from handbook.kernel.db import db
from handbook.kernel.migrations import upgrade
from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work
from handbook.meetings.enums import MeetingKind
from handbook.meetings.service import MeetingDraft, convene_meeting, create_meeting
from handbook.members.models import Member
from handbook.organizations.enums import OrganizationKind
from handbook.organizations.models import Organization
from handbook.organizations.service import create_organization

MEMBERS_PER_CELL = 22


def populate(data: Path, *, cells: int, database_url: str | None = None) -> list[str]:
    """Fill an empty database; answers the session tokens, cell by cell."""
    environment = {"HANDBOOK_DATA_DIR": str(data)}
    if database_url:
        environment["HANDBOOK_DATABASE_URL"] = database_url
    app = create_app(Settings.from_environment(environment))
    tokens: list[str] = []
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
                tokens += _add_cell(uow, committee, number)
        db.engine.dispose()
    return tokens


def _add_cell(uow: UnitOfWork, committee: Organization, number: int) -> list[str]:
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
        starts_at=now + timedelta(days=1),
        ends_at=now + timedelta(days=1, hours=2),
        place="Nhà văn hóa",
    )
    meeting = create_meeting(cell, draft, actor=SYSTEM, uow=uow)
    convene_meeting(meeting, actor=SYSTEM, uow=uow)
    return tokens
