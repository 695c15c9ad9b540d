"""What is sent and what became of it; no library is needed to speak of either."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from handbook.notifications.push.encryption import SubscriptionKeys


class Urgency(StrEnum):
    """RFC 8030, section 5.3: how much of its battery a phone should spend on hearing this now."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class PushState(StrEnum):
    """What became of a message."""

    ACCEPTED = "accepted"
    #: The push service says that the subscription is over (404, 410): remove it.
    GONE = "gone"
    #: Try again, after `retry_after` seconds when it is given.
    RETRY = "retry"
    #: Trying again the same way will not help.
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PushMessage:
    """One message to one subscription. `ttl` in seconds; `topic`, 32 characters of base64url at most,
    replaces an undelivered message of the same topic (RFC 8030, section 5.4). `server_key` is our public key that
    the subscription was made with; None: the present one."""

    endpoint: str
    keys: SubscriptionKeys
    payload: bytes
    ttl: int
    urgency: Urgency = Urgency.NORMAL
    topic: str | None = None
    server_key: str | None = None


@dataclass(frozen=True, slots=True)
class PushResult:
    """What became of one message. `reason` is a short code such as `http_429` or `timeout`; `retry_after`
    in seconds.
    """

    state: PushState
    reason: str | None = None
    status: int | None = None
    retry_after: int | None = None


#: Messages that have just ended, by their place in the order in which they were given.
Ended = Sequence[tuple[int, PushResult]]
