"""Reading papers: exact bytes and ranges, entity tags, safe headers, and only for who may read the meeting."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from tests.api.test_papers_attach import attach
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.files import docx, pdf, png
from tests.support.meetings import convened, draft
from werkzeug.test import TestResponse

from handbook.accounts.sessions import COOKIE

SignIn = Callable[[str], ApiClient]
CONTENT = pdf("Nội dung của tài liệu " * 400)
SIZE = len(CONTENT)
TAG = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def paper(sign_in: SignIn, world: World) -> dict[str, Any]:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    made: dict[str, Any] = attach(secretary, meeting, CONTENT, "Báo cáo quý.pdf", expect=201).json
    return made


def url(paper: dict[str, Any]) -> str:
    return f"/api/papers/{paper['id']}/content"


def read(client: ApiClient, paper: dict[str, Any], expect: int, **headers: str) -> TestResponse:
    """Ask for the bytes and read all of the answer, as every server and browser does."""
    answer = client.get(
        url(paper), headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    assert answer.data is not None
    assert answer.status_code == expect
    return answer


def test_a_member_reads_the_paper_of_the_own_cell(sign_in: SignIn, paper: dict[str, Any]) -> None:
    answer = read(sign_in("member"), paper, 200)

    assert answer.data == CONTENT
    assert answer.headers["Content-Length"] == str(SIZE)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["ETag"] == f'"{TAG}"'
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_the_answer_cannot_run_anything_and_is_not_shared(sign_in: SignIn, paper: dict[str, Any]) -> None:
    headers = read(sign_in("member"), paper, 200).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "private, no-cache"
    assert "inline" in headers["Content-Disposition"]
    assert "filename*=UTF-8''B%C3%A1o%20c%C3%A1o%20qu%C3%BD.pdf" in headers["Content-Disposition"]


def test_word_documents_are_offered_for_saving(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    made = attach(secretary, draft(secretary, world.id_of("cell")), docx(), "a.docx", expect=201).json

    headers = read(secretary, made, 200).headers

    assert headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-99", 10, 100),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
        ("bytes=100-", 100, SIZE),
        ("bytes=-7", SIZE - 7, SIZE),
        (f"bytes=5-{SIZE * 9}", 5, SIZE),
    ],
    ids=["first byte", "middle", "last byte", "rest", "suffix", "beyond the end"],
)
def test_a_range_is_exactly_the_bytes_asked_for(
    sign_in: SignIn, paper: dict[str, Any], asked: str, start: int, stop: int
) -> None:
    answer = read(sign_in("member"), paper, 206, Range=asked)

    assert answer.data == CONTENT[start:stop]
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert answer.headers["Content-Length"] == str(stop - start)


@pytest.mark.parametrize(
    "asked", ["lines=1-2", "bytes=0-1,5-6", "bytes=", "bytes=b-a", "bytes=9-3", "garbage"]
)
def test_a_range_that_means_nothing_gets_the_whole(
    sign_in: SignIn, paper: dict[str, Any], asked: str
) -> None:
    assert read(sign_in("member"), paper, 200, Range=asked).data == CONTENT


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE + 5}-{SIZE + 9}"], ids=["at", "after"])
def test_a_range_behind_the_end_is_refused(sign_in: SignIn, paper: dict[str, Any], asked: str) -> None:
    refused = read(sign_in("member"), paper, 416, Range=asked)

    assert code_of(refused) == "range_not_satisfiable"
    assert refused.headers["Content-Range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    ("condition", "status"),
    [(f'"{TAG}"', 206), ('"other"', 200), (f'W/"{TAG}"', 200), ("Wed, 21 Oct 2015 07:28:00 GMT", 200)],
    ids=["same", "other", "weak", "date"],
)
def test_if_range_resumes_only_the_same_bytes(
    sign_in: SignIn, paper: dict[str, Any], condition: str, status: int
) -> None:
    read(sign_in("member"), paper, status, Range="bytes=1-2", If_Range=condition)


def test_who_holds_the_bytes_gets_none(sign_in: SignIn, paper: dict[str, Any]) -> None:
    answer = read(sign_in("member"), paper, 304, If_None_Match=f'"{TAG}"')

    assert answer.data == b""
    assert answer.headers["ETag"] == f'"{TAG}"'


def test_the_head_alone_can_be_asked_for(sign_in: SignIn, paper: dict[str, Any]) -> None:
    member = sign_in("member")
    answer = member.app.test_client(use_cookies=False).head(
        url(paper), headers={"Cookie": f"{COOKIE}={member.token}"}
    )

    assert (answer.status_code, answer.data, answer.headers["Content-Length"]) == (200, b"", str(SIZE))


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("member", 200),
        ("probationary", 200),
        ("deputy", 200),
        ("staff", 200),
        ("administrator", 200),
        ("other_member", 404),
        ("other_secretary", 404),
        ("far_member", 404),
        ("far_staff", 404),
    ],
)
def test_who_may_read_the_meeting_may_read_its_papers(
    sign_in: SignIn, paper: dict[str, Any], role: str, status: int
) -> None:
    read(sign_in(role), paper, status)


def test_papers_of_a_draft_are_for_office_holders(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    made = attach(secretary, draft(secretary, world.id_of("cell")), png(8, 8), "a.png", expect=201).json

    read(sign_in("member"), made, 404)
    read(secretary, made, 200)


def test_strangers_and_strange_ids_get_nothing(
    client: ApiClient, sign_in: SignIn, paper: dict[str, Any]
) -> None:
    client.get(url(paper), expect=401)
    sign_in("member").get("/api/papers/987654/content", expect=404)
    sign_in("member").get("/api/papers/x/content", expect=404)
