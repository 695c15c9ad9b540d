"""A secret ballot of six voters as a test plays it, with everything the server could have seen of it."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import inspect, text
from tests.support.ballots import begin_casting, open_ballot
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import opened
from tests.support.voter import Paper

from handbook.ballots.models import Ballot
from handbook.ballots.papers import load_private
from handbook.ballots.service import key_context
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.members.enums import MemberStatus

SignIn = Callable[[str], ApiClient]
Tables = dict[str, list[tuple[Any, ...]]]
CHOICES = ("agree", "disagree", "other", "agree", "disagree", "agree")
VOTERS = ("member", "second_member", "secretary", "deputy", "third", "fourth")


def all_tables() -> Tables:
    """Everything the database holds, table by table."""
    db.session.rollback()
    with db.engine.connect() as connection:
        return {
            name: sorted(
                (tuple(row) for row in connection.execute(text(f'SELECT * FROM "{name}"'))), key=repr
            )
            for name in inspect(connection).get_table_names()
        }


def as_stored() -> list[str]:
    """The serials in the order in which the database itself keeps them, with all it knows of each row."""
    postgres = db.engine.dialect.name == "postgresql"
    order = "ctid" if postgres else "1"
    with db.engine.connect() as connection:
        return [
            row.serial
            for row in connection.execute(
                text(
                    f"SELECT serial FROM ballot_box ORDER BY {order}"
                    if postgres
                    else "SELECT serial FROM ballot_box"
                )
            )
        ]


class Room:
    """The open meeting with its six voters, the ballot giving out papers, and what passed between phones and server."""

    def __init__(self, world: World, sign_in: SignIn, client: ApiClient, app: Flask) -> None:
        self.world, self.sign_in, self.client, self.app = world, sign_in, client, app
        self.secretary = sign_in("secretary")
        self.meeting = opened(self.secretary, world.id_of("cell"))
        self.voters = list(VOTERS)
        for role in self.voters:
            path = f"/api/meetings/{self.meeting['id']}/attendance/{world.id_of(role)}"
            self.secretary.put(path, {"state": "present"}, expect=200)
        self.ballot = open_ballot(self.secretary, self.meeting, method="secret", kind="admission")
        self.papers: dict[str, Paper] = {}
        self.blinded: dict[str, str] = {}
        self.signed: dict[str, str] = {}
        self.choices = dict(zip(self.voters, CHOICES, strict=True))

    def take_papers(self) -> None:
        """Everybody takes a paper, then casting begins."""
        for role in self.voters:
            self.take(role)
        self.begin()

    def take(self, role: str) -> bool:
        """The phone of this member asks for a paper; false when it is refused."""
        paper = Paper(self.ballot["key"], self.ballot["public_key"])
        self.blinded[role] = paper.blinded
        answer = self.ask_again(role)
        if answer.status_code != 201:
            return False
        self.signed[role] = answer.json["blind_signature"]
        paper.take(self.signed[role])
        self.papers[role] = paper
        return True

    def ask_again(self, role: str) -> Any:
        body = {"blinded": self.blinded[role]}
        return self.sign_in(role).post(f"/api/ballots/{self.ballot['id']}/papers", body)

    def look(self, role: str) -> None:
        """The phone of this member shows the meeting: it asks for the votes, as all do every few seconds."""
        self.sign_in(role).get(f"/api/meetings/{self.meeting['id']}/ballots", expect=200)

    def begin(self) -> None:
        begin_casting(self.secretary, self.ballot)

    def cast(self, role: str) -> None:
        body = self.papers[role].filled(self.choices[role])
        self.client.post(f"/api/ballot-box/{self.ballot['id']}", body, expect=201)

    def private_key(self) -> Any:
        row = db.session.get_one(Ballot, int(self.ballot["id"]))
        assert row.private_key_sealed is not None
        secrets = self.app.extensions["handbook.secrets"]
        return load_private(secrets.decrypt(row.private_key_sealed, key_context(row.key)))


def add_voters(world: World, app: Flask) -> None:
    """Two official members more, so that six can vote."""
    with app.test_request_context(), unit_of_work() as uow:
        for number, role in enumerate(("third", "fourth"), start=20):
            world.add_member(
                role, f"Mai Văn {role.title()}", "cell", MemberStatus.OFFICIAL, number=number, uow=uow
            )
    db.session.remove()
