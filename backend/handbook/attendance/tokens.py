"""Check-in codes: what the QR code of a meeting carries, and how it is checked. Pure; the contract fixes the form.

``STEP.TOKEN`` with ``step = floor(unix seconds / step_seconds)`` and
``token = base64url(HMAC-SHA256(key, meeting_id + "." + step))[:22]``: 132 bits, valid for one step of one meeting.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

TOKEN_LENGTH = 22
_FORM = re.compile(r"(?P<step>0|[1-9]\d{0,9})\.(?P<mac>[A-Za-z0-9_-]{22})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it was presented: the time step and the proof."""

    step: int
    mac: str


def parse_code(text: str) -> Code | None:
    """Take ``STEP.TOKEN`` apart; None when it has another form."""
    found = _FORM.fullmatch(text)
    return Code(int(found["step"]), found["mac"]) if found else None


def make_token(key: bytes, meeting_id: int, step: int) -> str:
    """The 22 characters that prove this step of this meeting."""
    digest = hmac.digest(key, f"{meeting_id}.{step}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest)[:TOKEN_LENGTH].decode()


def is_genuine(key: bytes, meeting_id: int, code: Code) -> bool:
    """Whether the code was made with this meeting's key."""
    return hmac.compare_digest(make_token(key, meeting_id, code.step), code.mac)


def step_at(instant: datetime, step_seconds: int) -> int:
    """The step whose code is shown at this instant."""
    return int(instant.timestamp()) // step_seconds


def step_window(step: int, step_seconds: int) -> tuple[datetime, datetime]:
    """From when to when the code of this step is shown."""
    start = datetime.fromtimestamp(step * step_seconds, UTC)
    return start, start + timedelta(seconds=step_seconds)
