"""What was put to the vote is frozen with the vote (ADR 24): issue 3 says "denominators and majorities … frozen with the vote",
and a majority is one for a text."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from tests.support.ballots import close, propose, tally
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import if_match
from tests.support.minutes import composed, texts_of
from tests.support.put_to_the_vote import REASON, Office, ballots_of, in_the_room, reasoned
from tests.support.rooms import Device, send

from handbook.audit.models import AuditEntry
from handbook.kernel.db import db

SignIn = Callable[[str], ApiClient]
Json = dict[str, Any]


class TestWhileItIsVotedOn:
    @pytest.mark.parametrize("method", ["phone", "hand", "secret", "secret_paper"])
    def test_every_kind_of_vote_is_opened_on_it(self, office: Office, method: str) -> None:
        ballot = office.ballot(office.open(method))
        assert (ballot["state"], ballot["resolution"]["title"]) == ("open", "Nghị quyết A")
        assert ballot["content_hash"] == office.draft["content_hash"]

    @pytest.mark.parametrize(
        "changes",
        [
            {"title": "Khác"},
            {"body": "1. Khác."},
            {"symbol": "40-NQ/CB"},
            {"term": "2020-2025"},
            {"symbol": "40-QĐ/CB", "type": "regulation"},
        ],
    )
    def test_the_draft_stands(self, office: Office, changes: Json) -> None:
        ballot = office.open()
        assert office.edit(expect=409, **changes)["code"] == "draft_put_to_vote"
        assert (office.draft["title"], office.draft["body"]) == ("Nghị quyết A", "1. Giúp hộ bà Mười.")
        office.client.post(f"/api/ballots/{ballot['id']}/withdraw", headers=if_match(ballot), expect=200)
        office.edit(**changes)

    def test_it_cannot_be_taken_from_its_meeting(self, office: Office) -> None:
        office.open()
        assert office.edit(expect=409, meeting_id=None)["code"] == "draft_put_to_vote"

    def test_its_tasks_may_be_given_out(self, office: Office) -> None:
        """A form sends everything: what stays as it is was not changed."""
        office.open()
        task = {"title": "Rà soát", "assignee_ids": [], "due_on": None}
        same = {name: office.draft[name] for name in ("symbol", "title", "body", "meeting_id")}
        assert office.edit(**same, tasks=[task])["tasks"][0]["title"] == "Rà soát"

    def test_what_is_only_proposed_holds_nothing(self, office: Office) -> None:
        ballot = propose(office.client, office.meeting, method="phone", resolution_id=office.draft["id"])
        office.edit(title="Nghị quyết B")
        assert office.ballot(ballot)["resolution"]["title"] == "Nghị quyết B"
        opened = office.client.post(
            f"/api/ballots/{ballot['id']}/open", headers=if_match(ballot), expect=200
        ).json
        assert (opened["resolution"]["title"], opened["content_hash"]) == (
            "Nghị quyết B",
            office.draft["content_hash"],
        )

    def test_who_may_vote_reads_it_and_nobody_else(self, office: Office, sign_in: SignIn) -> None:
        ballot = office.open()
        path = f"/api/ballots/{ballot['id']}"

        def reads(role: str) -> Any:
            return sign_in(role).get(path, expect=200).json["resolution_text"]

        assert reads("member") == reads("secretary") == "1. Giúp hộ bà Mười."
        assert reads("probationary") is None
        listed = sign_in("member").get(f"/api/meetings/{office.meeting['id']}/ballots", expect=200).json
        assert [one["resolution_text"] for one in listed["items"]] == ["1. Giúp hộ bà Mười."]
        sign_in("member").put(f"{path}/votes/me", {"choice": "agree"}, expect=200)
        close(office.client, office.ballot(ballot))
        assert reads("member") is reads("secretary") is None

    def test_of_a_vote_by_hands_the_room_hears_it(self, office: Office, sign_in: SignIn) -> None:
        ballot = office.open("hand")
        seen = sign_in("member").get(f"/api/ballots/{ballot['id']}", expect=200).json
        assert seen["resolution_text"] is None


class TestAfterwards:
    def test_the_vote_and_the_minutes_tell_what_was_put(
        self, office: Office, sign_in: SignIn, world: World
    ) -> None:
        ballot = office.pass_by_hand()
        put = {"symbol": office.draft["symbol"], "title": "Nghị quyết A"}
        frozen = office.draft["content_hash"]
        office.edit(symbol="40-NQ/CB", title="Nghị quyết B", body="Điều B")
        seen = office.ballot(ballot)
        assert (seen["resolution"], seen["content_hash"]) == (put, frozen)
        office.end()
        words = " ".join(texts_of(composed(sign_in, world, office.meeting)))
        assert f"{put['symbol']} “Nghị quyết A”" in words.replace("\u00a0", " ")
        assert "Nghị quyết B" not in words

    def test_a_changed_text_is_said_and_issued_for_a_reason(self, office: Office) -> None:
        office.pass_by_hand()
        assert office.lacks == []
        assert office.edit(body="1. Thu quỹ 5 triệu đồng.")["issue_warnings"] == ["changed_after_vote"]
        office.end()
        assert office.refused(override_reason=REASON) == ("reason_needed", ["changed_after_vote"])
        issued = office.issue(**reasoned("changed_after_vote"))
        assert (issued["state"], issued["issue_exception"]) == ("issued", REASON)
        (entry,) = db.session.scalars(
            select(AuditEntry).where(AuditEntry.tag == "resolutions:resolution:issued")
        )
        assert entry.details == {"issue_exception": True, "missing": ["changed_after_vote"]}

    def test_changed_back_it_is_what_was_voted_on(self, office: Office) -> None:
        office.pass_by_hand()
        office.edit(title="Nghị quyết B", body="Điều B")
        assert office.lacks == ["changed_after_vote"]
        office.edit(title="Nghị quyết A", body="1. Giúp hộ bà Mười.")
        assert office.lacks == []

    def test_number_and_tasks_are_not_what_was_voted_on(self, office: Office) -> None:
        office.pass_by_hand()
        task = {"title": "Rà soát", "assignee_ids": [], "due_on": None}
        assert office.edit(symbol="40-NQ/CB", tasks=[task])["issue_warnings"] == []

    def test_the_latest_vote_that_stands_counts(self, office: Office) -> None:
        office.pass_by_hand()
        office.edit(body="Điều B")
        office.clock.advance(minutes=1)
        office.pass_by_hand()
        assert office.lacks == []
        office.edit(body="1. Giúp hộ bà Mười.")
        assert office.lacks == ["changed_after_vote"]

    def test_one_that_rejects_it_afterwards_is_told_to_who_may_revoke(
        self, office: Office, sign_in: SignIn
    ) -> None:
        """With a network nothing is asked of what is in force (`not_a_draft`); what the room has counted is kept."""
        office.pass_by_hand()
        assert "issue_warnings" not in office.issue()
        in_the_room(office, Device(), 1, title="Biểu quyết lại")
        assert office.lacks == ["vote_rejected"]
        assert "issue_warnings" not in sign_in("member").get(office.path, expect=200).json


class TestWhichDocument:
    """Members vote on a document that takes the place of another one, of a type and for a term."""

    @pytest.fixture
    def old(self, office: Office) -> Office:
        """A resolution in force, of no meeting."""
        old = office.beside(meeting_id=None, title="Nghị quyết cũ")
        old.issue()
        return old

    def test_in_whose_place_it_comes_belongs_to_what_was_put(self, office: Office, old: Office) -> None:
        office.pass_by_hand()
        office.edit(supersedes_id=old.draft["id"])
        assert office.lacks == ["supersedes_changed_after_vote"]
        assert office.refused() == ("reason_needed", ["supersedes_changed_after_vote"])
        office.edit(supersedes_id=None)
        assert office.lacks == []

    def test_so_it_does_when_nothing_is_replaced_any_more(self, office: Office, old: Office) -> None:
        office.edit(supersedes_id=old.draft["id"])
        office.pass_by_hand()
        assert office.lacks == []
        office.edit(supersedes_id=None)
        assert office.lacks == ["supersedes_changed_after_vote"]

    def test_while_it_is_voted_on_it_stands(self, office: Office, old: Office) -> None:
        office.open()
        assert office.edit(expect=409, supersedes_id=old.draft["id"])["code"] == "draft_put_to_vote"

    @pytest.mark.parametrize("changes", [{"term": "2020-2025"}, {"symbol": "40-QĐ/CB", "type": "decision"}])
    def test_type_and_term_belong_to_it(self, office: Office, changes: Json) -> None:
        office.pass_by_hand()
        office.edit(**changes)
        assert office.lacks == ["type_changed_after_vote"]
        assert office.refused() == ("reason_needed", ["type_changed_after_vote"])

    def test_a_line_of_the_room_says_it(self, office: Office, old: Office) -> None:
        office.edit(supersedes_id=old.draft["id"])
        said = {name: office.draft[name] for name in ("symbol", "title", "content_hash")}
        form = {"type": "resolution", "term": office.draft["term"], "supersedes_id": old.draft["id"]}
        in_the_room(office, Device(), put={**said, "form": form})
        assert office.lacks == []
        office.edit(supersedes_id=None)
        assert office.lacks == ["supersedes_changed_after_vote"]

    def test_a_line_of_an_older_app_claims_nothing_of_it(self, office: Office) -> None:
        said = {name: office.draft[name] for name in ("symbol", "title", "content_hash")}
        in_the_room(office, Device(), put=said)
        office.edit(term="2020-2025")
        assert office.lacks == []


class TestInTheBookOfTheRoom:
    """A vote that was counted without a network says what the phone's copy of the draft said."""

    @property
    def put(self) -> Json:
        return {"symbol": "09-NQ/CB", "title": "Nghị quyết A", "content_hash": "a" * 64}

    def test_that_is_frozen_whatever_the_draft_says_when_it_arrives(self, office: Office) -> None:
        copy = {name: office.draft[name] for name in ("symbol", "title", "content_hash")}
        office.edit(title="Nghị quyết B", body="Điều B")
        in_the_room(office, Device(), put=copy)
        (seen,) = ballots_of(office)
        assert seen["resolution"] == {"symbol": copy["symbol"], "title": "Nghị quyết A"}
        assert office.lacks == ["changed_after_vote"]
        office.edit(title="Nghị quyết A", body="1. Giúp hộ bà Mười.")
        assert office.lacks == []

    def test_a_line_that_does_not_say_it_claims_nothing(self, office: Office) -> None:
        in_the_room(office, Device())
        (seen,) = ballots_of(office)
        assert (seen["resolution"]["title"], seen["content_hash"]) == ("Nghị quyết A", None)
        office.edit(title="Nghị quyết B", body="Điều B")
        assert office.lacks == ["text_not_frozen"]
        assert office.issue()["issue_exception"] is None
        (seen,) = ballots_of(office)
        assert seen["resolution"]["title"] == "Nghị quyết A"

    def test_a_correction_does_not_say_later_what_was_not_said(self, office: Office) -> None:
        device = Device()
        line = in_the_room(office, device)
        in_the_room(office, device, 3, line["id"], put={**self.put, "title": "Nghị quyết B"})
        (seen,) = ballots_of(office)
        assert (seen["resolution"]["title"], seen["content_hash"]) == ("Nghị quyết A", None)

    def test_a_correction_leaves_it(self, office: Office) -> None:
        device = Device()
        line = in_the_room(office, device, put=self.put)
        again = in_the_room(office, device, 3, line["id"], put={**self.put, "content_hash": "b" * 64})
        in_the_room(office, device, 4, again["id"])
        (seen,) = ballots_of(office)
        assert (seen["content_hash"], len(seen["corrections"])) == ("a" * 64, 2)

    def test_two_copies_of_the_draft_are_no_two_counts(self, office: Office) -> None:
        in_the_room(office, Device(), put=self.put)
        in_the_room(office, Device(), put={**self.put, "content_hash": "b" * 64})
        (seen,) = ballots_of(office)
        assert (seen["content_hash"], seen["corrections"]) == ("a" * 64, [])

    def test_a_name_with_a_secrecy_mark_is_refused(self, office: Office) -> None:
        ballot = {"title": "Thông qua", "kind": "resolution", "resolution_id": office.draft["id"], **tally(4)}
        put = {**self.put, "title": "Nghị quyết (Tuyệt mật)"}
        line = Device().write("hand_vote", office.clock.now(), ballot={**ballot, "put": put})
        (answer,) = send(office.client, office.meeting, [line], now=office.clock.now())
        assert (answer["outcome"], answer["code"]) == ("refused", "classified_document")

    def test_what_is_no_hash_is_no_line(self, office: Office) -> None:
        ballot = {"title": "Thông qua", "kind": "resolution", "resolution_id": office.draft["id"], **tally(4)}
        line = Device().write(
            "hand_vote", office.clock.now(), ballot={**ballot, "put": {**self.put, "content_hash": "x"}}
        )
        (answer,) = send(office.client, office.meeting, [line], now=office.clock.now())
        assert (answer["outcome"], answer["code"]) == ("refused", "invalid_entry")

    def test_corrected_to_not_passed_after_the_issuing_it_is_told(
        self, office: Office, sign_in: SignIn
    ) -> None:
        """The review's D2: a resolution stays in force, with nothing said, when its vote is corrected to "not passed"."""
        device = Device()
        line = in_the_room(office, device)
        office.end()
        office.issue()
        low = in_the_room(office, device, 1, line["id"])
        assert office.lacks == ["vote_rejected"]
        assert "issue_warnings" not in sign_in("member").get(office.path, expect=200).json
        in_the_room(office, device, 4, low["id"])
        assert "issue_warnings" not in office.draft


def test_before_the_issuing_a_rejected_text_is_refused_as_ever(office: Office) -> None:
    office.pass_by_hand(agree=1)
    office.edit(body="Điều B")
    assert office.lacks == ["changed_after_vote"]
    assert office.refused(**reasoned("changed_after_vote"))[0] == "resolution_rejected"
