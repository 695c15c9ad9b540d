"""Writing the record; always inside the unit of work of the act itself."""

from typing import Any

import structlog

from handbook.access.actor import Actor
from handbook.audit.models import AuditEntry
from handbook.kernel.unit_of_work import UnitOfWork


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
