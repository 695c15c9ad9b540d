"""Agenda templates: content, not words of the screen, so they are in Vietnamese, and edited in every meeting.

They stand in ``agenda_templates.json``, from which the web app's build takes them too: a phone drafts without a network. The
items of a regular meeting and their order are those of 2-domain; minutes are a proposal that sums to 90, the least
duration of a cell meeting.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from handbook.meetings.enums import MeetingKind
from handbook.organizations.models import Organization
from handbook.organizations.settings.queries import value_of
from handbook.organizations.settings.registry import AGENDA, Group, Setting


@dataclass(frozen=True, slots=True)
class AgendaEntry:
    """One line of an agenda as it is written: ``minutes`` is its planned length, ``id`` an existing item to keep, ``source``
    what writes its body (:class:`~handbook.meetings.models.AgendaItem`)."""

    title: str
    presenter: str | None = None
    minutes: int | None = None
    body: str | None = None
    id: int | None = None
    source: str | None = None


#: The body is the list of the organisation's open tasks.
OPEN_TASKS = "open_tasks"
SOURCES = (OPEN_TASKS,)
_REVIEW = AgendaEntry("Kiểm điểm việc thực hiện nghị quyết tháng trước", "Chủ trì", 15, source=OPEN_TASKS)
#: What comes before the first substantial item (opening, roll call, the agenda itself) is short.
_FORMALITY_MINUTES = 3


def with_open_tasks(entries: Sequence[AgendaEntry]) -> list[AgendaEntry]:
    """The agenda with one item that lists the open tasks: the one that says so, else the one that reviews last month's
    resolution by its title, else a new one before the first substantial item."""
    if any(entry.source == OPEN_TASKS for entry in entries):
        return list(entries)
    for index, entry in enumerate(entries):
        if entry.title.startswith("Kiểm điểm việc thực hiện"):
            return [*entries[:index], replace(entry, source=OPEN_TASKS, body=None), *entries[index + 1 :]]
    place = next(
        (at for at, entry in enumerate(entries) if (entry.minutes or 0) > _FORMALITY_MINUTES), len(entries)
    )
    return [*entries[:place], _REVIEW, *entries[place:]]


def _read() -> dict[MeetingKind, tuple[AgendaEntry, ...]]:
    text = (files(__package__) / "agenda_templates.json").read_text(encoding="utf-8")
    return {
        MeetingKind(kind): tuple(AgendaEntry(**entry) for entry in entries)
        for kind, entries in json.loads(text).items()
    }


TEMPLATES = _read()


def template_for(kind: MeetingKind) -> tuple[AgendaEntry, ...]:
    """The agenda that a new meeting of this kind starts with where no organisation has set another."""
    return TEMPLATES[kind]


def template_of(organization: Organization, kind: MeetingKind) -> tuple[AgendaEntry, ...]:
    """The agenda that a new meeting of this kind of the organisation starts with: that of the nearest at or above it."""
    entries: tuple[AgendaEntry, ...] = value_of(organization, SETTING_OF[kind])
    return entries


@dataclass(frozen=True, slots=True)
class Agenda:
    """The type of a setting that is an agenda; what comes from outside was checked by the schema before."""

    name: str = "agenda"

    def parse(self, data: Any) -> tuple[AgendaEntry, ...]:
        return tuple(AgendaEntry(**line) for line in data)

    def dump(self, value: Any) -> list[dict[str, Any]]:
        return [
            {
                "title": line.title,
                "presenter": line.presenter,
                "minutes": line.minutes,
                "body": line.body,
                **({"source": line.source} if line.source else {}),
            }
            for line in value
        ]

    def bounds(self) -> dict[str, Any]:
        return {}


SETTING_OF = {
    kind: Setting(
        AGENDA + kind.value,
        Group.MEETINGS,
        Agenda(),
        template_for(kind),
        None,
        '2-domain, Cells and meetings: "Default agenda of a regular meeting (a template, editable)".',
    )
    for kind in MeetingKind
}
