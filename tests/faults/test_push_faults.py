"""A dozen kinds of bad push services at once, on both databases."""

from tests.faults.evening import Evening, assert_held
from tests.faults.push_faults import let_push_services_fail


def test_whatever_push_services_do_the_ledger_is_right_and_nothing_is_lost_or_shown_twice(
    evening: Evening,
) -> None:
    assert_held(let_push_services_fail(evening, meetings=1))
