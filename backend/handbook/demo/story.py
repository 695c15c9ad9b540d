"""The past of the cell of the story as it was lived: the book of the room, ballots, score and signed minutes, all by the
services of the features, with the clock of the transaction set back to the hour in which things happened.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, sin
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from sqlalchemy import select

from handbook.access.actor import Actor, HeldOffice, OfficeTitle
from handbook.accounts.models import Account
from handbook.attendance.models import Attendance
from handbook.attendance.rules import ATTENDING
from handbook.ballots import papers
from handbook.ballots.counting import Count
from handbook.ballots.enums import BallotKind, BallotMethod, Choice
from handbook.ballots.models import Ballot
from handbook.ballots.queries import denominator_of, roll_lines, voters_of
from handbook.ballots.rules import Papers, Tally, holds_a_vote
from handbook.ballots.service import begin_casting, close_ballot, create_ballot, key_context, open_ballot
from handbook.ballots.voting import cast_paper, cast_vote, take_paper
from handbook.demo import story_words as words
from handbook.demo.people import Person, Unit
from handbook.kernel.clock import FixedClock
from handbook.kernel.secrets import Secrets
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingKind, MeetingState
from handbook.meetings.models import AgendaItem, Meeting
from handbook.meetings.service import close_meeting
from handbook.minutes.enums import SignerRole
from handbook.minutes.service import compose_minutes, read_back
from handbook.minutes.signing import Signing, sign
from handbook.proceedings.enums import EntryKind, Outcome
from handbook.proceedings.service import write_entries
from handbook.scores.rules import FEWEST_SHEETS
from handbook.scores.service import close_scoring, hand_in, open_scoring

#: A signature as a finger draws it, in the coordinates of the pad.
DRAWING = "M" + "L".join(
    f"{90 + 9 * step + round(24 * sin(step / 2))} {190 + round((70 - step) * cos(step / 2))}"
    for step in range(60)
)
Text = TypeVar("Text", str, tuple[str, ...])
PACE = timedelta(seconds=50)


@dataclass(frozen=True, slots=True)
class Scene:
    """A meeting under way: its clock, who came, and among them those who may vote."""

    meeting: Meeting
    clock: FixedClock
    chair: Person
    minute_taker: Person
    people: list[Person]
    voters: list[Person]

    @property
    def voting_phones(self) -> list[Person]:
        return [person for person in self.voters if person.account_id is not None]

    @property
    def phones(self) -> list[Person]:
        return [person for person in self.people if person.account_id is not None]


class Storyteller:
    """Holds the meetings of ``cell`` that the chronicle left open."""

    def __init__(self, uow: UnitOfWork, random: Random, secrets: Secrets, cell: Unit) -> None:
        self.uow = uow
        self.random = random
        self.secrets = secrets
        self.cell = cell
        self.device = self._uuid()
        self.sequence = 0

    def hold_meetings(self) -> None:
        """Everything that happened between the opening and the second signature, in the order of the meetings."""
        meetings = self.uow.session.scalars(
            select(Meeting)
            .where(Meeting.organization_id == self.cell.id, Meeting.state == MeetingState.OPEN.value)
            .order_by(Meeting.starts_at)
        ).all()
        regular = [meeting for meeting in meetings if meeting.kind == MeetingKind.REGULAR]
        for meeting in meetings:
            with self._at(meeting.starts_at) as clock:
                self._hold(self._scene(meeting, clock), whole=meeting is regular[-1])

    def _hold(self, scene: Scene, *, whole: bool) -> None:
        meeting, clock, chair = scene.meeting, scene.clock, self.actor(scene.chair)
        self._write(scene, EntryKind.CHAIR, {"member_id": str(scene.chair.id)})
        self._write(scene, EntryKind.MINUTE_TAKER, {"member_id": str(scene.minute_taker.id)})
        for item in meeting.agenda:
            self._item(item, scene, whole=whole)
        if whole and len(scene.phones) >= FEWEST_SHEETS:
            self._score(scene)
        # 2-domain: "minutes read back; closing".
        minutes = compose_minutes(meeting, None, actor=chair, uow=self.uow)
        clock.advance(minutes=2)
        read_back(minutes, actor=chair, uow=self.uow)
        clock.advance(minutes=2)
        close_meeting(meeting, actor=chair, uow=self.uow)
        for role, signer in (
            (SignerRole.MINUTE_TAKER, scene.minute_taker),
            (SignerRole.CHAIR, scene.chair),
        ):
            clock.advance(minutes=6)
            account = self.uow.session.get_one(Account, signer.account_id)
            signing = Signing(role, drawing=DRAWING)
            sign(minutes, signing, account, actor=self.actor(signer), uow=self.uow)

    def _item(self, item: AgendaItem, scene: Scene, *, whole: bool) -> None:
        clock = scene.clock
        ends_at = clock.now() + timedelta(minutes=item.minutes or 5)
        this = {"agenda_item_id": str(item.id)}
        self._write(scene, EntryKind.ITEM, {**this, "state": "started"})
        for text in _of(words.NOTES, item.title) or ():
            speaker = self.random.choice(scene.people)
            note = {**this, "key": self._uuid(), "speaker_member_id": str(speaker.id), "text": text}
            self._write(scene, EntryKind.NOTE, note)
        if conclusion := _of(words.CONCLUSIONS, item.title):
            self._write(scene, EntryKind.CONCLUSION, {**this, "text": conclusion})
        if item.title.startswith("Biểu quyết"):
            self._vote_by_hands(item, scene)
            if whole:
                self._vote_by_phone(item, scene)
        if item.title.startswith("Xét kết nạp") and whole:
            self._vote_in_secret(item, scene)
            self._vote_on_paper(item, scene)
        clock.set(max(ends_at, clock.now() + PACE))
        self._write(scene, EntryKind.ITEM, {**this, "state": "done"})

    def _vote_by_hands(self, item: AgendaItem, scene: Scene) -> None:
        votes = len(scene.voters)
        ballot = {
            "title": f"Thông qua nghị quyết tháng {scene.meeting.starts_at:%m/%Y}",
            "kind": BallotKind.RESOLUTION.value,
            "agenda_item_id": str(item.id),
            "agree": votes - 1,
            "disagree": 0,
            "other": 1,
            "reserved": [{"member_id": str(scene.voters[-1].id), "text": words.RESERVED}],
        }
        self._write(scene, EntryKind.HAND_VOTE, {"ballot": ballot})

    def _vote_by_phone(self, item: AgendaItem, scene: Scene) -> None:
        ballot = self._open(item, scene, (words.PHONE_BALLOT, BallotKind.OTHER, BallotMethod.PHONE))
        for number, person in enumerate(scene.voting_phones):
            scene.clock.advance(seconds=4)
            choice = Choice.AGREE if number else Choice.DISAGREE
            cast_vote(ballot.id, choice, actor=self.actor(person), uow=self.uow)
        self._close(ballot, None, scene)

    def _vote_in_secret(self, item: AgendaItem, scene: Scene) -> None:
        """Every phone takes a paper and puts one into the box. The demo holds the key of the ballot, so its phones need not
        blind what they have signed: the votes are as genuine."""
        ballot = self._open(item, scene, (words.SECRET_BALLOT, BallotKind.ADMISSION, BallotMethod.SECRET))
        sealed = ballot.private_key_sealed or b""
        private = papers.load_private(self.secrets.decrypt(sealed, key_context(ballot.key)))
        for person in scene.voting_phones:
            blinded = self.random.getrandbits(papers.KEY_BITS - 8).to_bytes(papers.KEY_BITS // 8)
            actor = self.actor(person)
            take_paper(ballot.id, papers.encode(blinded), actor=actor, uow=self.uow, secrets=self.secrets)
        without = roll_lines(ballot.meeting_id).keys() - voters_of(ballot)
        begin_casting(ballot, without_paper=without, actor=self.actor(scene.chair), uow=self.uow)
        for number in range(len(scene.voting_phones)):
            choice = Choice.OTHER if number == 0 else Choice.AGREE
            secrets = [self.random.randbytes(32) for _ in papers.CHOICES]
            marks = tuple(papers.encode(hashlib.sha256(secret).digest()) for secret in secrets)
            randomizer = self.random.randbytes(32)
            message = randomizer + papers.message_of(ballot.key, papers.serial_of(marks))
            pss = padding.PSS(padding.MGF1(hashes.SHA384()), papers.SALT_BYTES)
            paper = papers.FilledPaper(
                choice,
                papers.encode(secrets[papers.CHOICES.index(choice)]),
                marks,
                papers.encode(randomizer),
                papers.encode(private.sign(message, pss, hashes.SHA384())),
            )
            cast_paper(ballot.id, paper, uow=self.uow)
        self._close(ballot, None, scene)

    def _vote_on_paper(self, item: AgendaItem, scene: Scene) -> None:
        votes = len(scene.voters)
        ballot = self._open(item, scene, (words.PAPER_BALLOT, BallotKind.OTHER, BallotMethod.SECRET_PAPER))
        valid = votes - 1
        count = Count(Tally(valid - 1, 1, 0), Papers(given_out=votes, returned=votes, valid=valid, invalid=1))
        self._close(ballot, count, scene)

    def _open(self, item: AgendaItem, scene: Scene, question: tuple[str, BallotKind, BallotMethod]) -> Ballot:
        chair = self.actor(scene.chair)
        title, kind, method = question
        fields = {
            "key": self._uuid(),
            "title": title,
            "kind": kind.value,
            "method": method.value,
            "agenda_item_id": item.id,
        }
        scene.clock.advance(seconds=20)
        ballot, _ = create_ballot(scene.meeting, fields, actor=chair, uow=self.uow)
        return open_ballot(ballot, actor=chair, uow=self.uow, secrets=self.secrets)

    def _close(self, ballot: Ballot, count: Count | None, scene: Scene) -> None:
        scene.clock.advance(seconds=40)
        close_ballot(
            ballot,
            expected_denominator=denominator_of(roll_lines(ballot.meeting_id), voters_of(ballot)),
            count=count,
            reserved=(),
            actor=self.actor(scene.chair),
            uow=self.uow,
        )

    def _score(self, scene: Scene) -> None:
        meeting, chair = scene.meeting, self.actor(scene.chair)
        score = open_scoring(meeting, actor=chair, uow=self.uow, secrets=self.secrets)
        for person in scene.phones:
            points = [one["points"] - self.random.choice((0, 0, 1, 2)) for one in score.criteria]
            actor = self.actor(person)
            hand_in(meeting, self._uuid(), points, actor=actor, uow=self.uow, secrets=self.secrets)
        scene.clock.advance(minutes=3)
        close_scoring(score, meeting, actor=chair, uow=self.uow, secrets=self.secrets)

    def _scene(self, meeting: Meeting, clock: FixedClock) -> Scene:
        rows = self.uow.session.scalars(select(Attendance).where(Attendance.meeting_id == meeting.id)).all()
        came = {row.member_id for row in rows if row.state in ATTENDING}
        people = [person for person in self.cell.people if person.id in came]
        signers = [
            person for person in (*self.cell.officers, *people) if person.account_id and person.id in came
        ]
        chair = signers[0]
        minute_taker = next(person for person in signers if person is not chair)
        voters = [person for person in people if holds_a_vote(person.status)]
        return Scene(meeting, clock, chair, minute_taker, people, voters)

    def _write(self, scene: Scene, kind: EntryKind, data: Mapping[str, Any]) -> None:
        """One line into the book of the room, as the device of who runs the meeting sends it."""
        clock = scene.clock
        clock.set(clock.now() + PACE)
        self.sequence += 1
        entry = {
            "id": self._uuid(),
            "kind": kind.value,
            "data": dict(data),
            "at": clock.now(),
            "device_id": self.device,
            "sequence": self.sequence,
            "base": None,
        }
        sent = {"now": clock.now(), "entries": [entry]}
        (answer,) = write_entries(scene.meeting, sent, actor=self.actor(scene.chair), uow=self.uow)
        if answer.outcome != Outcome.APPLIED:
            raise ValueError(f"the book refused {kind}: {answer.code}")

    def actor(self, person: Person) -> Actor:
        """This member, with the office that he or she holds in the cell."""
        titles = (OfficeTitle.SECRETARY, OfficeTitle.DEPUTY_SECRETARY)
        held = [
            title for officer, title in zip(self.cell.officers, titles, strict=False) if officer is person
        ]
        return Actor(
            account_id=person.account_id,
            member_id=person.id,
            organization_id=self.cell.id,
            path=self.cell.path,
            offices=tuple(HeldOffice(self.cell.id, self.cell.path, title) for title in held),
        )

    @contextmanager
    def _at(self, instant: datetime) -> Iterator[FixedClock]:
        """The clock of the transaction, set back for a while."""
        present, clock = self.uow.clock, FixedClock(instant)
        self.uow.clock = clock
        try:
            yield clock
        finally:
            self.uow.clock = present

    def _uuid(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))


def _of(table: tuple[tuple[str, Text], ...], title: str) -> Text | None:
    return next((value for start, value in table if title.startswith(start)), None)
