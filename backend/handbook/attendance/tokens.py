"""Check-in codes: what the QR code of a meeting carries, and how it is checked. Pure; the contract fixes the form.

``STEP.TOKEN`` with ``step = floor(unix seconds / step_seconds)`` and
``token = base64url(HMAC-SHA256(key, meeting_id + "." + step))[:22]``: 132 bits, valid for one step of one meeting.

The code of one site of a conference is ``STEP.TOKEN.SITE_ID``, made with the key of that site from
``meeting_id + "." + site_id + "." + step`` (ADR 13).
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

TOKEN_LENGTH = 22
_FORM = re.compile(
    r"(?P<step>0|[1-9]\d{0,9})\.(?P<mac>[A-Za-z0-9_-]{22})(?:\.(?P<site>[1-9]\d{0,17}))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it was presented: the time step, the proof and, of a conference, the site that showed it."""

    step: int
    mac: str
    site_id: int | None = None


def parse_code(text: str) -> Code | None:
    """Take ``STEP.TOKEN`` or ``STEP.TOKEN.SITE_ID`` apart; None when it has another form."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    return Code(int(found["step"]), found["mac"], int(found["site"]) if found["site"] else None)


def make_token(key: bytes, meeting_id: int, step: int, site_id: int | None = None) -> str:
    """The 22 characters that prove this step of this meeting, or of one site of it."""
    place = meeting_id if site_id is None else f"{meeting_id}.{site_id}"
    digest = hmac.digest(key, f"{place}.{step}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest)[:TOKEN_LENGTH].decode()


def is_genuine(key: bytes, meeting_id: int, code: Code) -> bool:
    """Whether the code was made with this key, which is the meeting's or the site's that the code names."""
    return hmac.compare_digest(make_token(key, meeting_id, code.step, code.site_id), code.mac)


def step_at(instant: datetime, step_seconds: int) -> int:
    """The step whose code is shown at this instant."""
    return int(instant.timestamp()) // step_seconds


def step_window(step: int, step_seconds: int) -> tuple[datetime, datetime]:
    """From when to when the code of this step is shown."""
    start = datetime.fromtimestamp(step * step_seconds, UTC)
    return start, start + timedelta(seconds=step_seconds)
