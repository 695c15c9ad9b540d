"""A door in front of the served application: it counts what passes and can change a file on its way."""

import http.client
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import urlsplit

# Headers of one connection only (RFC 9110, section 7.6.1); the length is written anew.
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "content-length"}


@dataclass(frozen=True, slots=True)
class Passed:
    """One request that went through, without what was in it; ``replayed`` when the server had done it before."""

    method: str
    path: str
    status: int
    replayed: bool = False


@dataclass(slots=True)
class Front:
    """Passes every request on to ``target`` (``http://host:port``) and keeps a list of them.

    ``changes`` maps a path to a function that gets the uncompressed body of the answer and gives another one;
    ``aliases`` maps a path to a function that names the path to ask for instead.
    """

    target: str
    changes: dict[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    aliases: dict[str, Callable[[], str]] = field(default_factory=dict)
    passed: list[Passed] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://localhost:{self._server.server_address[1]}"

    def sent(self, method: str, suffix: str) -> list[Passed]:
        """The requests with this method whose path ends so, oldest first."""
        return [one for one in list(self.passed) if one.method == method and one.path.endswith(suffix)]

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()


def _handler(front: Front) -> type[BaseHTTPRequestHandler]:
    host = urlsplit(front.target)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            path = self.path.split("?", 1)[0]
            change = front.changes.get(path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
            if change:
                headers = {
                    name: value
                    for name, value in headers.items()
                    if name.lower() not in ("accept-encoding", "if-none-match", "if-modified-since")
                }
            assert host.hostname is not None
            connection = http.client.HTTPConnection(host.hostname, host.port, timeout=60)
            try:
                alias = front.aliases.get(path)
                connection.request(
                    self.command, alias() if alias else self.path, body=body or None, headers=headers
                )
                answer = connection.getresponse()
                content = answer.read()
            except OSError:
                self.send_error(502)
                return
            finally:
                connection.close()
            # Listed as the server answered, however long a change holds the answer back.
            replayed = answer.getheader("Idempotency-Replayed") == "true"
            front.passed.append(Passed(self.command, path, answer.status, replayed))
            if change:
                content = change(content)
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in HOP_BY_HOP | ({"etag", "last-modified"} if change else set()):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = pass_on

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                self.close_connection = True  # The browser left while it was being answered.

        def log_message(self, *_arguments: object) -> None:
            """Be quiet: the list of what passed is the log."""

    return Handler
