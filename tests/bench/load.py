"""The load generator of the province's evening: a process of its own, loopback only, with arrivals that wait for nobody.

Every request has a time at which it is due, drawn before it begins. It is sent then, on any idle connection or a new
one, whether or not earlier ones were answered, and its latency counts from the time it was due, so a server that
falls behind cannot hide it. What only reads and meets a connection that the server closes at that moment is sent once
more on a fresh one, as browsers do; that is counted as a repeat, and its time goes on. A small client on asyncio's
transports writes ready bytes and reads no more than status, tag and length: about 50 µs of CPU for a request, because
it shares the cores with the server. `python -m tests.bench.load PLAN` takes a :class:`Plan` as JSON and prints what it
saw as JSON.
"""

import asyncio
import gc
import heapq
import json
import resource
import sys
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any
from urllib.parse import urlsplit

from tests.bench.datasets.rows import CELL_VERSION
from tests.bench.datasets.shape import Cell, shape_of
from tests.bench.evening import BOARD_SECONDS, MEMBERS, ROOM_EVERY, arrivals, polls, rates_at
from tests.bench.phones import code_at, cookie_of, cursor_of, plain_members

from handbook.attendance.roll import tag_of as roll_tag
from handbook.proceedings.queries import tag_of as book_tag

MOST_CONNECTIONS = 1_500
PATIENCE = 10.0
MOST_BOARDS = 5_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What one phase plays; ``seed`` also chooses which cells and members take part."""

    url: str
    seconds: float
    multiple: float
    seed: int


@dataclass(slots=True)
class Call:
    """A request that is due: what it is, how its bytes are made, and which answers are right. ``reads``: it may be repeated.

    ``tags``: where the tag of the answer is kept. ``board``: whose room it is, which may fetch the roll after the answer.
    """

    kind: str
    make: Callable[[], bytes]
    right: frozenset[int]
    tags: dict[str, str] | None = None
    due: float = 0.0
    reads: bool = True
    repeated: bool = False
    board: "Board | None" = None


@dataclass(slots=True)
class Board:
    """The screen of a room: who looks at it, the tag of the book that it shows, and the roll."""

    cell: Cell
    book: dict[str, str]
    roll: str

    def follow(self, roll: str | None, now: float) -> Call | None:
        """The question for the roll, when the book has said that it is another one."""
        if roll is None or roll == self.roll:
            return None
        self.roll = roll
        request = _get(f"/api/meetings/{self.cell.meeting_id}/attendance", self.cell.first_member) + b"\r\n"
        return Call("roll", lambda: request, frozenset({200}), due=now)


class Connection(asyncio.Protocol):
    """One kept-alive connection with at most one request under way."""

    def __init__(self, generator: "Generator") -> None:
        self._generator = generator
        self._buffer = b""
        self.call: Call | None = None
        self._answers = 0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def send(self, call: Call) -> None:
        assert self.transport is not None
        self.call = call
        self.transport.write(call.make())

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 or self.call is None:
            return
        head = self._buffer[:end].lower()
        status = int(head[9:12])
        if status != 304 and not _is_whole(head, self._buffer, end + 4):
            return
        tag = _header(self._buffer[:end], head, b"\r\netag: ") if self.call.tags is not None else None
        roll = _header(self._buffer[:end], head, b"\r\nroll-etag: ") if self.call.board else None
        self._buffer = b""
        self._answers += 1
        call, self.call = self.call, None
        self._generator.answered(self, call, status, tag, roll)

    def connection_lost(self, _error: Exception | None) -> None:
        self._generator.lost(self)

    @property
    def is_closed_at_reuse(self) -> bool:
        """Whether it served before and is gone without a byte of an answer: the server had ended it already."""
        return self._answers > 0 and not self._buffer


class Generator:
    """Sends what is due, keeps what came of it."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        # Taken in turn: every phone has a connection of its own, so the load is on all of them, and so on all web processes.
        self._idle: deque[Connection] = deque()
        self._waiting: list[Call] = []
        self.connections = self.opened = 0
        self.under_way = 0
        self.began = 0.0
        self.latencies: dict[str, list[float]] = defaultdict(list)
        self.statuses: dict[str, Counter[str]] = defaultdict(Counter)
        self.errors: Counter[str] = Counter()
        self.repeats: Counter[str] = Counter()
        self.lags: list[float] = []
        self._over = False
        self._done = asyncio.Event()

    async def play(self, calls: list[Call]) -> None:
        """Send every call when it is due; ends when the last has been answered, or patience has."""
        self.began = time.perf_counter()
        for call in calls:
            wait = self.began + call.due - time.perf_counter()
            if wait > 0.0005:
                await asyncio.sleep(wait)
            elif self.under_way % 32 == 0:
                await asyncio.sleep(0)
            self.lags.append(time.perf_counter() - self.began - call.due)
            self._send(call)
        self._over = True
        self._ended()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._done.wait(), PATIENCE)
        self.errors["unanswered"] += self.under_way

    def idle(self) -> list[Connection]:
        """The connections that wait for a request."""
        return list(self._idle)

    def _send(self, call: Call) -> None:
        self.under_way += 1
        if self._idle:
            self._idle.popleft().send(call)
        elif self.connections < MOST_CONNECTIONS:
            self._send_afresh(call)
        else:
            self._waiting.append(call)

    def _send_afresh(self, call: Call) -> None:
        self.connections += 1
        self.opened += 1
        # The loop keeps the task until it is done.
        task = asyncio.get_running_loop().create_task(self._connect(call))
        task.add_done_callback(lambda _task: None)

    async def _connect(self, call: Call) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, made = await loop.create_connection(lambda: Connection(self), self._host, self._port)
        except OSError as error:
            self.connections -= 1
            self._fail(call, type(error).__name__)
            return
        made.send(call)

    def answered(
        self, connection: Connection, call: Call, status: int, tag: str | None, roll: str | None
    ) -> None:
        now = time.perf_counter() - self.began
        following = call.board.follow(roll, now) if call.board else None
        if following:
            self._send(following)
        self._ended(1)
        kind = f"{call.kind}-{status}" if call.tags is not None else call.kind
        self.latencies[kind].append(now - call.due)
        self.statuses[kind][str(status)] += 1
        if status not in call.right:
            self.errors[f"{call.kind} {status}"] += 1
        if tag is not None and call.tags is not None:
            call.tags["tag"] = tag
        if self._waiting:
            connection.send(self._waiting.pop(0))
        else:
            self._idle.append(connection)

    def lost(self, connection: Connection) -> None:
        self.connections -= 1
        if connection in self._idle:
            self._idle.remove(connection)
        call = connection.call
        if call is None:
            return
        if call.reads and not call.repeated and connection.is_closed_at_reuse:
            call.repeated = True
            self.repeats[call.kind] += 1
            self._send_afresh(call)
        else:
            self._fail(call, "connection lost")

    def _fail(self, call: Call, word: str) -> None:
        self.errors[f"{call.kind} {word}"] += 1
        self._ended(1)

    def _ended(self, calls: int = 0) -> None:
        self.under_way -= calls
        if self._over and not self.under_way:
            self._done.set()


def calls_of(plan: Plan) -> list[Call]:
    """Everything the phase sends, in the order of the times."""
    random = Random(plan.seed)
    rates = rates_at(plan.multiple)
    # The others are reminded of their meeting, which is news.
    cells = shape_of(MEMBERS).cells[:MOST_BOARDS]
    rooms = [board_of(cell) for cell in random.sample(cells, min(rates.boards, MOST_BOARDS))]
    streams = [
        _stream("sync-304", arrivals(rates.sync_304, plan.seconds, random), lambda: _pull(cells, random))
    ]
    news = arrivals(rates.sync_200, plan.seconds, random)
    changed = _who_hears_news(cells, random, len(news))
    streams.append(_stream("sync-200", news, lambda: _news(*next(changed))))
    streams.append(
        _stream(
            "sync-first", arrivals(rates.sync_first, plan.seconds, random), lambda: _everything(cells, random)
        )
    )
    coming = _who_comes(rooms, random)
    streams.append(_stream("check-in", arrivals(rates.check_in, plan.seconds, random), lambda: next(coming)))
    putting_up = arrivals(rates.boards / BOARD_SECONDS, plan.seconds, random)
    streams.append(_stream("board-up", putting_up, lambda: _put_up(random.choice(cells))))
    streams += [_poll(room, polls(ROOM_EVERY, plan.seconds, random)) for room in rooms]
    return list(heapq.merge(*streams, key=lambda call: call.due))


def board_of(cell: Cell) -> Board:
    """A board that has stood for some minutes, so it has the tags of a room that nobody has come to."""
    roll = roll_tag(cell.meeting_id, 1, 0, CELL_VERSION, "all")
    book = book_tag(cell.meeting_id, 0, 0, "open", True)
    return Board(cell, {"tag": f'"{book}"'}, f'"{roll}"')


def _stream(kind: str, times: list[float], make: Callable[[], Callable[[], bytes]]) -> list[Call]:
    # Who has checked in while the server was warming up does so again.
    right = {"sync-304": {304}, "check-in": {200, 201}}.get(kind, {200})
    return [Call(kind, make(), frozenset(right), due=due, reads=kind != "check-in") for due in times]


def _poll(room: Board, times: list[float]) -> list[Call]:
    head = _get(f"/api/meetings/{room.cell.meeting_id}/proceedings?after=0", room.cell.first_member)

    def make() -> bytes:
        return head + f"If-None-Match: {room.book['tag']}\r\n\r\n".encode()

    return [Call("book", make, frozenset({200, 304}), room.book, due, board=room) for due in times]


def _pull(cells: list[Cell], random: Random) -> Callable[[], bytes]:
    cell = random.choice(cells)
    member = random.choice(plain_members(cell))
    cursor = cursor_of(cell, member, datetime.now(UTC))
    request = _get("/api/sync", member) + f'If-None-Match: "{cursor}"\r\n\r\n'.encode()
    return lambda: request


def _everything(cells: list[Cell], random: Random) -> Callable[[], bytes]:
    request = _get("/api/sync", random.choice(plain_members(random.choice(cells)))) + b"\r\n"
    return lambda: request


def _news(cell: Cell, member: int) -> Callable[[], bytes]:
    cursor = cursor_of(cell, member, datetime.now(UTC), behind=1)
    request = _get("/api/sync", member) + f'If-None-Match: "{cursor}"\r\n\r\n'.encode()
    return lambda: request


def _put_up(cell: Cell) -> Callable[[], bytes]:
    request = _get(f"/api/meetings/{cell.meeting_id}/attendance", cell.first_member) + b"\r\n"
    return lambda: request


def _who_hears_news(cells: list[Cell], random: Random, count: int) -> Any:
    """Members of a few cells at a time in any order, so that within the phase nearly everybody of a cell asks for what it was
    told: the first of them, in each process, has it made, and the others get what was kept."""
    order = random.sample(cells, len(cells))
    at_once = max(count // 80, 4)
    for start in range(0, len(order), at_once):
        people = [(cell, member) for cell in order[start : start + at_once] for member in plain_members(cell)]
        random.shuffle(people)
        yield from people


def _who_comes(rooms: list[Board], random: Random) -> Any:
    """The members of the rooms with a board, in any order; each once."""
    people = [(room.cell, member) for room in rooms for member in plain_members(room.cell)]
    random.shuffle(people)
    for cell, member in people:
        yield lambda cell=cell, member=member: _check_in(cell, member)


def _check_in(cell: Cell, member: int) -> bytes:
    now = datetime.now(UTC)
    body = json.dumps({"token": code_at(cell, now), "scanned_at": now.isoformat()}).encode()
    head = f"POST /api/meetings/{cell.meeting_id}/check-ins HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie_of(member)}\r\n"
    return head.encode() + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def _get(path: str, member: int) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie_of(member)}\r\nAccept-Encoding: gzip\r\n".encode()


def _is_whole(head: bytes, buffer: bytes, start: int) -> bool:
    place = head.find(b"\r\ncontent-length: ")
    if place >= 0:
        stop = head.find(b"\r\n", place + 18)
        length = int(head[place + 18 : stop if stop > 0 else len(head)])
        return len(buffer) - start >= length
    return buffer.endswith(b"0\r\n\r\n")


def _header(raw: bytes, head: bytes, name: bytes) -> str | None:
    place = head.find(name)
    if place < 0:
        return None
    stop = head.find(b"\r\n", place + len(name))
    return raw[place + len(name) : stop if stop > 0 else len(raw)].decode()


def run(plan: Plan) -> dict[str, Any]:
    """Play the phase; what it saw, latencies in ms."""
    parts = urlsplit(plan.url)
    if parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ValueError("the load goes to this machine only")
    calls = calls_of(plan)
    gc.collect()
    gc.freeze()
    gc.disable()
    generator = Generator(parts.hostname, parts.port or 80)
    used = _cpu_seconds()
    began = time.perf_counter()
    asyncio.run(generator.play(calls))
    seconds = time.perf_counter() - began
    return {
        "plan": asdict(plan),
        "seconds": round(seconds, 2),
        "sent": len(calls),
        "cpu_seconds": round(_cpu_seconds() - used, 2),
        "connections": generator.opened,
        "errors": dict(generator.errors - Counter()),
        "repeats": dict(generator.repeats),
        "lag": quantiles(generator.lags),
        "kinds": {kind: quantiles(found) for kind, found in sorted(generator.latencies.items())},
        "all": quantiles([one for found in generator.latencies.values() for one in found]),
    }


def quantiles(seconds: list[float]) -> dict[str, float]:
    """How many there are, and their 50th, 95th and 99th percentile and maximum in ms."""
    ordered = sorted(seconds)
    if not ordered:
        return {"count": 0}

    def at(share: float) -> float:
        return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000, 2)

    return {"count": len(ordered), "p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "max": at(1.0)}


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    print(json.dumps(run(Plan(**json.loads(sys.argv[1])))))
