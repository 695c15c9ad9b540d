"""A vote that named no draft carries no more than it can be about (ADR 24): nobody knows which text the room had before it."""

from collections.abc import Callable

from tests.support.clients import ApiClient
from tests.support.meetings import opened
from tests.support.put_to_the_vote import Office, in_the_room, reasoned
from tests.support.rooms import Device

SignIn = Callable[[str], ApiClient]
MONTH, MONEY = "Thông qua nghị quyết tháng", "Thông qua báo cáo tài chính"


def on_none(office: Office, title: str, agree: int = 4, base: str | None = None) -> None:
    in_the_room(office, Device(), agree, base, resolution_id=None, title=title)


class TestEveryOneOfThemHasPassed:
    def test_another_question_that_passes_passes_nothing_that_failed(self, office: Office) -> None:
        on_none(office, MONTH, 1)
        on_none(office, MONEY)
        assert office.lacks == ["vote_not_passed", "text_not_frozen"]
        assert office.refused() == ("reason_needed", ["vote_not_passed"])

    def test_nor_does_one_that_failed_later_leave_it_passed(self, office: Office) -> None:
        on_none(office, MONTH)
        on_none(office, MONEY, 1)
        assert office.refused() == ("reason_needed", ["vote_not_passed"])

    def test_the_same_question_asked_again_is_answered_anew(self, office: Office) -> None:
        device = Device()
        line = in_the_room(office, device, 1, resolution_id=None, title=MONTH)
        in_the_room(office, device, 4, line["id"], resolution_id=None, title=f" {MONTH.upper()}")
        on_none(office, MONEY)
        assert office.lacks == ["text_not_frozen"]
        assert office.issue()["issue_exception"] is None

    def test_in_force_it_is_told_of_every_one_that_did_not(self, office: Office) -> None:
        device = Device()
        line = in_the_room(office, device, resolution_id=None, title=MONTH)
        on_none(office, MONEY)
        office.issue()
        in_the_room(office, device, 1, line["id"], resolution_id=None, title=MONTH)
        assert office.lacks == ["vote_rejected"]


class TestOneVoteOneDraft:
    def test_of_several_drafts_nobody_knows_on_which_it_was(self, office: Office) -> None:
        on_none(office, MONTH)
        second = office.beside(title="Nghị quyết khác", body="Hai")
        for draft in (office, second):
            assert draft.lacks == ["vote_unclear"]
            assert draft.refused(**reasoned("text_not_frozen")) == ("reason_needed", ["vote_unclear"])
        assert office.issue(**reasoned("vote_unclear"))["issue_exception_for"] == ["vote_unclear"]
        assert second.lacks == ["vote_unclear"], "one that was issued may be the one that it was on, or not"

    def test_two_drafts_of_the_same_words_are_one_text(self, office: Office) -> None:
        on_none(office, MONTH)
        assert office.beside().lacks == ["text_not_frozen"]

    def test_one_that_was_voted_on_by_name_leaves_it_to_the_other(self, office: Office) -> None:
        on_none(office, MONEY)
        second = office.beside(title="Nghị quyết khác", body="Hai")
        office.pass_by_hand()
        assert (office.lacks, second.lacks) == ([], ["text_not_frozen"])

    def test_what_was_issued_on_it_is_not_questioned_by_a_later_draft(self, office: Office) -> None:
        on_none(office, MONTH)
        office.issue()
        second = office.beside(title="Nghị quyết khác", body="Hai")
        assert second.lacks == ["vote_unclear"]
        assert "issue_warnings" not in office.draft


class TestItIsNoVoteOnWhatWasNamed:
    def test_it_passes_nothing_whose_own_vote_was_taken_out(self, office: Office) -> None:
        device = Device()
        line = in_the_room(office, device, 1)
        in_the_room(office, device, 1, line["id"], withdrawn="Ghi nhầm")
        on_none(office, MONEY)
        assert office.refused() == ("reason_needed", ["vote_withdrawn"])

    def test_it_silences_no_meeting_that_voted_it_down(self, office: Office) -> None:
        office.pass_by_hand(agree=1)
        meeting = opened(office.client, office.meeting["organization_id"])
        second = office.beside(meeting_id=meeting["id"])
        second.meeting = meeting
        for role in ("member", "second_member", "secretary", "deputy"):
            path = f"/api/meetings/{meeting['id']}/attendance/{office.world.id_of(role)}"
            office.client.put(path, {"state": "present"}, expect=200)
        on_none(second, MONEY)
        assert second.lacks == ["rejected_elsewhere", "text_not_frozen"]
        assert second.refused() == ("reason_needed", ["rejected_elsewhere"])
