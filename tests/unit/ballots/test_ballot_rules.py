"""Denominators and majorities: cases that phone and server share, and a slow, obvious count beside the quick one."""

import json
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handbook.attendance.enums import AttendanceState
from handbook.attendance.models import Attendance
from handbook.attendance.rules import is_quorum_reached, quorum_required
from handbook.ballots import rules
from handbook.ballots.enums import BallotKind
from handbook.ballots.queries import line_of
from handbook.members.enums import MemberStatus

CASES: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parents[2] / "data" / "ballots" / "cases.json").read_text()
)
HALF, TWO_THIRDS = Fraction(1, 2), Fraction(2, 3)
SUMMONED = ("official", "probationary", "exempt", "temporary_in", "temporary_out")
ROLLS = st.lists(
    st.tuples(
        st.sampled_from(SUMMONED),
        st.sampled_from(["present", "late", "excused", "unexcused", "exempt", None]),
    ),
    max_size=40,
)
SHARES = st.fractions(min_value=Fraction(1, 10), max_value=1, max_denominator=12)


def lines_of(roll: list[tuple[str, str | None]]) -> list[rules.Line]:
    return [
        rules.Line(MemberStatus(status), None if state is None else AttendanceState(state))
        for status, state in roll
    ]


@pytest.mark.parametrize(
    "case", CASES["lines"], ids=lambda case: f"{case['status']}-{case['state']}-{case.get('away', '')}"
)
def test_who_has_a_vote(case: dict[str, Any]) -> None:
    (known,) = lines_of([(case["status"], case["state"])])
    line = replace(known, away=case.get("away", False))
    assert rules.holds_a_vote(line.status) is case["holds"]
    assert rules.is_counted(line) is case["counted"]
    assert rules.may_vote(line) is case["votes"]


@pytest.mark.parametrize(
    "case", CASES["majorities"], ids=lambda case: f"{case['kind']}-{case['denominator']}"
)
def test_how_many_must_agree(case: dict[str, Any]) -> None:
    majority = rules.majority_for(BallotKind(case["kind"]), resolution=HALF, admission=TWO_THIRDS)
    assert rules.required(case["denominator"], majority) == case["required"]


@pytest.mark.parametrize("case", CASES["shares"], ids=lambda case: f"{case['kind']}-{case['denominator']}")
def test_how_many_must_agree_by_the_shares_of_the_organisation(case: dict[str, Any]) -> None:
    shares = {name: Fraction(case[name]) for name in ("resolution", "admission")}
    majority = rules.majority_for(BallotKind(case["kind"]), **shares)
    assert rules.required(case["denominator"], majority) == case["required"]


@pytest.mark.parametrize("case", CASES["moments"], ids=lambda case: case["why"])
def test_who_is_not_in_the_room_at_the_moment_of_the_vote_has_none(case: dict[str, Any]) -> None:
    times = {
        name: None if case[name] is None else datetime.fromisoformat(case[name])
        for name in ("arrived_at", "checked_in_at", "left_at")
    }
    row = Attendance(member_status=case["status"], state=case["state"], **times)
    assert rules.may_vote(line_of(row, datetime.fromisoformat(case["at"]))) is case["votes"]


@pytest.mark.parametrize("case", CASES["papers"], ids=lambda case: str(case["error"]))
def test_numbers_counted_by_people_add_up(case: dict[str, Any]) -> None:
    tally, of, present = rules.Tally(*case["tally"]), case["denominator"], case.get("present")
    if case["papers"] is None:
        assert rules.tally_error(tally, of, present) == case["error"]
    else:
        papers = rules.Papers(*case["papers"])
        assert rules.papers_error(papers, tally, of, present) == case["error"]


@pytest.mark.parametrize("case", CASES["more_than_present"], ids=lambda case: str(case["tally"]))
def test_more_votes_than_people_in_the_room_are_remarkable(case: dict[str, Any]) -> None:
    papers = case["papers"] and rules.Papers(*case["papers"])
    assert rules.is_more_than_present(rules.Tally(*case["tally"]), papers, case["present"]) is case["more"]


def roll_of(case: dict[str, Any]) -> list[rules.Line]:
    return lines_of([(status, state) for number, status, state in case["roll"] for _ in range(number)])


@pytest.mark.parametrize("case", CASES["denominators"], ids=lambda case: str(case["why"]))
def test_absentees_only_add_to_the_denominator(case: dict[str, Any]) -> None:
    found = rules.settled_denominator(case["room"], roll_of(case))
    assert (found.of, found.room) == (case["of"], case["room"] if case["stale"] else None)


@pytest.mark.parametrize("case", CASES["quorums"], ids=lambda case: f"{case['present']}-{case['required']}")
def test_the_quorum_of_a_vote_counts_who_is_in_the_room(case: dict[str, Any]) -> None:
    found = rules.quorum(roll_of(case), Fraction(case["share"]))
    assert found == rules.Quorum(case["required"], case["present"], case["reached"])


@pytest.mark.parametrize("case", CASES["hands_left"], ids=lambda case: str(case["left"]))
def test_hands_are_counted_of_who_is_there_and_did_not_vote_by_phone(case: dict[str, Any]) -> None:
    assert rules.hands_left(dict(enumerate(roll_of(case))), set(case["voted"])) == case["left"]


# The slow and obvious way: lists of people, crossed out one by one as the rule is read aloud.


def people_who_could_vote(roll: list[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    """Read aloud: all official members who were summoned (the exempt are official members freed of duties) …"""
    people = [person for person in roll if person[0] == "official" or person[0] == "exempt"]
    # … less those temporarily introduced elsewhere: their status is another one, they are not among these.
    for person in list(people):
        status, state = person
        came = state in ("present", "late")
        # … less exempt members who are absent. "Other absentees stay", whatever the roll calls their absence.
        if status == "exempt" and not came:
            people.remove(person)
    return people


def enough_by_trying(out_of: int, is_enough: Any) -> int:
    """The first number of hands that is enough, found by raising one more hand each time."""
    hands = 0
    while not is_enough(hands, out_of):
        hands += 1
    return hands


@settings(deadline=None)
@given(ROLLS)
def test_the_denominator_is_who_is_left_when_the_rule_is_read_aloud(
    roll: list[tuple[str, str | None]],
) -> None:
    left = people_who_could_vote(roll)
    lines = lines_of(roll)
    assert rules.denominator(lines) == len(left)
    assert rules.voters_present(lines) == len([one for one in left if one[1] in ("present", "late")])


@settings(deadline=None)
@given(ROLLS)
def test_nobody_votes_who_is_not_counted(roll: list[tuple[str, str | None]]) -> None:
    for line in lines_of(roll):
        assert not rules.may_vote(line) or rules.is_counted(line)
        assert not rules.is_counted(line) or rules.holds_a_vote(line.status)


@settings(deadline=None)
@given(ROLLS, st.integers(min_value=0, max_value=39))
def test_a_probationary_member_changes_no_denominator(roll: list[tuple[str, str | None]], place: int) -> None:
    with_one_more = [*roll[:place], ("probationary", "present"), *roll[place:]]
    assert rules.denominator(lines_of(with_one_more)) == rules.denominator(lines_of(roll))


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=400), SHARES, st.booleans())
def test_the_majority_is_the_first_number_of_hands_that_is_enough(
    out_of: int, share: Fraction, at_least: bool
) -> None:
    def is_enough(hands: int, out_of: int) -> bool:
        if hands == 0:
            return False
        left, right = hands * share.denominator, out_of * share.numerator
        return left >= right if at_least else left > right

    majority = rules.Majority(share, at_least)
    required = rules.required(out_of, majority)
    assert required == enough_by_trying(out_of, is_enough)
    assert rules.passes(required, out_of, majority)
    assert not rules.passes(required - 1, out_of, majority)


@settings(deadline=None)
@given(st.integers(min_value=1, max_value=6000), st.integers(min_value=0, max_value=6000))
def test_the_usual_majorities_without_fractions(denominator: int, agree: int) -> None:
    resolution = rules.majority_for(BallotKind.RESOLUTION, resolution=HALF, admission=TWO_THIRDS)
    admission = rules.majority_for(BallotKind.ADMISSION, resolution=HALF, admission=TWO_THIRDS)
    assert rules.passes(agree, denominator, resolution) == (agree + agree > denominator)
    assert rules.passes(agree, denominator, admission) == (agree + agree + agree >= denominator + denominator)


@settings(deadline=None)
@given(ROLLS, SHARES)
def test_the_quorum_is_the_share_of_those_who_must_come(
    roll: list[tuple[str, str | None]], share: Fraction
) -> None:
    """Against lists of people: official members who were not freed, and those of them who came."""
    due = [one for one in roll if one[0] == "official"]
    came = [one for one in due if one[1] in ("present", "late")]
    needed = 0
    while needed * share.denominator < len(due) * share.numerator:
        needed += 1
    reached = len(due) > 0 and len(came) >= needed
    assert rules.quorum(lines_of(roll), share) == rules.Quorum(needed, len(came), reached)
    assert quorum_required(len(due), share) == needed
    assert is_quorum_reached(len(due), len(came), share) == reached


COUNTS = st.tuples(*[st.integers(min_value=0, max_value=45)] * 3)


@settings(deadline=None)
@given(ROLLS, COUNTS)
def test_no_count_that_is_accepted_has_more_votes_than_people_who_could_raise_a_hand(
    roll: list[tuple[str, str | None]], counted: tuple[int, int, int]
) -> None:
    lines = lines_of(roll)
    tally, present = rules.Tally(*counted), rules.voters_present(lines)
    in_the_room = [one for one in people_who_could_vote(roll) if one[1] in ("present", "late")]
    accepted = rules.tally_error(tally, rules.denominator(lines), present) is None
    assert accepted == (sum(counted) <= len(in_the_room))


@settings(deadline=None)
@given(ROLLS, COUNTS, st.tuples(*[st.integers(min_value=0, max_value=45)] * 4))
def test_no_paper_that_is_accepted_was_given_to_somebody_who_was_not_there(
    roll: list[tuple[str, str | None]], counted: tuple[int, int, int], sheets: tuple[int, int, int, int]
) -> None:
    lines = lines_of(roll)
    papers, present = rules.Papers(*sheets), rules.voters_present(lines)
    if rules.papers_error(papers, rules.Tally(*counted), rules.denominator(lines), present) is None:
        assert sum(counted) == papers.valid <= papers.returned <= papers.given_out <= present


@settings(deadline=None)
@given(ROLLS, st.one_of(st.none(), st.integers(min_value=0, max_value=45)))
def test_no_denominator_is_smaller_than_the_officials_who_count(
    roll: list[tuple[str, str | None]], room: int | None
) -> None:
    found = rules.settled_denominator(room, lines_of(roll))
    officials = [one for one in people_who_could_vote(roll) if one[0] == "official"]
    assert found.of >= len(officials)
    assert found.room is None or found.room == room < len(officials)
