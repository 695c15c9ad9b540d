"""The load generator of the province's evening: what it plays, and that it tells what it saw."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from tests.bench.datasets.shape import shape_of
from tests.bench.evening import CELLS, MEMBERS, arrivals, polls, rates_at
from tests.bench.load import Board, Call, Generator, Plan, calls_of, quantiles, run
from tests.bench.province import name_limit

PLAN = Plan("http://127.0.0.1:9", seconds=20, multiple=1.0, seed=3)


def test_the_average_of_the_evening_is_what_the_model_says() -> None:
    rates = rates_at(1)
    assert rates.requests == pytest.approx(313, rel=0.01)
    assert (rates.boards, round(rates.check_in, 1)) == (467, 8.9)
    assert rates_at(4).requests == pytest.approx(4 * rates.requests, rel=0.01)
    assert rates_at(12).boards == CELLS
    assert MEMBERS == 150_000


def test_arrivals_wait_for_nobody_and_keep_the_rate() -> None:
    times = arrivals(50, 100, Random(1))
    assert times == sorted(times)
    assert len(times) == pytest.approx(5_000, rel=0.05)
    assert [round(at % 2.5, 9) for at in polls(2.5, 60, Random(1))].count(
        round(polls(2.5, 60, Random(1))[0], 9)
    ) == 24


def test_a_phase_has_every_kind_in_the_order_of_time_and_is_the_same_each_time() -> None:
    calls = calls_of(PLAN)
    assert [call.due for call in calls] == sorted(call.due for call in calls)
    counts = Counter(call.kind for call in calls)
    assert counts.keys() == {"sync-304", "sync-200", "sync-first", "check-in", "board-up", "book"}
    assert sum(counts.values()) == pytest.approx(20 * rates_at(1).requests, rel=0.05)
    assert [(call.kind, call.due) for call in calls] == [(call.kind, call.due) for call in calls_of(PLAN)]


def test_of_a_cell_that_was_told_something_nearly_everybody_asks() -> None:
    plan = Plan(PLAN.url, seconds=60, multiple=4.0, seed=3)
    askers = Counter(
        int(call.make().split(b'If-None-Match: "2.')[1].split(b".")[0])
        for call in calls_of(plan)
        if call.kind == "sync-200"
    )
    of_cell = {id_: cell.number for cell in shape_of(MEMBERS).cells for id_ in cell.members}
    cells = Counter(of_cell[id_] for id_ in askers)
    assert max(askers.values()) == 1
    assert len(cells) < len(askers) / 10


def test_nobody_checks_in_twice_in_a_phase() -> None:
    made = [
        call.make().split(b"Cookie: ")[1].split(b"\r\n")[0]
        for call in calls_of(PLAN)
        if call.kind == "check-in"
    ]
    assert len(made) > 100
    assert len(set(made)) == len(made)


def test_the_load_goes_to_this_machine_only() -> None:
    with pytest.raises(ValueError, match="this machine"):
        run(Plan("http://192.0.2.1:80", 1, 1, 1))


Answer = Callable[[bytes], Awaitable[bytes | None]]


async def _play(answer: Answer, calls: list[Call]) -> Generator:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                said = await answer(await reader.readuntil(b"\r\n\r\n"))
                if said is None:
                    break
                # In two pieces, as a network may bring it.
                writer.write(said[:20])
                await writer.drain()
                await asyncio.sleep(0)
                writer.write(said[20:])
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    generator = Generator("127.0.0.1", server.sockets[0].getsockname()[1])
    await generator.play(calls)
    for connection in generator.idle():
        connection.transport.close()
    # The other side hears of it.
    await asyncio.sleep(0.05)
    server.close()
    await server.wait_closed()
    return generator


def _played(answer: Answer, calls: list[Call]) -> Generator:
    """In a thread of its own: beside a browser that this process has open, another loop runs."""
    with ThreadPoolExecutor(max_workers=1) as apart:
        return apart.submit(lambda: asyncio.run(_play(answer, calls))).result(timeout=60)


def _calls(kind: str, count: int, *, right: int = 200, tags: dict[str, str] | None = None) -> list[Call]:
    def make() -> bytes:
        held = f"If-None-Match: {tags['tag']}\r\n" if tags and "tag" in tags else ""
        return f"GET /{kind} HTTP/1.1\r\n{held}\r\n".encode()

    return [
        Call(kind, make, frozenset({right, 304} if tags is not None else {right}), tags, n / 100)
        for n in range(count)
    ]


def test_answers_of_every_form_are_understood() -> None:
    async def answer(request: bytes) -> bytes:
        if b"If-None-Match" in request:
            return b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'
        if b"/chunked" in request:
            return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
        return b'HTTP/1.1 200 OK\r\nETag: "x"\r\nContent-Length: 5\r\n\r\nhello'

    calls = [*_calls("chunked", 3), *_calls("roll", 4, tags={})]
    seen = _played(answer, sorted(calls, key=lambda call: call.due))
    assert {kind: len(found) for kind, found in seen.latencies.items()} == {
        "chunked": 3,
        "roll-200": 1,
        "roll-304": 3,
    }
    assert +seen.errors == Counter()


def test_a_board_fetches_the_roll_when_the_book_says_that_it_moved() -> None:
    rolls = iter(['"r1"', '"r2"', '"r2"', '"r3"'])
    asked: list[bytes] = []

    async def answer(request: bytes) -> bytes:
        asked.append(request.split(b" ")[1])
        if b"/attendance" in request:
            return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        return f'HTTP/1.1 304 Not Modified\r\nRoll-ETag: {next(rolls)}\r\nETag: "b"\r\n\r\n'.encode()

    cell = shape_of(MEMBERS).cells[0]
    board = Board(cell, {"tag": '"b"'}, '"r1"')
    calls = _calls("book", 4, tags=board.book)
    for number, call in enumerate(calls):
        call.board, call.due = board, number / 10
    seen = _played(answer, calls)
    roll = f"/api/meetings/{cell.meeting_id}/attendance".encode()
    assert asked == [b"/book", b"/book", roll, b"/book", b"/book", roll]
    assert {kind: len(found) for kind, found in seen.latencies.items()} == {"book-304": 4, "roll": 2}
    assert +seen.errors == Counter()


def test_what_goes_wrong_is_counted_and_named() -> None:
    async def answer(request: bytes) -> bytes | None:
        return None if b"/cut" in request else b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"

    seen = _played(answer, [*_calls("busy", 2), *_calls("cut", 1)])
    assert +seen.errors == Counter({"busy 503": 2, "cut connection lost": 1})


@pytest.mark.parametrize("reads", [True, False])
def test_a_connection_that_ends_at_its_reuse_is_no_error_of_what_only_reads(reads: bool) -> None:
    """The second request goes on the connection of the first, which the server has given up by then."""
    asked: list[bytes] = []

    async def answer(request: bytes) -> bytes | None:
        asked.append(request)
        return None if len(asked) == 2 else b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    calls = _calls("roll", 2)
    calls[1].due, calls[1].reads = 0.3, reads
    seen = _played(answer, calls)
    assert +seen.errors == (Counter() if reads else Counter({"roll connection lost": 1}))
    assert seen.repeats == (Counter({"roll": 1}) if reads else Counter())
    assert (len(asked), len(seen.latencies["roll"])) == ((3, 2) if reads else (2, 1))


def test_what_is_cut_off_on_a_fresh_connection_is_an_error_at_once() -> None:
    async def answer(_request: bytes) -> None:
        return None

    seen = _played(answer, _calls("cut", 1))
    assert (+seen.errors, seen.repeats) == (Counter({"cut connection lost": 1}), Counter())


def test_latency_counts_from_when_a_request_was_due() -> None:
    """The fourth waits for nobody: all of them take the whole half second."""

    async def answer(_request: bytes) -> bytes:
        await asyncio.sleep(0.5)
        return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    seen = _played(answer, _calls("slow", 4))
    assert seen.opened == 4
    assert min(seen.latencies["slow"]) >= 0.5


def test_quantiles_are_those_of_the_slowest() -> None:
    assert quantiles([n / 1000 for n in range(1, 101)]) == {
        "count": 100,
        "p50": 51.0,
        "p95": 96.0,
        "p99": 100.0,
        "max": 100.0,
    }
    assert quantiles([]) == {"count": 0}


@pytest.mark.parametrize(
    ("cores", "named"),
    [
        ({"web": 1.5, "generator": 0.45}, "most of it by web"),
        ({"web": 0.5, "generator": 0.95}, "the generator"),
        ({"web": 0.3, "generator": 0.2}, "waiting, not CPU"),
    ],
)
def test_the_limit_is_named(cores: dict[str, float], named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.bench.province.os.cpu_count", lambda: 2)
    assert named in name_limit({"cores": cores, "kinds": {"roll-200": {"p99": 400.0}}})
    assert name_limit(None) == "not reached"
