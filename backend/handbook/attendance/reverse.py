"""The code of one member for one meeting, which the secretary's device scans off the member's phone.

``base64url(HMAC-SHA256(key, "member." + meeting_id + "." + member_id))[:22]`` with the meeting's own key: static, so that it
can be shown and checked without a network, and worth nothing but to whoever runs the meeting. A check-in code is made from
``meeting_id + "." + step``, which never begins with a letter: neither can be taken for the other.
"""

import base64
import hashlib
import hmac

from handbook.attendance.errors import InvalidMemberCode
from handbook.attendance.tokens import TOKEN_LENGTH
from handbook.kernel.secrets import Secrets
from handbook.meetings.keys import unseal
from handbook.meetings.models import Meeting
from handbook.meetings.state import WITH_OPEN_ROLL


def member_code(key: bytes, meeting_id: int, member_id: int) -> str:
    """The 22 characters that prove this member of this meeting."""
    digest = hmac.digest(key, f"member.{meeting_id}.{member_id}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest)[:TOKEN_LENGTH].decode()


def own_code(
    sealed: bytes | None, state: str, meeting_id: int, member_id: int, *, secrets: Secrets
) -> str | None:
    """What a member's phone shows to who runs the meeting; None when the roll is settled or has not begun."""
    if sealed is None or state not in WITH_OPEN_ROLL:
        return None
    return member_code(unseal(secrets, sealed, meeting_id), meeting_id, member_id)


def require_member_code(meeting: Meeting, member_id: int, code: str, *, secrets: Secrets) -> None:
    """Raise :class:`InvalidMemberCode` unless the code is this member's for this meeting."""
    sealed = meeting.check_in_key_sealed
    expected = sealed and member_code(unseal(secrets, sealed, meeting.id), meeting.id, member_id)
    if not expected or not hmac.compare_digest(expected.encode(), code.encode()):
        raise InvalidMemberCode
