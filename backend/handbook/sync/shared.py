"""The part of an answer that is the same for every plain member of a cell, serialised once and kept.

When a meeting is convened, all phones of the cell ask for the same change. It is the same for everybody who holds no office,
stands at the same versions, and whose answer names no personal task; its key are these versions, so nothing ever has to be
thrown away for being old, only for want of room.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

import orjson

from handbook.meetings.enums import MeetingKind

MAX_ENTRIES = 2_000
LISTS = ("organizations", "meetings", "resolutions", "minutes")

Key = tuple[int, tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]


@dataclass(frozen=True, slots=True)
class SharedPart:
    """JSON of the lists of :data:`LISTS`, and of ``gone``. With a conference among the meetings it is only for who is
    neither delegate nor host of any: theirs tells the own site."""

    lists: Mapping[str, bytes]
    gone: bytes
    has_conference: bool = False


class SharedParts:
    """The kept parts of this process, the least used ones dropped beyond :data:`MAX_ENTRIES`."""

    def __init__(self) -> None:
        self._parts: OrderedDict[Key, SharedPart] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> SharedPart | None:
        with self._lock:
            part = self._parts.get(key)
            if part is not None:
                self._parts.move_to_end(key)
            return part

    def keep(self, key: Key, body: Mapping[str, Any]) -> None:
        """Keep the shared part of a whole answer, unless it names tasks or the own site of a conference: whose they are
        differs from phone to phone."""
        changes = body["changes"]
        if any(resolution["tasks"] for resolution in changes["resolutions"]):
            return
        meetings = changes["meetings"]
        if any(meeting["my_site"] or meeting["my_sites_as_host"] for meeting in meetings):
            return
        part = SharedPart(
            {name: orjson.dumps(changes[name]) for name in LISTS},
            orjson.dumps(body["gone"]),
            any(meeting["kind"] == MeetingKind.CONFERENCE for meeting in meetings),
        )
        with self._lock:
            self._parts[key] = part
            while len(self._parts) > MAX_ENTRIES:
                self._parts.popitem(last=False)


def key_of(home: int, since: Mapping[int, int], now: Mapping[int, int]) -> Key:
    """The versions from which and to which the phones of a cell are brought."""
    return home, tuple(sorted(since.items())), tuple(sorted(now.items()))


def compose(
    cursor: str, part: SharedPart, *, notices: list[dict[str, Any]], attendance: list[dict[str, Any]]
) -> bytes:
    """The whole answer of a phone: what its cell shares, its own notices, and its own lines of the roll."""
    changes = b",".join(
        (
            *(b'"%s":%s' % (name.encode(), part.lists[name]) for name in LISTS),
            b'"notices":' + orjson.dumps(notices),
            b'"attendance":' + orjson.dumps(attendance),
            b'"absence_requests":[]',
            b'"members":[]',
            b'"me":null',
        )
    )
    return b'{"cursor":%s,"full":false,"changes":{%s},"gone":%s}' % (orjson.dumps(cursor), changes, part.gone)
