"""What a way to a member is beside push. It says as much as the push does: what kind of news, and where to read it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from handbook.notifications.enums import NoticeKind
from handbook.notifications.push.messages import PushResult


@dataclass(frozen=True, slots=True)
class FallbackMessage:
    """One message to one address: a kind, and the page of the app with the rest. No name, title or place."""

    address: str
    kind: NoticeKind
    path: str
    key: str


class FallbackChannel(Protocol):
    """Hands messages over, one after the other. ``name`` is what the ledger calls it."""

    @property
    def name(self) -> str: ...

    def send(self, messages: Sequence[FallbackMessage]) -> Iterator[PushResult]:
        """One result for each, in order, before the next is handed over; what it raises it raises about the message at hand."""
        ...

    def send_code(self, address: str, code: str) -> PushResult:
        """Write the code with which a member confirms that the address is the own one."""
        ...
