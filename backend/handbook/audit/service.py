"""Writing the record; always inside the unit of work of the act itself."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Insert, bindparam, insert, select

from handbook.access.actor import Actor
from handbook.audit.models import AuditEntry
from handbook.kernel.unit_of_work import UnitOfWork

_ENTRIES = AuditEntry.__table__
_COLUMNS = [column for column in _ENTRIES.columns if column.name != "id"]
# An entry as a selection of its values, so that it can be written on a condition.
_INSERT = insert(_ENTRIES).from_select(
    [column.name for column in _COLUMNS],
    select(*(bindparam(f"entry_{column.name}", type_=column.type).label(column.name) for column in _COLUMNS)),
)


def record(
    uow: UnitOfWork,
    tag: str,
    *,
    actor: Actor,
    subject_id: int | None = None,
    member_id: int | None = None,
    path: str | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Add one entry. ``tag`` is ``source:subject:action``, such as ``meetings:meeting:convened``.

    ``details`` holds codes, ids, the names of changed fields and, where a reading needs one, the reader's reason; never
    names, numbers or texts of the person concerned.
    """
    uow.session.add(
        AuditEntry(
            at=uow.clock.now(),
            tag=tag,
            actor_account_id=actor.account_id,
            actor_member_id=actor.member_id,
            subject_id=subject_id,
            member_id=member_id,
            path=path,
            details=details or {},
            request_id=structlog.contextvars.get_contextvars().get("request_id"),
        )
    )


def record_about_many(
    uow: UnitOfWork,
    tag: str,
    *,
    actor: Actor,
    subject_id: int,
    member_ids: Iterable[int],
    path: str,
    details: dict[str, Any],
) -> None:
    """The same entry about each of many members, in one statement: what one act changed for all of them."""
    shared = {
        "at": uow.clock.now(),
        "tag": tag,
        "actor_account_id": actor.account_id,
        "actor_member_id": actor.member_id,
        "subject_id": subject_id,
        "path": path,
        "details": details,
        "request_id": structlog.contextvars.get_contextvars().get("request_id"),
    }
    entries = [{**shared, "member_id": member_id} for member_id in member_ids]
    if entries:
        uow.session.execute(insert(AuditEntry), entries)


def entry_of(
    tag: str,
    *,
    actor: Actor,
    subject_id: int,
    member_id: int,
    path: str,
    details: dict[str, Any],
    at: datetime,
    request_id: str | None = None,
) -> tuple[Insert, dict[str, Any]]:
    """The same entry as a statement and its values, for the acts that a whole province does in one evening.

    ``request_id`` is asked for because the layers before Flask have no context that would know it.
    """
    return _INSERT, {
        "entry_at": at,
        "entry_tag": tag,
        "entry_actor_account_id": actor.account_id,
        "entry_actor_member_id": actor.member_id,
        "entry_subject_id": subject_id,
        "entry_member_id": member_id,
        "entry_path": path,
        "entry_details": details,
        "entry_request_id": request_id or structlog.contextvars.get_contextvars().get("request_id"),
    }
