"""The cursor: the versions of the few organisations a phone follows, and of its own account.

Written as ``2.ACCOUNT.VERSION.DAY.HOME.SCOPE.ORG-VERSION_ORG-VERSION…``; opaque to phones. ``DAY`` makes every phone pass the
long path once a day, because offices begin and end with a date; ``HOME`` and ``SCOPE`` notice that the person may see another
part of the tree than before.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from handbook.access.actor import Actor

FORMAT = "2"
_ZONE_SECONDS = 7 * 3600
_DAY_SECONDS = 86400
MAX_LENGTH = 1000
_NUMBER = r"(?:0|[1-9][0-9]{0,17})"
_PAIR = rf"{_NUMBER}-{_NUMBER}"
_FORM = re.compile(
    rf"{FORMAT}\.({_NUMBER})\.({_NUMBER})\.({_NUMBER})\.({_NUMBER})\.([0-9a-f]{{12}})\.((?:{_PAIR}(?:_{_PAIR})*)?)"
)


@dataclass(frozen=True, slots=True)
class Cursor:
    """``organizations`` maps ids to content versions; ``home`` is 0 for an account without a member."""

    account_id: int
    account_version: int
    day: int
    home: int
    scope: str
    organizations: dict[int, int]

    def encode(self) -> str:
        versions = "_".join(f"{id_}-{version}" for id_, version in sorted(self.organizations.items()))
        head = (FORMAT, self.account_id, self.account_version, self.day, self.home, self.scope, versions)
        return ".".join(str(part) for part in head)

    def same_view(self, other: "Cursor") -> bool:
        """Whether both see the same part of the tree, so that the difference between them is a matter of versions."""
        return (
            self.account_id == other.account_id
            and self.home == other.home
            and self.scope == other.scope
            and self.organizations.keys() == other.organizations.keys()
        )


def decode(text: str | None) -> Cursor | None:
    """The cursor, or None for anything that was not made here: the phone then gets everything anew.

    What it answers is written again exactly as ``text``.
    """
    if not text or len(text) > MAX_LENGTH:
        return None
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    account_id, account_version, day, home, scope, versions = found.groups()
    organizations = {}
    if versions:
        before = -1
        for pair in versions.split("_"):
            id_, _, version = pair.partition("-")
            number = int(id_)
            if number <= before:
                return None
            organizations[number] = int(version)
            before = number
    return Cursor(int(account_id), int(account_version), int(day), int(home), scope, organizations)


def day_of(now: datetime) -> int:
    """The number of the day in Vietnam's zone."""
    return int(now.timestamp() + _ZONE_SECONDS) // _DAY_SECONDS


def scope_of(actor: Actor) -> str:
    """A short fingerprint of what decides about the actor's view: own path and offices."""
    offices = sorted(f"{office.path}:{office.title}" for office in actor.offices)
    return hashlib.sha256("|".join([actor.path or "", *offices]).encode()).hexdigest()[:12]
