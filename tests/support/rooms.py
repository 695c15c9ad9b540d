"""Devices in a room for tests: they write lines of the book without a network and send them later."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.support.clients import ApiClient


@dataclass
class Device:
    """A device with its own clock and numbering; what it wrote is kept in ``lines``."""

    id: str = field(default_factory=lambda: str(uuid4()))
    lines: list[dict[str, Any]] = field(default_factory=list)

    def write(self, kind: str, at: datetime, base: str | None = None, **data: Any) -> dict[str, Any]:
        """One more line, written at this time of the device's clock."""
        line = {
            "id": str(uuid4()),
            "kind": kind,
            "data": data,
            "at": at.isoformat(),
            "device_id": self.id,
            "sequence": len(self.lines) + 1,
            "base": base,
        }
        self.lines.append(line)
        return line

    def mark(self, at: datetime, member_id: str, state: str, base: str | None = None) -> dict[str, Any]:
        return self.write("mark", at, base, member_id=member_id, state=state)


def send(
    client: ApiClient,
    meeting: dict[str, Any],
    lines: list[dict[str, Any]],
    *,
    now: datetime,
    ahead: timedelta = timedelta(0),
) -> list[dict[str, Any]]:
    """Send lines from a device whose clock is ahead by this much; what became of each."""
    body = {"now": (now + ahead).isoformat(), "entries": lines}
    answer: list[dict[str, Any]] = client.post(
        f"/api/meetings/{meeting['id']}/proceedings", body, expect=200
    ).json["items"]
    assert [one["id"] for one in answer] == [line["id"] for line in lines]
    return answer


def book(client: ApiClient, meeting: dict[str, Any], after: int = 0) -> dict[str, Any]:
    path = f"/api/meetings/{meeting['id']}/proceedings?after={after}"
    answer: dict[str, Any] = client.get(path, expect=200).json
    return answer
