"""Changing the key of pushes: subscriptions belong to the key they were made with, so the old one is kept for a while."""

from datetime import datetime

from flask import current_app
from sqlalchemy import func, select, update

from handbook.config import Settings
from handbook.kernel.db import db
from handbook.kernel.secrets import rotate_vapid_key
from handbook.kernel.unit_of_work import unit_of_work
from handbook.notifications.models import PushSubscription
from handbook.notifications.push.gateway import current_push


def rotate(until: datetime) -> int:
    """Make a new key and keep the present one until then; how many subscriptions still go by the old one.

    Raises :class:`RotationTooSoonError` while a former key is still in use.
    """
    settings: Settings = current_app.extensions["handbook.settings"]
    old = current_push().vapid.public_key
    # Subscriptions from before keys were written down were made with the one that is about to be replaced.
    with unit_of_work() as uow:
        uow.session.execute(
            update(PushSubscription)
            .where(PushSubscription.server_key.is_(None))
            .values(server_key=old)
            .execution_options(synchronize_session=False)
        )
    rotate_vapid_key(settings.data_dir, until)
    return db.session.scalar(select(func.count()).where(PushSubscription.server_key == old)) or 0
