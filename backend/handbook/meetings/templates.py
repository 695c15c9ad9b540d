"""Agenda templates: content, not words of the screen, so they are in Vietnamese, and edited in every meeting.

They stand in ``agenda_templates.json``, from which the web app's build takes them too: a phone drafts without a network. The
items of a regular meeting and their order are those of 2-domain; minutes are a proposal that sums to 90, the least
duration of a cell meeting.
"""

import json
from dataclasses import dataclass
from importlib.resources import files

from handbook.meetings.enums import MeetingKind


@dataclass(frozen=True, slots=True)
class AgendaEntry:
    """One line of an agenda as it is written: ``minutes`` is its planned length, ``id`` an existing item to keep."""

    title: str
    presenter: str | None = None
    minutes: int | None = None
    body: str | None = None
    id: int | None = None


def _read() -> dict[MeetingKind, tuple[AgendaEntry, ...]]:
    text = (files(__package__) / "agenda_templates.json").read_text(encoding="utf-8")
    return {
        MeetingKind(kind): tuple(AgendaEntry(**entry) for entry in entries)
        for kind, entries in json.loads(text).items()
    }


TEMPLATES = _read()


def template_for(kind: MeetingKind) -> tuple[AgendaEntry, ...]:
    """The agenda that a new meeting of this kind starts with; empty where there is no usual one."""
    return TEMPLATES.get(kind, ())
