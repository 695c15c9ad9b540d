"""What speaks against issuing a resolution. Features above know it and say so here: how it was voted on, and who was there."""

from collections.abc import Callable, Iterable

from handbook.resolutions.enums import IssueWarning
from handbook.resolutions.models import Resolution

Teller = Callable[[Resolution], Iterable[IssueWarning]]

_tellers: list[Teller] = []


def tells_what_is_missing(teller: Teller) -> Teller:
    """Decorate a function that knows what a resolution lacks; it reads and writes nothing."""
    if teller not in _tellers:
        _tellers.append(teller)
    return teller


def issue_warnings(resolution: Resolution) -> list[IssueWarning]:
    """What the resolution lacks, each once, in the order of the enumeration.

    Nothing of it forbids issuing: who issues it all the same says why, to all of it but :data:`~enums.ONLY_SAID`.
    """
    found = {warning for teller in _tellers for warning in teller(resolution)}
    return [warning for warning in IssueWarning if warning in found]
