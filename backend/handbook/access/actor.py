"""The one who acts: a signed-in account with its member and offices, or the system itself."""

from dataclasses import dataclass
from enum import StrEnum


class OfficeTitle(StrEnum):
    """Titles of offices (chức vụ đảng) that carry rights, from 2-domain's table."""

    SECRETARY = "secretary"
    DEPUTY_SECRETARY = "deputy_secretary"
    COMMITTEE_MEMBER = "committee_member"
    STAFF = "staff"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class HeldOffice:
    """An office in force today at the organisation with this id and path."""

    organization_id: int
    path: str
    title: OfficeTitle


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``path`` is the materialised path of the member's own organisation; None without a member."""

    account_id: int | None
    member_id: int | None = None
    organization_id: int | None = None
    path: str | None = None
    offices: tuple[HeldOffice, ...] = ()
    session_id: int | None = None
    is_system: bool = False

    # What Flask-Login asks of a user.
    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def is_active(self) -> bool:
        return True

    @property
    def is_anonymous(self) -> bool:
        return False

    def get_id(self) -> str:
        return str(self.account_id)

    def paths_of(self, titles: frozenset[OfficeTitle]) -> list[str]:
        """Paths of the organisations where the actor holds one of these offices."""
        return sorted({office.path for office in self.offices if office.title in titles})


SYSTEM = Actor(account_id=None, is_system=True)
