"""What the room itself does, as rules of a state machine: it changes the agenda, takes a step back, scores on paper.

The machine that takes them in brings a meeting, its people and the tools to ask.
"""

from typing import Any
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from sqlalchemy import select
from tests.support.rooms import Device
from werkzeug.test import TestResponse

from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.meetings.models import AgendaItem, Meeting
from handbook.minutes.models import MinutesSignature
from handbook.scores.models import MeetingScore

WHO_RUNS = st.sampled_from(["secretary", "secretary", "deputy", "member"])
BACK = {"reopen": ("closed", "open"), "unopen": ("open", "convened")}
STEPS_BACK = st.sampled_from(sorted(BACK))


class RoomRules:
    """Rules beside those of the machine."""

    clock: FixedClock
    meeting: dict[str, Any]
    path: str
    state: str

    def ask(self, role: str, method: str, path: str, body: Any = None, *, match: Any = None) -> TestResponse:
        raise NotImplementedError

    def now(self, role: str = "secretary") -> dict[str, Any]:
        raise NotImplementedError

    def stored(self) -> Meeting:
        raise NotImplementedError

    def stands(self, name: str, facts: Any) -> None:
        raise NotImplementedError

    # --- the agenda of the floor ------------------------------------------------------------------------------

    @rule(role=WHO_RUNS, minutes=st.sampled_from([None, 10]))
    def raise_an_item(self, role: str, minutes: int | None) -> None:
        key = str(uuid4())
        line = self.write(role, "agenda", act="add", key=key, title="Hỗ trợ hộ bị bão", minutes=minutes)
        found = [item for item in self.now()["agenda"] if item["key"] == key]
        assert len(found) == (line == "applied")

    @rule(role=WHO_RUNS, place=st.integers(0, 5), dropped=st.booleans())
    def drop_an_item_or_put_it_back(self, role: str, place: int, dropped: bool) -> None:
        agenda = self.now()["agenda"]
        name = name_of(agenda[place % len(agenda)])
        reason = "Chưa có số liệu" if dropped else ""
        self.write(role, "agenda", act="drop", agenda_item_id=name, dropped=dropped, reason=reason)

    @rule(role=WHO_RUNS, by=st.integers(0, 5))
    def move_the_items(self, role: str, by: int) -> None:
        names = [name_of(item) for item in self.now()["agenda"]]
        by %= len(names)
        order = names[by:] + names[:by]
        if self.write(role, "agenda", act="move", order=order) == "applied":
            assert [name_of(item) for item in self.now()["agenda"]] == order

    @rule(place=st.integers(0, 5), minutes=st.sampled_from([None, 10]))
    def change_all_of_the_agenda(self, place: int, minutes: int | None) -> None:
        if self.stored().state == "open":
            self.raise_an_item("secretary", minutes)
            self.drop_an_item_or_put_it_back("deputy", place, True)
            self.move_the_items("secretary", place + 1)

    # --- a step back ------------------------------------------------------------------------------------------

    @rule(role=WHO_RUNS, step=STEPS_BACK)
    def go_back(self, role: str, step: str) -> None:
        answer = self.ask(role, "POST", f"{self.path}/{step}", {"reason": "Bấm nhầm"}, match=self.now(role))
        self.went_back(step, answer.status_code == 200)

    @rule(role=WHO_RUNS, step=STEPS_BACK)
    def go_back_in_the_book(self, role: str, step: str) -> None:
        before = self.stored().state
        self.write(role, step, reason="Bấm nhầm")
        self.went_back(step, self.stored().state != before)

    @rule(before=st.sampled_from(["convened", "open"]), in_book=st.booleans())
    def slip_of_the_hand(self, before: str, in_book: bool) -> None:
        """Opened or closed, and taken back at once."""
        if self.stored().state == before:
            forth, back = ("open", "unopen") if before == "convened" else ("close", "reopen")
            self.ask("secretary", "POST", f"{self.path}/{forth}", match=self.now())
            self.state = self.stored().state
            (self.go_back_in_the_book if in_book else self.go_back)("secretary", back)

    def went_back(self, step: str, moved: bool) -> None:
        """Nothing else leads backwards, and only what nobody has signed and nothing has come of."""
        if not moved:
            return
        before, after = BACK[step]
        assert (self.state, self.stored().state) == (before, after)
        assert not db.session.scalars(select(MinutesSignature)).all()
        self.state = after

    # --- the score on paper -----------------------------------------------------------------------------------

    @rule(role=WHO_RUNS, sheets=st.integers(1, 7), best=st.booleans(), in_book=st.booleans())
    def count_paper(self, role: str, sheets: int, best: bool, in_book: bool) -> None:
        count = {"sheets": sheets, "points": sheets * (95 if best else 40)}
        if in_book:
            self.write(role, "paper_score", **count)
        else:
            self.ask(role, "PUT", f"{self.path}/score/paper", count)

    @invariant()
    def a_closed_score_stands_but_for_the_paper(self) -> None:
        """What was counted on paper is corrected until somebody signs; each count gives one result, whatever else happens."""
        for one in db.session.scalars(select(MeetingScore)):
            assert one.state == "open" or one.tally_sealed is None
            if one.state == "closed":
                paper = (one.paper_sheets, one.paper_points, len(one.paper_corrections))
                self.stands(f"score with {paper}", (one.points, one.sheets, one.grade, one.criterion_points))
                if db.session.scalars(select(MinutesSignature)).first() and self.state == "finalized":
                    self.stands("score under signed minutes", paper)

    @invariant()
    def the_agenda_has_one_order_and_no_item_twice(self) -> None:
        items = db.session.scalars(
            select(AgendaItem).where(AgendaItem.meeting_id == int(self.meeting["id"]))
        ).all()
        keys = [item.key for item in items if item.key]
        assert len(keys) == len(set(keys))
        assert len({item.position for item in items}) == len(items)
        assert all(item.dropped or item.drop_reason is None for item in items)

    # --- tools ------------------------------------------------------------------------------------------------

    def write(self, role: str, kind: str, **data: Any) -> str:
        """One line of the book, written now by a device of this person; what became of it."""
        now = self.clock.now()
        line = Device().write(kind, now, **data)
        body = {"now": now.isoformat(), "entries": [line]}
        answer = self.ask(role, "POST", f"{self.path}/proceedings", body)
        return str(answer.json["items"][0]["outcome"]) if answer.status_code == 200 else "not sent"


def name_of(item: dict[str, Any]) -> str:
    """What the book calls an item of the agenda."""
    return str(item["key"] or item["id"])
