"""Lines of the roll that are written as a consequence of another act each leave their own entry about that member."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import convened, if_match, opened, step

from handbook.audit.models import AuditEntry
from handbook.kernel.db import db

SignIn = Callable[[str], ApiClient]


def entries_about(meeting: dict[str, Any], tag: str) -> list[AuditEntry]:
    wanted = select(AuditEntry).where(AuditEntry.tag == tag, AuditEntry.subject_id == int(meeting["id"]))
    return list(db.session.scalars(wanted.order_by(AuditEntry.member_id)))


def test_who_opens_the_meeting_in_the_room_has_an_entry_about_the_own_line(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    secretary = sign_in("secretary")
    meeting = step(secretary, convened(secretary, world.id_of("cell")), "open", {"opener_present": True})
    (entry,) = entries_about(meeting, "attendance:line:marked")
    assert (entry.member_id, entry.actor_member_id) == (int(world.id_of("secretary")),) * 2
    assert entry.actor_account_id is not None
    assert entry.path
    assert entry.details == {"before": None, "state": "present"}


def test_opening_without_saying_to_be_there_leaves_no_entry_about_a_line(
    sign_in: SignIn, world: World
) -> None:
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    assert entries_about(meeting, "attendance:line:marked") == []


def test_everybody_whom_the_closing_records_as_absent_has_an_entry_and_nobody_else(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/attendance"
    secretary.put(f"{path}/{world.id_of('member')}", {"state": "present"}, expect=200)
    missing = {line["member_id"] for line in secretary.get(path).json["items"] if line["state"] is None}
    assert missing
    meeting = step(secretary, meeting, "close")
    entries = entries_about(meeting, "attendance:line:settled")
    assert {str(entry.member_id) for entry in entries} == missing
    assert len(entries) == len(missing)
    (closing,) = entries_about(meeting, "meetings:meeting:closed")
    for entry in entries:
        assert entry.actor_member_id == int(world.id_of("secretary"))
        assert (entry.actor_account_id, entry.path) == (closing.actor_account_id, closing.path)
        assert entry.request_id == closing.request_id
        assert entry.details == {"before": None, "state": "unexcused", "method": "system"}
    someone = next(iter(missing))
    history = secretary.get(f"{path}/{someone}/history", expect=200).json["items"]
    assert [(one["before"], one["state"], one["method"]) for one in history] == [
        (None, "unexcused", "system")
    ]


def test_an_approved_absence_leaves_an_entry_about_the_line_and_a_refused_one_none(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}"
    for role, decision in (("member", "approved"), ("second_member", "refused")):
        asked = sign_in(role).post(f"{path}/absence-requests", {"reason": "Ốm"}, expect=201).json
        secretary.patch(
            f"/api/absence-requests/{asked['id']}",
            {"decision": decision},
            headers=if_match(asked),
            expect=200,
        )
    (entry,) = entries_about(meeting, "attendance:line:excused")
    assert entry.member_id == int(world.id_of("member"))
    assert entry.actor_member_id == int(world.id_of("secretary"))
    assert entry.details == {"before": None, "state": "excused", "method": "request"}
    history = secretary.get(f"{path}/attendance/{world.id_of('member')}/history", expect=200).json["items"]
    assert [(one["before"], one["state"], one["method"]) for one in history] == [(None, "excused", "request")]
    refused = f"{path}/attendance/{world.id_of('second_member')}/history"
    assert secretary.get(refused, expect=200).json["items"] == []
