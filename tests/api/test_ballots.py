"""Votes in a meeting: by hand, by phone, on paper; who may, what is frozen, and every refusal with its code."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from tests.support.ballots import close, open_ballot, propose, tally
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import convened, if_match, opened

from handbook.access.actor import SYSTEM, OfficeTitle
from handbook.attendance.models import Attendance
from handbook.audit.models import AuditEntry
from handbook.ballots.errors import WrongCounts
from handbook.ballots.models import Ballot, Vote
from handbook.ballots.queries import results_of
from handbook.ballots.service import record_counted_vote
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.problems import ValidationFailed, WrongState
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.models import Meeting
from handbook.organizations.settings.models import OrganizationSetting

SignIn = Callable[[str], ApiClient]
ROOM = ("member", "second_member", "probationary", "secretary", "deputy")


@pytest.fixture
def meeting(voters_met: dict[str, Any]) -> dict[str, Any]:
    """An open meeting: everybody of the cell is there but the exempt member. Four official members have a vote."""
    return voters_met


def mark(secretary: ApiClient, meeting: dict[str, Any], member_id: str, state: str) -> None:
    path = f"/api/meetings/{meeting['id']}/attendance/{member_id}"
    secretary.put(path, {"state": state}, expect=200)


def leave(meeting: dict[str, Any], member_id: int, clock: FixedClock) -> None:
    """The member goes home before the end."""
    with unit_of_work() as uow:
        uow.session.get_one(Attendance, (int(meeting["id"]), member_id)).left_at = clock.now()


def vote(client: ApiClient, ballot: dict[str, Any], choice: str, expect: int = 200) -> Any:
    return client.put(f"/api/ballots/{ballot['id']}/votes/me", {"choice": choice}, expect=expect)


def test_a_vote_by_hands_is_counted_and_decides(
    engine_name: str, sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    ballot = open_ballot(secretary, meeting)
    closed = close(
        secretary,
        ballot,
        tally=tally(3, 1),
        reserved=[{"member_id": world.id_of("deputy"), "text": "Chưa rõ nguồn kinh phí."}],
    )
    result = closed["result"]
    assert (result["denominator"], result["required"], result["voters_present"]) == (4, 3, 4)
    assert (result["agree"], result["disagree"], result["other"], result["not_voted"]) == (3, 1, 0, 0)
    assert (result["passed"], result["majority_share"], result["majority_at_least"]) == (True, "1/2", False)
    assert closed["reserved"] == [
        {"member_id": world.id_of("deputy"), "full_name": "Trần Thị Phó", "text": "Chưa rõ nguồn kinh phí."}
    ]
    seen = sign_in("member").get(f"/api/meetings/{meeting['id']}/ballots", expect=200).json["items"][0]
    assert (seen["result"], seen["reserved"]) == (result, closed["reserved"])
    assert (seen["progress"], seen["can"]) == (None, [])


def test_a_vote_names_the_draft_that_it_is_about_to_whoever_votes(
    engine_name: str, sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    draft = secretary.post(
        f"/api/organizations/{world.id_of('cell')}/resolutions",
        {
            "meeting_id": meeting["id"],
            "symbol": "12-NQ/CB",
            "title": "Nhiệm vụ tháng 12",
            "body": "1. Rà soát.",
        },
        expect=201,
    ).json
    named = {"symbol": "12-NQ/CB", "title": "Nhiệm vụ tháng 12"}
    ballot = open_ballot(secretary, meeting, resolution_id=draft["id"])
    assert (ballot["resolution_id"], ballot["resolution"]) == (draft["id"], named)
    assert open_ballot(secretary, meeting, title="Việc khác", kind="other")["resolution"] is None
    member = sign_in("member")
    seen = member.get(f"/api/meetings/{meeting['id']}/ballots", expect=200).json["items"]
    assert [one["resolution"] for one in seen] == [named, None]
    member.get(f"/api/resolutions/{draft['id']}", expect=404)
    close(secretary, ballot, tally=tally(4))
    results = results_of(db.session.get_one(Meeting, int(meeting["id"])))
    assert [one.resolution and one.resolution.symbol for one in results] == ["12-NQ/CB"]


def test_admission_needs_two_thirds_and_a_resolution_more_than_half(
    engine_name: str, sign_in: SignIn, meeting: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    for kind, agree, passed in (
        ("resolution", 2, False),
        ("resolution", 3, True),
        ("admission", 2, False),
        ("recognition", 3, True),
    ):
        result = close(secretary, open_ballot(secretary, meeting, kind=kind), tally=tally(agree))["result"]
        assert (result["required"], result["passed"]) == (3, passed)


def test_the_shares_are_the_organisations_own_and_frozen_with_the_vote(
    engine_name: str, sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")

    def set_share(value: str) -> None:
        with unit_of_work() as uow:
            cell = world.organizations["cell"]
            uow.session.merge(
                OrganizationSetting(
                    organization_id=cell.id, path=cell.path, name="vote.admission_majority", value=value
                )
            )

    set_share('"3/4"')
    first = close(secretary, open_ballot(secretary, meeting, kind="admission"), tally=tally(3))
    set_share('"1/1"')
    second = close(secretary, open_ballot(secretary, meeting, kind="admission"), tally=tally(3))
    again = secretary.get(f"/api/ballots/{first['id']}", expect=200).json
    assert (again["result"]["majority_share"], again["result"]["passed"]) == ("3/4", True)
    assert (second["result"]["required"], second["result"]["passed"]) == (4, False)


def test_an_open_vote_by_phone_may_change_until_the_chair_closes(
    engine_name: str, sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    ballot = open_ballot(secretary, meeting, method="phone")
    assert vote(member, ballot, "disagree").json["choice"] == "disagree"
    vote(member, ballot, "agree")
    vote(member, ballot, "agree")
    for role in ("second_member", "deputy"):
        vote(sign_in(role), ballot, "agree")
    assert db.session.scalar(select(func.count()).select_from(Vote)) == 3
    result = close(secretary, ballot)["result"]
    assert (result["agree"], result["disagree"], result["not_voted"], result["passed"]) == (3, 0, 1, True)
    refused = vote(member, ballot, "disagree", expect=409)
    assert code_of(refused) == "ballot_closed"
    assert results_of(db.session.get_one(Meeting, int(meeting["id"])))[0].agree == 3


def test_nobody_learns_how_it_stands_before_the_chair_closes(
    sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    ballot = open_ballot(secretary, meeting, method="phone")
    vote(member, ballot, "disagree")
    mine = member.get(f"/api/ballots/{ballot['id']}", expect=200).json
    assert mine["mine"] == {
        "has_vote": True,
        "may_vote": True,
        "choice": "disagree",
        "paper_taken": False,
    }
    assert (mine["progress"], mine["result"]) == (None, None)
    seen = secretary.get(f"/api/ballots/{ballot['id']}", expect=200)
    assert seen.json["progress"]["voted_member_ids"] == [world.id_of("member")]
    assert (seen.json["result"], seen.json["mine"]["choice"]) == (None, None)
    assert "disagree" not in seen.get_data(as_text=True)
    early = secretary.get(f"/api/ballots/{ballot['id']}/result", expect=409)
    assert code_of(early) == "ballot_not_open"
    close(secretary, ballot)
    record = secretary.get(f"/api/ballots/{ballot['id']}/result", expect=200).json
    assert [(one["full_name"], one["choice"]) for one in record["votes"]] == [("Đặng Thị Ngẫm", "disagree")]
    assert member.get(f"/api/ballots/{ballot['id']}/result", expect=200).json["votes"] == []


def test_asking_again_costs_nothing_until_something_moved_for_the_reader(
    sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    ballot = open_ballot(secretary, meeting, method="phone")
    paths = (f"/api/meetings/{meeting['id']}/ballots", f"/api/ballots/{ballot['id']}")
    seen = {(client, path): client.get(path, expect=200) for client in (secretary, member) for path in paths}
    for (client, path), answer in seen.items():
        again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]}, expect=304)
        assert again.data == b""
    vote(sign_in("second_member"), ballot, "agree")
    for (client, path), answer in seen.items():
        # How far the vote has come is for who runs the meeting; a member's own part has not moved.
        told = 200 if client is secretary else 304
        client.get(path, headers={"If-None-Match": answer.headers["ETag"]}, expect=told)
    vote(member, ballot, "agree")
    for path in paths:
        etag = seen[member, path].headers["ETag"]
        member.get(path, headers={"If-None-Match": etag}, expect=200)


def test_only_official_members_of_the_cell_in_the_room_vote(
    engine_name: str, sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    ballot = open_ballot(secretary, meeting, method="phone")
    assert code_of(vote(sign_in("probationary"), ballot, "agree", expect=403)) == "vote_official_only"
    assert code_of(vote(sign_in("exempt_member"), ballot, "agree", expect=409)) == "vote_needs_presence"
    mark(secretary, meeting, world.id_of("second_member"), "unexcused")
    assert code_of(vote(sign_in("second_member"), ballot, "agree", expect=409)) == "vote_needs_presence"
    assert code_of(vote(sign_in("staff"), ballot, "agree", expect=403)) == "forbidden"
    assert code_of(vote(sign_in("other_member"), ballot, "agree", expect=404)) == "not_found"
    mark(secretary, meeting, world.id_of("exempt_member"), "present")
    vote(sign_in("exempt_member"), ballot, "agree")
    assert close(secretary, ballot)["result"]["denominator"] == 5


def test_who_was_not_summoned_has_no_vote_in_a_superior_meeting(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    with unit_of_work() as uow:
        world.give_office("member", "committee", OfficeTitle.SECRETARY, uow=uow)
    secretary = sign_in("member")
    meeting = opened(secretary, world.id_of("committee"), kind="committee")
    ballot = open_ballot(secretary, meeting, method="phone")
    assert code_of(vote(sign_in("second_member"), ballot, "agree", expect=403)) == "not_summoned"


def test_a_stale_denominator_is_told_with_the_new_one(
    engine_name: str, sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    ballot = open_ballot(secretary, meeting)
    mark(secretary, meeting, world.id_of("exempt_member"), "present")
    refused = close(secretary, ballot, expect=409, expected_denominator=4, tally=tally(4))
    assert refused["code"] == "stale_denominator"
    assert refused["errors"] == [
        {
            "pointer": "/expected_denominator",
            "code": "stale",
            "params": {"denominator": 5, "present": 5},
        }
    ]
    assert close(secretary, ballot, expected_denominator=5, tally=tally(4))["result"]["denominator"] == 5


def test_later_changes_of_the_roll_change_no_result(
    engine_name: str, sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    by_phone = open_ballot(secretary, meeting, method="phone")
    for role in ("member", "second_member", "deputy"):
        vote(sign_in(role), by_phone, "agree")
    before = [close(secretary, by_phone), close(secretary, open_ballot(secretary, meeting), tally=tally(3))]
    for role in ("member", "second_member", "deputy"):
        mark(secretary, meeting, world.id_of(role), "exempt")
    after = secretary.get(f"/api/meetings/{meeting['id']}/ballots", expect=200).json["items"]
    assert after == before


def test_a_vote_of_who_was_not_there_after_all_is_set_aside(
    engine_name: str, sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    ballot = open_ballot(secretary, meeting, method="phone")
    for role in ("member", "second_member"):
        vote(sign_in(role), ballot, "agree")
    mark(secretary, meeting, world.id_of("member"), "unexcused")
    result = close(secretary, ballot)["result"]
    assert (result["agree"], result["denominator"], result["not_voted"]) == (1, 4, 3)
    entry = db.session.scalar(select(AuditEntry).where(AuditEntry.tag == "ballots:ballot:closed"))
    assert entry is not None
    assert entry.details["set_aside"] == 1


def test_who_leaves_after_voting_has_voted_and_who_left_before_cannot(
    engine_name: str, sign_in: SignIn, world: World, meeting: dict[str, Any], clock: FixedClock
) -> None:
    """The exempt member counts by having voted; an official member who left stays in the denominator."""
    secretary = sign_in("secretary")
    mark(secretary, meeting, world.id_of("exempt_member"), "present")
    ballot = open_ballot(secretary, meeting, method="phone")
    assert ballot["progress"]["denominator"] == 5
    vote(sign_in("exempt_member"), ballot, "agree")
    vote(sign_in("member"), ballot, "agree")
    clock.advance(minutes=5)
    for role in ("exempt_member", "member", "deputy"):
        leave(meeting, world.members[role].id, clock)
    refused = vote(sign_in("deputy"), ballot, "agree", expect=409)
    assert code_of(refused) == "vote_needs_presence"
    result = close(secretary, ballot)["result"]
    assert (result["denominator"], result["voters_present"], result["agree"]) == (5, 2, 2)
    later = open_ballot(secretary, meeting)
    assert (later["progress"]["denominator"], later["progress"]["present"]) == (4, 2)


def test_numbers_that_cannot_be_are_refused(
    engine_name: str, sign_in: SignIn, meeting: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    by_hand = open_ballot(secretary, meeting)
    refused = close(secretary, by_hand, expect=422, tally=tally(4, 1))
    assert (refused["code"], refused["errors"][0]["code"]) == ("wrong_counts", "more_votes_than_voters")
    assert close(secretary, by_hand, expect=422)["errors"][0] == {"pointer": "/tally", "code": "missing"}
    paper = open_ballot(secretary, meeting, method="secret_paper")
    papers = {"given_out": 4, "returned": 4, "valid": 3, "invalid": 0}
    refused = close(secretary, paper, expect=422, tally=tally(3), papers=papers)
    assert (refused["code"], refused["errors"][0]["code"]) == ("wrong_counts", "papers_do_not_add_up")
    assert close(secretary, paper, expect=422, tally=tally(3))["errors"][0]["pointer"] == "/papers"
    done = close(secretary, paper, tally=tally(3), papers={**papers, "invalid": 1})
    assert done["result"]["papers"] == {"given_out": 4, "returned": 4, "valid": 3, "invalid": 1}
    by_phone = open_ballot(secretary, meeting, method="phone")
    assert close(secretary, by_phone, expect=422, tally=tally(3))["errors"][0]["pointer"] == "/tally"


def test_the_way_of_voting_is_the_ballots(sign_in: SignIn, meeting: dict[str, Any]) -> None:
    ballot = open_ballot(sign_in("secretary"), meeting)
    assert code_of(vote(sign_in("member"), ballot, "agree", expect=409)) == "wrong_ballot_method"


def test_a_proposal_is_seen_by_officers_and_sent_twice_it_is_one(
    engine_name: str, sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    body = {"key": str(uuid4()), "title": "Kết nạp đảng viên", "kind": "admission", "method": "phone"}
    path = f"/api/meetings/{meeting['id']}/ballots"
    first = secretary.post(path, body, expect=201).json
    assert secretary.post(path, body, expect=200).json["id"] == first["id"]
    other = secretary.post(path, {**body, "title": "Việc khác"}, expect=422)
    assert other.json["errors"] == [{"pointer": "/key", "code": "taken"}]
    assert member.get(path, expect=200).json["items"] == []
    assert len(sign_in("staff").get(path, expect=200).json["items"]) == 1
    member.get(f"/api/ballots/{first['id']}", expect=404)
    vote(member, first, "agree", expect=404)
    secretary.post(f"/api/ballots/{first['id']}/open", expect=428)
    stale = {"If-Match": f'"{first["id"]}-99"'}
    secretary.post(f"/api/ballots/{first['id']}/open", headers=stale, expect=412)


def test_a_ballot_is_about_an_item_of_its_own_meeting(
    sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    own = meeting["agenda"][0]["id"]
    assert propose(secretary, meeting, agenda_item_id=own)["agenda_item_id"] == own
    other = convened(secretary, world.id_of("cell"))["agenda"][0]["id"]
    body = {"key": str(uuid4()), "title": "Việc", "kind": "other", "method": "hand", "agenda_item_id": other}
    refused = secretary.post(f"/api/meetings/{meeting['id']}/ballots", body, expect=422)
    assert refused.json["errors"] == [{"pointer": "/agenda_item_id", "code": "unknown"}]
    secret = {**body, "agenda_item_id": None, "title": "Phương án TỐI MẬT"}
    refused = secretary.post(f"/api/meetings/{meeting['id']}/ballots", secret, expect=422)
    assert code_of(refused) == "classified_document"


def test_a_ballot_is_opened_in_an_open_meeting_only(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    ballot = propose(secretary, meeting)
    assert ballot["can"] == ["withdraw"]
    refused = secretary.post(f"/api/ballots/{ballot['id']}/open", headers=if_match(ballot), expect=409)
    assert code_of(refused) == "wrong_state"


def test_a_meeting_does_not_close_over_an_open_ballot(
    engine_name: str, sign_in: SignIn, meeting: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    draft, ballot = propose(secretary, meeting), open_ballot(secretary, meeting, method="phone")
    now = secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json
    refused = secretary.post(f"/api/meetings/{meeting['id']}/close", headers=if_match(now), expect=409)
    assert code_of(refused) == "ballots_open"
    vote(sign_in("member"), ballot, "agree")
    withdrawn = secretary.post(
        f"/api/ballots/{ballot['id']}/withdraw", headers=if_match(ballot), expect=200
    ).json
    assert (withdrawn["state"], withdrawn["result"], withdrawn["can"]) == ("withdrawn", None, [])
    assert db.session.scalar(select(func.count()).select_from(Vote)) == 0
    assert code_of(vote(sign_in("member"), ballot, "agree", expect=409)) == "ballot_not_open"
    secretary.post(f"/api/meetings/{meeting['id']}/close", headers=if_match(now), expect=200)
    assert secretary.get(f"/api/ballots/{draft['id']}", expect=200).json["state"] == "withdrawn"


def test_a_new_secretary_goes_on_where_the_old_one_stopped(
    engine_name: str, sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    ballot = open_ballot(sign_in("secretary"), meeting, method="phone")
    vote(sign_in("member"), ballot, "agree")
    with unit_of_work() as uow:
        world.give_office("second_member", "cell", OfficeTitle.SECRETARY, uow=uow)
    assert close(sign_in("second_member"), ballot)["state"] == "closed"


def test_reserved_opinions_are_put_on_record_until_the_minutes_stand(
    engine_name: str, sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    closed = close(secretary, open_ballot(secretary, meeting), tally=tally(3, 1))
    path = f"/api/ballots/{closed['id']}/reservations"
    opinions = [
        {"member_id": world.id_of("deputy"), "text": "Cần lấy thêm ý kiến."},
        {"member_id": world.id_of("member"), "text": "Đề nghị lùi thời hạn."},
    ]
    first = secretary.put(path, {"reserved": opinions}, headers=if_match(closed), expect=200).json
    assert [one["text"] for one in first["reserved"]] == [one["text"] for one in opinions]
    assert first["result"] == closed["result"]
    secretary.put(path, {"reserved": []}, headers=if_match(closed), expect=412)
    wrong = [{"member_id": world.id_of("probationary"), "text": "Ý kiến"}, opinions[0], opinions[0]]
    refused = secretary.put(path, {"reserved": wrong}, headers=if_match(first), expect=422)
    assert refused.json["errors"] == [{"pointer": "/reserved/0/member_id", "code": "not_a_voter"}]
    refused = secretary.put(path, {"reserved": wrong[1:]}, headers=if_match(first), expect=422)
    assert refused.json["errors"] == [{"pointer": "/reserved/1/member_id", "code": "duplicate"}]
    last = secretary.put(path, {"reserved": opinions[1:]}, headers=if_match(first), expect=200).json
    assert [one["full_name"] for one in last["reserved"]] == ["Đặng Thị Ngẫm"]


class TestTheBookOfTheRoom:
    """Votes by hand that a device recorded without a network."""

    def record(self, meeting: dict[str, Any], clock: FixedClock, **fields: Any) -> Ballot:
        with unit_of_work() as uow:
            row = uow.session.get_one(Meeting, int(meeting["id"]), populate_existing=True)
            return record_counted_vote(row, fields, at=clock.now(), actor=SYSTEM, uow=uow)

    def fields(self, **changes: Any) -> dict[str, Any]:
        return {"key": str(uuid4()), "title": "Nghị quyết", "kind": "resolution", **tally(3, 1)} | changes

    def test_it_is_recorded_once_and_may_be_corrected(
        self, engine_name: str, meeting: dict[str, Any], clock: FixedClock, world: World
    ) -> None:
        fields = self.fields(reserved=[{"member_id": world.members["member"].id, "text": "Ý khác"}])
        first = self.record(meeting, clock, **fields)
        version = first.row_version
        assert (first.denominator, first.agree, first.passed) == (4, 3, True)
        assert self.record(meeting, clock, **fields).row_version == version
        mended = self.record(meeting, clock, **{**fields, **tally(2, 2)})
        assert (mended.id, mended.agree, mended.passed) == (first.id, 2, False)
        (kept,) = mended.corrections
        assert {name: kept[name] for name in ("agree", "disagree", "other", "denominator")} == {
            **tally(3, 1),
            "denominator": 4,
        }
        reserved = self.record(meeting, clock, **{**fields, **tally(2, 2), "reserved": []})
        assert (reserved.reservations, len(reserved.corrections)) == ([], 1)
        tags = db.session.scalars(
            select(AuditEntry.tag).where(AuditEntry.tag.like("ballots:%")).order_by(AuditEntry.id)
        )
        acts = ("proposed", "recorded", "corrected", "reservations_changed")
        assert list(tags) == [f"ballots:ballot:{act}" for act in acts]

    def test_a_correction_leaves_the_hour_and_who_was_in_the_room(
        self, engine_name: str, meeting: dict[str, Any], clock: FixedClock, world: World
    ) -> None:
        """ "The count used for a vote is frozen with the vote: later changes to the roll do not change a result." """
        fields = self.fields()
        first = self.record(meeting, clock, **fields)
        frozen = (first.closed_at, first.voters_present, first.denominator, first.required)
        clock.advance(minutes=30)
        leave(meeting, world.members["member"].id, clock)
        mended = self.record(meeting, clock, **{**fields, **tally(4)})
        assert (mended.closed_at, mended.voters_present, mended.denominator, mended.required) == frozen

    def test_what_the_room_counted_stands(
        self, engine_name: str, meeting: dict[str, Any], clock: FixedClock
    ) -> None:
        """The exempt member came; that check-in has not reached the server."""
        ballot = self.record(meeting, clock, **self.fields(denominator=5, **tally(5)))
        assert (ballot.denominator, ballot.voters_present, ballot.agree) == (5, 4, 5)
        with pytest.raises(WrongCounts):
            self.record(meeting, clock, **self.fields(denominator=6))
        with pytest.raises(WrongCounts):
            self.record(meeting, clock, **self.fields(**tally(5)))

    def test_a_ballot_proposed_before_the_network_went_is_closed_by_it(
        self, sign_in: SignIn, meeting: dict[str, Any], clock: FixedClock
    ) -> None:
        ballot = open_ballot(sign_in("secretary"), meeting)
        closed = self.record(meeting, clock, **self.fields(key=ballot["key"], title=ballot["title"]))
        assert (str(closed.id), closed.state) == (ballot["id"], "closed")

    def test_a_key_of_another_kind_of_vote_is_refused(
        self, sign_in: SignIn, meeting: dict[str, Any], clock: FixedClock, world: World
    ) -> None:
        ballot = open_ballot(sign_in("secretary"), meeting, method="phone")
        with pytest.raises(ValidationFailed):
            self.record(meeting, clock, **self.fields(key=ballot["key"]))
        with pytest.raises(WrongState):
            self.record(convened(sign_in("secretary"), world.id_of("cell")), clock, **self.fields())
