"""A database that goes away in the middle of a request: an answer that is made stands, and what cannot be answered is a 503."""

from collections.abc import Callable

import psycopg
import pytest
from flask import Flask, Response
from tests.support.clients import ApiClient

from handbook.config import Settings


def end_every_connection(settings: Settings) -> int:
    """What a server that is being stopped does to everybody; how many they were."""
    with psycopg.connect(settings.database_url.replace("+psycopg", ""), autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return len(ended.fetchall())


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_an_answer_that_is_made_stands_when_the_database_goes_away_before_the_end_of_the_request(
    engine_name: str, app: Flask, settings: Settings, sign_in: Callable[[str], ApiClient]
) -> None:
    ended = []

    @app.after_request
    def stop_the_database(response: Response) -> Response:
        if not ended:
            ended.append(end_every_connection(settings))
        return response

    member = sign_in("member")
    member.get("/api/session", expect=200)
    assert ended[0] > 0, "the request had read"
    member.get("/api/session", expect=200)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_what_the_database_no_longer_answers_is_refused_for_now(
    engine_name: str, app: Flask, settings: Settings, sign_in: Callable[[str], ApiClient]
) -> None:
    @app.before_request
    def stop_the_database() -> None:
        # After the session has been read.
        end_every_connection(settings)

    refused = sign_in("member").get("/api/session", expect=503)
    assert refused.headers["Retry-After"] == "2"
