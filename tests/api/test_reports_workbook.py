"""The workbook of the attendance report, where it says more or less than the figures on the screen."""

import io
from datetime import UTC, datetime

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from tests.api.test_reports_attendance import XLSX, SignIn, report
from tests.support.factories import World
from tests.support.meetings import convened

from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.organizations.models import Organization


@pytest.fixture(autouse=True)
def both_databases(engine_name: str) -> str:
    return engine_name


def test_a_workbook_tells_cells_of_one_name_apart_by_the_committee_above(
    world: World, sign_in: SignIn, clock: FixedClock
) -> None:
    clock.set(datetime(2026, 12, 8, 2, 0, tzinfo=UTC))
    staff = sign_in("root_staff")
    names = {str(row.id): row.name for row in db.session.execute(select(Organization.id, Organization.name))}
    for asked in ("root", "committee"):
        found = report(staff, world, asked)["exceptions"]
        path = f"/api/organizations/{world.id_of(asked)}/reports/attendance?month=2026-12"
        book = load_workbook(io.BytesIO(staff.get(path, headers={"Accept": XLSX}, expect=200).data))
        rows = list(book["Cần lưu ý"].iter_rows(min_row=6, values_only=True))
        parents = [item["path"][-2] for item in found]
        expected = [None if parent == world.id_of(asked) else names[parent] for parent in parents]
        assert [(row[0], row[1]) for row in rows] == [
            (item["name"], above) for item, above in zip(found, expected, strict=True)
        ]
        # Seen from the root the cells lie in committees, seen from the committee right below it.
        assert any(expected) == (asked == "root")


def test_a_workbook_says_of_a_meeting_that_is_not_over_only_how_many_are_summoned(
    world: World, sign_in: SignIn
) -> None:
    convened(sign_in("secretary"), world.id_of("cell"))
    staff = sign_in("staff")
    (line,) = report(staff, world, "cell")["meetings"]
    assert line["summoned"] > 0
    path = f"/api/organizations/{world.id_of('cell')}/reports/attendance?month=2026-12"
    book = load_workbook(io.BytesIO(staff.get(path, headers={"Accept": XLSX}, expect=200).data))
    (row,) = list(book["Cuộc họp"].iter_rows(min_row=7, values_only=True))
    assert row[2:4] == ("Đã triệu tập", line["summoned"])
    assert set(row[4:]) == {None}
