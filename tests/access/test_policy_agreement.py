"""``require()`` for one object and ``visible()`` for lists are two forms of one rule: on every person and object they agree."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from tests.support.factories import World

from handbook.access.actor import Actor
from handbook.access.guards import may, visible
from handbook.access.permissions import Permission
from handbook.access.policy import POLICY
from handbook.accounts.models import DeviceSession
from handbook.accounts.sessions import find_actor
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.members.models import Member
from handbook.organizations.models import Organization

ROLES = (
    *("member", "second_member", "probationary", "exempt_member", "secretary", "deputy"),
    *("other_member", "other_secretary", "far_member", "far_secretary"),
    *("staff", "root_staff", "far_staff", "administrator"),
)


@pytest.fixture
def actor_of(app: Flask, world: World, clock: FixedClock) -> Callable[[str], Actor]:
    def find(role: str) -> Actor:
        actor = find_actor(world.token_of(role), clock)
        assert actor is not None
        return actor

    return find


def test_every_permission_has_exactly_one_rule() -> None:
    assert set(POLICY) == set(Permission)


@pytest.mark.parametrize("permission", list(Permission))
def test_lists_show_what_the_object_guard_allows(
    engine_name: str, permission: Permission, actor_of: Callable[[str], Actor]
) -> None:
    compared = 0
    for role in ROLES:
        actor = actor_of(role)
        for statement, columns in (
            (select(Organization), Organization.columns()),
            (select(Member).join(Organization, Organization.id == Member.organization_id), Member.columns()),
        ):
            everything = list(db.session.scalars(statement))
            listed = {
                row.id for row in db.session.scalars(statement.where(visible(actor, permission, columns)))
            }
            assert listed == {row.id for row in everything if may(actor, permission, row.target)}, (
                role,
                permission,
            )
            compared += len(everything)
    assert compared > 200


def test_devices_are_listed_for_their_owner_only(actor_of: Callable[[str], Actor]) -> None:
    everything = list(db.session.scalars(select(DeviceSession)))
    for role in ROLES:
        actor = actor_of(role)
        condition = visible(actor, Permission.SESSIONS_END, DeviceSession.columns())
        listed = {row.id for row in db.session.scalars(select(DeviceSession).where(condition))}
        assert listed == {row.id for row in everything if may(actor, Permission.SESSIONS_END, row.target)}
        assert len(listed) == 1
