"""Serving the built PWA: immutable hashed assets, precompressed; every other page path gets the same small shell."""

import mimetypes
from pathlib import Path

from flask import Blueprint, Flask, Response, request, send_file
from werkzeug.security import safe_join

from handbook.access.guards import public
from handbook.kernel.problems import NotFound

BUILT = Path(__file__).parent / "static" / "pwa"
IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
# Answered by the API or by health checks: an unknown path below them is an error, not a page.
RESERVED = ("api/", "assets/", "healthz", "readyz")

mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("text/javascript", ".js")

blp = Blueprint("pwa", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(blp)


@blp.get("/", defaults={"path": "index.html"})
@blp.get("/<path:path>")
@public
def page(path: str) -> Response:
    """A file of the build, or the shell, whose router knows the path."""
    file = _built_file(path)
    if file is None:
        if path.startswith(RESERVED) or "." in path.rsplit("/", 1)[-1]:
            raise NotFound
        file = _built_file("index.html")
    if file is None:
        raise NotFound
    return _send(file, IMMUTABLE if path.startswith("assets/") else REVALIDATE)


def _built_file(path: str) -> Path | None:
    joined = safe_join(str(BUILT), path)
    if joined is None or joined.endswith((".br", ".gz")):
        return None
    file = Path(joined)
    return file if file.is_file() else None


def _send(file: Path, cache_control: str) -> Response:
    mimetype = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    for encoding, suffix in ENCODINGS:
        packed = file.with_name(file.name + suffix)
        if request.accept_encodings[encoding] and packed.is_file():
            response = send_file(packed, mimetype=mimetype, conditional=True)
            response.headers["Content-Encoding"] = encoding
            break
    else:
        response = send_file(file, mimetype=mimetype, conditional=True)
    response.headers["Cache-Control"] = cache_control
    response.headers["Vary"] = "Accept-Encoding"
    if file.name == "sw.js":
        response.headers["Service-Worker-Allowed"] = "/"
    return response
