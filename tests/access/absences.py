"""What is expected of requests to be excused: members ask and withdraw, who runs the meeting answers, staff above read."""

from tests.access.who import OWN_CELL, READERS, RUNNERS, STAFF, Expected, either

MEETING = {"meeting_id": "meeting"}

ABSENCES: dict[tuple[str, str], Expected] = {
    ("POST", "/api/meetings/<id:meeting_id>/absence-requests"): Expected(
        READERS, OWN_CELL, (201,), MEETING, {"reason": "Đi khám bệnh"}
    ),
    ("DELETE", "/api/meetings/<id:meeting_id>/absence-requests/mine"): Expected(
        READERS, OWN_CELL, (204,), MEETING
    ),
    ("GET", "/api/meetings/<id:meeting_id>/absence-requests"): Expected(READERS, READERS, (200,), MEETING),
    ("GET", "/api/absence-requests/<id:request_id>"): Expected(
        either(RUNNERS, STAFF), either(RUNNERS, STAFF), (200,), {"request_id": "absence_request"}
    ),
    ("PATCH", "/api/absence-requests/<id:request_id>"): Expected(
        either(RUNNERS, STAFF),
        RUNNERS,
        (200,),
        {"request_id": "absence_request"},
        {"decision": "approved"},
        match="absence_request",
    ),
}
