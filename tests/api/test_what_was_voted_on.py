"""What was put to the vote is frozen with the vote (ADR 24): issue 3 says "denominators and majorities … frozen with the vote",
and a majority is one for a text."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from tests.support.ballots import close, open_ballot, propose, tally, voters_in_the_room
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import if_match, step
from tests.support.minutes import composed, texts_of
from tests.support.rooms import Device, send

from handbook.audit.models import AuditEntry
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db

SignIn = Callable[[str], ApiClient]
Json = dict[str, Any]
REASON = "Hội nghị đã nghe đọc lại và đồng ý sửa câu chữ"


class Office:
    """The secretary with the draft of the open meeting."""

    def __init__(self, client: ApiClient, meeting: Json, clock: FixedClock) -> None:
        self.client, self.meeting, self.clock = client, meeting, clock
        made = client.post(f"/api/meetings/{meeting['id']}/resolution-draft", expect=201).json
        self.path = f"/api/resolutions/{made['id']}"
        self.edit(title="Nghị quyết A", body="1. Giúp hộ bà Mười.")

    @property
    def draft(self) -> Json:
        found: Json = self.client.get(self.path, expect=200).json
        return found

    @property
    def lacks(self) -> list[str]:
        found: list[str] = self.draft["issue_warnings"]
        return found

    def edit(self, expect: int = 200, **changes: Any) -> Json:
        answer: Json = self.client.patch(self.path, changes, headers=if_match(self.draft), expect=expect).json
        return answer

    def open(self, method: str = "phone") -> Json:
        return open_ballot(self.client, self.meeting, method=method, resolution_id=self.draft["id"])

    def pass_by_hand(self, agree: int = 4) -> Json:
        return close(self.client, self.open("hand"), tally=tally(agree, 4 - agree))

    def ballot(self, ballot: Json) -> Json:
        found: Json = self.client.get(f"/api/ballots/{ballot['id']}", expect=200).json
        return found

    def end(self) -> None:
        found = self.client.get(f"/api/meetings/{self.meeting['id']}", expect=200).json
        step(self.client, found, "close")

    def issue(self, **fields: Any) -> Json:
        answer: Json = self.client.post(
            f"{self.path}/issue", fields, headers=if_match(self.draft), expect=200
        ).json
        return answer


@pytest.fixture
def office(engine_name: str, sign_in: SignIn, world: World, clock: FixedClock) -> Office:
    secretary = sign_in("secretary")
    return Office(secretary, voters_in_the_room(secretary, world), clock)


class TestWhileItIsVotedOn:
    @pytest.mark.parametrize("method", ["phone", "hand", "secret", "secret_paper"])
    def test_every_kind_of_vote_is_opened_on_it(self, office: Office, method: str) -> None:
        ballot = office.ballot(office.open(method))
        assert (ballot["state"], ballot["resolution"]["title"]) == ("open", "Nghị quyết A")
        assert ballot["content_hash"] == office.draft["content_hash"]

    @pytest.mark.parametrize("changes", [{"title": "Khác"}, {"body": "1. Khác."}, {"symbol": "40-NQ/CB"}])
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
        issued = office.issue(override_reason=REASON)
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
        office.pass_by_hand()
        assert "issue_warnings" not in office.issue()
        office.clock.advance(minutes=1)
        office.pass_by_hand(agree=1)
        assert office.lacks == ["vote_rejected"]
        assert "issue_warnings" not in sign_in("member").get(office.path, expect=200).json


class TestInTheBookOfTheRoom:
    """A vote that was counted without a network says what the phone's copy of the draft said."""

    def vote(
        self, office: Office, device: Device, agree: int = 4, base: str | None = None, **said: Any
    ) -> Json:
        office.clock.advance(minutes=1)
        ballot = {
            "title": "Thông qua nghị quyết",
            "kind": "resolution",
            "resolution_id": office.draft["id"],
            "denominator": 4,
            **tally(agree, 4 - agree),
            **said,
        }
        line = device.write("hand_vote", office.clock.now(), base, ballot=ballot)
        (answer,) = send(office.client, office.meeting, [line], now=office.clock.now())
        assert (answer["outcome"], answer["code"]) == ("applied", None)
        return line

    @property
    def put(self) -> Json:
        return {"symbol": "09-NQ/CB", "title": "Nghị quyết A", "content_hash": "a" * 64}

    def ballots(self, office: Office) -> list[Json]:
        path = f"/api/meetings/{office.meeting['id']}/ballots"
        found: list[Json] = office.client.get(path, expect=200).json["items"]
        return found

    def test_that_is_frozen_whatever_the_draft_says_when_it_arrives(self, office: Office) -> None:
        copy = {name: office.draft[name] for name in ("symbol", "title", "content_hash")}
        office.edit(title="Nghị quyết B", body="Điều B")
        self.vote(office, Device(), put=copy)
        (seen,) = self.ballots(office)
        assert seen["resolution"] == {"symbol": copy["symbol"], "title": "Nghị quyết A"}
        assert office.lacks == ["changed_after_vote"]
        office.edit(title="Nghị quyết A", body="1. Giúp hộ bà Mười.")
        assert office.lacks == []

    def test_a_line_that_does_not_say_it_claims_nothing(self, office: Office) -> None:
        self.vote(office, Device())
        (seen,) = self.ballots(office)
        assert (seen["resolution"]["title"], seen["content_hash"]) == ("Nghị quyết A", None)
        office.edit(title="Nghị quyết B", body="Điều B")
        assert office.lacks == []
        (seen,) = self.ballots(office)
        assert seen["resolution"]["title"] == "Nghị quyết A"

    def test_a_correction_does_not_say_later_what_was_not_said(self, office: Office) -> None:
        device = Device()
        line = self.vote(office, device)
        self.vote(office, device, 3, line["id"], put={**self.put, "title": "Nghị quyết B"})
        (seen,) = self.ballots(office)
        assert (seen["resolution"]["title"], seen["content_hash"]) == ("Nghị quyết A", None)

    def test_a_correction_leaves_it(self, office: Office) -> None:
        device = Device()
        line = self.vote(office, device, put=self.put)
        again = self.vote(office, device, 3, line["id"], put={**self.put, "content_hash": "b" * 64})
        self.vote(office, device, 4, again["id"])
        (seen,) = self.ballots(office)
        assert (seen["content_hash"], len(seen["corrections"])) == ("a" * 64, 2)

    def test_two_copies_of_the_draft_are_no_two_counts(self, office: Office) -> None:
        self.vote(office, Device(), put=self.put)
        self.vote(office, Device(), put={**self.put, "content_hash": "b" * 64})
        (seen,) = self.ballots(office)
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
        line = self.vote(office, device)
        office.end()
        office.issue()
        low = self.vote(office, device, 1, line["id"])
        assert office.lacks == ["vote_rejected"]
        assert "issue_warnings" not in sign_in("member").get(office.path, expect=200).json
        self.vote(office, device, 4, low["id"])
        assert "issue_warnings" not in office.draft


def test_before_the_issuing_a_rejected_text_is_refused_as_ever(office: Office) -> None:
    office.pass_by_hand(agree=1)
    office.edit(body="Điều B")
    assert office.lacks == ["changed_after_vote"]
    answer = office.client.post(
        f"{office.path}/issue", {"override_reason": REASON}, headers=if_match(office.draft), expect=409
    )
    assert code_of(answer) == "resolution_rejected"
