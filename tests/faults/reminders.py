"""Reminders of an evening: phones that are subscribed, meetings that are convened, a worker, and what the phones show."""

import os
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from flask import Flask
from sqlalchemy import select, update
from tests.faults.evening import Evening
from tests.support.push_service import Received, Subscription
from tests.support.pushing import children_of, is_alive, run_jobs
from tests.support.served import ServedProcess

from handbook.access.actor import SYSTEM
from handbook.accounts.models import DeviceSession
from handbook.app import create_app
from handbook.config import Settings
from handbook.kernel.clock import Clock, SystemClock
from handbook.kernel.db import db
from handbook.kernel.jobs import Job
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.enums import MeetingKind
from handbook.meetings.service import MeetingDraft, convene_meeting, create_meeting
from handbook.notifications.models import Delivery, PushSubscription, Reminder
from handbook.organizations.enums import OrganizationKind
from handbook.organizations.models import Organization

PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Shown:
    """What the phones make of the messages that reached them.

    ``repeated``: messages that came again under the same delivery id. ``twice``: the same news of the same meeting under
    another delivery id or tag, which a phone could not tell from news. ``missing``: deliveries of which no message came.
    """

    messages: int
    repeated: int
    twice: int
    missing: int


def tag_of(payload: dict[str, str]) -> str:
    """Under which tag a phone shows a message; one takes the place of another of the same tag (``pwa/src/push/wording.ts``)."""
    if "k" in payload:
        return f"task:{payload['k']}"
    if "r" in payload:
        return f"resolution:{payload['r']}"
    return f"meeting:{payload['m']}" if "m" in payload else "handbook"


def what_is_shown(messages: Sequence[Received], expected: set[tuple[str, int]]) -> Shown:
    """``expected``: phone and delivery id of each message that must have come."""
    came: Counter[tuple[str, int]] = Counter()
    news: defaultdict[tuple[str, str, str], set[tuple[str, str]]] = defaultdict(set)
    for message in messages:
        payload = message.json()
        came[message.subscription, int(payload["d"])] += 1
        about = payload.get("m") or payload.get("r", "")
        news[message.subscription, payload["t"], about].add((payload["d"], tag_of(payload)))
    return Shown(
        messages=came.total(),
        repeated=came.total() - len(came),
        twice=sum(len(ways) > 1 for ways in news.values()),
        missing=len(expected - came.keys()),
    )


class PushService(Protocol):
    """What phones need of a push service."""

    @property
    def origin(self) -> str: ...

    @property
    def extra_host(self) -> str: ...

    @property
    def authority(self) -> bytes:
        """The certificate of who vouches for it, as PEM."""
        ...

    def subscribe(self) -> Subscription: ...


class Reminders:
    """An evening whose devices are phones of these push services in turn."""

    def __init__(
        self, evening: Evening, services: Sequence[PushService], *, clock: Clock | None = None
    ) -> None:
        self.evening = evening
        self._services = services
        authorities = evening.data / "authorities.pem"
        authorities.write_bytes(b"".join(service.authority for service in services))
        self.environment = {
            **evening.environment,
            "HANDBOOK_PUSH_EXTRA_HOSTS": ",".join(service.extra_host for service in services),
            "HANDBOOK_PUSH_CA_FILE": str(authorities),
            "HANDBOOK_REMINDER_TICK_SECONDS": "0.2",
        }
        self.clock = clock or SystemClock()
        self.app = self.application(self.clock)
        #: By the id of the subscription.
        self.phones: dict[int, Subscription] = {}
        self._subscribe()
        self._turn = 0

    def application(self, clock: Clock) -> Flask:
        """One more application on this evening, which goes by this clock."""
        return create_app(Settings.from_environment(self.environment), clock=clock)

    def close(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def convene(self, meetings: int, *, anew: bool = False) -> list[int]:
        """Convene so many, each of the next cell, or of the first cells again, ten days ahead; their ids."""
        made = []
        if anew:
            self._turn = 0
        with self.app.app_context(), unit_of_work() as uow:
            cells = uow.session.scalars(
                select(Organization)
                .where(Organization.kind == OrganizationKind.CELL.value)
                .order_by(Organization.id)
            ).all()
            for _meeting in range(meetings):
                starts_at = uow.clock.now() + timedelta(days=10, hours=self._turn // len(cells) * 3)
                draft = MeetingDraft(
                    kind=MeetingKind.THEMATIC,
                    title="Sinh hoạt chuyên đề",
                    starts_at=starts_at,
                    ends_at=starts_at + timedelta(hours=2),
                    place="Nhà văn hóa",
                )
                meeting = create_meeting(cells[self._turn % len(cells)], draft, actor=SYSTEM, uow=uow)
                convene_meeting(meeting, actor=SYSTEM, uow=uow)
                made.append(meeting.id)
                self._turn += 1
        return made

    def settle(self) -> None:
        """Send here and now what the evening's own meetings have to tell, so that nothing is due but what is convened later."""
        with self.app.app_context():
            run_jobs()
            db.session.remove()
            self.app.extensions["handbook.push"].close()

    def end_leases(self) -> None:
        """Let the time of what the dead had taken run out, which would be minutes otherwise."""
        with self.app.app_context(), unit_of_work() as uow:
            past = uow.clock.now() - timedelta(days=1)
            running = update(Job).where(Job.state == "running")
            leased = update(Delivery).where(Delivery.state == "queued", Delivery.lease_until.is_not(None))
            uow.session.execute(running.values(lease_until=past))
            uow.session.execute(leased.values(lease_until=past))

    def deliveries(self, meetings: Sequence[int]) -> list[Delivery]:
        """Those of the convening of these meetings, as they stand."""
        with self.app.app_context():
            found = db.session.scalars(
                select(Delivery)
                .join(Reminder, Reminder.id == Delivery.reminder_id)
                .where(Reminder.meeting_id.in_(meetings), Reminder.kind == "meeting_convened")
                .order_by(Delivery.id)
            ).all()
            db.session.remove()
            return list(found)

    def is_under_way(self, meetings: Sequence[int]) -> bool:
        """Whether somebody has messages of these meetings in hand."""
        leased = [one for one in self.deliveries(meetings) if one.lease_until is not None]
        return any(one.state == "queued" for one in leased)

    def wait_until_accounted(self, meetings: Sequence[int], count: int) -> list[Delivery]:
        """Until there are so many deliveries, none of them under way."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            found = self.deliveries(meetings)
            states = Counter(one.state for one in found)
            if len(found) == count and not states["queued"]:
                return found
            assert time.monotonic() < deadline, f"{len(found)} of {count} deliveries: {states}"
            time.sleep(0.1)

    def expected(self, deliveries: Sequence[Delivery]) -> set[tuple[str, int]]:
        """Phone and delivery id of each."""
        return {
            (self.phones[one.subscription_id].name, one.id)
            for one in deliveries
            if one.subscription_id is not None
        }

    def subscribe(self, session_id: int, service: PushService) -> Subscription:
        """Have a device subscribe, as it does when it finds that it is not."""
        with self.app.app_context(), unit_of_work() as uow:
            phone = service.subscribe()
            row = PushSubscription(
                account_id=uow.session.get_one(DeviceSession, session_id).account_id,
                session_id=session_id,
                endpoint=phone.endpoint,
                origin=service.origin,
                created_at=uow.clock.now(),
                **phone.keys,
            )
            uow.session.add(row)
            uow.session.flush()
            self.phones[row.id] = phone
            return phone

    def _subscribe(self) -> None:
        with self.app.app_context():
            sessions = db.session.scalars(select(DeviceSession.id).order_by(DeviceSession.id)).all()
            db.session.remove()
            with unit_of_work():
                for place, session_id in enumerate(sessions):
                    self.subscribe(session_id, self._services[place % len(self._services)])


class Worker:
    """A worker as a process, with its courier."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._environment, self._log = environment, log
        self._process: ServedProcess | None = None
        self._courier = 0

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Started, and ended with everybody."""
        self.start()
        try:
            yield
        finally:
            self.end()

    def start(self) -> None:
        self._process = ServedProcess(self._environment, self._log, arguments=("worker",))

    def kill(self, *, courier: bool = False) -> None:
        """End the worker, or its courier, as the kernel would; returns when both are gone."""
        assert self._process is not None
        self._courier = next(iter(children_of(self._process.pid)), 0)
        if courier and self._courier:
            with suppress(ProcessLookupError):
                os.kill(self._courier, signal.SIGKILL)
        else:
            self._process.kill()
        self._process.wait(PATIENCE_SECONDS)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._courier and is_alive(self._courier):
            assert time.monotonic() < deadline, "the courier does not end"
            time.sleep(0.02)

    def end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()
