"""A mail server of our own on loopback: speaks SMTP (RFC 5321), keeps what it was given, refuses when it is told to."""

import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Self


class FakeMailService:
    """Runs in a thread of its own between ``with``. ``replies`` gives the next answers to RCPT, else it is content."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.replies: list[str] = []
        self.connections = 0
        service = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                service.connections += 1
                self._say("220 mail.example ready")
                for raw in iter(self.rfile.readline, b""):
                    line = raw.decode("ascii").strip()
                    command = line[:4].upper()
                    if command == "RCPT":
                        self._recipient(line)
                    elif command == "DATA":
                        self._data()
                    elif command == "QUIT":
                        self._say("221 bye")
                        return
                    else:
                        self._say("250 fine")

            def _recipient(self, line: str) -> None:
                if service.replies:
                    self._say(service.replies.pop(0))
                    return
                service.recipients.append(line.partition("<")[2].partition(">")[0])
                self._say("250 fine")

            def _data(self) -> None:
                self._say("354 go on")
                lines = [
                    raw.removeprefix(b".") if raw.startswith(b"..") else raw
                    for raw in iter(self.rfile.readline, b".\r\n")
                ]
                service.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))  # type: ignore[arg-type]
                self._say("250 taken")

            def _say(self, text: str) -> None:
                self.wfile.write(f"{text}\r\n".encode("ascii"))

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Session)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._server.server_address[1]}"

    def text_of(self, index: int = -1) -> str:
        """The body of a mail that arrived."""
        body: str = self.mails[index].get_content()
        return body

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
