"""What every answer carries and every request must satisfy, whichever feature serves it."""

import io
from urllib.parse import urlsplit

from flask import Flask, Response, request

from handbook.config import Settings
from handbook.kernel.problems import Problem

# Only files may be larger, and they come as multipart.
MAX_PLAIN_BODY = 1024 * 1024
# What is read and thrown away of a body that is refused: a client that still writes would else meet a closed
# connection instead of the answer.
MAX_DISCARDED = 64 * 1024 * 1024
_CHUNK = 1 << 16
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITES = frozenset({"same-origin", "none"})

CSP_DIRECTIVES = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    "connect-src 'self'",
    "media-src 'self' blob:",
    "manifest-src 'self'",
    "worker-src 'self'",
    "frame-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)

# ``Server`` says nothing about what serves; without it granian would name itself.
HEADERS = {
    "Server": "sotay",
    "Content-Security-Policy": "; ".join(CSP_DIRECTIVES),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
}
TRANSPORT_SECURITY = "max-age=63072000; includeSubDomains"


def protect(app: Flask, settings: Settings) -> None:
    """Refuse state-changing requests that another site's page sends, and put the security headers on every answer."""

    @app.before_request
    def judge_request() -> None:
        if request.method not in SAFE_METHODS:
            _refuse_foreign_origins(settings)
        if request.mimetype != "multipart/form-data":
            _bound_plain_body()

    @app.after_request
    def harden(response: Response) -> Response:
        for name, value in security_headers(settings):
            response.headers.setdefault(name, value)
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        if response.status_code == 204:
            # Of nothing there is no kind.
            response.headers.pop("Content-Type", None)
        if response.status_code == 413:
            _discard_body()
            response.headers["Connection"] = "close"
        return response


def security_headers(settings: Settings) -> list[tuple[str, str]]:
    """The headers of every answer, also of those that are given before Flask is woken."""
    secure = settings.cookie_secure
    return [*HEADERS.items(), *([("Strict-Transport-Security", TRANSPORT_SECURITY)] if secure else [])]


def _bound_plain_body() -> None:
    request.max_content_length = MAX_PLAIN_BODY
    if (request.content_length or 0) > MAX_PLAIN_BODY:
        raise Problem(413)
    if request.content_length is None and request.method not in SAFE_METHODS:
        _read_body_of_unknown_length()


def _read_body_of_unknown_length() -> None:
    """Read a chunked body here: werkzeug would cut one that is too large at the limit and go on with what it has."""
    if not request.environ.get("wsgi.input_terminated"):
        return
    raw, body = request.environ["wsgi.input"], bytearray()
    while chunk := raw.read(_CHUNK):
        body += chunk
        if len(body) > MAX_PLAIN_BODY:
            raise Problem(413)
    request.environ["wsgi.input"] = io.BytesIO(body)


def _discard_body() -> None:
    """Read the rest of a body that was too large; only where the server tells its end."""
    body = request.environ["wsgi.input"]
    left = MAX_DISCARDED
    if not request.environ.get("wsgi.input_terminated"):
        left = min(left, request.content_length or 0)
    while left > 0:
        chunk = body.read(min(left, _CHUNK))
        if not chunk:
            return
        left -= len(chunk)


def _refuse_foreign_origins(settings: Settings) -> None:
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None and site not in OWN_SITES:
        raise Problem(403, "wrong_origin")
    if origin is not None and not _is_own(origin, settings):
        raise Problem(403, "wrong_origin")


def _is_own(origin: str, settings: Settings) -> bool:
    if origin == settings.public_origin:
        return True
    parts = urlsplit(origin)
    local = parts.hostname in ("localhost", "127.0.0.1")
    return local and not settings.cookie_secure and parts.netloc == request.host
