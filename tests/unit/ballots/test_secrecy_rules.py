"""When the result of a secret ballot tells how each voter voted."""

import pytest

from handbook.ballots.rules import Tally, are_few, is_unanimous


@pytest.mark.parametrize(("votes", "few"), [(0, False), (1, True), (2, True), (3, False), (30, False)])
def test_one_vote_or_two_tell_whose_they_are(votes: int, few: bool) -> None:
    """One voter knows the other's vote from the result; none voted, nothing is told."""
    assert are_few(votes) is few


@pytest.mark.parametrize(
    ("tally", "unanimous"),
    [
        (Tally(0, 0, 0), False),
        (Tally(30, 0, 0), True),
        (Tally(0, 1, 0), True),
        (Tally(0, 0, 3), True),
        (Tally(29, 0, 1), False),
        (Tally(1, 1, 1), False),
    ],
)
def test_when_all_say_the_same_everybody_knows_every_vote(tally: Tally, unanimous: bool) -> None:
    assert is_unanimous(tally) is unanimous
