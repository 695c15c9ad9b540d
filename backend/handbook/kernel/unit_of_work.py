"""One transaction per use case: the only place that commits.

::

    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.MEETINGS_CONVENE, actor=actor)
        convene_meeting(meeting, actor=actor, uow=uow)

Change, audit row, jobs and domain events commit together; what was given to :meth:`UnitOfWork.after_commit` (files, wake-ups)
happens afterwards. An inner ``unit_of_work()`` joins the outer one. Whatever was read before the block starts is read
again inside it, because the block begins a write transaction of its own.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy.orm import Session

from handbook.kernel import events
from handbook.kernel.clock import Clock
from handbook.kernel.db import DURABLE_OPTION, WRITE_OPTION, db, roll_back


class UnitOfWork:
    """The transaction at hand. ``memo`` is a scratch area whose life is this transaction's."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self.clock = clock
        self.memo: dict[Any, Any] = {}
        self._after_commit: list[Callable[[], None]] = []
        self._on_rollback: list[Callable[[], None]] = []

    def emit(self, event: object) -> None:
        """Tell subscribers what happened; they write in this same transaction."""
        self.session.flush()
        events.publish(event, self)

    def after_commit(self, act: Callable[[], None]) -> None:
        """Do ``act`` when, and only when, the transaction was committed."""
        self._after_commit.append(act)

    def on_rollback(self, act: Callable[[], None]) -> None:
        """Do ``act`` when the transaction failed, such as removing a file that nothing will name."""
        self._on_rollback.append(act)


_current: ContextVar[UnitOfWork | None] = ContextVar("handbook_unit_of_work", default=None)


@contextmanager
def unit_of_work(clock: Clock | None = None, *, durable: bool = True) -> Iterator[UnitOfWork]:
    """Begin a write transaction, or join the one that is under way; commit at the end, roll back on any error.

    One that is not ``durable`` does not wait for the disk: it outlives this process, and a power cut may take it. It is
    for what costs nothing but work to be found out again.
    """
    outer = _current.get()
    if outer is not None:
        yield outer
        return
    session = db.session()
    roll_back(session)
    session.connection(execution_options={WRITE_OPTION: True, DURABLE_OPTION: durable})
    uow = UnitOfWork(session, clock or current_clock())
    token = _current.set(uow)
    try:
        yield uow
        session.commit()
    except BaseException:
        roll_back(session)
        for act in uow._on_rollback:
            act()
        raise
    finally:
        _current.reset(token)
    for act in uow._after_commit:
        act()


def current_clock() -> Clock:
    """The application's clock."""
    from flask import current_app

    clock: Clock = current_app.extensions["handbook.clock"]
    return clock
