"""Reads of papers. Who may read a paper is decided by who may read its meeting, which lives above this feature."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from handbook.documents.models import Paper
from handbook.kernel.db import db


def find_paper(paper_id: int) -> Paper | None:
    """The paper, unguarded: ask for its meeting before showing anything of it."""
    return db.session.get(Paper, paper_id)


def papers_of_meetings(meeting_ids: Sequence[int]) -> dict[int, list[Paper]]:
    """The papers of these meetings, in the order they were attached; meetings without papers are left out."""
    papers: dict[int, list[Paper]] = defaultdict(list)
    if meeting_ids:
        statement = select(Paper).where(Paper.meeting_id.in_(meeting_ids)).order_by(Paper.id)
        for paper in db.session.scalars(statement):
            papers[paper.meeting_id].append(paper)
    return dict(papers)
