"""A resolution in the Party's document layout: what stands where."""

from dataclasses import dataclass

from sqlalchemy import or_, select

from handbook.access.actor import OfficeTitle
from handbook.documents.layout import Document, Heading, Kind, Paragraph, Signature, Table
from handbook.kernel.clock import Clock, today_in
from handbook.kernel.db import db
from handbook.members.models import Member, Office
from handbook.organizations.enums import OrganizationKind
from handbook.organizations.locality import line_above, place_of
from handbook.organizations.models import Organization
from handbook.resolutions.enums import DocumentType
from handbook.resolutions.models import Resolution

# The name of each type as it stands over a document.
TITLES = {
    DocumentType.RESOLUTION: "Nghị quyết",
    DocumentType.DIRECTIVE: "Chỉ thị",
    DocumentType.REGULATION: "Quy định",
    DocumentType.DECISION: "Quyết định",
    DocumentType.RULES_OF_PROCEDURE: "Quy chế",
    DocumentType.GUIDANCE: "Hướng dẫn",
    DocumentType.PLAN: "Kế hoạch",
    DocumentType.OFFICIAL_LETTER: "Công văn",
    DocumentType.CONCLUSION: "Kết luận",
    DocumentType.REPORT: "Báo cáo",
    DocumentType.NOTICE: "Thông báo",
    DocumentType.SUBMISSION: "Tờ trình",
    DocumentType.INFORMATION: "Thông tri",
    DocumentType.MINUTES: "Biên bản",
    DocumentType.PROGRAMME: "Chương trình",
    DocumentType.PROJECT: "Đề án",
    DocumentType.COPY: "Bản sao",
    DocumentType.INVITATION: "Giấy mời",
}
# On whose behalf it is signed.
_ON_BEHALF = {
    OrganizationKind.CELL: "T/M Chi bộ",
    OrganizationKind.GROUP: "T/M Tổ đảng",
    OrganizationKind.SECTION: "T/M Đảng ủy bộ phận",
}
_COMMITTEE = "T/M Ban Chấp hành"
_TASKS = "Phân công thực hiện"
_HEAD = ("STT", "Nhiệm vụ", "Người thực hiện", "Hạn hoàn thành")
_SHARES = (0.08, 0.47, 0.27, 0.18)


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: the secretary in office on the day of issue, when there is one."""

    title: str
    name: str


def document_of(resolution: Resolution, *, clock: Clock) -> Document:
    """The document of a resolution. A draft has no day, and the symbol that it will have."""
    organization = resolution.organization
    line = line_above(organization)
    superior = line[0] if line else None
    kind = OrganizationKind(organization.kind)
    signer = _signer(resolution, clock)
    return Document(
        heading=Heading(
            issuer=organization.name,
            place=place_of(organization, line),
            day=resolution.issued_on,
            superior=superior.name if superior else None,
            symbol=resolution.symbol,
        ),
        title=TITLES[DocumentType(resolution.type)],
        subtitle=_subtitle(resolution),
        blocks=(*_body(resolution.body), *_tasks(resolution)),
        signatures=(Signature((_ON_BEHALF.get(kind, _COMMITTEE), signer.title), signer.name),),
        recipients=_recipients(superior, organization),
    )


def _subtitle(resolution: Resolution) -> str:
    """The title without the type's name, which stands above it already."""
    name = TITLES[DocumentType(resolution.type)]
    title = resolution.title
    if title.casefold().startswith(name.casefold()):
        title = title[len(name) :].strip()
    return title[:1].upper() + title[1:] if title else resolution.title


def _body(text: str) -> tuple[Paragraph, ...]:
    return tuple(
        Paragraph(line[1:].strip(), Kind.ITEM) if line.startswith(("-", "–")) else Paragraph(line)
        for line in (line.strip() for line in text.splitlines())
        if line
    )


def _tasks(resolution: Resolution) -> tuple[Paragraph | Table, ...]:
    if not resolution.tasks:
        return ()
    rows = tuple(
        (
            str(number),
            task.title,
            ", ".join(row.full_name for row in task.assignees),
            f"{task.due_on:%d/%m/%Y}" if task.due_on else "",
        )
        for number, task in enumerate(resolution.tasks, 1)
    )
    return (Paragraph(_TASKS, Kind.HEADING), Table(_HEAD, rows, _SHARES))


def _signer(resolution: Resolution, clock: Clock) -> Signer:
    day = resolution.issued_on or today_in(resolution.organization.timezone, clock)
    found = db.session.execute(
        select(Member.full_name, Office.title)
        .join(Office, Office.member_id == Member.id)
        .where(
            Office.organization_id == resolution.organization_id,
            Office.title.in_([OfficeTitle.SECRETARY.value, OfficeTitle.DEPUTY_SECRETARY.value]),
            Office.from_date <= day,
            or_(Office.to_date.is_(None), Office.to_date >= day),
        )
        # Alphabetically "deputy_secretary" comes before "secretary".
        .order_by(Office.title.desc(), Office.id)
        .limit(1)
    ).first()
    if found is None:
        return Signer("Bí thư", "")
    return Signer("Bí thư" if found.title == OfficeTitle.SECRETARY else "Phó Bí thư", found.full_name)


def _recipients(superior: Organization | None, organization: Organization) -> tuple[str, ...]:
    above = (f"{superior.name} (để báo cáo),",) if superior else ()
    members = (
        "Các đảng viên chi bộ (để thực hiện),"
        if organization.kind == OrganizationKind.CELL
        else "Các tổ chức đảng trực thuộc,"
    )
    return (*above, members, f"Lưu {organization.name}.")
