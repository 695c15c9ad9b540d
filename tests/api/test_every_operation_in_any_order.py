"""Every operation of a meeting's life, asked for in any order and by people who may not.

``test_the_life_of_a_meeting.py`` tries the book of the room and its devices; here are all requests that other parts answer:
the steps and the steps back, the roll, opinions, votes of every method, the score by phone and on paper, minutes and their
addenda, the resolution and its tasks, and what the room makes of its agenda (:class:`RoomRules`).
Whatever is asked, the answer is described by the contract and never an error of the server (:class:`ApiClient` sees to that),
what succeeds was asked by somebody who may (:class:`Asking` holds it to a table of its own), and what was frozen stays frozen.
"""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from tests.support.anew import Anew, anew
from tests.support.clients import ApiClient
from tests.support.factories import PASSWORD, World
from tests.support.meetings import check_in_body, draft, key_of
from tests.support.room_rules import RoomRules
from tests.support.voter import Paper
from tests.support.who_may import Asking

from handbook.attendance.counters import count_roll
from handbook.attendance.models import Attendance
from handbook.ballots.models import Ballot, BoxVote, TakenPaper, Vote
from handbook.config import Settings
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.members.enums import MemberStatus
from handbook.members.models import Member
from handbook.minutes.models import Minutes
from handbook.resolutions.models import Resolution
from handbook.scores.models import MeetingScore, ScoreVoter

ROLES = ("secretary", "deputy", "member", "second_member", "probationary", "exempt_member")
ANYBODY = st.sampled_from([*ROLES, "other_member", "staff"])
OF_THE_CELL = st.sampled_from(ROLES)
WHO_RUNS = st.sampled_from(["secretary", "secretary", "deputy", "secretary", "member"])
METHODS = st.sampled_from(["hand", "phone", "secret", "secret_paper"])
KINDS = st.sampled_from(["resolution", "admission"])
CHOICES = st.sampled_from(["agree", "disagree", "other"])
NAMES_OF_STEPS = ("convene", "open", "close", "finalize", "cancel")
LATER = {
    "draft": {"draft", "convened", "open", "closed", "finalized", "cancelled"},
    "convened": {"convened", "open", "closed", "finalized", "cancelled"},
    "open": {"open", "closed", "finalized"},
    "closed": {"closed", "finalized"},
    "finalized": {"finalized"},
    "cancelled": {"cancelled"},
}
OF_RESOLUTIONS = {"draft": {"issued"}, "issued": {"revoked"}, "revoked": set()}


class EveryOperation(Asking, RoomRules, RuleBasedStateMachine):
    """One meeting of the cell, from its draft on. The test gives :attr:`begin_anew`."""

    begin_anew: Anew

    def __init__(self) -> None:
        super().__init__()
        self.app, self.clock, self.world = type(self).begin_anew()
        self.clients = {
            role: ApiClient(self.app, token=self.world.token_of(role))
            for role in (*ROLES, "other_member", "staff")
        }
        starts_at = self.clock.now() + timedelta(days=4)
        self.meeting = draft(self.clients["secretary"], self.world.id_of("cell"), starts_at=starts_at)
        self.path = f"/api/meetings/{self.meeting['id']}"
        self.papers: dict[str, Paper] = {}
        self.ballots: list[str] = []
        self.frozen: dict[str, Any] = {}
        self.state = "draft"
        self.resolutions: dict[int, str] = {}
        self.decided: set[str] = set()

    # --- the way a meeting usually goes, so that its end is reached as well -----------------------------

    @initialize(steps=st.sampled_from([0, 2, 2, 2, 3, 4]))
    def begin(self, steps: int) -> None:
        """As a draft, or in the middle of the evening, or when everything is over."""
        for _ in range(steps):
            self.go_on()

    @rule()
    def go_on(self) -> None:
        state = self.now()["state"]
        if state == "draft":
            self.take_a_step("secretary", "convene")
        elif state == "convened":
            self.clock.set(max(self.clock.now(), self.stored().starts_at))
            self.take_a_step("secretary", "open")
            self.mark_many("secretary", "present")
        elif state == "open":
            self.compose("secretary")
            self.appoint("secretary", "secretary", "deputy")
            self.take_a_step("secretary", "close")
        elif state == "closed":
            self.compose("secretary")
            self.read_back("secretary")
            self.sign("deputy", "minute_taker", 0)
            self.sign("secretary", "chair", 0)

    @rule(role=WHO_RUNS, name=st.sampled_from(list(NAMES_OF_STEPS)))
    def take_a_step(self, role: str, name: str) -> None:
        body = {"reason": "Mưa bão"} if name == "cancel" else None
        self.ask(role, "POST", f"{self.path}/{name}", body, match=self.now(role))

    @rule(role=WHO_RUNS, days=st.integers(-3, 3))
    def move(self, role: str, days: int) -> None:
        shift = timedelta(days=days, minutes=1)
        meeting = self.stored()
        times = {name: (getattr(meeting, name) + shift).isoformat() for name in ("starts_at", "ends_at")}
        self.ask(role, "PATCH", self.path, times, match=self.now(role))

    @rule(role=WHO_RUNS)
    def cut_the_agenda(self, role: str) -> None:
        agenda = [{"id": item["id"], "title": item["title"]} for item in self.now()["agenda"]]
        body = {"agenda": agenda[:-1] if len(agenda) > 2 else [{"title": "Khai mạc"}]}
        self.ask(role, "PUT", f"{self.path}/agenda", body, match=self.now(role))

    @rule(minutes=st.sampled_from([1, 20, 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.clock.advance(minutes=minutes)

    @rule(
        role=st.sampled_from(["member", "probationary"]),
        status=st.sampled_from(["official", "exempt", "expelled"]),
    )
    def a_decision_about_a_member(self, role: str, status: str) -> None:
        with unit_of_work() as uow:
            member = uow.session.get_one(Member, int(self.world.id_of(role)))
            member.status = MemberStatus(status).value
        if status == "official":
            self.decided.add(role)

    # --- before and in the room ---------------------------------------------------------------------------

    @rule(
        role=WHO_RUNS,
        who=ANYBODY,
        state=st.sampled_from(["present", "late", "excused", "unexcused", "exempt"]),
    )
    def mark(self, role: str, who: str, state: str) -> None:
        self.ask(role, "PUT", f"{self.path}/attendance/{self.world.id_of(who)}", {"state": state})

    @rule(role=WHO_RUNS, state=st.sampled_from(["present", None]))
    def mark_many(self, role: str, state: str | None) -> None:
        items = [{"member_id": self.world.id_of(who), "state": state} for who in ROLES]
        self.ask(role, "PUT", f"{self.path}/attendance", {"items": items})

    @rule(role=WHO_RUNS, chair=OF_THE_CELL, taker=OF_THE_CELL)
    def appoint(self, role: str, chair: str, taker: str) -> None:
        body = {"chair_id": self.world.id_of(chair), "minute_taker_id": self.world.id_of(taker)}
        self.ask(role, "PUT", f"{self.path}/roles", body)

    @rule(who=ANYBODY)
    def check_in(self, who: str) -> None:
        if self.now()["state"] in ("convened", "open"):
            key = key_of(self.clients["secretary"], self.meeting)
            body = check_in_body(key, self.meeting, self.clock.now())
            self.ask(who, "POST", f"{self.path}/check-ins", body)

    @rule(who=ANYBODY, decision=st.sampled_from(["approved", "refused"]))
    def ask_to_be_absent(self, who: str, decision: str) -> None:
        made = self.ask(who, "POST", f"{self.path}/absence-requests", {"reason": "Đi công tác"})
        if made.status_code == 201:
            path = f"/api/absence-requests/{made.json['id']}"
            self.ask("secretary", "PATCH", path, {"decision": decision}, match=made.json)

    @rule(who=ANYBODY)
    def send_an_opinion(self, who: str) -> None:
        body = {"kind": "opinion", "text": "Nên họp sớm hơn"}
        self.ask(who, "PUT", f"{self.path}/opinions/{uuid4()}", body)

    # --- votes -----------------------------------------------------------------------------------------------

    @rule(
        role=WHO_RUNS,
        method=METHODS,
        kind=KINDS,
    )
    def put_to_the_vote(self, role: str, method: str, kind: str) -> None:
        body = {"key": str(uuid4()), "title": "Thông qua", "kind": kind, "method": method}
        made = self.ask(role, "POST", f"{self.path}/ballots", body)
        if made.status_code == 201:
            self.ballots.append(made.json["id"])
            self.ask(role, "POST", f"/api/ballots/{made.json['id']}/open", match=made.json)

    @rule(who=ANYBODY, choice=CHOICES, last=st.booleans())
    def vote(self, who: str, choice: str, last: bool) -> None:
        if id_ := self.ballot(last):
            self.ask(who, "PUT", f"/api/ballots/{id_}/votes/me", {"choice": choice})

    @rule(choices=st.lists(CHOICES, min_size=4, max_size=4))
    def everybody_votes(self, choices: list[str]) -> None:
        for who in ROLES:
            self.take_a_paper(who, True)
        self.begin_casting("secretary", True, True)
        for who, choice in zip(ROLES, choices, strict=False):
            self.vote(who, choice, True)
            if paper := self.papers.get(f"{self.ballot(True)}:{who}"):
                ApiClient(self.app).post(f"/api/ballot-box/{self.ballot(True)}", paper.filled(choice))

    @rule(who=ANYBODY, last=st.booleans())
    def take_a_paper(self, who: str, last: bool) -> None:
        id_ = self.ballot(last)
        key = next((one for one in self.rows(Ballot) if str(one.id) == id_ and one.public_key), None)
        if key is not None and key.public_key is not None:
            paper = Paper(key.key, key.public_key)
            answer = self.ask(who, "POST", f"/api/ballots/{id_}/papers", {"blinded": paper.blinded})
            if answer.status_code == 201:
                paper.take(answer.json["blind_signature"])
                self.papers[f"{id_}:{who}"] = paper

    @rule(role=WHO_RUNS, last=st.booleans(), knows=st.booleans())
    def begin_casting(self, role: str, last: bool, knows: bool) -> None:
        if id_ := self.ballot(last):
            now = self.clients["secretary"].get(f"/api/ballots/{id_}", expect=200).json
            missing = [
                one["member_id"] for one in (now["progress"] or {"without_paper": []})["without_paper"]
            ]
            body = {"without_paper": missing if knows else []}
            answer = self.ask(role, "POST", f"/api/ballots/{id_}/begin-casting", body, match=now)
            assert answer.status_code != 200 or knows or not missing

    @rule(choice=CHOICES, place=st.integers(0, 5))
    def cast_a_paper(self, choice: str, place: int) -> None:
        if self.papers:
            name = sorted(self.papers)[place % len(self.papers)]
            ApiClient(self.app).post(
                f"/api/ballot-box/{name.split(':')[0]}", self.papers[name].filled(choice)
            )

    @rule(
        role=WHO_RUNS,
        agree=st.integers(0, 6),
        stale=st.sampled_from([False, False, True]),
        last=st.booleans(),
    )
    def close_the_vote(self, role: str, agree: int, stale: bool, last: bool) -> None:
        if id_ := self.ballot(last):
            now = self.clients["secretary"].get(f"/api/ballots/{id_}", expect=200).json
            denominator = (now["progress"] or {"denominator": 0})["denominator"]
            body: dict[str, Any] = {"expected_denominator": denominator + stale, "accept_few_votes": True}
            if now["method"] in ("hand", "secret_paper"):
                body["tally"] = {"agree": agree, "disagree": 0, "other": 0}
            if now["method"] == "secret_paper":
                body["papers"] = {"given_out": agree, "returned": agree, "valid": agree, "invalid": 0}
            answer = self.ask(role, "POST", f"/api/ballots/{id_}/close", body, match=now)
            if answer.status_code == 200:
                assert not stale

    @rule(
        method=METHODS,
        kind=KINDS,
        choices=st.lists(CHOICES, min_size=4, max_size=4),
        agree=st.integers(0, 4),
    )
    def a_whole_vote(self, method: str, kind: str, choices: list[str], agree: int) -> None:
        self.put_to_the_vote("secretary", method, kind)
        self.everybody_votes(choices)
        self.close_the_vote("secretary", agree, False, True)

    @rule(role=WHO_RUNS, last=st.booleans(), what=st.sampled_from(["withdraw", "reserve"]), who=OF_THE_CELL)
    def withdraw_or_reserve(self, role: str, last: bool, what: str, who: str) -> None:
        if id_ := self.ballot(last):
            now = self.clients["secretary"].get(f"/api/ballots/{id_}", expect=200).json
            reserved = [{"member_id": self.world.id_of(who), "text": "Cần thêm thời gian"}]
            if what == "reserve":
                self.ask(role, "PUT", f"/api/ballots/{id_}/reservations", {"reserved": reserved}, match=now)
            else:
                self.ask(role, "POST", f"/api/ballots/{id_}/withdraw", match=now)

    # --- the score -------------------------------------------------------------------------------------------

    @rule(role=WHO_RUNS, what=st.sampled_from(["open", "close"]))
    def open_or_close_the_score(self, role: str, what: str) -> None:
        match = self.clients["secretary"].get(f"{self.path}/score", expect=200).json
        self.ask(role, "POST", f"{self.path}/score/{what}", match=match if what == "close" else None)

    @rule(who=ANYBODY, best=st.booleans())
    def score(self, who: str, best: bool) -> None:
        points = [15, 15, 20, 20, 15, 5, 10] if best else [5, 5, 5, 5, 5, 5, 5]
        self.ask(who, "PUT", f"{self.path}/score/sheets/me", {"key": str(uuid4()), "points": points})

    @rule(best=st.lists(st.booleans(), min_size=4, max_size=4))
    def everybody_scores(self, best: list[bool]) -> None:
        self.open_or_close_the_score("secretary", "open")
        for who, well in zip(ROLES, best, strict=False):
            self.score(who, well)
        self.open_or_close_the_score("secretary", "close")

    # --- minutes ---------------------------------------------------------------------------------------------

    @rule(role=WHO_RUNS)
    def compose(self, role: str) -> None:
        self.ask(role, "POST", f"{self.path}/minutes/compose")

    @rule(role=WHO_RUNS, taker=OF_THE_CELL)
    def edit(self, role: str, taker: str) -> None:
        body = {"minute_taker_id": self.world.id_of(taker)}
        self.ask(role, "PATCH", f"{self.path}/minutes", body, match=self.minutes())

    @rule(role=WHO_RUNS)
    def read_back(self, role: str) -> None:
        self.ask(role, "POST", f"{self.path}/minutes/read-back", match=self.minutes())

    @rule(who=WHO_RUNS, role=st.sampled_from(["chair", "minute_taker"]), part=st.sampled_from([0, 0, 1]))
    def sign(self, who: str, role: str, part: int) -> None:
        body = {"role": role, "password": PASSWORD, "addendum": part}
        self.ask(who, "POST", f"{self.path}/minutes/signatures", body, match=self.minutes())

    @rule(role=WHO_RUNS)
    def correct_signed_minutes(self, role: str) -> None:
        signed = (self.minutes() or {}).get("state") == "signed"
        answer = self.ask(role, "POST", f"{self.path}/minutes/addenda", {"text": "Phòng số 3."})
        assert signed or answer.status_code != 201

    @rule(role=WHO_RUNS, number=st.sampled_from([1, 1, 2]))
    def take_back_a_correction(self, role: str, number: int) -> None:
        before = (self.minutes() or {}).get("addenda", [])
        answer = self.ask(role, "DELETE", f"{self.path}/minutes/addenda/{number}", match=self.minutes())
        free = number == len(before) and not before[-1]["signatures"]
        assert free or answer.status_code != 200

    # --- the resolution and its tasks ------------------------------------------------------------------------

    @rule(role=WHO_RUNS)
    def draft_the_resolution(self, role: str) -> None:
        self.ask(role, "POST", f"{self.path}/resolution-draft")

    @rule(role=WHO_RUNS)
    def give_a_task(self, role: str) -> None:
        if one := self.resolution():
            task = {"title": "Rà soát", "assignee_ids": [self.world.id_of("member")], "due_on": "2026-12-30"}
            self.ask(role, "PATCH", f"/api/resolutions/{one['id']}", {"tasks": [task]}, match=one)

    @rule(role=WHO_RUNS, what=st.sampled_from(["issue", "revoke"]))
    def issue_or_revoke(self, role: str, what: str) -> None:
        if one := self.resolution():
            body = {"reason": "Ban hành nhầm"} if what == "revoke" else {}
            self.ask(role, "POST", f"/api/resolutions/{one['id']}/{what}", body, match=one)

    @rule(reasoned=st.booleans())
    def resolve(self, reasoned: bool) -> None:
        self.draft_the_resolution("secretary")
        self.give_a_task("secretary")
        if one := self.resolution():
            doubts = [warning for warning in one.get("issue_warnings", []) if warning != "text_not_frozen"]
            body = {"override_reason": "Biểu quyết lại ngoài sổ", "reason_for": doubts} if reasoned else {}
            answer = self.ask("secretary", "POST", f"/api/resolutions/{one['id']}/issue", body, match=one)
            assert reasoned or not doubts or answer.status_code != 200
            assert not one.get("issue_refused") or answer.status_code != 200

    @rule(who=ANYBODY, kind=st.sampled_from(["progress", "done", "not_done", "reopened"]))
    def say_of_a_task(self, who: str, kind: str) -> None:
        one = self.resolution()
        if one and one["tasks"]:
            task = one["tasks"][0]
            path = f"/api/tasks/{task['id']}/updates/{uuid4()}"
            match = None if kind == "progress" else task
            self.ask(who, "PUT", path, {"kind": kind, "text": "Đã xem 10 hồ sơ"}, match=match)

    # --- what is always true ---------------------------------------------------------------------------------

    @invariant()
    def a_meeting_goes_one_way_only(self) -> None:
        state = self.stored().state
        assert state in LATER[self.state]
        self.state = state

    @invariant()
    def the_counts_are_what_the_rows_say(self) -> None:
        meeting = self.stored()
        counted = count_roll(db.session.connection(), meeting.id)
        assert counted == {name: getattr(meeting, name) for name in counted}

    @invariant()
    def a_settled_roll_stands(self) -> None:
        if self.state == "finalized":
            order = Attendance.member_id
            lines = db.session.execute(select(order, Attendance.state, Attendance.left_at).order_by(order))
            self.stands("roll", [tuple(line) for line in lines])

    @invariant()
    def a_closed_vote_stands_and_adds_up(self) -> None:
        for one in self.rows(Ballot):
            votes, papers, box = (
                db.session.query(table).filter_by(ballot_id=one.id).count()
                for table in (Vote, TakenPaper, BoxVote)
            )
            assert box <= papers
            # No vote is cast while papers are given out, and no paper is given out while votes are cast.
            assert box == 0 or one.casting_since is not None
            if one.casting_since is not None and one.state != "withdrawn":
                self.stands(f"papers of ballot {one.id}", (papers, one.casting_since))
            if one.state == "open":
                assert self.state == "open"
            if one.state != "closed":
                continue
            numbers = (one.denominator, one.required, one.agree, one.disagree, one.other, one.passed)
            self.stands(f"ballot {one.id}", (*numbers, votes, papers, box, one.closed_at))
            assert None not in numbers
            denominator, required, agree, disagree, other, passed = numbers
            assert agree + disagree + other <= denominator
            if one.method in ("hand", "secret_paper"):
                assert agree + disagree + other <= one.voters_present
            assert passed == (agree >= required)
            assert one.private_key_sealed is None
            if one.method == "secret":
                assert agree + disagree + other == box

    @invariant()
    def signed_minutes_stand(self) -> None:
        for one in self.rows(Minutes):
            if one.signed_at is not None:
                signed = [(by.role, by.member_id) for by in one.signatures if by.part == 0]
                self.stands("minutes", (one.state, one.content_hash, one.frozen, one.sections, signed))
                assert self.state == "finalized"
                event("signed minutes")
            elif one.addenda:
                raise AssertionError("an addendum without signed minutes")

    @invariant()
    def every_sheet_by_phone_has_a_voter(self) -> None:
        for one in self.rows(MeetingScore):
            assert db.session.query(ScoreVoter).count() >= (one.sheets if one.method == "phone" else 0)

    @invariant()
    def a_resolution_goes_one_way_only(self) -> None:
        for one in self.rows(Resolution):
            before = self.resolutions.get(one.id, "draft")
            assert one.state == before or one.state in OF_RESOLUTIONS[before]
            self.resolutions[one.id] = one.state
            if one.state != "draft":
                self.stands(f"resolution {one.id}", (one.symbol, one.title, one.body))


@pytest.fixture
def begin_anew(app: Flask, world: World, clock: FixedClock, settings: Settings) -> Anew:
    """The same application on the same small world, as often as asked."""
    return anew(app, world, clock, settings)


def test_whatever_is_asked_in_any_order_what_was_frozen_stands(begin_anew: Anew) -> None:
    class Machine(EveryOperation):
        pass

    Machine.begin_anew = staticmethod(begin_anew)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=16, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_its_rules_lead_to_a_secret_ballot_a_score_of_both_kinds_and_an_addendum(begin_anew: Anew) -> None:
    """What chance may miss in so few examples is reached by the same rules, under the same invariants."""

    class Machine(EveryOperation):
        pass

    Machine.begin_anew = staticmethod(begin_anew)
    one = Machine()
    one.begin(2)
    one.a_whole_vote("secret", "resolution", ["agree", "agree", "disagree", "agree"], 0)
    one.open_or_close_the_score("secretary", "open")
    for who in ROLES[:4]:
        one.score(who, True)
    one.count_paper("secretary", 1, False, True)
    one.open_or_close_the_score("secretary", "close")
    one.go_on()
    one.go_on()
    one.correct_signed_minutes("secretary")
    for who, role in (("deputy", "minute_taker"), ("secretary", "chair")):
        one.sign(who, role, 1)
    one.a_meeting_goes_one_way_only()
    one.a_closed_vote_stands_and_adds_up()
    one.a_closed_score_stands_but_for_the_paper()
    ballots, scores, minutes = (one.rows(table) for table in (Ballot, MeetingScore, Minutes))
    assert [(ballot.method, ballot.state, ballot.agree) for ballot in ballots] == [("secret", "closed", 3)]
    assert [(score.method, score.sheets) for score in scores] == [("mixed", 5)]
    assert [len(written.addenda) for written in minutes] == [1]
    assert sorted(by.part for by in minutes[0].signatures) == [0, 0, 1, 1]
