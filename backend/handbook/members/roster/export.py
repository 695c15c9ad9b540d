"""Writing a roster that :mod:`handbook.members.roster.service` reads back as the same members."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import insert, select

from handbook.access.actor import Actor, OfficeTitle
from handbook.audit.models import AuditEntry
from handbook.audit.service import record
from handbook.kernel.clock import today_in
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.kernel.xlsx import Cell, CellKind, Column, Sheet, write_workbook
from handbook.members.enums import MemberStatus, Sex
from handbook.members.models import Member, Office
from handbook.members.phones import national_phone
from handbook.members.roster.levels import without_section
from handbook.members.roster.matching import chunked
from handbook.members.roster.offices import ROSTER_TITLES, TITLES
from handbook.members.roster.target import Cell as RosterCell
from handbook.members.roster.target import ImportTarget, read_target
from handbook.members.service import read_citizen_id
from handbook.organizations.models import Organization

SEX_WORDS = {Sex.MALE: "Nam", Sex.FEMALE: "Nữ"}
STATUS_WORDS = {
    MemberStatus.OFFICIAL: "Chính thức",
    MemberStatus.PROBATIONARY: "Dự bị",
    MemberStatus.EXEMPT: "Miễn công tác và sinh hoạt",
    MemberStatus.TEMPORARY_IN: "Sinh hoạt tạm thời",
    MemberStatus.TEMPORARY_OUT: "Tạm thời đi",
    MemberStatus.TRANSFERRED: "Đã chuyển sinh hoạt",
    MemberStatus.SUSPENDED: "Đình chỉ sinh hoạt",
    MemberStatus.STRUCK_OFF: "Xóa tên",
    MemberStatus.EXPELLED: "Khai trừ",
    MemberStatus.WITHDRAWN: "Xin ra khỏi Đảng",
    MemberStatus.DECEASED: "Từ trần",
}
_COLUMNS = (
    Column("STT", 6, CellKind.TEXT),
    Column("Họ và tên", 28),
    Column("Ngày sinh", 12, CellKind.DATE),
    Column("Giới tính", 9),
    Column("Số thẻ đảng viên", 13),
    Column("Ngày vào Đảng", 12, CellKind.DATE),
    Column("Ngày chính thức", 12, CellKind.DATE),
    Column("Điện thoại", 14),
    Column("Chức vụ Đảng", 14),
    Column("Chi bộ", 40),
    Column("Tình trạng", 24),
)
_CITIZEN_ID = Column("Số căn cước", 15)


def export_roster(
    target: Path | BinaryIO,
    organization: Organization,
    *,
    actor: Actor,
    uow: UnitOfWork,
    with_citizen_ids: bool,
) -> int:
    """Write the members of all cells at and below an organisation; returns how many. The reading is recorded.

    Citizen IDs leave the house only where a command asks for them, and each member sees that they did.
    """
    today = today_in(organization.timezone, uow.clock)
    cells = read_target(uow.session, organization, today)
    columns = [*_COLUMNS, _CITIZEN_ID] if with_citizen_ids else list(_COLUMNS)
    sheet = Sheet(
        name="Danh sách",
        columns=columns,
        rows=_rows(uow, cells, with_citizen_ids=with_citizen_ids),
        heading=(organization.name.upper(), f"DANH SÁCH ĐẢNG VIÊN, ngày {today:%d/%m/%Y}"),
    )
    written = write_workbook(target, [sheet], created=uow.clock.now()) - len(cells.cells)
    record(
        uow,
        "members:roster:exported",
        actor=actor,
        subject_id=organization.id,
        path=organization.path,
        details={"rows": written, "citizen_ids": with_citizen_ids},
    )
    if with_citizen_ids:
        _record_views(uow, cells, actor)
    return written


def _rows(uow: UnitOfWork, target: ImportTarget, *, with_citizen_ids: bool) -> Iterator[list[Cell]]:
    number = 0
    for place, cell in enumerate(target.cells.values(), start=1):
        yield [f"{place}. {_way_to(cell)}"]
        posts = _posts(uow, cell.organization_id, target)
        statement = (
            select(Member)
            .where(Member.organization_id == cell.organization_id)
            .order_by(Member.name_sort, Member.id)
        )
        for member in uow.session.scalars(statement):
            number += 1
            row: list[Cell] = [
                str(number),
                member.full_name,
                member.birth_date,
                SEX_WORDS[Sex(member.sex)] if member.sex else None,
                member.card_number,
                member.admitted_on,
                member.official_on,
                national_phone(member.phone),
                posts.get(member.id) or member.post,
                _way_to(cell),
                STATUS_WORDS[MemberStatus(member.status)],
            ]
            if with_citizen_ids:
                row.append(read_citizen_id(member))
            yield row
        uow.session.expunge_all()


def _way_to(cell: RosterCell) -> str:
    """A cell with its section, so that the file makes both again where there are none."""
    return f"{without_section(cell.name, cell.section)} - {cell.section}" if cell.section else cell.name


def _posts(uow: UnitOfWork, organization_id: int, target: ImportTarget) -> dict[int, str]:
    """The highest office in force of each member at this cell, in the roster's words."""
    words = {title: post for post, title in TITLES.items()}
    offices = uow.session.execute(
        select(Office.member_id, Office.title).where(
            Office.organization_id == organization_id,
            Office.member_id.is_not(None),
            Office.title.in_(ROSTER_TITLES),
            Office.from_date <= target.today,
            Office.to_date.is_(None) | (Office.to_date >= target.today),
        )
    ).all()
    order = [title.value for title in TITLES.values()]
    ranked = sorted(offices, key=lambda row: order.index(row.title), reverse=True)
    return {row.member_id: words[OfficeTitle(row.title)] for row in ranked}


def _record_views(uow: UnitOfWork, target: ImportTarget, actor: Actor) -> None:
    for cell in target.cells.values():
        ids = uow.session.scalars(
            select(Member.id).where(
                Member.organization_id == cell.organization_id, Member.citizen_id_sealed.is_not(None)
            )
        )
        for chunk in chunked(ids.all(), 500):
            uow.session.execute(
                insert(AuditEntry),
                [
                    {
                        "at": uow.clock.now(),
                        "tag": "members:citizen_id:viewed",
                        "actor_account_id": actor.account_id,
                        "actor_member_id": actor.member_id,
                        "subject_id": member_id,
                        "member_id": member_id,
                        "path": cell.path,
                        "details": {"reason": "xuất danh sách đảng viên"},
                        "request_id": None,
                    }
                    for member_id in chunk
                ],
            )
