"""In which office somebody read about a member: what was recorded names the reader, the offices of that day say as what."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from handbook.access.actor import OfficeTitle
from handbook.audit.models import AuditEntry
from handbook.kernel.db import db
from handbook.members.models import Office
from handbook.members.queries import in_force

# Those that open other people's records, as 2-domain has them; of two in one place the first is told.
_READING = (
    OfficeTitle.SECRETARY,
    OfficeTitle.DEPUTY_SECRETARY,
    OfficeTitle.STAFF,
    OfficeTitle.ADMINISTRATOR,
    OfficeTitle.COMMITTEE_MEMBER,
)


def offices_of_readers(entries: Sequence[AuditEntry]) -> dict[int, Office]:
    """By the id of an entry, the office that its actor held on that day where it was read or above: one that reads before one
    that does not, then the nearest. An entry whose actor held none, or is unknown, is left out.
    """
    members = {entry.actor_member_id for entry in entries if entry.actor_member_id is not None}
    accounts = {entry.actor_account_id for entry in entries if entry.actor_account_id is not None}
    if not members and not accounts:
        return {}
    held = db.session.scalars(
        select(Office).where(or_(Office.member_id.in_(members), Office.account_id.in_(accounts)))
    ).all()
    found: dict[int, Office] = {}
    for entry in entries:
        fitting = [office for office in held if _fits(office, entry)]
        if fitting:
            found[entry.id] = min(fitting, key=_rank)
    return found


def _fits(office: Office, entry: AuditEntry) -> bool:
    own = (office.member_id is not None and office.member_id == entry.actor_member_id) or (
        office.account_id is not None and office.account_id == entry.actor_account_id
    )
    if not own or entry.path is None or not entry.path.startswith(office.organization.path):
        return False
    return in_force(office, entry.at.astimezone(ZoneInfo(office.organization.timezone)).date())


def _rank(office: Office) -> tuple[bool, int, int]:
    title = OfficeTitle(office.title)
    return title == OfficeTitle.COMMITTEE_MEMBER, -len(office.organization.path), _READING.index(title)
