"""Agenda templates: content, not words of the screen, so they are in Vietnamese, and edited in every meeting.

They stand in ``agenda_templates.json``, from which the web app's build takes them too: a phone drafts without a network. The
items of a regular meeting and their order are those of 2-domain; minutes are a proposal that sums to 90, the least
duration of a cell meeting.
"""

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from handbook.meetings.enums import MeetingKind
from handbook.organizations.models import Organization
from handbook.organizations.settings.queries import value_of
from handbook.organizations.settings.registry import AGENDA, Group, Setting


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
            {"title": line.title, "presenter": line.presenter, "minutes": line.minutes, "body": line.body}
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
