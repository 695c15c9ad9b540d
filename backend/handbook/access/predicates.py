"""Predicates over the tree, each said twice: about one object, and as SQL about all of them. A test holds them together."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, false, not_, or_, true

from handbook.access.actor import Actor, OfficeTitle
from handbook.kernel.tree import PATH_END, ancestor_paths

RUNNERS = frozenset({OfficeTitle.SECRETARY, OfficeTitle.DEPUTY_SECRETARY})
# Who is summoned to a meeting of an organisation that has cells below it.
COMMITTEE = RUNNERS | {OfficeTitle.COMMITTEE_MEMBER}
STAFF = frozenset({OfficeTitle.STAFF, OfficeTitle.ADMINISTRATOR})
SECRETARIAT = frozenset({OfficeTitle.STAFF})
ADMINISTRATORS = frozenset({OfficeTitle.ADMINISTRATOR})
OFFICERS = RUNNERS | STAFF


@dataclass(frozen=True, slots=True)
class Target:
    """What the policy needs to know of an object. ``private`` objects (drafts) are for office holders only; ``many_sites``
    is a conference; ``chair_id`` is who led the meeting that the object tells of, ``minute_taker_id`` who is appointed to
    write its minutes.
    """

    path: str
    member_id: int | None = None
    account_id: int | None = None
    private: bool = False
    many_sites: bool = False
    chair_id: int | None = None
    minute_taker_id: int | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """The same facts as SQL expressions, for scoping a list."""

    path: ColumnElement[str] | Any
    member_id: ColumnElement[int | None] | Any = None
    account_id: ColumnElement[int | None] | Any = None
    private: ColumnElement[bool] | Any = None
    many_sites: ColumnElement[bool] | Any = None
    chair_id: ColumnElement[int | None] | Any = None
    minute_taker_id: ColumnElement[int | None] | Any = None


class Predicate(Protocol):
    def allows(self, actor: Actor, target: Target) -> bool: ...

    def clause(self, actor: Actor, columns: Columns) -> ColumnElement[bool]: ...


@dataclass(frozen=True, slots=True)
class At:
    """The actor holds one of the offices at the object's very organisation."""

    titles: frozenset[OfficeTitle]

    def allows(self, actor: Actor, target: Target) -> bool:
        return target.path in actor.paths_of(self.titles)

    def clause(self, actor: Actor, columns: Columns) -> ColumnElement[bool]:
        paths = actor.paths_of(self.titles)
        return columns.path.in_(paths) if paths else false()


@dataclass(frozen=True, slots=True)
class AtConference:
    """The object is a conference, and the actor holds one of the offices at the very organisation that holds it."""

    titles: frozenset[OfficeTitle]

    def allows(self, actor: Actor, target: Target) -> bool:
        return target.many_sites and target.path in actor.paths_of(self.titles)

    def clause(self, actor: Actor, columns: Columns) -> ColumnElement[bool]:
        paths = actor.paths_of(self.titles)
        if not paths or columns.many_sites is None:
            return false()
        return and_(columns.many_sites, columns.path.in_(paths))


@dataclass(frozen=True, slots=True)
class AtOrBelow:
    """The actor holds one of the offices at the object's organisation or above it."""

    titles: frozenset[OfficeTitle]

    def allows(self, actor: Actor, target: Target) -> bool:
        return any(target.path.startswith(path) for path in actor.paths_of(self.titles))

    def clause(self, actor: Actor, columns: Columns) -> ColumnElement[bool]:
        paths = actor.paths_of(self.titles)
        return or_(false(), *(and_(columns.path >= path, columns.path < path + PATH_END) for path in paths))


@dataclass(frozen=True, slots=True)
class OwnUnits:
    """The object's organisation is the member's own or one above it, and the object is not private."""

    def allows(self, actor: Actor, target: Target) -> bool:
        return not target.private and actor.path is not None and actor.path.startswith(target.path)

    def clause(self, actor: Actor, columns: Columns) -> ColumnElement[bool]:
        if actor.path is None:
            return false()
        own = columns.path.in_(ancestor_paths(actor.path))
        return own if columns.private is None else and_(own, not_(columns.private))


@dataclass(frozen=True, slots=True)
class OwnCell:
    """The object's organisation is the member's own, and the object is not private."""

    def allows(self, actor: Actor, target: Target) -> bool:
        return not target.private and actor.path is not None and actor.path == target.path

    def clause(self, actor: Actor, columns: Columns) -> ColumnElement[bool]:
        if actor.path is None:
            return false()
        own: ColumnElement[bool] = columns.path == actor.path
        return own if columns.private is None else and_(own, not_(columns.private))


@dataclass(frozen=True, slots=True)
class UnitsOfOffice:
    """An organisation where the actor holds any office, or one above such an organisation."""

    def allows(self, actor: Actor, target: Target) -> bool:
        return not target.private and any(office.path.startswith(target.path) for office in actor.offices)

    def clause(self, actor: Actor, columns: Columns) -> ColumnElement[bool]:
        paths = sorted({path for office in actor.offices for path in ancestor_paths(office.path)})
        own = columns.path.in_(paths) if paths else false()
        return own if columns.private is None else and_(own, not_(columns.private))


@dataclass(frozen=True, slots=True)
class OwnMember:
    """The object is about the actor's own member record."""

    def allows(self, actor: Actor, target: Target) -> bool:
        return actor.member_id is not None and target.member_id == actor.member_id

    def clause(self, actor: Actor, columns: Columns) -> ColumnElement[bool]:
        if actor.member_id is None or columns.member_id is None:
            return false()
        own: ColumnElement[bool] = columns.member_id == actor.member_id
        return own


@dataclass(frozen=True, slots=True)
class Chaired:
    """The actor led the meeting that the object tells of, whatever office that member holds by now."""

    def allows(self, actor: Actor, target: Target) -> bool:
        return actor.member_id is not None and target.chair_id == actor.member_id

    def clause(self, actor: Actor, columns: Columns) -> ColumnElement[bool]:
        if actor.member_id is None or columns.chair_id is None:
            return false()
        own: ColumnElement[bool] = columns.chair_id == actor.member_id
        return own


@dataclass(frozen=True, slots=True)
class TakesMinutes:
    """The actor is appointed to write the minutes of the meeting that the object is or tells of, and of no other."""

    def allows(self, actor: Actor, target: Target) -> bool:
        return actor.member_id is not None and target.minute_taker_id == actor.member_id

    def clause(self, actor: Actor, columns: Columns) -> ColumnElement[bool]:
        if actor.member_id is None or columns.minute_taker_id is None:
            return false()
        own: ColumnElement[bool] = columns.minute_taker_id == actor.member_id
        return own


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """The object belongs to the actor's account."""

    def allows(self, actor: Actor, target: Target) -> bool:
        return actor.account_id is not None and target.account_id == actor.account_id

    def clause(self, actor: Actor, columns: Columns) -> ColumnElement[bool]:
        if actor.account_id is None or columns.account_id is None:
            return false()
        own: ColumnElement[bool] = columns.account_id == actor.account_id
        return own


class AllOf:
    """Every one of the predicates holds."""

    def __init__(self, *predicates: Predicate) -> None:
        self.predicates: Iterable[Predicate] = predicates

    def allows(self, actor: Actor, target: Target) -> bool:
        return all(predicate.allows(actor, target) for predicate in self.predicates)

    def clause(self, actor: Actor, columns: Columns) -> ColumnElement[bool]:
        return and_(true(), *(predicate.clause(actor, columns) for predicate in self.predicates))


class AnyOf:
    """At least one of the predicates holds."""

    def __init__(self, *predicates: Predicate) -> None:
        self.predicates: Iterable[Predicate] = predicates

    def allows(self, actor: Actor, target: Target) -> bool:
        return any(predicate.allows(actor, target) for predicate in self.predicates)

    def clause(self, actor: Actor, columns: Columns) -> ColumnElement[bool]:
        return or_(false(), *(predicate.clause(actor, columns) for predicate in self.predicates))


class Nobody:
    """Only the system."""

    def allows(self, actor: Actor, target: Target) -> bool:
        return False

    def clause(self, actor: Actor, columns: Columns) -> ColumnElement[bool]:
        return false()
