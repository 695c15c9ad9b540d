"""The text with which a resolution begins: pure, from what the meeting concluded and voted. People edit it before issuing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handbook.resolutions.events import DraftMaterial, PassedVote

MAX_TITLE = 300


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """What the opening sentence says. ``present`` includes who came late."""

    organization_name: str
    title: str
    day: date
    present: int
    summoned: int


def title_of(facts: MeetingFacts) -> str:
    """The title that a resolution of this meeting usually has."""
    title = facts.title[:1].lower() + facts.title[1:]
    return f"Nghị quyết {title}"[:MAX_TITLE]


def body_of(facts: MeetingFacts, material: DraftMaterial) -> str:
    """The opening sentence, each conclusion as a numbered article, and how the vote went.

    Without a conclusion the first number waits for its text.
    """
    opening = (
        f"{facts.organization_name} họp ngày {facts.day:%d/%m/%Y}, có mặt {facts.present}/{facts.summoned} đảng viên, "
        "thảo luận và thống nhất quyết nghị:"
    )
    lines = [opening]
    articles = [article for text in material.conclusions if (article := _article(text))]
    lines += [f"{number}. {text}" for number, text in enumerate(articles, 1)] or ["1. "]
    lines += _votes(material.votes)
    return "\n".join(lines)


def _article(text: str) -> str:
    """A conclusion in the lines in which it was dictated, without what is blank."""
    return "\n".join(line for line in (" ".join(one.split()) for one in text.splitlines()) if line)


def _votes(votes: Sequence[PassedVote]) -> list[str]:
    return [
        f"{vote.title.rstrip('.')}: {vote.agree}/{vote.denominator} đảng viên chính thức biểu quyết đồng ý."
        for vote in votes
    ]
