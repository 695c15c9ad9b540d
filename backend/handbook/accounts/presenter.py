"""What a session looks like from outside; the same in the login's answer, in ``GET /api/session`` and in the sync."""

from typing import Any

from handbook.access.actor import Actor
from handbook.accounts.models import Account, DeviceSession
from handbook.accounts.schemas import SessionOut
from handbook.accounts.service import PURPOSE_NOTICE_VERSION
from handbook.members.presenter import present_member
from handbook.members.queries import current_offices

_session = SessionOut()


def present_session(account: Account, actor: Actor) -> dict[str, Any]:
    """The body of :class:`SessionOut`."""
    member = account.member
    login = account.user_name or (member.card_number or member.phone if member else None)
    body: dict[str, Any] = _session.dump(
        {
            "account": {"id": account.id, "login": login},
            "member": None,
            "offices": current_offices(actor),
            "must_change_password": account.must_change_password,
            "purpose_notice_due": account.purpose_notice_version != PURPOSE_NOTICE_VERSION,
        }
    )
    body["member"] = present_member(member, actor) if member else None
    return body


def present_device(session: DeviceSession, actor: Actor) -> dict[str, Any]:
    """What :class:`DeviceOut` dumps: a device, and whether it is the one that asks."""
    return {
        "id": session.id,
        "device_name": session.device_name,
        "created_at": session.created_at,
        "last_seen_at": session.last_seen_at,
        "current": session.id == actor.session_id,
    }
