"""What a member wants pushed. Whatever is chosen, the inbox has everything."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from handbook.access.actor import Actor
from handbook.audit.service import record
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.notifications.enums import NoticeKind
from handbook.notifications.models import PushPreferences


def muted_kinds(*, actor: Actor) -> list[str]:
    """The kinds that the actor does not want pushed, in the order of :class:`NoticeKind`."""
    row = db.session.get(PushPreferences, actor.account_id)
    muted = set(row.muted) if row else set()
    return [kind.value for kind in NoticeKind if kind.value in muted]


def mute(kinds: Collection[str], *, actor: Actor, uow: UnitOfWork) -> None:
    """From now on push none of these kinds to the actor's devices, and all the others."""
    muted = [kind.value for kind in NoticeKind if kind.value in kinds]
    row = uow.session.get(PushPreferences, actor.account_id)
    if row is None:
        row = PushPreferences(account_id=actor.account_id, muted=[])
        uow.session.add(row)
    elif row.muted == muted:
        return
    row.muted, row.changed_at = muted, uow.clock.now()
    uow.session.flush()
    record(
        uow,
        "notifications:preferences:changed",
        actor=actor,
        subject_id=actor.account_id,
        member_id=actor.member_id,
        details={"muted": muted},
    )


def accounts_without(kind: str, account_ids: Collection[int], session: Session) -> set[int]:
    """Which of these accounts do not want this kind pushed."""
    rows = session.execute(
        select(PushPreferences.account_id, PushPreferences.muted).where(
            PushPreferences.account_id.in_(account_ids)
        )
    )
    return {account_id for account_id, muted in rows if kind in muted}
