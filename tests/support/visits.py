"""Which screens each role visits on the demo; every route of the app belongs to somebody."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page
from tests.support.demo_service import Story

SIGNED_OUT = "signed-out"
ROLES = (SIGNED_OUT, "member", "secretary", "host", "staff")


def _nothing(_page: Page) -> None:
    """The screen is looked at as it opens."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One screen for one person. ``route`` is the pattern of routes.ts, ``name`` tells pictures apart."""

    route: str
    path: str
    login: str
    name: str
    prepare: Callable[[Page], None] = _nothing


def visits(story: Story, role: str) -> list[Visit]:
    """The screens of this role, in the order in which they are opened."""
    login = {
        "member": story.member,
        "secretary": story.secretary,
        "host": story.host,
        "staff": story.staff,
    }.get(role, "")
    code = "1." + "A" * 22
    paths: dict[str, list[tuple[str, str]]] = {
        SIGNED_OUT: [
            ("/login", "/login"),
            ("/activate", "/activate"),
            ("/c/:id", f"/c/{story.next_meeting}#{code}"),
            ("/404", "/404"),
        ],
        "member": [
            ("/", "/"),
            ("/meetings", "/meetings"),
            ("/meetings/:id", f"/meetings/{story.next_meeting}"),
            ("/meetings/:id", f"/meetings/{story.past_meeting}"),
            ("/meetings/:id", f"/meetings/{story.conference}"),
            ("/meetings/:id/ballots", f"/meetings/{story.past_meeting}/ballots"),
            ("/meetings/:id/minutes", f"/meetings/{story.past_meeting}/minutes"),
            ("/meetings/:id/opinions", f"/meetings/{story.next_meeting}/opinions"),
            ("/meetings/:id/absence", f"/meetings/{story.next_meeting}/absence"),
            ("/m/:id", f"/m/{story.next_meeting}"),
            ("/papers/:id", f"/papers/{story.paper}"),
            ("/check-in", "/check-in"),
            ("/c/:id", f"/c/{story.next_meeting}"),
            ("/documents", "/documents"),
            ("/resolutions/:id", f"/resolutions/{story.resolution}"),
            ("/tasks/:id", f"/tasks/{story.task}"),
            ("/meetings/:id/score", f"/meetings/{story.past_meeting}/score"),
            ("/notices", "/notices"),
            ("/me", "/me"),
            *((f"/me/{name}", f"/me/{name}") for name in _OWN),
            ("/404", "/nowhere"),
        ],
        "secretary": [
            ("/", "/"),
            ("/chapter", "/chapter"),
            ("/chapter/members", "/chapter/members"),
            ("/chapter/schedule/:id", f"/chapter/schedule/{story.cell}"),
            ("/chapter/meetings/:id/opinions", f"/chapter/meetings/{story.next_meeting}/opinions"),
            ("/chapter/agendas/:id", f"/chapter/agendas/{story.cell}"),
            ("/chapter/meetings/new", "/chapter/meetings/new"),
            ("/chapter/tasks", "/chapter/tasks"),
            ("/chapter/resolutions/:resolution", f"/chapter/resolutions/{story.resolution}"),
            ("/chapter/meetings/:id", f"/chapter/meetings/{story.next_meeting}"),
            ("/chapter/meetings/:id/reminders", f"/chapter/meetings/{story.next_meeting}/reminders"),
            ("/chapter/meetings/:id/edit", f"/chapter/meetings/{story.next_meeting}/edit"),
            ("/chapter/meetings/:id/room", f"/chapter/meetings/{story.next_meeting}/room"),
            ("/chapter/meetings/:id/minutes", f"/chapter/meetings/{story.past_meeting}/minutes"),
            ("/chapter/meetings/:id/minutes/read", f"/chapter/meetings/{story.past_meeting}/minutes/read"),
            ("/chapter/meetings/:id/resolution", f"/chapter/meetings/{story.past_meeting}/resolution"),
            ("/meetings/:id", f"/meetings/{story.next_meeting}"),
            ("/me", "/me"),
            # Holds an office in the committee as well, as secretaries do.
            ("/me/record", "/me/record"),
        ],
        "host": [
            ("/", "/"),
            ("/chapter", "/chapter"),
            ("/chapter/meetings/:id", f"/chapter/meetings/{story.open_meeting}"),
            ("/chapter/meetings/:id/resolution", f"/chapter/meetings/{story.open_meeting}/resolution"),
            ("/chapter/meetings/:id/room", f"/chapter/meetings/{story.open_meeting}/room"),
            ("/chapter/meetings/:id/score", f"/chapter/meetings/{story.open_meeting}/score"),
            ("/chapter/meetings/:id/room", f"/chapter/meetings/{story.open_meeting}/room?tab=agenda"),
            ("/chapter/meetings/:id/room", f"/chapter/meetings/{story.open_meeting}/room?tab=votes"),
            ("/chapter/meetings/:id/room", f"/chapter/meetings/{story.open_meeting}/room?tab=notes"),
            ("/chapter/meetings/:id/sheet", f"/chapter/meetings/{story.open_meeting}/sheet"),
            ("/chapter/meetings/:id/scan", f"/chapter/meetings/{story.open_meeting}/scan"),
            ("/chapter/meetings/:id/ballots", f"/chapter/meetings/{story.open_meeting}/ballots"),
            ("/conference/:id/host/:site", f"/conference/{story.conference}/host/{story.site}"),
        ],
        "staff": [
            ("/staff", "/staff"),
            ("/staff/organizations/:id", f"/staff/organizations/{story.committee}"),
            ("/staff/organizations/:id", f"/staff/organizations/{story.cell}"),
            ("/staff/meetings/:id", f"/staff/meetings/{story.past_meeting}"),
            ("/conference/:id", f"/conference/{story.conference}"),
            ("/conference/:id/sites/:site", f"/conference/{story.conference}/sites/{story.site}"),
            ("/conference/:id/roll", f"/conference/{story.conference}/roll"),
            ("/conference/:id/import", f"/conference/{story.conference}/import"),
            ("/staff/organizations/:id/members", f"/staff/organizations/{story.cell}/members"),
            ("/staff/members/:id", f"/staff/members/{story.member_id}"),
            ("/staff/organizations/:id/import", f"/staff/organizations/{story.block}/import"),
            ("/staff/organizations/:id/activation", f"/staff/organizations/{story.cell}/activation"),
            ("/staff/organizations/:id/tasks", f"/staff/organizations/{story.committee}/tasks"),
            ("/staff/organizations/:id/score-sheet", f"/staff/organizations/{story.committee}/score-sheet"),
            ("/staff/organizations/:id/settings", f"/staff/organizations/{story.committee}/settings"),
            ("/staff/organizations/:id/deliveries", f"/staff/organizations/{story.committee}/deliveries"),
            ("/staff/organizations/:id/agendas", f"/staff/organizations/{story.committee}/agendas"),
            ("/", "/"),
            ("/me", "/me"),
        ],
    }
    return [
        Visit(route, path, login, f"{number:02d}-{_name(route)}")
        for number, (route, path) in enumerate(paths[role], 1)
    ]


_OWN = (
    "record",
    "attendance",
    "tasks",
    "access-log",
    "outbox",
    "display",
    "notifications",
    "devices",
    "password",
    "calendar",
    "logout",
)


def _name(route: str) -> str:
    return route.strip("/").replace("/:id", "").replace("/", "-") or "today"
