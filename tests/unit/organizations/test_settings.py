"""Settings of organisations: what may be set, and which value is in force."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from tests.support.factories import World

from handbook.access.actor import SYSTEM
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.organizations.models import Organization
from handbook.organizations.settings import Rules, default_rules, rules_at, rules_of
from handbook.organizations.settings.models import OrganizationSetting
from handbook.organizations.settings.registry import BY_NAME, SETTINGS, dump_value, load_value
from handbook.organizations.settings.service import change_setting
from handbook.organizations.settings.values import Refused

JSON_DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=8,
)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_default_is_a_value_that_could_be_set(setting: Any) -> None:
    assert setting.kind.parse(setting.kind.dump(setting.default)) == setting.default
    assert load_value(setting, dump_value(setting, setting.default)) == setting.default


def test_the_defaults_are_those_of_the_rules() -> None:
    rules = default_rules()
    assert rules["meeting.days"] == (3, 4, 5), "default day 3 to 5"
    assert rules["meeting.notice_days"] == 3, "Convene ahead: default 3 days"
    assert rules["meeting.notice_days_minimum"] == 1, "at least 1"
    assert rules["meeting.minutes_minimum"] == 90, "Duration at least 90 minutes"
    assert rules["meeting.minutes_minimum_combined"] == 120, "120 combined"
    assert rules["attendance.quorum"] == Fraction(2, 3), "default 2/3 of official members who must attend"
    assert rules["vote.resolution_majority"] == Fraction(1, 2), "more than 1/2"
    assert rules["vote.admission_majority"] == Fraction(2, 3), "at least 2/3"
    assert [rules[f"score.{grade}_from"] for grade in ("good", "fair", "average")] == [90, 70, 50]
    assert rules["cell.committee_from"] == 9, "With 9 or more it elects a committee"
    assert rules["cell.official_minimum"] == 3, "A cell needs at least 3 official members"


def test_what_may_not_exceed_another_does_not_by_default() -> None:
    for setting in SETTINGS:
        if setting.not_above is not None:
            assert default_rules()[setting.name] <= default_rules()[setting.not_above]


@given(st.sampled_from(SETTINGS), JSON_DATA)
def test_any_data_is_either_refused_or_stored_and_read_back(setting: Any, data: Any) -> None:
    try:
        value = setting.kind.parse(data)
    except Refused:
        return
    assert load_value(setting, dump_value(setting, value)) == value


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("attendance.quorum", "2/0", "not_fraction"),
        ("attendance.quorum", 0.66, "not_fraction"),
        ("attendance.quorum", "1/3", "not_a_choice"),
        ("meeting.notice_days", True, "not_integer"),
        ("meeting.notice_days", 3.5, "not_integer"),
        ("meeting.notice_days", 31, "out_of_range"),
        ("meeting.days", "3", "not_list"),
        ("meeting.days", [], "wrong_count"),
        ("meeting.days", [3, 3], "repeated"),
        ("meeting.days", [3, 32], "out_of_range"),
        ("meeting.thematic_combines", 1, "not_boolean"),
        ("documents.place", 7, "not_text"),
        ("documents.place", "Minh\nSơn", "not_text"),
        ("documents.place", "Minh \ud800", "not_text"),
        ("documents.place", "M" * 61, "too_long"),
    ],
)
def test_a_bad_value_is_refused_with_its_code(name: str, data: Any, code: str) -> None:
    with pytest.raises(Refused, match=code):
        BY_NAME[name].kind.parse(data)


def test_the_order_of_a_list_says_nothing() -> None:
    days, steps = BY_NAME["meeting.days"], BY_NAME["reminders.before_minutes"]
    assert dump_value(days, days.kind.parse([5, 3, 4])) == dump_value(days, days.kind.parse([3, 4, 5]))
    assert steps.kind.parse([120, 2880]) == (2880, 120), "the earliest reminder first"


def test_a_name_is_kept_in_one_form() -> None:
    place = BY_NAME["documents.place"]
    assert place.kind.parse("  Minh   So\u031bn ") == "Minh Sơn"
    assert place.kind.parse(" ") == ""


def test_equal_shares_are_one_value() -> None:
    quorum = BY_NAME["attendance.quorum"]
    assert dump_value(quorum, quorum.kind.parse("4/6")) == '"2/3"'


def test_rules_know_every_name_and_no_other() -> None:
    rules = Rules({"attendance.quorum": Fraction(1, 2), "unheard.of": 7})
    assert rules["attendance.quorum"] == Fraction(1, 2)
    assert set(rules) == set(BY_NAME)
    with pytest.raises(KeyError):
        rules["unheard.of"]


def test_the_nearest_organisation_at_or_above_decides(engine_name: str, app: Flask, world: World) -> None:
    def set_at(name: str, setting: str, text: str) -> None:
        organization = world.organizations[name]
        db.session.add(
            OrganizationSetting(
                organization_id=organization.id, path=organization.path, name=setting, value=text
            )
        )
        db.session.commit()

    def quorum_at(name: str) -> Fraction:
        share: Fraction = rules_of(_organization(world, name))["attendance.quorum"]
        return share

    assert quorum_at("cell") == Fraction(2, 3)
    set_at("root", "attendance.quorum", '"3/4"')
    assert [quorum_at(name) for name in ("root", "committee", "cell", "far_cell")] == [Fraction(3, 4)] * 4
    set_at("committee", "attendance.quorum", '"1/2"')
    set_at("other_cell", "attendance.quorum", '"4/5"')
    assert quorum_at("committee") == quorum_at("cell") == Fraction(1, 2)
    assert quorum_at("other_cell") == Fraction(4, 5)
    assert quorum_at("far_cell") == Fraction(3, 4), "beside it nothing moves"


def test_the_rules_of_a_place_cost_one_statement(app: Flask, world: World) -> None:
    cell = _organization(world, "cell")
    assert _statements(lambda: rules_of(cell)) == 1


def _organization(world: World, name: str) -> Organization:
    return db.session.get_one(Organization, world.organizations[name].id)


def _statements(act: Callable[[], object]) -> int:
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(sent)


def test_what_was_in_force_at_an_hour_is_told_by_the_history(
    engine_name: str, app: Flask, world: World
) -> None:
    quorum = BY_NAME["attendance.quorum"]
    begin = datetime(2026, 12, 5, 12, tzinfo=UTC)
    clock = FixedClock(begin)

    def change(name: str, value: str | None) -> None:
        with unit_of_work(clock) as uow:
            change_setting(_organization(world, name), quorum, value, actor=SYSTEM, uow=uow)

    def then(name: str, minutes: int) -> Fraction:
        at = begin + timedelta(minutes=minutes)
        share: Fraction = rules_at(_organization(world, name), [quorum.name], at)[quorum.name]
        return share

    steps = [("root", "3/4"), ("committee", "1/2"), ("cell", "4/5"), ("root", "3/5"), ("committee", None)]
    for place, value in steps:
        clock.advance(minutes=10)
        change(place, value)
    told = [then("cell", minutes) for minutes in (9, 10, 19, 20, 30, 50)]
    assert told == [Fraction(*one) for one in [(2, 3), (3, 4), (3, 4), (1, 2), (4, 5), (4, 5)]]
    told = [then("other_cell", minutes) for minutes in (9, 15, 25, 45, 50)]
    assert told == [Fraction(*one) for one in [(2, 3), (3, 4), (1, 2), (1, 2), (3, 5)]]
    assert then("cell", 50) == rules_of(_organization(world, "cell"))[quorum.name]


def test_what_was_set_without_a_history_was_always_set(engine_name: str, app: Flask, world: World) -> None:
    cell = world.organizations["cell"]
    db.session.add(
        OrganizationSetting(organization_id=cell.id, path=cell.path, name="attendance.quorum", value='"3/4"')
    )
    db.session.commit()
    at = datetime(2020, 1, 1, tzinfo=UTC)
    assert rules_at(_organization(world, "cell"), ["attendance.quorum"], at) == {
        "attendance.quorum": Fraction(3, 4)
    }
