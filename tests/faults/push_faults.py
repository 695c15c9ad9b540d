"""Push services that are slow, away, overloaded, broken or lying: the ledger is right, nothing is lost, nothing shown twice."""

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from tests.bench.population import MEMBERS_PER_CELL
from tests.faults.evening import Evening
from tests.faults.reminders import Reminders
from tests.faults.scripted_push import GOOD, Script, ScriptedPushService, status
from tests.support.pushing import run_jobs

from handbook.kernel.clock import FixedClock, SystemClock
from handbook.kernel.db import db
from handbook.notifications.models import Delivery, Notice, PushSubscription

WAIT_SECONDS = 300
# Of the application's clock, until everything that is tried again has been.
ROUNDS, ROUND_MINUTES = 90, 2
FOREVER = b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Scene:
    """A way of failing, and what must have come of it.

    ``heals``: the service is a good one after the first attempts. ``state`` and ``reason`` are those of the ledger;
    ``attempts`` how often a message may be sent; ``delivered`` whether phones get it; ``ends``: the subscription is over.
    """

    name: str
    script: Script
    state: str = "accepted"
    reason: str | None = None
    heals: bool = False
    attempts: tuple[int, ...] = (1,)
    delivered: bool = True
    ends: bool = False


SCENES = (
    Scene("good", GOOD),
    Scene("slow", Script(delay=1.0)),
    Scene(
        "429",
        Script(status("429 Too Many Requests", f"Retry-After: {WAIT_SECONDS}"), delivers=False),
        heals=True,
        # Some may not be sent before it has asked to be left alone.
        attempts=(1, 2),
    ),
    Scene("500", Script(status("500 Internal Server Error"), delivers=False), heals=True, attempts=(2,)),
    # Who connects is cut off before a word of TLS.
    Scene("away", Script(refuses=True), heals=True),
    # libcurl itself tries again where a connection that it had used before ends without a byte.
    Scene("line cut before the answer", Script(b"", cuts=True), heals=True, attempts=(2, 3)),
    Scene("nonsense", Script(b"\x00\xff nonsense\r\n\r\n", cuts=True), heals=True, attempts=(2,)),
    Scene("answer without an end", Script(FOREVER, endless=True)),
    Scene(
        "redirect",
        Script(status("307 Temporary Redirect", "Location: https://127.0.0.1:1/"), delivers=False),
        state="failed",
        reason="http_307",
        delivered=False,
    ),
    Scene(
        "404 wrongly",
        Script(status("404 Not Found"), delivers=False),
        state="failed",
        reason="http_404",
        delivered=False,
        ends=True,
    ),
    Scene(
        "410 wrongly",
        Script(status("410 Gone"), delivers=False),
        state="failed",
        reason="http_410",
        delivered=False,
        ends=True,
    ),
    Scene("201 without delivering", Script(delivers=False), delivered=False),
)


@dataclass(slots=True)
class Seen:
    """What came of one scene."""

    messages: int = 0
    sent: int = 0
    shown: int = 0
    wrong: list[str] = field(default_factory=list)


def let_push_services_fail(evening: Evening, *, meetings: int) -> dict[str, Any]:
    """Convene so many meetings, to phones of a dozen bad services, and let time pass until all is accounted for."""
    clock = FixedClock(SystemClock().now())
    with ExitStack() as stack:
        services = [stack.enter_context(ScriptedPushService(clock)) for _scene in SCENES]
        reminders = Reminders(evening, services, clock=clock)
        stack.callback(reminders.close)
        with reminders.app.app_context():
            subscriptions = _subscriptions(services)
            _send_what_was_there_before(services)
            for scene, service in zip(SCENES, services, strict=True):
                service.script = scene.script
            made = reminders.convene(meetings)
            run_jobs()
            for scene, service in zip(SCENES, services, strict=True):
                if scene.heals:
                    service.script = GOOD
            rounds = _let_time_pass(clock)
        deliveries = reminders.deliveries(made)
        seen = {
            scene.name: _judge(scene, service, deliveries, reminders, made)
            for scene, service in zip(SCENES, services, strict=True)
        }
        again = _tell_those_who_came_back(reminders, services, subscriptions)
    wrong = [f"{name}: {what}" for name, one in seen.items() for what in one.wrong] + again
    with_inbox = _in_the_inbox(evening, made)
    if with_inbox != meetings * MEMBERS_PER_CELL:
        wrong.append(f"{with_inbox} of {meetings * MEMBERS_PER_CELL} have it in the inbox")
    if rounds == ROUNDS:
        wrong.append("some are still under way")
    return {
        "fault": f"bad push services, {evening.database}",
        "ways": len(SCENES),
        "reminders": meetings * MEMBERS_PER_CELL,
        "lost": meetings * MEMBERS_PER_CELL - with_inbox,
        "shown": sum(one.shown for one in seen.values()),
        "shown twice": sum("shown twice" in what for what in wrong),
        "messages sent": sum(one.sent for one in seen.values()),
        "wrong": wrong,
    }


def _send_what_was_there_before(services: Sequence[ScriptedPushService]) -> None:
    """The evening's own meetings are told by good services, before anything fails."""
    for service in services:
        service.come()
    run_jobs()
    for service in services:
        service.sent.clear()


def _let_time_pass(clock: FixedClock) -> int:
    """Until nothing is under way; how many rounds that took."""
    for number in range(ROUNDS):
        queued = select(func.count()).select_from(Delivery).where(Delivery.state == "queued")
        if not db.session.scalar(queued):
            return number
        db.session.rollback()
        clock.advance(minutes=ROUND_MINUTES)
        run_jobs()
    return ROUNDS


def _subscriptions(services: Sequence[ScriptedPushService]) -> dict[str, dict[int, int]]:
    """Of each service, the subscriptions with their devices."""
    rows = db.session.execute(
        select(PushSubscription.origin, PushSubscription.id, PushSubscription.session_id)
    ).all()
    db.session.rollback()
    return {
        service.origin: {id_: device for origin, id_, device in rows if origin == service.origin}
        for service in services
    }


def _judge(
    scene: Scene,
    service: ScriptedPushService,
    deliveries: Sequence[Delivery],
    reminders: Reminders,
    meetings: Sequence[int],
) -> Seen:
    about = {str(meeting) for meeting in meetings}
    sent = [one for one in service.sent if one.payload.get("m") in about]
    ids = {int(one.payload["d"]) for one in sent}
    mine = [one for one in deliveries if one.id in ids]
    shown = {(one.subscription, one.payload["d"]) for one in sent if one.delivered}
    news = Counter((phone, next(o.payload["m"] for o in sent if o.payload["d"] == d)) for phone, d in shown)
    seen = Seen(messages=len(mine), sent=len(sent), shown=len(shown))
    if not mine:
        seen.wrong.append("no message was for it: this shows nothing")
    states = Counter((one.state, one.reason) for one in mine)
    if states != {(scene.state, scene.reason): len(mine)}:
        seen.wrong.append(f"the ledger says {dict(states)}")
    if len(shown) != (len(mine) if scene.delivered else 0):
        seen.wrong.append(f"{len(shown)} of {len(mine)} are shown")
    if any(count > 1 for count in news.values()):
        seen.wrong.append("some are shown twice")
    times = Counter((one.subscription, one.payload["d"]) for one in sent)
    if not times.keys() or not set(times.values()) <= set(scene.attempts):
        seen.wrong.append(f"sent {sorted(set(times.values()))} times")
    if scene.name == "429" and any(0 < one.at - sent[0].at < WAIT_SECONDS for one in sent):
        seen.wrong.append("it was asked to be left alone, and was not")
    if scene.ends != _has_ended(service, reminders):
        seen.wrong.append("subscriptions are over that are not, or the other way round")
    return seen


def _has_ended(service: ScriptedPushService, reminders: Reminders) -> bool:
    """Whether nobody to whom something was sent is subscribed there any more."""
    told = {one.subscription for one in service.sent}
    with reminders.app.app_context():
        left = set(db.session.scalars(select(PushSubscription.id)))
        db.session.remove()
    return not any(phone.name in told and id_ in left for id_, phone in reminders.phones.items())


def _tell_those_who_came_back(
    reminders: Reminders, services: Sequence[ScriptedPushService], before: dict[str, dict[int, int]]
) -> list[str]:
    """Have those whose subscription ended wrongly subscribe anew, as their app does when it is opened; what is wrong then."""
    wrong = []
    for service in services:
        service.script = GOOD
    for scene, service in zip(SCENES, services, strict=True):
        if not scene.ends:
            continue
        with reminders.app.app_context():
            left = set(db.session.scalars(select(PushSubscription.id)))
            db.session.remove()
        ended = [device for id_, device in before[service.origin].items() if id_ not in left]
        phones = {reminders.subscribe(device, service).name for device in ended}
        meetings = {str(id_) for id_ in reminders.convene(1, anew=True)}
        with reminders.app.app_context():
            run_jobs()
        told = {one.subscription for one in service.sent if one.payload.get("m") in meetings}
        if not phones or phones.isdisjoint(told):
            wrong.append(f"{scene.name}: who subscribed again is not told")
    return wrong


def _in_the_inbox(evening: Evening, meetings: Sequence[int]) -> int:
    engine = evening.engine()
    with engine.connect() as connection:
        count = connection.scalar(
            select(func.count())
            .select_from(Notice)
            .where(Notice.meeting_id.in_(meetings), Notice.kind == "meeting_convened")
        )
    engine.dispose()
    return int(count or 0)
