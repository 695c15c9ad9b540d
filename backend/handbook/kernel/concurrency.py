"""Optimistic locking over HTTP: a row's version is its ETag; changing what others may edit needs ``If-Match``."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Protocol

from flask import Response, request

from handbook.kernel.problems import Problem


class Versioned(Protocol):
    """A row with ``row_version``, which SQLAlchemy raises at every update of it."""

    @property
    def id(self) -> int: ...

    @property
    def row_version(self) -> int: ...


def etag_of(row: Versioned) -> str:
    """The row's entity tag, without quotes; it changes with every change of the row."""
    return f"{row.id}-{row.row_version}"


def require_match(row: Versioned) -> None:
    """Refuse the request unless its ``If-Match`` names this version: 428 without the header, 412 when it is stale.

    A weak tag counts as well: proxies that compress make weak ones of ours, and a version is a version.
    """
    if "If-Match" not in request.headers:
        raise Problem(428)
    if not request.if_match.contains_weak(etag_of(row)) and etag_of(row) not in _named_versions():
        raise Problem(412, headers={"ETag": f'"{etag_of(row)}"'})


def heed_match(present: Callable[[], Sequence[str]]) -> None:
    """Of a change that needs no ``If-Match``: 412 when the request names versions all the same and none of the present ones.

    The refusal names the first of them. They are asked for only when they are needed.
    """
    if request.if_match:
        tags = present()
        if not any(request.if_match.contains_weak(tag) for tag in tags):
            raise Problem(412, headers={"ETag": f'"{tags[0]}"'})


def _named_versions() -> set[str]:
    """The versions within the tags of :func:`set_body_etag`: what a reader was given is what ``If-Match`` takes."""
    return {tag.partition(".")[0] for tag in request.if_match.as_set(include_weak=True) if "." in tag}


def set_etag(response: Response, tag: str) -> Response:
    """Put the tag on the answer, and make it a bodiless 304 when the caller already holds this version.

    A reading may name the version it wants with ``If-Match`` too: 412 when it is not this one.
    """
    response.set_etag(tag)
    response.headers.setdefault("Cache-Control", "private, no-cache")
    if request.method in ("GET", "HEAD"):
        if request.if_match and not request.if_match.contains_weak(tag):
            raise Problem(412, headers={"ETag": f'"{tag}"'})
        if request.if_none_match.contains_weak(tag):
            response.status_code = 304
            response.set_data(b"")
    return response


def set_body_etag(response: Response, *, version: str | None = None) -> Response:
    """Tag an answer with a digest of its body; ``no-store``, because it is about a person.

    ``version`` is that of the row that the answer is about, when there is one: the answer moves without it, with its reader and
    with others. The tag then begins with it, and :func:`require_match` takes it for that version.
    """
    response.headers["Cache-Control"] = "no-store"
    digest = hashlib.sha256(response.get_data()).hexdigest()[:32]
    return set_etag(response, digest if version is None else f"{version}.{digest}")
