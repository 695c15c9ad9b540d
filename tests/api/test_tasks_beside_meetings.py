"""A task ends while its meeting is changed: both write the agenda and move the version of the organisation, in one order."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event
from tests.api.test_ballot_concurrency import at_once
from tests.api.test_tasks import issued, say
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import convened, if_match

from handbook.kernel.db import db

SignIn = Callable[[str], ApiClient]
PAUSE = 0.7


@pytest.fixture
def slow_versions(app: Any) -> Iterator[None]:
    """Whoever has moved the version of an organisation takes a while before going on, so that the two surely meet."""

    def pause(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("UPDATE organizations SET content_version"):
            time.sleep(PAUSE)

    engine = db.engine
    event.listen(engine, "after_cursor_execute", pause)
    yield
    event.remove(engine, "after_cursor_execute", pause)


@pytest.mark.parametrize("later", ["task", "meeting"])
def test_a_task_that_ends_and_a_meeting_that_is_moved_do_not_wait_for_each_other(
    engine_name: str, sign_in: SignIn, world: World, slow_versions: None, later: str
) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    task = issued(secretary, world)["tasks"][0]
    meeting = convened(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}"

    def end_the_task() -> int:
        time.sleep(PAUSE / 2 if later == "task" else 0)
        return int(say(member, task, "done", expect=None, text="").status_code)

    def move_the_meeting() -> int:
        time.sleep(PAUSE / 2 if later == "meeting" else 0)
        headers = if_match(meeting)
        return int(secretary.patch(path, {"place": "Hội trường xã"}, headers=headers).status_code)

    statuses = at_once([end_the_task, move_the_meeting])
    # The list of open tasks is part of the meeting: who comes second with the older version is told so.
    assert statuses in ([201, 200], [201, 412])
    fresh = secretary.get(path, expect=200).json
    review = next(item for item in fresh["agenda"] if item["source"] == "open_tasks")
    assert review["body"].endswith("(Đặng Thị Ngẫm; đã hoàn thành)")
