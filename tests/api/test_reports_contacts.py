"""Whom staff telephone about an exception, and what is recorded of their numbers."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from tests.api.test_reports_attendance import report
from tests.support.clients import ApiClient
from tests.support.factories import World

from handbook.audit.models import AuditEntry
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.members.models import Office
from handbook.reports.jobs import roll_up_months

SignIn = Callable[[str], ApiClient]


@pytest.fixture(autouse=True)
def both_databases(engine_name: str) -> str:
    return engine_name


def test_exceptions_say_where_and_whom_to_telephone(world: World, sign_in: SignIn, clock: FixedClock) -> None:
    roll_up_months()
    clock.set(datetime(2026, 12, 8, 2, 0, tzinfo=UTC))
    found = report(sign_in("root_staff"), world, "root")["exceptions"]
    by_cell = {item["organization_id"]: item for item in found}
    cell = by_cell[world.id_of("cell")]
    assert cell["path"] == [world.id_of(name) for name in ("root", "committee", "cell")]
    assert cell["contact"] == {
        "member_id": world.id_of("secretary"),
        "full_name": "Nguyễn Văn Ước",
        "title": "secretary",
        "phone": world.members["secretary"].phone,
    }


def test_what_is_fetched_ahead_has_no_numbers_and_is_no_reading(
    world: World, sign_in: SignIn, clock: FixedClock
) -> None:
    roll_up_months()
    clock.set(datetime(2026, 12, 8, 2, 0, tzinfo=UTC))
    staff = sign_in("root_staff")
    path = f"/api/organizations/{world.id_of('root')}/reports/attendance?month=2026-12"
    readings = (
        db.select(db.func.count()).select_from(AuditEntry).where(AuditEntry.tag == "members:phone:read")
    )

    ahead = staff.get(f"{path}&phones=false", expect=200)
    assert {item["contact"]["phone"] for item in ahead.json["exceptions"]} == {None}
    assert db.session.scalar(readings) == 0
    # The tag of what has no numbers is not that of what has: a look is answered in full, and recorded.
    seen = staff.get(path, headers={"If-None-Match": ahead.headers["ETag"]}, expect=200).json
    phones = {item["contact"]["phone"] for item in seen["exceptions"]}
    assert None not in phones
    assert db.session.scalar(readings) == len({item["contact"]["member_id"] for item in seen["exceptions"]})


def test_a_cell_without_officers_has_no_contact(world: World, sign_in: SignIn, clock: FixedClock) -> None:
    with unit_of_work() as uow:
        uow.session.execute(
            db.update(Office)
            .where(Office.organization_id == world.organizations["far_cell"].id)
            .values(to_date=datetime(2026, 11, 30, tzinfo=UTC).date())
        )
    clock.set(datetime(2026, 12, 8, 2, 0, tzinfo=UTC))
    found = report(sign_in("root_staff"), world, "elsewhere")["exceptions"]
    assert [(item["name"], item["contact"]) for item in found] == [("Chi bộ Xa", None)]
