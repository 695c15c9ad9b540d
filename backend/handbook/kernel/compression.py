"""Larger JSON answers are compressed on their way out; granian does it for nobody (ADR 20 says what is not, and why).

Only what is read: answers to a change are small, and those that tell a secret once are answers to a change. A proof within an
answer is compressed by itself, and a random number of bytes in the header of each keeps its length from telling what it holds.
"""

import re
import secrets
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request
from werkzeug.http import parse_accept_header

# Below that it is one packet either way.
LEAST_BYTES = 1_400
MOST_PADDING = 64
LEVEL = 5
VARY = "Accept-Encoding"
UNCOMPRESSED = "__uncompressed__"
# A member's own code for the room, or whatever has the form of such a proof.
PROOF = re.compile(rb'("[A-Za-z0-9_-]{22}")')
# Deflated, with a name of the file, at no time, by no particular system (RFC 1952).
_GZIP_START = b"\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\xff"
F = TypeVar("F", bound=Callable[..., Any])


def uncompressed(view: F) -> F:
    """Leave this view's answers as they are, because they hold a secret beside what somebody else may choose."""
    setattr(view, UNCOMPRESSED, True)
    return view


def compress_answers(app: Flask) -> None:
    """Compress what the application answers. To be called before any other wish about answers: what comes first acts last."""

    @app.after_request
    def compress(response: Response) -> Response:
        if not _is_worth_it(response):
            return response
        response.vary.add(VARY)
        if accepts_gzip(request.headers.get("Accept-Encoding", "")):
            response.set_data(gzipped(response.get_data()))
            response.headers["Content-Encoding"] = "gzip"
            tag, is_weak = response.get_etag()
            if tag is not None and not is_weak:
                # Not byte for byte what others under the same tag have.
                response.set_etag(tag, weak=True)
        return response


def _is_worth_it(response: Response) -> bool:
    return (
        request.method == "GET"
        and response.status_code == 200
        and response.mimetype == "application/json"
        and not response.is_streamed
        and "Content-Encoding" not in response.headers
        and len(response.get_data()) >= LEAST_BYTES
        and not getattr(current_app.view_functions.get(request.endpoint or ""), UNCOMPRESSED, False)
    )


@lru_cache(maxsize=256)
def accepts_gzip(header: str) -> bool:
    """Whether who sends this ``Accept-Encoding`` takes gzip."""
    return parse_accept_header(header)["gzip"] > 0


def gzipped(plain: bytes) -> bytes:
    """The bytes as gzip, at a length that differs from time to time, each proof apart: nothing that somebody else has written
    grows shorter because it is like one."""
    deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    padding = b"x" * secrets.randbelow(MOST_PADDING + 1)
    parts = [_GZIP_START, padding, b"\x00"]
    for piece in PROOF.split(plain):
        parts += (deflate.compress(piece), deflate.flush(zlib.Z_FULL_FLUSH))
    end = zlib.crc32(plain).to_bytes(4, "little") + (len(plain) & 0xFFFFFFFF).to_bytes(4, "little")
    return b"".join((*parts, deflate.flush(), end))
