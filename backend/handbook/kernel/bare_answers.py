"""Answers of the layers before Flask, with the headers that the application gives its own."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from handbook.kernel.compression import LEAST_BYTES, VARY, accepts_gzip, gzipped
from handbook.kernel.problems import new_request_id

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Headers = Sequence[tuple[str, str]]


def answer_unchanged(tag: str, headers: Headers, start_response: "StartResponse") -> Iterable[bytes]:
    """The 304 of who holds this version."""
    own = [("ETag", f'"{tag}"'), ("X-Request-Id", new_request_id())]
    start_response("304 NOT MODIFIED", [*headers, *own])
    return []


def answer_json(
    body: bytes,
    headers: Headers,
    environ: "WSGIEnvironment",
    start_response: "StartResponse",
    *,
    tag: str,
    vary: Sequence[str] = (),
) -> Iterable[bytes]:
    """The 200 with this JSON, compressed for who takes that (:mod:`handbook.kernel.compression`); ``vary`` beside."""
    own = [("Content-Type", "application/json"), ("X-Request-Id", new_request_id())]
    weak = ""
    if len(body) >= LEAST_BYTES:
        vary = (*vary, VARY)
        if accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")):
            body, weak = gzipped(body), "W/"
            own.append(("Content-Encoding", "gzip"))
    if vary:
        own.append(("Vary", ", ".join(vary)))
    own += [("ETag", f'{weak}"{tag}"'), ("Content-Length", str(len(body)))]
    start_response("200 OK", [*headers, *own])
    return [body]
