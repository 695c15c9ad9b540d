"""Which numbers the minutes and the resolution of a meeting will bear, told while it is prepared."""

from dataclasses import dataclass

from sqlalchemy import func, select

from handbook.kernel.clock import Clock
from handbook.kernel.db import db
from handbook.meetings.models import Meeting
from handbook.minutes.models import Minutes
from handbook.minutes.queries import find_minutes
from handbook.organizations.enums import OrganizationKind
from handbook.organizations.models import Organization
from handbook.resolutions.enums import DocumentType
from handbook.resolutions.queries import last_number, next_symbol, resolution_of, term_for
from handbook.resolutions.rules import Symbol, issuer_of


@dataclass(frozen=True, slots=True)
class Numbers:
    """``minutes`` and ``resolution``: the symbols that they bear, or the next ones as long as there are none."""

    minutes: str
    resolution: str


def numbers_of(meeting: Meeting, *, clock: Clock) -> Numbers:
    """A number is given with the document: what another meeting takes before, this one does not get."""
    organization = meeting.organization
    minutes, resolution = find_minutes(meeting.id), resolution_of(meeting)
    return Numbers(
        minutes=minutes.symbol if minutes else str(next_of_minutes(organization, clock=clock)[0]),
        resolution=resolution.symbol
        if resolution
        else str(next_symbol(organization, type_=DocumentType.RESOLUTION, term=None, clock=clock)[0]),
    )


def next_of_minutes(organization: Organization, *, clock: Clock) -> tuple[Symbol, str]:
    """The next symbol of the organisation's minutes, and its term."""
    term = term_for(organization, clock=clock)
    own = db.session.scalar(
        select(func.max(Minutes.number)).where(
            Minutes.organization_id == organization.id, Minutes.term == term
        )
    )
    # Minutes share their numbers with those that were written as documents of the organisation.
    others = last_number(organization.id, term, DocumentType.MINUTES)
    issuer = issuer_of(OrganizationKind(organization.kind))
    return Symbol(max(own or 0, others) + 1, DocumentType.MINUTES, issuer), term
