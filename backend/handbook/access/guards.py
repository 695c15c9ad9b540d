"""Guards: ``require`` for one object, ``visible`` for lists, ``declare`` for routes."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request
from flask_login import current_user
from sqlalchemy import ColumnElement, true

from handbook.access.actor import Actor
from handbook.access.permissions import Permission
from handbook.access.policy import POLICY
from handbook.access.predicates import Columns, Target
from handbook.kernel.problems import Forbidden, NotAuthenticated, NotFound

ATTRIBUTE = "__access__"
PUBLIC = "public"
SIGNED_IN = "signed_in"
F = TypeVar("F", bound=Callable[..., Any])


def may(actor: Actor, permission: Permission, target: Target) -> bool:
    """Whether the actor holds the permission for this object."""
    return actor.is_system or POLICY[permission].predicate.allows(actor, target)


def require(actor: Actor, permission: Permission, target: Target) -> None:
    """Refuse unless permitted: :class:`NotFound` when the object is not the actor's to see, else :class:`Forbidden`."""
    if may(actor, permission, target):
        return
    visible = POLICY[permission].visible
    raise Forbidden if visible != permission and may(actor, visible, target) else NotFound


def visible(actor: Actor, permission: Permission, columns: Columns) -> ColumnElement[bool]:
    """The same rule as a SQL condition, for lists."""
    return true() if actor.is_system else POLICY[permission].predicate.clause(actor, columns)


def requires(permission: Permission) -> Callable[[F], F]:
    """Declare that a route asks for this permission; the view's service or query checks it against the object."""
    return _declare(permission)


def public(view: F) -> F:
    """Declare that a route is for everybody, signed in or not."""
    return _declare(PUBLIC)(view)


def signed_in(view: F) -> F:
    """Declare that a route is for every signed-in account and concerns only that account."""
    return _declare(SIGNED_IN)(view)


def current_actor() -> Actor:
    """Who sends the request at hand; raises :class:`NotAuthenticated` for nobody."""
    actor = current_user._get_current_object()
    if not isinstance(actor, Actor):
        raise NotAuthenticated
    return actor


def declared_rule(app: Flask, endpoint: str) -> str | None:
    """The rule a route declares, or None when somebody forgot it."""
    rule: str | None = getattr(app.view_functions[endpoint], ATTRIBUTE, None)
    return rule


def guard_routes(app: Flask) -> None:
    """Refuse anonymous requests before anything of them is parsed."""

    @app.before_request
    def authenticate() -> None:
        if request.endpoint is None:
            return
        if declared_rule(current_app, request.endpoint) != PUBLIC:
            current_actor()


def refuse_undeclared_routes(app: Flask) -> None:
    """Fail the start when a route has no rule."""
    undeclared = sorted(
        f"{rule.rule} [{rule.endpoint}]"
        for rule in app.url_map.iter_rules()
        if declared_rule(app, rule.endpoint) is None
    )
    if undeclared:
        raise RuntimeError("routes without a rule: " + ", ".join(undeclared))


def _declare(rule: str) -> Callable[[F], F]:
    def mark(view: F) -> F:
        setattr(view, ATTRIBUTE, rule)
        return view

    return mark
