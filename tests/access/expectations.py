"""What every route answers to whom, written by hand: the other half of the access matrix.

``SEES`` and ``DOES`` name roles by place. A role that does gets the route's own answer (``done``), one that only sees gets 403,
any other 404, nobody signed in 401. The statuses of ``done`` are those of a request that passed the guard: 428 means that only
the precondition was missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Roles = Mapping[str, frozenset[str]]


def roles(cell: str = "", committee: str = "", far_cell: str = "") -> Roles:
    places = {"cell": cell, "committee": committee, "far_cell": far_cell}
    return {place: frozenset(names.split()) for place, names in places.items()}


# Whose line up to the root passes through the place, and who holds an office there or above.
LINE = roles("member secretary", "member secretary beside_staff staff", "root_staff far_staff")
OFFICERS = roles(
    "secretary staff root_staff administrator",
    "staff root_staff administrator",
    "root_staff far_staff administrator",
)
STAFF = roles(
    "staff root_staff administrator", "staff root_staff administrator", "root_staff far_staff administrator"
)
RUNNERS = roles("secretary")
OFFICERS_FAR = "root_staff far_staff administrator"
# The member of the matrix at the place "committee" sits in the neighbouring cell, where ``beside_staff`` holds an office.
OF_MEMBERS = roles(
    "secretary staff root_staff administrator", "staff root_staff administrator beside_staff", OFFICERS_FAR
)
STAFF_OF_MEMBERS = roles(
    "staff root_staff administrator", "staff root_staff administrator beside_staff", OFFICERS_FAR
)
OWN_CELL = roles("member secretary", "", "root_staff far_staff")
NOBODY = roles()


def either(*groups: Roles) -> Roles:
    return {place: frozenset().union(*(group[place] for group in groups)) for place in groups[0]}


READERS = either(LINE, OFFICERS)
SELF_EVERYONE = "everyone"
EVERYBODY_PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Expected:
    """One route. ``objects`` maps URL parameters to kinds; ``sees``/``does`` are by place, or a word for the account's own."""

    sees: Roles | str
    does: Roles | str
    done: tuple[int, ...] = (200,)
    objects: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    multipart: bool = False


def own(done: tuple[int, ...] = (200,), **kwargs: Any) -> Expected:
    return Expected(SELF_EVERYONE, SELF_EVERYONE, done, **kwargs)


def everybody(done: tuple[int, ...] = (200,), **kwargs: Any) -> Expected:
    return Expected(EVERYBODY_PUBLIC, EVERYBODY_PUBLIC, done, **kwargs)


def mine(kind: str, parameter: str, done: tuple[int, ...], **kwargs: Any) -> Expected:
    return Expected("owner", "owner", done, {parameter: kind}, **kwargs)


MEETING = {"meeting_id": "meeting"}
ORGANIZATION = {"organization_id": "organization"}
INSTANTS = {"starts_at": "2026-12-10T12:30:00Z", "ends_at": "2026-12-10T14:30:00Z"}
NEW_MEETING = {"kind": "regular", "title": "Sinh hoạt", "place": "Hội trường", "agenda": [], **INSTANTS}
NEW_RESOLUTION = {"symbol": "09-NQ/CB", "title": "Nghị quyết", "body": "Nội dung", "tasks": []}
CHECK_IN = {"token": "1." + "A" * 22, "scanned_at": "2026-12-03T12:30:00Z"}
SUBSCRIPTION = {"endpoint": "https://evil.example/x", "keys": {"p256dh": "AA", "auth": "AA"}}


def run(
    done: tuple[int, ...] = (428,), *, seen: Roles = READERS, kind: str = "meeting", body: Any = None
) -> Expected:
    return Expected(seen, RUNNERS, done, {"meeting_id": kind}, body)


TABLE: dict[tuple[str, str], Expected] = {
    ("GET", "/healthz"): everybody(),
    ("GET", "/readyz"): everybody(),
    ("GET", "/"): everybody((200, 404)),
    ("GET", "/<path:path>"): everybody((200, 404)),
    ("GET", "/api/openapi.json"): everybody(),
    ("GET", "/api/docs"): everybody(),
    ("GET", "/api/docs.css"): everybody(),
    ("POST", "/api/session"): everybody((401,), body={"login": "khong-co", "password": "khong-co"}),
    ("POST", "/api/activations"): everybody(
        (422,), body={"code": "AAAA-AAAA-AAAA", "password": "con đường sáng"}
    ),
    ("GET", "/api/session"): own(),
    ("PUT", "/api/session/password"): own(
        (401, 429), body={"current_password": "sai", "new_password": "con đường"}
    ),
    ("POST", "/api/purpose-acceptances"): own((201,), body={"version": "2026-1"}),
    ("GET", "/api/sessions"): own(),
    ("DELETE", "/api/sessions/<id:session_id>"): mine("session", "session_id", (204,)),
    ("DELETE", "/api/session"): own((204,)),
    ("GET", "/api/sync"): own(),
    ("GET", "/api/push/key"): own(),
    ("PUT", "/api/push/subscription"): own((422,), body=SUBSCRIPTION),
    ("DELETE", "/api/push/subscription"): own((204,)),
    ("GET", "/api/notices"): own(),
    ("PUT", "/api/notices/<id:notice_id>/read"): mine("notice", "notice_id", (204,)),
    ("POST", "/api/deliveries/<id:delivery_id>/events"): mine(
        "delivery", "delivery_id", (204,), body={"event": "shown", "at": "2026-12-01T02:00:00Z"}
    ),
    ("GET", "/api/organizations"): own(),
    ("GET", "/api/organizations/<id:organization_id>"): Expected(READERS, READERS, (200,), ORGANIZATION),
    ("GET", "/api/organizations/<id:organization_id>/members"): Expected(
        READERS, OFFICERS, (200,), ORGANIZATION
    ),
    ("GET", "/api/members/me"): own((200, 404)),
    ("GET", "/api/members/me/access-log"): own(),
    ("GET", "/api/members/<id:member_id>"): Expected(
        OF_MEMBERS,
        OF_MEMBERS,
        (200,),
        {"member_id": "member"},
    ),
    ("POST", "/api/members/<id:member_id>/citizen-id-views"): Expected(
        OF_MEMBERS,
        STAFF_OF_MEMBERS,
        (201,),
        {"member_id": "member"},
        {"reason": "Đối chiếu hồ sơ"},
    ),
    ("POST", "/api/organizations/<id:organization_id>/meetings"): Expected(
        READERS, RUNNERS, (201,), ORGANIZATION, NEW_MEETING
    ),
    ("GET", "/api/organizations/<id:organization_id>/meetings"): Expected(
        READERS, READERS, (200,), ORGANIZATION
    ),
    ("GET", "/api/meetings/<id:meeting_id>"): Expected(READERS, READERS, (200,), MEETING),
    ("PATCH", "/api/meetings/<id:meeting_id>"): run(body={"title": "Tên khác"}),
    ("PUT", "/api/meetings/<id:meeting_id>/agenda"): run(body=[]),
    ("POST", "/api/meetings/<id:meeting_id>/convene"): run(),
    ("POST", "/api/meetings/<id:meeting_id>/open"): run(),
    ("POST", "/api/meetings/<id:meeting_id>/close"): run(),
    ("POST", "/api/meetings/<id:meeting_id>/finalize"): run(),
    ("POST", "/api/meetings/<id:meeting_id>/cancel"): run(body={"reason": "Trùng lịch"}),
    ("POST", "/api/meetings/<id:meeting_id>/papers"): Expected(
        READERS, RUNNERS, (422,), MEETING, multipart=True
    ),
    ("DELETE", "/api/papers/<id:paper_id>"): Expected(
        READERS, RUNNERS, (204,), {"paper_id": "paper_to_remove"}
    ),
    ("GET", "/api/papers/<id:paper_id>/content"): Expected(READERS, READERS, (200,), {"paper_id": "paper"}),
    ("GET", "/api/meetings/<id:meeting_id>/attendance"): Expected(READERS, READERS, (200,), MEETING),
    ("PUT", "/api/meetings/<id:meeting_id>/attendance/<id:member_id>"): Expected(
        READERS, RUNNERS, (200, 409), {**MEETING, "member_id": "member"}, {"state": "present"}
    ),
    ("GET", "/api/meetings/<id:meeting_id>/check-in-key"): run((200,)),
    ("POST", "/api/meetings/<id:meeting_id>/check-ins"): Expected(
        READERS, OWN_CELL, (409, 422), MEETING, CHECK_IN
    ),
    ("POST", "/api/meetings/<id:meeting_id>/absence-requests"): Expected(
        READERS, OWN_CELL, (201, 200, 409), MEETING, {"reason": "Đi khám bệnh"}
    ),
    ("GET", "/api/meetings/<id:meeting_id>/absence-requests"): Expected(READERS, READERS, (200,), MEETING),
    ("GET", "/api/absence-requests/<id:request_id>"): Expected(
        either(RUNNERS, STAFF), either(RUNNERS, STAFF), (200,), {"request_id": "absence_request"}
    ),
    ("PATCH", "/api/absence-requests/<id:request_id>"): Expected(
        either(RUNNERS, STAFF), RUNNERS, (428,), {"request_id": "absence_request"}, {"decision": "approved"}
    ),
    ("GET", "/api/meetings/<id:meeting_id>/deliveries"): run((200,)),
    ("POST", "/api/organizations/<id:organization_id>/resolutions"): Expected(
        READERS, RUNNERS, (201,), ORGANIZATION, NEW_RESOLUTION
    ),
    ("GET", "/api/organizations/<id:organization_id>/resolutions"): Expected(
        READERS, READERS, (200,), ORGANIZATION
    ),
    ("GET", "/api/organizations/<id:organization_id>/resolutions/next-symbol"): Expected(
        READERS, RUNNERS, (200,), ORGANIZATION
    ),
    ("GET", "/api/resolutions/<id:resolution_id>"): Expected(
        READERS, READERS, (200,), {"resolution_id": "resolution"}
    ),
    ("PATCH", "/api/resolutions/<id:resolution_id>"): Expected(
        OFFICERS, RUNNERS, (428,), {"resolution_id": "draft_resolution"}, {"title": "Tên khác"}
    ),
    ("POST", "/api/resolutions/<id:resolution_id>/issue"): Expected(
        OFFICERS, RUNNERS, (428,), {"resolution_id": "draft_resolution"}
    ),
    ("GET", "/api/organizations/<id:organization_id>/reports/attendance"): Expected(
        READERS, OFFICERS, (200,), ORGANIZATION, query={"month": "2026-12"}
    ),
    ("GET", "/api/organizations/<id:organization_id>/reports/attendance/exceptions"): Expected(
        READERS, OFFICERS, (200,), ORGANIZATION, query={"month": "2026-12", "kind": "no_meeting"}
    ),
}

TABLE |= {
    ("POST", "/api/organizations/<id:organization_id>/activation-sheets"): Expected(
        READERS, either(RUNNERS, STAFF), (201, 409), ORGANIZATION, {}
    ),
    ("POST", "/api/members/<id:member_id>/activation-sheets"): Expected(
        OF_MEMBERS, STAFF_OF_MEMBERS, (201,), {"member_id": "member"}, {}
    ),
    ("GET", "/api/organizations/<id:organization_id>/roster.xlsx"): Expected(
        READERS, STAFF, (200,), ORGANIZATION
    ),
    ("POST", "/api/organizations/<id:organization_id>/roster-imports"): Expected(
        READERS, STAFF, (422,), ORGANIZATION, multipart=True
    ),
    ("GET", "/api/roster-imports/<id:import_id>"): Expected(
        STAFF, STAFF, (200,), {"import_id": "roster_import"}
    ),
}

# The same routes once more, on what is still private to office holders.
DRAFTS: dict[tuple[str, str], Expected] = {
    ("GET", "/api/meetings/<id:meeting_id>"): Expected(OFFICERS, OFFICERS, (200,), {"meeting_id": "draft"}),
    ("PATCH", "/api/meetings/<id:meeting_id>"): run(seen=OFFICERS, kind="draft", body={"title": "Tên khác"}),
    ("POST", "/api/meetings/<id:meeting_id>/convene"): run(seen=OFFICERS, kind="draft"),
    ("GET", "/api/meetings/<id:meeting_id>/attendance"): Expected(
        OFFICERS, OFFICERS, (200,), {"meeting_id": "draft"}
    ),
    ("GET", "/api/resolutions/<id:resolution_id>"): Expected(
        OFFICERS, OFFICERS, (200,), {"resolution_id": "draft_resolution"}
    ),
}
