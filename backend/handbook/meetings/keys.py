"""The key of a meeting's check-in codes: 32 random bytes, sealed in the row with the deployment's own key."""

import base64
import os
from functools import lru_cache

from handbook.kernel.secrets import Secrets, current_secrets

KEY_BYTES = 32


def new_sealed_key(meeting_id: int) -> bytes:
    """Make a key for this meeting and seal it."""
    return current_secrets().encrypt(base64.b64encode(os.urandom(KEY_BYTES)).decode(), _context(meeting_id))


@lru_cache(maxsize=512)
def unseal(secrets: Secrets, sealed: bytes, meeting_id: int) -> bytes:
    """The 32 bytes of a meeting's key."""
    return base64.b64decode(secrets.decrypt(sealed, _context(meeting_id)))


def _context(meeting_id: int) -> str:
    return f"meetings.check_in_key:{meeting_id}"
