"""What speaks against issuing a resolution. Features above know it and say so here: how it was voted on, and who was there."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from handbook.resolutions.enums import IssueRefusal, IssueWarning, ResolutionState
from handbook.resolutions.models import Resolution

Teller = Callable[[Resolution], Iterable[IssueWarning]]


@dataclass(slots=True)
class Hold:
    """What holds a draft back. Who counted votes of its meeting says whether the last one on it, or the last one on its very
    text, did not pass it (``rejected``), or is not closed or was void (``undecided``). Who keeps the book of the room says
    whether two counts of it wait for somebody to choose (``disputed``); who keeps the record of the meeting, whether it
    stands, so that nobody can choose any more (``recorded``).
    """

    rejected: bool = False
    undecided: bool = False
    disputed: bool = False
    recorded: bool = False


Holder = Callable[[Resolution, Hold], None]

_tellers: list[Teller] = []
_holders: list[Holder] = []


def tells_what_is_missing(teller: Teller) -> Teller:
    """Decorate a function that knows what a resolution lacks; it reads and writes nothing."""
    if teller not in _tellers:
        _tellers.append(teller)
    return teller


def tells_what_holds_back(holder: Holder) -> Holder:
    """Decorate a function that knows what holds a draft back and notes it in the :class:`Hold`; it writes nothing else."""
    if holder not in _holders:
        _holders.append(holder)
    return holder


def issue_warnings(resolution: Resolution) -> list[IssueWarning]:
    """What the resolution lacks, each once, in the order of the enumeration.

    Nothing of it forbids issuing: who issues it all the same says why, to all of it but :data:`~enums.ONLY_SAID`.
    """
    found = {warning for teller in _tellers for warning in teller(resolution)}
    return [warning for warning in IssueWarning if warning in found]


def issue_refusal(resolution: Resolution) -> IssueRefusal | None:
    """For what the draft would be refused now, whatever reason is given; None where a reason helps, or nothing is in the way.

    What the members did not pass is not issued, and nothing as long as they vote on it, or as somebody has to choose between
    two counts.
    """
    if resolution.state != ResolutionState.DRAFT:
        return None
    hold = Hold()
    for note in _holders:
        note(resolution, hold)
    if hold.disputed and not hold.recorded:
        return IssueRefusal.VOTE_DISPUTED
    if hold.undecided:
        return IssueRefusal.VOTE_UNDECIDED
    return IssueRefusal.RESOLUTION_REJECTED if hold.rejected else None
