"""Domain events: a lower feature says what happened, a higher one subscribes.

Handlers run inside the unit of work that emitted the event, so what they write commits with it or not at all.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from handbook.kernel.unit_of_work import UnitOfWork

E = TypeVar("E")
Handler = Callable[[Any, "UnitOfWork"], None]

_handlers: dict[type, list[Handler]] = defaultdict(list)


def subscribe(
    event_type: type[E],
) -> Callable[[Callable[[E, "UnitOfWork"], None]], Callable[[E, "UnitOfWork"], None]]:
    """Decorate ``handler(event, uow)`` so that it runs for every emitted event of ``event_type``; once per handler."""

    def register(handler: Callable[[E, "UnitOfWork"], None]) -> Callable[[E, "UnitOfWork"], None]:
        if handler not in _handlers[event_type]:
            _handlers[event_type].append(handler)
        return handler

    return register


def publish(event: object, uow: "UnitOfWork") -> None:
    """Run the handlers of this event's type, in the order in which they subscribed."""
    for handler in _handlers[type(event)]:
        handler(event, uow)
