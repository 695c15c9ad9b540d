"""What every route answers to whom, written by hand: the other half of the access matrix.

``SEES`` and ``DOES`` name roles by place. A role that does gets the route's own answer (``done``), one that only sees gets 403,
any other 404, nobody signed in 401. Every request is a valid one with the precondition it needs, also where it is refused;
``done`` is a success, and where it is not, ``because`` says why.
"""

from typing import Any

from tests.access import requests
from tests.access.absences import ABSENCES
from tests.access.minutes import MINUTES
from tests.access.who import (
    LINE,
    OF_MEMBERS,
    OFFICERS,
    OWN_CELL,
    READERS,
    RUNNERS,
    STAFF,
    STAFF_OF_MEMBERS,
    Expected,
    Roles,
    either,
    everybody,
    mine,
    own,
    roles,
)
from tests.support.factories import PASSWORD

from handbook.scores.rules import DEFAULT_SHEET

MEETING = {"meeting_id": "meeting"}
ORGANIZATION = {"organization_id": "organization"}
INSTANTS = {"starts_at": "2026-12-10T12:30:00Z", "ends_at": "2026-12-10T14:30:00Z"}
NEW_MEETING = {"kind": "regular", "title": "Sinh hoạt", "place": "Hội trường", "agenda": [], **INSTANTS}
SCHEDULE = {"kind": "regular", "starts": "19:30", "minutes": 90, "place": "Hội trường", "day": 3}
NEW_RESOLUTION = {"symbol": "09-NQ/CB", "title": "Nghị quyết", "body": "Nội dung", "tasks": []}
NO_WEB_APP = "The web app is not built where only the API is tested; and there is no such page."


def run(*, seen: Roles = READERS, kind: str = "meeting", body: Any = None) -> Expected:
    """Something that who runs the meeting does to this version of it."""
    return Expected(seen, RUNNERS, (200,), {"meeting_id": kind}, body, match=kind)


def look(seen: Roles = READERS) -> Expected:
    """Something that only who runs the meeting may read."""
    return Expected(seen, RUNNERS, (200,), MEETING)


TABLE: dict[tuple[str, str], Expected] = {
    ("GET", "/healthz"): everybody(),
    ("GET", "/readyz"): everybody(),
    ("GET", "/"): everybody((200, 404), because=NO_WEB_APP),
    ("GET", "/<path:path>"): everybody((200, 404), because=NO_WEB_APP),
    ("GET", "/api/openapi.json"): everybody(),
    ("GET", "/api/docs"): everybody(),
    ("GET", "/api/docs.css"): everybody(),
    ("POST", "/api/session"): everybody((201,), body=requests.login),
    ("POST", "/api/activations"): everybody((201,), body=requests.activation),
    ("GET", "/api/session"): own(),
    ("PUT", "/api/session/password"): own(
        (204,), body={"current_password": PASSWORD, "new_password": PASSWORD}
    ),
    ("POST", "/api/purpose-acceptances"): own((201,), body={"version": "2026-1"}),
    ("GET", "/api/sessions"): own(),
    ("DELETE", "/api/sessions/<id:session_id>"): mine("session", "session_id", (204,)),
    ("DELETE", "/api/session"): own((204,)),
    ("GET", "/api/sync"): own(),
    ("GET", "/api/push/key"): own(),
    ("PUT", "/api/push/subscription"): own((204,), body=requests.subscription),
    ("DELETE", "/api/push/subscription"): own((204,)),
    ("GET", "/api/push/preferences"): own(),
    ("PUT", "/api/push/preferences"): own(body={"muted": ["task_due"]}),
    ("PUT", "/api/push/mail"): own(body={"address": "a@example.org"}),
    ("DELETE", "/api/push/mail"): own((204,)),
    ("GET", "/api/notices"): own(),
    ("PUT", "/api/notices/<id:notice_id>/read"): mine("notice", "notice_id", (204,)),
    ("POST", "/api/deliveries/<id:delivery_id>/events"): mine(
        "delivery", "delivery_id", (204,), body={"event": "shown", "at": "2026-12-01T02:00:00Z"}
    ),
    ("GET", "/api/organizations"): own(),
    ("GET", "/api/organizations/<id:organization_id>"): Expected(READERS, READERS, (200,), ORGANIZATION),
    ("GET", "/api/organizations/<id:organization_id>/settings"): Expected(
        READERS, STAFF, (200,), ORGANIZATION
    ),
    ("GET", "/api/organizations/<id:organization_id>/settings/<string:name>"): Expected(
        READERS, STAFF, (200,), ORGANIZATION
    ),
    ("PUT", "/api/organizations/<id:organization_id>/settings/<string:name>"): Expected(
        READERS, STAFF, (200,), ORGANIZATION, {"value": "1/2"}, match="*"
    ),
    ("GET", "/api/organizations/<id:organization_id>/settings/<string:name>/history"): Expected(
        READERS, STAFF, (200,), ORGANIZATION
    ),
    ("GET", "/api/organizations/<id:organization_id>/failed-deliveries"): Expected(
        READERS, STAFF, (200,), ORGANIZATION
    ),
    ("POST", "/api/organizations/<id:organization_id>/failed-deliveries/retries"): Expected(
        READERS, STAFF, (200,), ORGANIZATION, {}
    ),
    ("GET", "/api/organizations/<id:organization_id>/failed-jobs"): Expected(
        READERS, STAFF, (200,), ORGANIZATION
    ),
    ("POST", "/api/organizations/<id:organization_id>/failed-jobs/retries"): Expected(
        READERS, STAFF, (200,), ORGANIZATION, {}
    ),
    ("GET", "/api/organizations/<id:organization_id>/agenda-templates"): Expected(
        READERS, OFFICERS, (200,), ORGANIZATION
    ),
    ("GET", "/api/organizations/<id:organization_id>/agenda-templates/<string:kind>"): Expected(
        READERS, OFFICERS, (200,), ORGANIZATION
    ),
    ("PUT", "/api/organizations/<id:organization_id>/agenda-templates/<string:kind>"): Expected(
        READERS, either(RUNNERS, STAFF), (200,), ORGANIZATION, {"agenda": []}, match="*"
    ),
    ("GET", "/api/calendar-feeds"): own(),
    ("POST", "/api/calendar-feeds"): own(
        (201,),
        body={"titles": "neutral"},
        except_for={"administrator": 409},
        because="The administrator is no member.",
    ),
    ("DELETE", "/api/calendar-feeds/<id:feed_id>"): mine("calendar_feed", "feed_id", (204,)),
    ("GET", "/calendar/<string:token>.ics"): everybody(),
    ("GET", "/api/meetings/<id:meeting_id>/calendar.ics"): Expected(READERS, READERS, (200,), MEETING),
    ("GET", "/api/organizations/<id:organization_id>/schedule"): Expected(
        READERS, READERS, (200,), ORGANIZATION
    ),
    ("PUT", "/api/organizations/<id:organization_id>/schedule"): Expected(
        READERS, either(RUNNERS, STAFF), (200,), ORGANIZATION, {"schedule": SCHEDULE}, match="*"
    ),
    ("POST", "/api/organizations/<id:organization_id>/meetings/next"): Expected(
        READERS, RUNNERS, (200, 201), ORGANIZATION, {"month": None}
    ),
    ("GET", "/api/meetings/<id:meeting_id>/opinions"): Expected(READERS, READERS, (200,), MEETING),
    ("PUT", "/api/meetings/<id:meeting_id>/opinions/<uuid:key>"): Expected(
        READERS,
        OWN_CELL,
        (201,),
        MEETING,
        {"kind": "opinion", "text": "Nên họp sớm hơn"},
    ),
    ("DELETE", "/api/meetings/<id:meeting_id>/opinions/<uuid:key>"): Expected(
        READERS,
        OWN_CELL,
        (204,),
        MEETING,
    ),
    ("POST", "/api/meetings/<id:meeting_id>/opinions/groups"): Expected(
        READERS, RUNNERS, (200,), MEETING, requests.grouping
    ),
    ("PATCH", "/api/opinions/<id:opinion_id>"): Expected(
        RUNNERS, RUNNERS, (200,), {"opinion_id": "opinion"}, {"answered": True}, match="opinion"
    ),
    ("GET", "/api/organizations/<id:organization_id>/members"): Expected(
        READERS, OFFICERS, (200,), ORGANIZATION
    ),
    ("GET", "/api/members/me"): own(
        except_for={"administrator": 404}, because="The administrator is no member and has no record."
    ),
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
    ("PUT", "/api/meetings/<id:meeting_id>/agenda"): run(
        body=[{"title": "Đánh giá tháng 11", "minutes": 30}]
    ),
    ("POST", "/api/meetings/<id:meeting_id>/convene"): run(seen=OFFICERS, kind="draft_to_convene"),
    ("POST", "/api/meetings/<id:meeting_id>/open"): run(kind="meeting_to_open", body={}),
    ("POST", "/api/meetings/<id:meeting_id>/close"): run(kind="meeting_to_close"),
    ("POST", "/api/meetings/<id:meeting_id>/reopen"): run(
        kind="meeting_to_reopen", body={"reason": "Bấm nhầm"}
    ),
    ("POST", "/api/meetings/<id:meeting_id>/unopen"): run(
        kind="meeting_to_unopen", body={"reason": "Bấm nhầm"}
    ),
    ("POST", "/api/meetings/<id:meeting_id>/finalize"): run(kind="meeting_to_finalize"),
    ("POST", "/api/meetings/<id:meeting_id>/cancel"): run(
        kind="meeting_to_cancel", body={"reason": "Trùng lịch"}
    ),
    ("POST", "/api/meetings/<id:meeting_id>/papers"): Expected(
        READERS, RUNNERS, (201,), MEETING, requests.paper, multipart=True
    ),
    ("DELETE", "/api/papers/<id:paper_id>"): Expected(
        READERS, RUNNERS, (204,), {"paper_id": "paper_to_remove"}
    ),
    ("GET", "/api/papers/<id:paper_id>/content"): Expected(READERS, READERS, (200,), {"paper_id": "paper"}),
    ("GET", "/api/meetings/<id:meeting_id>/attendance"): Expected(READERS, READERS, (200,), MEETING),
    ("PUT", "/api/meetings/<id:meeting_id>/attendance/<id:member_id>"): Expected(
        READERS,
        RUNNERS,
        (200,),
        {"meeting_id": "open_meeting", "member_id": "member"},
        {"state": "present"},
    ),
    ("GET", "/api/meetings/<id:meeting_id>/check-in-key"): look(),
    ("POST", "/api/meetings/<id:meeting_id>/check-ins"): Expected(
        READERS, OWN_CELL, (201,), {"meeting_id": "open_meeting"}, requests.check_in
    ),
    **ABSENCES,
    ("GET", "/api/meetings/<id:meeting_id>/deliveries"): look(),
    ("GET", "/api/meetings/<id:meeting_id>/reminder-rules"): look(),
    ("PUT", "/api/meetings/<id:meeting_id>/reminder-rules"): run(
        body={"values": {"reminders.before_minutes": [60]}}
    ),
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
        OFFICERS,
        RUNNERS,
        (200,),
        {"resolution_id": "draft_resolution"},
        {"title": "Tên khác"},
        match="draft_resolution",
    ),
    ("POST", "/api/resolutions/<id:resolution_id>/issue"): Expected(
        OFFICERS, RUNNERS, (200,), {"resolution_id": "resolution_to_issue"}, match="resolution_to_issue"
    ),
    ("POST", "/api/resolutions/<id:resolution_id>/revoke"): Expected(
        READERS,
        RUNNERS,
        (200,),
        {"resolution_id": "resolution_to_revoke"},
        {"reason": "Ban hành nhầm"},
        match="resolution_to_revoke",
    ),
    ("GET", "/api/resolutions/<id:resolution_id>/document.pdf"): Expected(
        READERS, READERS, (200,), {"resolution_id": "resolution"}
    ),
    ("GET", "/api/resolutions/<id:resolution_id>/document.docx"): Expected(
        READERS, READERS, (200,), {"resolution_id": "resolution"}
    ),
    ("POST", "/api/meetings/<id:meeting_id>/resolution-draft"): Expected(
        READERS, RUNNERS, (201,), {"meeting_id": "open_meeting"}
    ),
    ("GET", "/api/organizations/<id:organization_id>/tasks"): Expected(
        READERS, OFFICERS, (200,), ORGANIZATION
    ),
    ("GET", "/api/tasks/<id:task_id>"): Expected(READERS, READERS, (200,), {"task_id": "task"}),
    ("PUT", "/api/tasks/<id:task_id>/updates/<uuid:key>"): Expected(
        READERS, RUNNERS, (201,), {"task_id": "task"}, {"kind": "progress", "percent": 40}
    ),
    ("GET", "/api/organizations/<id:organization_id>/score-sheets"): Expected(
        READERS, OFFICERS, (200,), ORGANIZATION
    ),
    ("POST", "/api/organizations/<id:organization_id>/score-sheets"): Expected(
        READERS, STAFF, (201,), ORGANIZATION, {"criteria": [{"title": "Nền nếp", "points": 100}]}
    ),
    ("GET", "/api/meetings/<id:meeting_id>/score"): Expected(
        READERS, READERS, (200,), {"meeting_id": "meeting"}
    ),
    ("POST", "/api/meetings/<id:meeting_id>/score/open"): Expected(
        READERS, RUNNERS, (200,), {"meeting_id": "open_meeting"}
    ),
    ("PUT", "/api/meetings/<id:meeting_id>/score/sheets/me"): Expected(
        READERS,
        OWN_CELL,
        (201,),
        {"meeting_id": "full_meeting"},
        {"key": "0b0e7f4e-52f1-4f4c-9d5c-3f7d3f2f6a10", "points": [points for _, points in DEFAULT_SHEET]},
    ),
    ("POST", "/api/meetings/<id:meeting_id>/score/close"): Expected(
        READERS,
        RUNNERS,
        (200,),
        {"meeting_id": "score_to_close"},
        match="score_to_close",
    ),
    ("PUT", "/api/meetings/<id:meeting_id>/score/paper"): Expected(
        READERS,
        RUNNERS,
        (200,),
        {"meeting_id": "score_on_paper"},
        {"sheets": 3, "points": 240},
    ),
    ("GET", "/api/organizations/<id:organization_id>/reports/attendance"): Expected(
        READERS, OFFICERS, (200,), ORGANIZATION, query={"month": "2026-12"}
    ),
    ("GET", "/api/organizations/<id:organization_id>/reports/attendance/exceptions"): Expected(
        READERS, OFFICERS, (200,), ORGANIZATION, query={"month": "2026-12", "kind": "no_meeting"}
    ),
}

TABLE |= {
    ("PUT", "/api/meetings/<id:meeting_id>/attendance"): Expected(
        READERS, RUNNERS, (200,), {"meeting_id": "open_meeting"}, requests.marks
    ),
    ("GET", "/api/meetings/<id:meeting_id>/attendance/<id:member_id>/history"): Expected(
        READERS, OFFICERS, (200,), {"meeting_id": "open_meeting", "member_id": "member"}
    ),
    ("PUT", "/api/meetings/<id:meeting_id>/roles"): Expected(
        READERS, RUNNERS, (200,), {"meeting_id": "open_meeting"}, {"chair_id": None}
    ),
    ("PUT", "/api/meetings/<id:meeting_id>/guests/<uuid:key>"): Expected(
        READERS, RUNNERS, (204,), {"meeting_id": "open_meeting"}, {"name": "Lê Văn Khách"}
    ),
    ("DELETE", "/api/meetings/<id:meeting_id>/guests/<uuid:key>"): Expected(
        READERS, RUNNERS, (204,), {"meeting_id": "open_meeting"}
    ),
    ("POST", "/api/organizations/<id:organization_id>/activation-sheets"): Expected(
        READERS, either(RUNNERS, STAFF), (201,), ORGANIZATION, {}
    ),
    ("POST", "/api/members/<id:member_id>/activation-sheets"): Expected(
        OF_MEMBERS, STAFF_OF_MEMBERS, (201,), {"member_id": "member"}, {}
    ),
    ("GET", "/api/organizations/<id:organization_id>/roster.xlsx"): Expected(
        READERS, STAFF, (200,), ORGANIZATION
    ),
    ("POST", "/api/organizations/<id:organization_id>/roster-imports"): Expected(
        READERS, STAFF, (202,), ORGANIZATION, requests.roster, multipart=True
    ),
    ("GET", "/api/roster-imports/<id:import_id>"): Expected(
        STAFF, STAFF, (200,), {"import_id": "roster_import"}
    ),
}

TABLE |= {
    # Who has held no office that runs the meeting is refused; whoever held it when an entry was written may send it later.
    ("POST", "/api/meetings/<id:meeting_id>/proceedings"): Expected(
        READERS, RUNNERS, (200,), MEETING, requests.proceedings
    ),
    ("GET", "/api/meetings/<id:meeting_id>/proceedings"): Expected(READERS, READERS, (200,), MEETING),
}

TABLE |= MINUTES

TABLE |= {
    ("GET", "/api/meetings/<id:meeting_id>/pack.pdf"): Expected(READERS, READERS, (200,), MEETING),
    ("GET", "/api/meetings/<id:meeting_id>/roll-sheet.pdf"): look(),
}

BALLOT = {"ballot_id": "ballot"}
NEW_BALLOT = {
    "key": "0c0e5b7c-3d0c-4b6f-9a55-1f7a3f9d2c11",
    "title": "Thông qua nghị quyết",
    "kind": "resolution",
    "method": "hand",
}
FILLED_PAPER = {
    "choice": "agree",
    "secret": "A" * 43,
    "marks": ["A" * 43] * 3,
    "randomizer": "A" * 43,
    "signature": "A" * 342,
}


NO_VOTE = "Papers and what goes into the box are made by a phone; tests/api makes them."


def of_ballot(
    done: tuple[int, ...], does: Roles = RUNNERS, body: Any = None, *, because: str = ""
) -> Expected:
    return Expected(READERS, does, done, BALLOT, body, because=because)


def step_of_ballot(kind: str, body: Any = None, *, seen: Roles = READERS) -> Expected:
    return Expected(seen, RUNNERS, (200,), {"ballot_id": kind}, body, match=kind)


TABLE |= {
    ("POST", "/api/meetings/<id:meeting_id>/ballots"): Expected(
        READERS, RUNNERS, (201,), MEETING, NEW_BALLOT
    ),
    ("GET", "/api/meetings/<id:meeting_id>/ballots"): Expected(READERS, READERS, (200,), MEETING),
    ("GET", "/api/ballots/<id:ballot_id>"): of_ballot((200,), READERS),
    ("POST", "/api/ballots/<id:ballot_id>/open"): step_of_ballot("ballot_to_open", seen=OFFICERS),
    ("POST", "/api/ballots/<id:ballot_id>/begin-casting"): step_of_ballot(
        "ballot_to_begin", requests.nobody_waits
    ),
    ("POST", "/api/ballots/<id:ballot_id>/close"): step_of_ballot("ballot_to_close", requests.closing),
    ("POST", "/api/ballots/<id:ballot_id>/withdraw"): step_of_ballot("ballot_to_withdraw"),
    ("PUT", "/api/ballots/<id:ballot_id>/reservations"): step_of_ballot(
        "ballot_to_reserve", {"reserved": []}
    ),
    # Who was not summoned, because the meeting is another unit's, has no vote.
    ("PUT", "/api/ballots/<id:ballot_id>/votes/me"): Expected(
        READERS, OWN_CELL, (200,), {"ballot_id": "ballot_in_full_room"}, {"choice": "agree"}
    ),
    ("POST", "/api/ballots/<id:ballot_id>/papers"): of_ballot(
        (409,), LINE, {"blinded": "A" * 342}, because=NO_VOTE
    ),
    ("GET", "/api/ballots/<id:ballot_id>/result"): Expected(
        READERS, READERS, (200,), {"ballot_id": "ballot_to_reserve"}
    ),
    # A request that says who sends it is refused by the box, whoever it is.
    ("POST", "/api/ballot-box/<id:ballot_id>"): everybody(
        (409, 422), objects=BALLOT, body=FILLED_PAPER, because=NO_VOTE
    ),
}

CONFERENCE = {"meeting_id": "conference"}
# Sites and delegates are laid down by who runs the conference, and by staff at its organisation or above.
PREPARERS = either(RUNNERS, STAFF)


def prepare(done: tuple[int, ...], objects: Any, body: Any = None, **more: Any) -> Expected:
    return Expected(READERS, PREPARERS, done, objects, body, **more)


TABLE |= {
    ("GET", "/api/meetings/<id:meeting_id>/sites"): Expected(READERS, READERS, (200,), CONFERENCE),
    ("POST", "/api/meetings/<id:meeting_id>/sites"): prepare((201,), CONFERENCE, requests.new_site),
    ("PATCH", "/api/sites/<id:site_id>"): prepare(
        (200,), {"site_id": "site"}, {"address": "Hội trường tầng 2"}, match="site"
    ),
    ("DELETE", "/api/sites/<id:site_id>"): prepare(
        (204,), {"site_id": "site_to_remove"}, requests.removable_site, match="*"
    ),
    ("GET", "/api/sites/<id:site_id>/delegates"): prepare((200,), {"site_id": "site"}),
    ("POST", "/api/meetings/<id:meeting_id>/delegates"): prepare((200,), CONFERENCE, requests.delegates),
    ("PUT", "/api/meetings/<id:meeting_id>/delegates/<id:member_id>"): prepare(
        (204,), {**CONFERENCE, "member_id": "member"}, requests.place_of_delegate
    ),
    ("DELETE", "/api/meetings/<id:meeting_id>/delegates/<id:member_id>"): prepare(
        (204,), {**CONFERENCE, "member_id": "newcomer"}, requests.removable_delegate
    ),
    ("POST", "/api/meetings/<id:meeting_id>/conference-imports"): prepare(
        (200,), CONFERENCE, requests.conference_workbook, multipart=True
    ),
    ("GET", "/api/conference-import-template.xlsx"): own(),
}


# The same routes once more, on what is still private to office holders, and on a conference.


def by_secretariat(seen: Any, done: tuple[int, ...], objects: Any, body: Any = None, **more: Any) -> Expected:
    """A conference is run by the secretariat of its committee as well."""
    return Expected(seen, roles("secretary", "staff", ""), done, objects, body, **more)


DRAFTS: dict[tuple[str, str], Expected] = {
    ("GET", "/api/meetings/<id:meeting_id>/check-in-key"): by_secretariat(READERS, (200,), CONFERENCE),
    ("GET", "/api/meetings/<id:meeting_id>/deliveries"): by_secretariat(READERS, (200,), CONFERENCE),
    ("POST", "/api/ballots/<id:ballot_id>/withdraw"): by_secretariat(
        OFFICERS, (200,), {"ballot_id": "conference_ballot"}, match="conference_ballot"
    ),
    ("PATCH", "/api/absence-requests/<id:request_id>"): by_secretariat(
        either(RUNNERS, STAFF),
        (200,),
        {"request_id": "conference_request"},
        {"decision": "approved"},
        match="conference_request",
    ),
    ("PUT", "/api/meetings/<id:meeting_id>/roles"): by_secretariat(
        READERS, (200,), CONFERENCE, {"chair_id": None}
    ),
    ("GET", "/api/meetings/<id:meeting_id>"): Expected(OFFICERS, OFFICERS, (200,), {"meeting_id": "draft"}),
    ("PATCH", "/api/meetings/<id:meeting_id>"): run(seen=OFFICERS, kind="draft", body={"title": "Tên khác"}),
    ("POST", "/api/meetings/<id:meeting_id>/convene"): Expected(
        READERS,
        RUNNERS,
        (409,),
        MEETING,
        match="meeting",
        because="It was convened before; the same step on a draft succeeds, in the table above.",
    ),
    ("GET", "/api/meetings/<id:meeting_id>/attendance"): Expected(
        OFFICERS, OFFICERS, (200,), {"meeting_id": "draft"}
    ),
    ("GET", "/api/resolutions/<id:resolution_id>"): Expected(
        OFFICERS, OFFICERS, (200,), {"resolution_id": "draft_resolution"}
    ),
    ("GET", "/api/ballots/<id:ballot_id>"): Expected(
        OFFICERS, OFFICERS, (200,), {"ballot_id": "draft_ballot"}
    ),
}
