"""Meetings for tests: made, convened and opened through the API, and codes as the secretary's device shows them."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.clients import ApiClient

from handbook.attendance.tokens import make_token, step_at

STARTS_AT = datetime(2026, 12, 5, 12, 0, tzinfo=UTC)


def meeting_fields(**changes: Any) -> dict[str, Any]:
    """The body of a new meeting on the evening of 5 December 2026, of 90 minutes."""
    starts_at: datetime = changes.pop("starts_at", STARTS_AT)
    return {
        "kind": "regular",
        "title": "Sinh hoạt chi bộ tháng 12/2026",
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(minutes=90)).isoformat(),
        "place": "Phòng họp số 2",
        **changes,
    }


def draft(secretary: ApiClient, cell_id: str, **changes: Any) -> dict[str, Any]:
    """A new meeting as the API answers it."""
    path = f"/api/organizations/{cell_id}/meetings"
    answer: dict[str, Any] = secretary.post(path, meeting_fields(**changes), expect=201).json
    return answer


def step(secretary: ApiClient, meeting: Mapping[str, Any], name: str, body: Any = None) -> dict[str, Any]:
    """Take one step in the meeting's life, such as ``convene``; its new state."""
    path = f"/api/meetings/{meeting['id']}/{name}"
    answer: dict[str, Any] = secretary.post(path, body, headers=if_match(meeting), expect=200).json
    return answer


def convened(secretary: ApiClient, cell_id: str, **changes: Any) -> dict[str, Any]:
    return step(secretary, draft(secretary, cell_id, **changes), "convene")


def opened(secretary: ApiClient, cell_id: str, **changes: Any) -> dict[str, Any]:
    return step(secretary, convened(secretary, cell_id, **changes), "open")


def warned(meeting: Mapping[str, Any]) -> list[str]:
    """The codes of what is unusual about the meeting."""
    return [warning["code"] for warning in meeting["warnings"]]


def if_match(resource: Mapping[str, Any]) -> dict[str, str]:
    return {"If-Match": f'"{resource["etag"]}"'}


def key_of(secretary: ApiClient, meeting: Mapping[str, Any]) -> bytes:
    """The key of the meeting's codes, as the secretary's device fetches it."""
    answer = secretary.get(f"/api/meetings/{meeting['id']}/check-in-key", expect=200).json
    return base64.urlsafe_b64decode(answer["key"])


def code_at(key: bytes, meeting: Mapping[str, Any], instant: datetime) -> str:
    """``STEP.TOKEN`` as the screen shows it at this instant."""
    number = step_at(instant, 15)
    return f"{number}.{make_token(key, int(meeting['id']), number)}"


def check_in_body(
    key: bytes, meeting: Mapping[str, Any], shown_at: datetime, scanned_at: datetime | None = None
) -> dict[str, str]:
    """The body of a check-in with the code shown at one instant and scanned, by the phone's clock, at another."""
    return {"token": code_at(key, meeting, shown_at), "scanned_at": (scanned_at or shown_at).isoformat()}
