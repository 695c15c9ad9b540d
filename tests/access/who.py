"""The words in which the expectations are written: roles by place, and what one route is expected to answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Roles = Mapping[str, frozenset[str]]


def roles(cell: str = "", committee: str = "", far_cell: str = "") -> Roles:
    places = {"cell": cell, "committee": committee, "far_cell": far_cell}
    return {place: frozenset(names.split()) for place, names in places.items()}


# Whose line up to the root passes through the place, and who holds an office there or above.
LINE = roles("member secretary", "member secretary beside_staff staff", "root_staff far_staff")
OFFICERS = roles(
    "secretary staff root_staff administrator",
    "staff root_staff administrator",
    "root_staff far_staff administrator",
)
STAFF = roles(
    "staff root_staff administrator", "staff root_staff administrator", "root_staff far_staff administrator"
)
RUNNERS = roles("secretary")
OFFICERS_FAR = "root_staff far_staff administrator"
# The member of the matrix at the place "committee" sits in the neighbouring cell, where ``beside_staff`` holds an office.
OF_MEMBERS = roles(
    "secretary staff root_staff administrator", "staff root_staff administrator beside_staff", OFFICERS_FAR
)
STAFF_OF_MEMBERS = roles(
    "staff root_staff administrator", "staff root_staff administrator beside_staff", OFFICERS_FAR
)
OWN_CELL = roles("member secretary", "", "root_staff far_staff")
NOBODY = roles()


def either(*groups: Roles) -> Roles:
    return {place: frozenset().union(*(group[place] for group in groups)) for place in groups[0]}


READERS = either(LINE, OFFICERS)
SELF_EVERYONE = "everyone"
EVERYBODY_PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Expected:
    """One route. ``objects`` maps URL parameters to kinds; ``sees``/``does`` are by place, or a word for the account's own."""

    sees: Roles | str
    does: Roles | str
    done: tuple[int, ...] = (200,)
    objects: Mapping[str, str] = field(default_factory=dict)
    # Data, or a function of the cell that makes it.
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    multipart: bool = False
    # The object whose version the request names in If-Match: its kind, or "*" for whatever is there.
    match: str = ""
    # Roles that are allowed and yet get another answer.
    except_for: Mapping[str, int] = field(default_factory=dict)
    because: str = ""


def own(done: tuple[int, ...] = (200,), **kwargs: Any) -> Expected:
    return Expected(SELF_EVERYONE, SELF_EVERYONE, done, **kwargs)


def everybody(done: tuple[int, ...] = (200,), **kwargs: Any) -> Expected:
    return Expected(EVERYBODY_PUBLIC, EVERYBODY_PUBLIC, done, **kwargs)


def mine(kind: str, parameter: str, done: tuple[int, ...], **kwargs: Any) -> Expected:
    return Expected("owner", "owner", done, {parameter: kind}, **kwargs)
