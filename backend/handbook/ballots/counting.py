"""Counting the votes of a ballot that is being closed: open votes by phone, and what lies in the box of a secret one."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from handbook.ballots import rules
from handbook.ballots.enums import BallotMethod, Choice, Fault
from handbook.ballots.models import Ballot, BoxVote
from handbook.ballots.papers import FilledPaper, is_genuine
from handbook.ballots.queries import counted_votes
from handbook.ballots.traces import overwrite_deleted
from handbook.kernel.unit_of_work import UnitOfWork

BOX = BoxVote.__table__


@dataclass(frozen=True, slots=True)
class Count:
    """What a closing counts. ``set_aside``: open votes of members whom the roll does not put into the room after all."""

    tally: rules.Tally
    papers: rules.Papers | None = None
    faults: tuple[Fault, ...] = ()
    set_aside: int = 0


def count_votes(ballot: Ballot, *, papers_taken: int, uow: UnitOfWork) -> Count:
    """Count the votes that phones gave. ``papers_taken`` is how many papers of a secret ballot were signed."""
    if ballot.method == BallotMethod.PHONE:
        counted, set_aside = counted_votes(ballot)
        return Count(_tally(vote.choice for vote in counted), set_aside=set_aside)
    return _count_box(ballot, papers_taken, uow)


def _count_box(ballot: Ballot, papers_taken: int, uow: UnitOfWork) -> Count:
    """Check every vote as any member can, and stir the box.

    The rows are written anew in the order of their serials, in one transaction: whatever order a database kept them in by
    itself (PostgreSQL's place of a row and transaction that wrote it), afterwards it is the order of random numbers. One after
    the other, because the votes of a large conference are more values than one statement may hold.
    """
    rows = [
        dict(row)
        for row in uow.session.execute(
            select(BOX).where(BOX.c.ballot_id == ballot.id).order_by(BOX.c.serial)
        ).mappings()
    ]
    genuine = [row for row in rows if _is_genuine(row, ballot)]
    overwrite_deleted(uow)
    uow.session.execute(delete(BOX).where(BOX.c.ballot_id == ballot.id))
    if rows:
        uow.session.execute(insert(BOX), rows)
    faults = []
    if len(genuine) < len(rows):
        faults.append(Fault.FORGED_VOTE)
    if len(genuine) > papers_taken:
        faults.append(Fault.SURPLUS_VOTES)
    papers = rules.Papers(
        given_out=papers_taken, returned=len(rows), valid=len(genuine), invalid=len(rows) - len(genuine)
    )
    return Count(_tally(row["choice"] for row in genuine), papers, tuple(faults))


def _is_genuine(row: Mapping[str, str], ballot: Ballot) -> bool:
    paper = FilledPaper(
        Choice(row["choice"]),
        row["secret"],
        tuple(row["marks"].split(" ")),
        row["randomizer"],
        row["signature"],
    )
    if ballot.public_key is None:
        return False
    # Who can write into the table can write anything there: what is no paper at all is as forged as a wrong signature.
    return (
        is_genuine(paper, ballot_key=ballot.key, public_key=ballot.public_key)
        and paper.serial == row["serial"]
    )


def _tally(choices: Iterable[str]) -> rules.Tally:
    counts = Counter(choices)
    return rules.Tally(counts[Choice.AGREE], counts[Choice.DISAGREE], counts[Choice.OTHER])
