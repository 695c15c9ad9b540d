"""A phone on a slow line takes its time; nobody else waits for it (:mod:`handbook.kernel.slow_lines`)."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.jobs.test_serving import wait_until
from tests.jobs.test_stopping import Used, used

from handbook.kernel.slow_lines import ONE_PIECE_BYTES

__all__ = ["used"]
CONTENT = "/api/papers/{paper}/content"
# More than the two processes have threads.
PHONES = 20


@contextmanager
def phones_that_stand_still(used: Used, *headers: str) -> Iterator[list[bytes]]:
    """Each has asked for the paper, taken the first line of the answer and not a byte more."""
    with ExitStack() as phones:
        first_lines = []
        for _ in range(PHONES):
            phone = phones.enter_context(socket.socket())
            # Before the connection is made, so that the server hears at once how little there is room for.
            phone.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            phone.settimeout(20)
            phone.connect(("127.0.0.1", used.port))
            phone.sendall(used.head(f"GET {CONTENT}", *headers))
            first_lines.append(phone.recv(12))
        yield first_lines


def test_who_takes_a_piece_slowly_keeps_nobody_out(used: Used) -> None:
    piece = f"Range: bytes=0-{ONE_PIECE_BYTES - 1}"
    with phones_that_stand_still(used, piece) as answers:
        assert answers == [b"HTTP/1.1 206"] * PHONES
        assert [used.ask("GET", "/readyz") for _ in range(PHONES)] == [200] * PHONES


def test_of_whole_files_only_some_are_under_way_and_who_left_makes_room(used: Used) -> None:
    with phones_that_stand_still(used) as answers:
        # Two of the four threads of each of the two processes; how the connections fell to them is the system's business.
        assert 2 <= answers.count(b"HTTP/1.1 200") <= 4
        assert answers.count(b"HTTP/1.1 503") == PHONES - answers.count(b"HTTP/1.1 200")
        assert [used.ask("GET", "/readyz") for _ in range(PHONES)] == [200] * PHONES
    wait_until(lambda: [used.ask("GET", CONTENT) for _ in range(8)] == [200] * 8, used.process)
