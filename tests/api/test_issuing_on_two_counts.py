"""What two devices counted differently is settled before a resolution is issued on it, as before the minutes are signed."""

from collections.abc import Callable
from typing import Any

from tests.support.clients import ApiClient
from tests.support.meetings import step
from tests.support.put_to_the_vote import Office, in_the_room, reasoned
from tests.support.rooms import Device, send

from handbook.proceedings.fold import subject_of

SignIn = Callable[[str], ApiClient]
Json = dict[str, Any]


def settle(office: Office, chosen: Json, *instead_of: Json) -> None:
    office.clock.advance(minutes=1)
    line = Device().write(
        "settle",
        office.clock.now(),
        subject=subject_of(chosen["kind"], chosen["data"]),
        chosen=chosen["id"],
        instead_of=[one["id"] for one in instead_of],
    )
    (answer,) = send(office.client, office.meeting, [line], now=office.clock.now())
    assert (answer["outcome"], answer["code"]) == ("applied", None)


def counted_twice(office: Office, **said: Any) -> tuple[Json, Json]:
    return in_the_room(office, Device(), 1, **said), in_the_room(office, Device(), 4, **said)


class TestTwoDevicesDiffer:
    def test_nobody_issues_before_somebody_has_chosen_and_no_reason_helps(self, office: Office) -> None:
        low, high = counted_twice(office)
        assert "vote_disputed" in office.lacks
        for fields in ({}, reasoned(*office.lacks)):
            assert office.refused(**fields)[0] == "vote_disputed"
        assert office.draft["state"] == "draft"
        settle(office, high, low)
        assert office.lacks == ["text_not_frozen"]
        office.issue()

    def test_settled_on_no_it_is_refused_as_voted_down(self, office: Office) -> None:
        low, high = counted_twice(office)
        settle(office, low, high)
        assert office.refused()[0] == "resolution_rejected"

    def test_two_that_settled_differently_differ_again(self, office: Office) -> None:
        low, high = counted_twice(office)
        settle(office, high, low)
        settle(office, low, high)
        assert office.refused()[0] == "vote_disputed"

    def test_a_vote_on_no_draft_is_one_on_it_as_long_as_none_named_it(self, office: Office) -> None:
        counted_twice(office, resolution_id=None)
        assert office.refused()[0] == "vote_disputed"
        in_the_room(office, Device(), title="Nghị quyết A")
        assert office.lacks == ["text_not_frozen"]
        office.issue()

    def test_what_was_counted_of_another_draft_or_another_kind_holds_nothing(self, office: Office) -> None:
        second = office.beside(title="Nghị quyết khác", body="Hai")
        counted_twice(second, title="Thông qua cái khác")
        counted_twice(office, resolution_id=None, kind="other", title="Việc khác")
        office.pass_by_hand()
        assert (office.lacks, office.issue()["state"]) == ([], "issued")
        assert second.refused()[0] == "vote_disputed"

    def test_the_same_words_under_another_draft_wait_too(self, office: Office) -> None:
        said = {name: office.draft[name] for name in ("symbol", "title", "content_hash")}
        counted_twice(office, put=said)
        assert office.beside().refused()[0] == "vote_disputed"

    def test_one_in_force_is_told_when_the_other_count_arrives(self, office: Office, sign_in: SignIn) -> None:
        high = in_the_room(office, Device(), 4)
        office.issue()
        assert "issue_warnings" not in office.draft
        # Counted before, by a device that finds a network only now.
        office.clock.advance(minutes=-5)
        low = in_the_room(office, Device(), 1)
        assert office.lacks == ["vote_disputed"]
        assert "issue_warnings" not in sign_in("member").get(office.path, expect=200).json
        office.clock.advance(minutes=10)
        settle(office, high, low)
        assert "issue_warnings" not in office.draft


class TestTwoResultsMayBeOneVote:
    def test_nobody_issues_before_it_is_said_what_they_are(self, office: Office) -> None:
        ours, theirs = Device(), Device()
        in_the_room(office, ours, 1, title="Thông qua nghị quyết")
        line = in_the_room(office, theirs, 4, title="Thông qua nghị quyết bản sửa")
        assert office.refused()[0] == "vote_disputed"
        other = subject_of("hand_vote", {"ballot": {"title": "Thông qua nghị quyết", "kind": "resolution"}})
        in_the_room(office, theirs, 4, line["id"], title="Thông qua nghị quyết bản sửa", apart=[other])
        assert office.lacks == ["text_not_frozen"]
        office.issue()


def test_where_nobody_can_choose_any_more_a_reason_is_asked(office: Office) -> None:
    """A meeting that was settled takes no line: to refuse for ever would leave the cell no way to what it decided."""
    counted_twice(office)
    office.end()
    ended = office.client.get(f"/api/meetings/{office.meeting['id']}", expect=200).json
    step(office.client, ended, "finalize")
    assert office.refused() == ("reason_needed", ["vote_disputed"])
    assert office.issue(**reasoned("vote_disputed"))["issue_exception_for"] == ["vote_disputed"]
