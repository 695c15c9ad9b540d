"""The rows of a data set as plain values, and the evening on which it is.

Deterministic: the same number of members gives the same bytes, also of the sealed keys of the meetings, whose keys
and nonces follow from their ids. It is the evening of :data:`EVENING`: last month's meetings are over, tonight's are
open since five minutes and nobody has checked in. What no hot call reads is left out: citizen IDs, passwords, tasks,
papers, minutes.

Kept figures (counts of members, of rolls, of months) are written as the program would have kept them; a test has the
program count everything again.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.bench.datasets.shape import status_at

from handbook.kernel.secrets import FILE_NAME

EVENING = datetime(2026, 11, 5, 12, 35, tzinfo=UTC)
STARTS_AT = EVENING - timedelta(minutes=5)
PAST_AT = datetime(2026, 10, 5, 12, 30, tzinfo=UTC)
THIS_MONTH, LAST_MONTH = "2026-11", "2026-10"
# The content version of a cell: the past meeting moved it to 2, the resolution to 3, the convening of tonight's to 4.
PAST_VERSION, RESOLUTION_VERSION, CELL_VERSION = 2, 3, 4
# The notice of the convening moved the account's.
ACCOUNT_VERSION = 2
DATA_KEY, INDEX_KEY = b"benchmark-data-key-of-32-bytes-!", b"benchmark-index-key-of-32-bytes!"


@dataclass(frozen=True, slots=True)
class Forms:
    """How an engine's bulk loading writes what is neither number nor text."""

    null: Any
    blob: Callable[[bytes], Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows for one table: values of ``columns``, and the same ``constants`` in each. A table may come in several parts."""

    table: str
    columns: tuple[str, ...]
    constants: dict[str, Any]
    values: Iterable[tuple[Any, ...]]


def token_of(member_id: int) -> str:
    """The session token of a member's one device."""
    return f"member-{member_id}"


def key_of_meeting(meeting_id: int) -> bytes:
    """The key of the check-in codes of tonight's meeting."""
    return hashlib.sha256(f"meeting-{meeting_id}".encode()).digest()


def write_secrets(folder: Path) -> None:
    """The deployment's keys, which are the same for every data set, where the program looks for them."""
    key = ec.derive_private_key(int.from_bytes(hashlib.sha256(b"benchmark").digest()) >> 1, ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    keys = {"data_key": DATA_KEY, "index_key": INDEX_KEY}
    values = {name: base64.b64encode(value).decode() for name, value in keys.items()}
    path = folder / FILE_NAME
    path.write_text(json.dumps({**values, "vapid_private_key": pem.decode()}))
    path.chmod(0o600)


def moment(instant: datetime) -> str:
    """A time as both engines take it in their bulk loading."""
    return instant.strftime("%Y-%m-%d %H:%M:%S.%f")


@cache
def statuses(size: int) -> tuple[int, int, int]:
    """How many of a cell of this size are official, probationary and exempt."""
    found = [status_at(place) for place in range(size)]
    return found.count("official"), found.count("probationary"), found.count("exempt")
