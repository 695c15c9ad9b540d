"""What every answer carries and every request must satisfy, whichever feature serves it."""

from urllib.parse import urlsplit

from flask import Flask, Response, request

from handbook.config import Settings
from handbook.kernel.problems import Problem

# Only files may be larger, and they come as multipart.
MAX_PLAIN_BODY = 1024 * 1024
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

HEADERS = {
    "Content-Security-Policy": "; ".join(CSP_DIRECTIVES),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
}


def protect(app: Flask, settings: Settings) -> None:
    """Refuse state-changing requests that another site's page sends, and put the security headers on every answer."""

    @app.before_request
    def refuse_foreign_origins() -> None:
        if request.method in SAFE_METHODS:
            return
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get("Origin")
        if site is not None and site not in OWN_SITES:
            raise Problem(403, "wrong_origin")
        if origin is not None and not _is_own(origin, settings):
            raise Problem(403, "wrong_origin")

    @app.before_request
    def bound_plain_bodies() -> None:
        if request.mimetype == "multipart/form-data":
            return
        request.max_content_length = MAX_PLAIN_BODY
        if (request.content_length or 0) > MAX_PLAIN_BODY:
            raise Problem(413)

    @app.after_request
    def harden(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if settings.cookie_secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def _is_own(origin: str, settings: Settings) -> bool:
    if origin == settings.public_origin:
        return True
    parts = urlsplit(origin)
    local = parts.hostname in ("localhost", "127.0.0.1")
    return local and not settings.cookie_secure and parts.netloc == request.host
