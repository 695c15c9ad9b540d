"""What happens to meetings, for the features above. Ids only: handlers read the rows in the same transaction.

``actor``, where an event has one, is who acted: what a handler writes about others is recorded as that person's act, and is
no news to that person.
"""

from dataclasses import dataclass, field
from datetime import datetime

from handbook.access.actor import SYSTEM, Actor


@dataclass(frozen=True, slots=True)
class MeetingDrafted:
    meeting_id: int
    organization_id: int


@dataclass(frozen=True, slots=True)
class AgendaReplaced:
    """An agenda was written anew, of a draft or of a convened meeting."""

    meeting_id: int
    organization_id: int


@dataclass(frozen=True, slots=True)
class MeetingConvened:
    meeting_id: int
    organization_id: int
    actor: Actor = field(default=SYSTEM, compare=False)


@dataclass(frozen=True, slots=True)
class MeetingChanged:
    """A convened meeting was changed; ``fields`` are names of columns, ``agenda`` or ``papers``."""

    meeting_id: int
    organization_id: int
    fields: tuple[str, ...]
    actor: Actor = field(default=SYSTEM, compare=False)


@dataclass(frozen=True, slots=True)
class MeetingCancelled:
    """A meeting that had been convened was cancelled; a cancelled draft concerns nobody."""

    meeting_id: int
    organization_id: int
    actor: Actor = field(default=SYSTEM, compare=False)


@dataclass(frozen=True, slots=True)
class MeetingOpened:
    """``present_member_id`` is who opened it and said to be in the room; None when nobody said so."""

    meeting_id: int
    organization_id: int
    present_member_id: int | None = None
    actor: Actor = field(default=SYSTEM, compare=False)


@dataclass(frozen=True, slots=True)
class MeetingClosing:
    """A meeting is about to close. Whoever has an open ballot in it says so by adding its id to ``open_ballots``."""

    meeting_id: int
    open_ballots: list[int]


@dataclass(frozen=True, slots=True)
class MeetingClosed:
    meeting_id: int
    organization_id: int
    actor: Actor = field(default=SYSTEM, compare=False)


@dataclass(slots=True)
class MeetingReopening:
    """A closed meeting is about to go on. ``signed`` is answered by who keeps the minutes: somebody has signed them."""

    meeting_id: int
    signed: bool = False


@dataclass(frozen=True, slots=True)
class MeetingReopened:
    """A meeting that was closed by mistake goes on; ``closed_at`` is the end that is none. ``in_book``: a line of the book of
    the room says so."""

    meeting_id: int
    organization_id: int
    closed_at: datetime
    reason: str
    in_book: bool
    actor: Actor = field(default=SYSTEM, compare=False)


@dataclass(slots=True)
class MeetingUnopening:
    """An opening is about to be taken back. Whoever keeps something that came of it says so with ``begun``."""

    meeting_id: int
    begun: bool = False


@dataclass(frozen=True, slots=True)
class MeetingUnopened:
    """A meeting that was opened by mistake is only convened again."""

    meeting_id: int
    organization_id: int
    reason: str
    in_book: bool
    actor: Actor = field(default=SYSTEM, compare=False)


@dataclass(frozen=True, slots=True)
class MeetingFinalized:
    meeting_id: int
    organization_id: int
