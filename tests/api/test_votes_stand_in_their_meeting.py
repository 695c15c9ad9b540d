"""A vote counts in the meeting that held it, on the words that were put to it, and a reason for what it was given (ADR 24)."""

import unicodedata
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from tests.support.ballots import propose, tally
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import if_match, opened
from tests.support.put_to_the_vote import Office, ballots_of, in_the_room, reasoned
from tests.support.rooms import Device, send

from handbook.kernel.db import db
from handbook.resolutions.models import Resolution

SignIn = Callable[[str], ApiClient]
Json = dict[str, Any]


class TestTheVoteStandsInItsMeeting:
    """Once a draft that was voted down left its meeting, or came a second time, and was issued without a word."""

    @pytest.mark.parametrize("agree", [1, 4])
    def test_a_draft_that_was_voted_on_stays(self, office: Office, agree: int) -> None:
        office.pass_by_hand(agree)
        elsewhere = opened(office.client, office.meeting["organization_id"])["id"]
        for meeting_id in (None, elsewhere):
            assert office.edit(expect=409, meeting_id=meeting_id)["code"] == "draft_voted_on"
        assert office.draft["meeting_id"] == office.meeting["id"]
        office.edit(meeting_id=office.meeting["id"], body="Điều B")

    def test_so_it_does_when_its_vote_was_taken_out_because_that_can_be_put_back(
        self, office: Office
    ) -> None:
        device = Device()
        line = in_the_room(office, device, 1)
        in_the_room(office, device, 1, line["id"], withdrawn="Ghi nhầm")
        assert office.edit(expect=409, meeting_id=None)["code"] == "draft_voted_on"

    def test_one_that_was_only_proposed_or_withdrawn_may_go(self, office: Office) -> None:
        ballot = office.open()
        office.client.post(f"/api/ballots/{ballot['id']}/withdraw", headers=if_match(ballot), expect=200)
        propose(office.client, office.meeting, resolution_id=office.draft["id"])
        assert office.edit(meeting_id=None)["issue_warnings"] == []

    def test_a_second_draft_with_the_same_words_is_no_second_question(self, office: Office) -> None:
        office.pass_by_hand(agree=1)
        second = office.beside()
        for fields in ({}, reasoned("no_vote", "vote_not_passed", "text_not_frozen")):
            assert second.refused(**fields)[0] == "resolution_rejected"
        assert second.draft["state"] == "draft"
        second.edit(body="1. Giúp hộ bà Mười hai.")
        assert second.refused() == ("reason_needed", ["no_vote"])
        second.edit(body="1. Giúp hộ bà Mười. ")
        assert second.refused()[0] == "resolution_rejected", "a space is no other text"

    def test_nor_while_the_first_one_is_being_voted_on(self, office: Office) -> None:
        office.open()
        assert office.beside().refused()[0] == "vote_undecided"

    def test_the_same_words_that_were_passed_are_passed(self, office: Office) -> None:
        office.pass_by_hand()
        second = office.beside()
        assert second.lacks == []
        assert second.issue()["issue_exception"] is None

    def test_words_that_were_voted_down_are_not_issued_under_what_was_passed(self, office: Office) -> None:
        """The last vote on the draft passed it; the last one on these words did not."""
        office.pass_by_hand(agree=1)
        office.clock.advance(minutes=1)
        second = office.beside(body="Điều B")
        second.pass_by_hand()
        assert second.lacks == []
        second.edit(body="1. Giúp hộ bà Mười.")
        assert second.refused(**reasoned("changed_after_vote"))[0] == "resolution_rejected"

    @pytest.mark.parametrize("in_a_meeting", [False, True])
    def test_what_another_meeting_did_not_pass_is_said(self, office: Office, in_a_meeting: bool) -> None:
        """Another meeting may decide otherwise; that it has not is not passed over in silence."""
        office.pass_by_hand(agree=1)
        meeting_id = opened(office.client, office.meeting["organization_id"])["id"] if in_a_meeting else None
        other = office.beside(meeting_id=meeting_id)
        lacks = ["rejected_elsewhere", "no_quorum"] if in_a_meeting else ["rejected_elsewhere"]
        lacks = ["no_vote", *lacks] if in_a_meeting else lacks
        assert other.lacks == lacks
        assert other.refused() == ("reason_needed", lacks)
        assert other.issue(**reasoned(*lacks))["issue_exception_for"] == lacks

    @pytest.mark.parametrize(
        "body",
        [
            "1. Giúp hộ bà Mười..",
            "1) GIÚP HỘ BÀ MƯỜI",
            "1.\n\nGiúp hộ  bà Mười!",
            unicodedata.normalize("NFD", "1. Giúp hộ bà Mười;"),
        ],
    )
    def test_what_differs_in_blanks_punctuation_case_and_form_only_is_asked_for_a_reason(
        self, office: Office, body: str
    ) -> None:
        office.pass_by_hand(agree=1)
        lacks = ["no_vote", "rejected_elsewhere"]
        assert office.beside(body=body).refused() == ("reason_needed", lacks)
        alone = office.beside(body=body, meeting_id=None)
        assert alone.refused() == ("reason_needed", ["rejected_elsewhere"])
        assert alone.issue(**reasoned("rejected_elsewhere"))["issue_exception_for"] == ["rejected_elsewhere"]

    def test_another_word_or_number_and_what_was_passed_since_is_asked_for_nothing(
        self, office: Office
    ) -> None:
        """The limit that ADR 24 names: who reads them sees whether they say the same, no rule does."""
        office.edit(body="1. Thu 1,5 triệu.")
        office.pass_by_hand(agree=1)
        for body in ("1. Thu 15 triệu.", "1. Thu 1,5 triệu đồng."):
            assert office.beside(body=body, meeting_id=None).issue()["issue_exception"] is None
        office.clock.advance(minutes=5)
        office.beside(body="1. Thu 1,5 triệu").pass_by_hand()
        assert office.beside(body="1. THU 1,5 TRIỆU", meeting_id=None).lacks == []

    def test_of_a_draft_that_was_rewritten_since_only_the_very_text_is_known(self, office: Office) -> None:
        office.pass_by_hand(agree=1)
        body = office.draft["body"]
        office.edit(body="Khác hẳn")
        assert office.beside(body=body, meeting_id=None).lacks == ["rejected_elsewhere"]
        assert office.beside(body=f"{body}.", meeting_id=None).lacks == []

    def test_what_another_meeting_passed_is_no_vote_of_this_one(self, office: Office) -> None:
        office.pass_by_hand()
        meeting_id = opened(office.client, office.meeting["organization_id"])["id"]
        assert office.beside(meeting_id=meeting_id).lacks == ["no_vote", "no_quorum"]
        assert office.beside(meeting_id=None).lacks == []


class TestItIsADraftOfTheMeeting:
    """Whatever became of a draft between proposing and opening: members vote on a draft, and on one of their meeting."""

    def proposed(self, office: Office) -> Json:
        return propose(office.client, office.meeting, method="hand", resolution_id=office.draft["id"])

    def refused_opening(self, office: Office, ballot: Json) -> str:
        path = f"/api/ballots/{ballot['id']}/open"
        code = code_of(office.client.post(path, headers=if_match(ballot), expect=409))
        assert office.ballot(ballot)["state"] == "draft"
        return code

    @pytest.mark.parametrize("elsewhere", [False, True])
    def test_one_that_has_left_is_not_put_to_the_vote(self, office: Office, elsewhere: bool) -> None:
        ballot = self.proposed(office)
        other = opened(office.client, office.meeting["organization_id"])["id"] if elsewhere else None
        office.edit(meeting_id=other)
        assert self.refused_opening(office, ballot) == "draft_gone"
        office.edit(meeting_id=office.meeting["id"])
        path = f"/api/ballots/{ballot['id']}/open"
        assert office.client.post(path, headers=if_match(ballot), expect=200).json["state"] == "open"

    def test_nor_one_that_was_issued(self, office: Office) -> None:
        ballot = self.proposed(office)
        office.edit(meeting_id=None)
        office.issue()
        assert self.refused_opening(office, ballot) == "draft_gone"

    @pytest.mark.parametrize("revoked", [False, True])
    def test_what_is_no_draft_is_not_proposed(self, office: Office, revoked: bool) -> None:
        office.pass_by_hand()
        office.issue()
        if revoked:
            path, reason = f"{office.path}/revoke", {"reason": "Ban hành nhầm"}
            office.client.post(path, reason, headers=if_match(office.draft), expect=200)
        body = {"key": str(uuid4()), "title": "Lại", "kind": "resolution", "method": "hand"}
        refused = office.client.post(
            f"/api/meetings/{office.meeting['id']}/ballots",
            {**body, "resolution_id": office.draft["id"]},
            expect=422,
        )
        assert refused.json["errors"] == [{"pointer": "/resolution_id", "code": "not_a_draft"}]

    def test_what_is_voted_on_is_not_issued_wherever_it_is(self, office: Office) -> None:
        """Such a draft may be there from before the opening asked where it is."""
        office.open()
        draft = db.session.get_one(Resolution, int(office.draft["id"]))
        draft.meeting_id = None
        db.session.commit()
        assert office.refused()[0] == "vote_undecided"


class TestADraftThatHasLeft:
    """Such drafts are there from before, and a line of the room may arrive after the draft has gone."""

    def leave(self, office: Office) -> None:
        draft = db.session.get_one(Resolution, int(office.draft["id"]))
        draft.meeting_id = None
        db.session.commit()

    def test_its_count_is_corrected_taken_out_and_put_back(self, office: Office) -> None:
        device = Device()
        line = in_the_room(office, device, 3)
        self.leave(office)
        low = in_the_room(office, device, 1, line["id"])
        out = in_the_room(office, device, 1, low["id"], withdrawn="Ghi nhầm")
        in_the_room(office, device, 1, out["id"])
        (seen,) = ballots_of(office)
        assert (seen["state"], seen["result"]["agree"], seen["resolution_id"]) == (
            "closed",
            1,
            office.draft["id"],
        )
        assert office.lacks == ["rejected_elsewhere"]

    def test_a_count_that_arrives_late_is_kept(self, office: Office) -> None:
        said = {name: office.draft[name] for name in ("symbol", "title", "content_hash")}
        office.edit(meeting_id=None)
        in_the_room(office, Device(), 1, put=said)
        (seen,) = ballots_of(office)
        assert (seen["resolution"]["title"], seen["result"]["passed"]) == ("Nghị quyết A", False)
        assert office.lacks == ["rejected_elsewhere"]

    def test_a_draft_of_another_cell_is_none(self, office: Office, sign_in: SignIn, world: World) -> None:
        other = sign_in("other_secretary")
        where = f"/api/organizations/{world.id_of('other_cell')}/resolutions"
        made = other.post(where, {"symbol": "01-NQ/CB", "title": "Khác", "body": "1."}, expect=201).json
        ballot = {"title": "Thông qua", "kind": "resolution", "resolution_id": made["id"], **tally(4)}
        line = Device().write("hand_vote", office.clock.now(), ballot=ballot)
        (answer,) = send(office.client, office.meeting, [line], now=office.clock.now())
        assert answer["outcome"] == "refused"


class TestAReasonAnswersItsDoubts:
    """Once whatever the reason was given for silenced what came to light later."""

    def test_where_none_was_asked_a_vote_that_was_lost_since_is_told(self, office: Office) -> None:
        device = Device()
        line = in_the_room(office, device, resolution_id=None)
        assert office.lacks == ["text_not_frozen"]
        office.issue()
        low = in_the_room(office, device, 1, line["id"], resolution_id=None)
        assert office.lacks == ["vote_rejected"]
        in_the_room(office, device, 4, low["id"], resolution_id=None)
        assert "issue_warnings" not in office.draft

    def test_one_for_no_quorum_does_not_silence_it(self, office: Office) -> None:
        for role in ("second_member", "deputy", "secretary"):
            self.absent(office, role)
        device = Device()
        line = in_the_room(office, device, resolution_id=None)
        assert office.lacks == ["text_not_frozen", "no_quorum"]
        assert office.issue(**reasoned("no_quorum"))["issue_exception_for"] == ["no_quorum"]
        in_the_room(office, device, 1, line["id"], resolution_id=None)
        assert office.lacks == ["vote_rejected"]

    def absent(self, office: Office, role: str) -> None:
        path = f"/api/meetings/{office.meeting['id']}/attendance/{office.world.id_of(role)}"
        office.client.put(path, {"state": "unexcused"}, expect=200)

    def test_one_for_the_lost_vote_does_silence_it(self, office: Office) -> None:
        in_the_room(office, Device(), 1, resolution_id=None)
        assert office.refused() == ("reason_needed", ["vote_not_passed"])
        assert "issue_warnings" not in office.issue(**reasoned("vote_not_passed"))
        assert "issue_warnings" not in office.draft
