"""An API client for tests: JSON in and out, a session cookie, and a check of every answer's shape."""

from contextvars import Context
from typing import Any

from flask import Flask, has_app_context
from tests.support.contract import assert_described
from werkzeug.test import TestResponse

from handbook.accounts.sessions import COOKIE
from handbook.kernel.db import db

PROBLEM = "application/problem+json"


class ApiClient:
    """Wraps Flask's test client. Every answer of 400 and above must be a problem document with a code."""

    def __init__(self, app: Flask, *, token: str | None = None) -> None:
        self.app = app
        self._client = app.test_client(use_cookies=False)
        self.token = token

    def request(self, method: str, path: str, *, expect: int | None = None, **kwargs: Any) -> TestResponse:
        """Send a request; ``expect`` asserts the status and shows the body when it differs."""
        headers = {
            **({"Cookie": f"{COOKIE}={self.token}"} if self.token else {}),
            **kwargs.pop("headers", {}),
        }
        # An empty context: the test's own application context must not lend its session or user to the request.
        response = Context().run(
            lambda: self._client.open(path, method=method, headers=headers, buffered=True, **kwargs)
        )
        if has_app_context():
            db.session.rollback()
        assert_described(self.app, method, path, response)
        if response.status_code >= 400 and method != "HEAD":
            assert response.mimetype == PROBLEM, response.get_data(as_text=True)
            assert response.json is not None
            assert response.json["code"]
            assert response.json["status"] == response.status_code
        if expect is not None:
            assert response.status_code == expect, response.get_data(as_text=True)
        return response

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.request("GET", path, **kwargs)

    def post(self, path: str, json: Any = None, **kwargs: Any) -> TestResponse:
        return self.request("POST", path, json=json, **kwargs)

    def put(self, path: str, json: Any = None, **kwargs: Any) -> TestResponse:
        return self.request("PUT", path, json=json, **kwargs)

    def patch(self, path: str, json: Any = None, **kwargs: Any) -> TestResponse:
        return self.request("PATCH", path, json=json, **kwargs)

    def delete(self, path: str, **kwargs: Any) -> TestResponse:
        return self.request("DELETE", path, **kwargs)


def code_of(response: TestResponse) -> str:
    """The problem's stable code."""
    assert response.json is not None
    return str(response.json["code"])
