"""A push service that fails one message in ten and remembers which it has taken, for `make bench-reminders`.

`python -m tests.bench.faulty_push DIRECTORY SHARE` prints one line of JSON (origin, extra host, authority) and serves
TLS until SIGTERM; then it writes DIRECTORY/seen.json: how often each endpoint's message was taken, the bodies of
those taken more than once, and the faults it made. A fault is a 500, a 503, or a connection that ends without an
answer; none of those messages counts as taken.
"""

import asyncio
import base64
import json
import signal
import ssl
import sys
from collections import Counter, defaultdict
from pathlib import Path
from random import Random

import trustme

SEEN = "seen.json"
_ANSWERS = {
    201: b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n",
    500: b"HTTP/1.1 500 Error\r\nContent-Length: 0\r\n\r\n",
    503: b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
}


class Service:
    """What was taken and what was refused. ``share`` of all messages meet a fault."""

    def __init__(self, share: float, random: Random) -> None:
        self._share, self._random = share, random
        self.faults: Counter[str] = Counter()
        self.taken: dict[str, list[bytes]] = defaultdict(list)

    def judge(self, name: str, body: bytes) -> int:
        """The status to answer, 0 for none at all."""
        if self._random.random() < self._share:
            status = self._random.choice((500, 503, 0))
            self.faults[str(status or "cut")] += 1
            return status
        self.taken[name].append(body)
        return 201

    def document(self) -> dict[str, object]:
        """What there is to tell, as JSON."""
        twice = {
            name: [base64.b64encode(body).decode() for body in bodies]
            for name, bodies in self.taken.items()
            if len(bodies) > 1
        }
        return {"taken": len(self.taken), "faults": dict(self.faults), "twice": twice}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until it ends or a fault ends it."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                body = await reader.readexactly(length)
                status = self.judge(head.split(b" ", 2)[1].rsplit(b"/", 1)[1].decode(), body)
                if not status:
                    break
                writer.write(_ANSWERS[status])
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()


async def _main(directory: Path, share: float) -> None:
    authority = trustme.CA()
    ca_file = directory / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    context.set_alpn_protocols(["http/1.1"])
    service = Service(share, Random(10))
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    facts = {
        "origin": f"https://127.0.0.1:{port}",
        "extra_host": f"127.0.0.1:{port}",
        "ca_file": str(ca_file),
    }
    print(json.dumps(facts), flush=True)
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    await over.wait()
    (directory / SEEN).write_text(json.dumps(service.document()))


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), float(sys.argv[2])))
