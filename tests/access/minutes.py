"""What the routes of minutes answer to whom: a part of ``expectations``."""

from typing import Any

from tests.access import requests
from tests.access.who import OFFICERS, OWN_CELL, READERS, RUNNERS, Expected, Roles, either, roles
from tests.support.factories import PASSWORD

# Who reads minutes: the cell of the meeting or whoever holds an office that runs or supervises it; drafts only the latter.
MINUTES_READERS = either(OWN_CELL, OFFICERS)
NO_MEMBERS = "What staff of the organisation above may not do is refused; who signs is named in the minutes."


def of_minutes(kind: str, does: Roles, done: tuple[int, ...], body: Any = None, **more: Any) -> Expected:
    seen = MINUTES_READERS if kind == "signed_meeting" else OFFICERS
    return Expected(seen, does, done, {"meeting_id": kind}, body, **more)


MINUTES: dict[tuple[str, str], Expected] = {
    ("GET", "/api/meetings/<id:meeting_id>/minutes"): of_minutes("signed_meeting", MINUTES_READERS, (200,)),
    ("GET", "/api/meetings/<id:meeting_id>/minutes.pdf"): of_minutes(
        "signed_meeting", MINUTES_READERS, (200,)
    ),
    ("GET", "/api/meetings/<id:meeting_id>/minutes.docx"): of_minutes(
        "signed_meeting", MINUTES_READERS, (200,)
    ),
    ("GET", "/api/meetings/<id:meeting_id>/next-numbers"): Expected(
        READERS, RUNNERS, (200,), {"meeting_id": "meeting"}
    ),
    ("POST", "/api/meetings/<id:meeting_id>/minutes/compose"): of_minutes("minuted_meeting", RUNNERS, (200,)),
    ("POST", "/api/meetings/<id:meeting_id>/minutes/from-room"): of_minutes(
        "minuted_meeting", RUNNERS, (200,), {"sections": [{"key": "opening", "paragraphs": []}]}
    ),
    ("PATCH", "/api/meetings/<id:meeting_id>/minutes"): of_minutes(
        "minuted_meeting", RUNNERS, (200,), {"sections": []}, match="minutes_of_minuted"
    ),
    ("POST", "/api/meetings/<id:meeting_id>/minutes/read-back"): of_minutes(
        "minuted_meeting", RUNNERS, (200,), match="minutes_of_minuted"
    ),
    ("POST", "/api/meetings/<id:meeting_id>/minutes/signatures"): of_minutes(
        "signed_meeting",
        roles("member secretary", "", "root_staff far_staff"),
        (403,),
        {"role": "chair", "password": PASSWORD},
        match="minutes_of_signed",
        because=NO_MEMBERS,
    ),
    ("POST", "/api/meetings/<id:meeting_id>/minutes/paper-signatures"): Expected(
        READERS,
        RUNNERS,
        (201,),
        {"meeting_id": "read_meeting"},
        requests.signed_page,
        multipart=True,
        match="minutes_of_read",
    ),
    ("GET", "/api/meetings/<id:meeting_id>/minutes/paper-signatures/<string:sha256>"): of_minutes(
        "signed_meeting", MINUTES_READERS, (200,)
    ),
    # Before another one is written: only the newest goes.
    ("DELETE", "/api/meetings/<id:meeting_id>/minutes/addenda/<id:number>"): Expected(
        MINUTES_READERS,
        RUNNERS,
        (200,),
        {"meeting_id": "signed_meeting", "number": "addendum"},
        match="minutes_of_signed",
    ),
    ("POST", "/api/meetings/<id:meeting_id>/minutes/addenda"): of_minutes(
        "signed_meeting", RUNNERS, (201,), {"text": "Địa điểm đúng là phòng số 3."}
    ),
}
