"""Personal feeds: made, listed, revoked by their owner, and read by whoever has the address."""

import hashlib
import secrets
from collections.abc import Sequence

from sqlalchemy import func, select, update

from handbook.access.actor import Actor
from handbook.access.guards import require
from handbook.access.permissions import Permission
from handbook.accounts.sessions import find_account_actor
from handbook.audit.service import record
from handbook.calendars.enums import Titles
from handbook.calendars.errors import MemberRequired, TooManyFeeds
from handbook.calendars.models import CalendarFeed
from handbook.kernel.clock import Clock
from handbook.kernel.db import db
from handbook.kernel.problems import NotFound
from handbook.kernel.unit_of_work import UnitOfWork

TOKEN_BYTES = 32
#: More than anybody has calendars.
MOST_FEEDS = 10


def make_feed(name: str, titles: Titles, *, actor: Actor, uow: UnitOfWork) -> tuple[CalendarFeed, str]:
    """A new feed of the actor and its token, which is told this once.

    Raises :class:`MemberRequired`, :class:`TooManyFeeds`.
    """
    if actor.member_id is None or actor.account_id is None:
        raise MemberRequired
    count = select(func.count()).select_from(CalendarFeed)
    own = count.where(CalendarFeed.account_id == actor.account_id, CalendarFeed.revoked_at.is_(None))
    if (uow.session.scalar(own) or 0) >= MOST_FEEDS:
        raise TooManyFeeds
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feed = CalendarFeed(
        account_id=actor.account_id,
        token_hash=_hash(token),
        name=name,
        titles=titles.value,
        created_at=uow.clock.now(),
    )
    uow.session.add(feed)
    uow.session.flush()
    record(uow, "calendars:feed:made", actor=actor, subject_id=feed.id, details={"titles": titles.value})
    return feed, token


def list_feeds(*, actor: Actor) -> Sequence[CalendarFeed]:
    """The actor's feeds that are in force, the newest first."""
    statement = select(CalendarFeed).where(
        CalendarFeed.account_id == actor.account_id, CalendarFeed.revoked_at.is_(None)
    )
    return db.session.scalars(statement.order_by(CalendarFeed.id.desc())).all()


def get_feed(feed_id: int, *, actor: Actor) -> CalendarFeed:
    """An own feed; 404 for any other."""
    feed = db.session.get(CalendarFeed, feed_id)
    if feed is None:
        raise NotFound
    require(actor, Permission.CALENDAR_FEEDS_REVOKE, feed.target)
    return feed


def revoke_feed(feed: CalendarFeed, *, actor: Actor, uow: UnitOfWork) -> None:
    """From the next request on the address leads nowhere. Once more changes nothing."""
    if feed.revoked_at is not None:
        return
    feed.revoked_at = uow.clock.now()
    uow.session.flush()
    record(uow, "calendars:feed:revoked", actor=actor, subject_id=feed.id)


def open_feed(token: str, *, clock: Clock) -> tuple[CalendarFeed, Actor]:
    """The feed of this token and its owner as of today; :class:`NotFound` when revoked, unknown, or the owner may not sign
    in any more."""
    feed = db.session.scalar(
        select(CalendarFeed).where(CalendarFeed.token_hash == _hash(token), CalendarFeed.revoked_at.is_(None))
    )
    actor = None if feed is None else find_account_actor(feed.account_id, clock)
    if feed is None or actor is None:
        raise NotFound
    return feed, actor


def note_reading(feed_id: int, *, uow: UnitOfWork) -> None:
    """Keep on which day the feed was last read."""
    uow.session.execute(
        update(CalendarFeed).where(CalendarFeed.id == feed_id).values(read_on=uow.clock.now().date())
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
