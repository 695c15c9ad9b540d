"""What the cell of the story has at hand before its meeting of tomorrow: opinions sent beforehand, tasks and how far they
are, its usual day, and a calendar on a member's phone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import select

from handbook.access.actor import Actor
from handbook.calendars.enums import Titles
from handbook.calendars.feeds import make_feed
from handbook.demo import story_words as words
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingKind
from handbook.meetings.models import Meeting
from handbook.meetings.schedule import SETTING as SCHEDULE
from handbook.meetings.schedule import Schedule, ScheduleKind
from handbook.opinions.models import Opinion
from handbook.opinions.service import answer_opinion, group_opinions, put_opinion
from handbook.organizations.settings.service import change_setting
from handbook.resolutions.models import Task
from handbook.resolutions.tasks import add_update


def set_usual_day(meeting: Meeting, local: datetime, *, actor: Actor, uow: UnitOfWork) -> None:
    """The cell meets every month as it does tomorrow; ``local`` is the beginning on the wall of its zone."""
    schedule = Schedule(
        kind=MeetingKind.REGULAR,
        starts=local.time(),
        minutes=int((meeting.ends_at - meeting.starts_at) / timedelta(minutes=1)),
        place=meeting.place or "",
        day=local.day,
    )
    data = ScheduleKind().dump(schedule)
    tag = "meetings:schedule:changed"
    change_setting(meeting.organization, SCHEDULE, data, actor=actor, uow=uow, tag=tag)


def send_opinions(
    meeting: Meeting, members: Sequence[Actor], random: Random, *, secretary: Actor, uow: UnitOfWork
) -> None:
    """Members have sent opinions and questions on the discussion; the secretary has gathered and answered the first two."""
    item = next(item for item in meeting.agenda if item.title.startswith("Thảo luận"))
    sent: list[Opinion] = []
    for number, (kind, text) in enumerate(words.OPINIONS):
        key = str(UUID(int=random.getrandbits(128), version=4))
        about = item.id if number < len(words.OPINIONS) - 1 else None
        fields = {"agenda_item_id": about, "kind": kind, "text": text}
        member = members[number % len(members)]
        sent.append(put_opinion(meeting, key, fields, actor=member, uow=uow)[0])
    together = sent[:2]
    ids = [opinion.id for opinion in together]
    group_opinions(meeting, ids, words.OPINION_GROUP, actor=secretary, uow=uow)
    for opinion in together:
        changes = {"answered": True, "answer": words.OPINION_ANSWER}
        answer_opinion(opinion, changes, actor=secretary, uow=uow)


def report_on_tasks(
    resolution_id: int, random: Random, *, member: Actor, secretary: Actor, uow: UnitOfWork
) -> None:
    """The first task goes well, the second is overdue, the third is done, the fourth was not done."""
    tasks = uow.session.scalars(
        select(Task).where(Task.resolution_id == resolution_id).order_by(Task.position)
    ).all()
    said: list[tuple[str, int | None, str, Actor]] = [
        ("progress", *words.OVERDUE_PROGRESS, member),
        ("done", None, words.DONE, secretary),
        ("not_done", None, words.NOT_DONE, secretary),
    ]
    first = [("progress", percent, text, member) for percent, text in words.PROGRESS]
    updates = [*((tasks[0], update) for update in first), *zip(tasks[1:], said, strict=False)]
    at = uow.clock.now() - timedelta(days=len(updates) * 3)
    for task, (kind, percent, text, actor) in updates:
        at += timedelta(days=2, hours=5)
        key = str(UUID(int=random.getrandbits(128), version=4))
        fields = {"kind": kind, "text": text, "percent": percent, "at": at}
        add_update(task, key, fields, actor=actor, uow=uow)


def subscribe_a_calendar(member: Actor, *, uow: UnitOfWork) -> None:
    """The address itself was shown once, to nobody here."""
    make_feed(words.CALENDAR, Titles.NEUTRAL, actor=member, uow=uow)
