"""The API's description as it is served: the written file, for nothing, and the same as what the code says."""

import json
from pathlib import Path

import pytest
from tests.support.clients import ApiClient

from handbook import api_docs
from handbook.extensions import api

PAGES = ("/api/openapi.json", "/api/docs")


@pytest.fixture
def forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever makes the document anew is found."""

    def refuse() -> None:
        raise AssertionError("the document was made for a request")

    monkeypatch.setattr(api, "document", refuse)


@pytest.mark.usefixtures("forbidden")
@pytest.mark.parametrize("path", PAGES)
def test_what_anybody_may_ask_for_costs_no_reading_of_the_code(client: ApiClient, path: str) -> None:
    answer = client.get(path, expect=200)
    assert b"/api/meetings/{meeting_id}/convene" in answer.data


def test_what_is_served_is_what_the_code_says(client: ApiClient) -> None:
    answer = client.get("/api/openapi.json", expect=200)
    assert answer.mimetype == "application/json"
    assert answer.json == json.loads(json.dumps(api.document()))
    client.get("/api/openapi.json", headers={"If-None-Match": answer.headers["ETag"]}, expect=304)


@pytest.mark.parametrize("path", PAGES)
def test_without_the_file_it_is_made(client: ApiClient, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    written = client.get(path, expect=200).data
    monkeypatch.setattr(api_docs, "WRITTEN", (Path("/nowhere/openapi.json"),))
    made = client.get(path, expect=200).data
    if path.endswith("json"):
        assert json.loads(made) == json.loads(written)
    else:
        assert made == written
