"""The layers before Flask, held against the routes that they stand in for."""

from typing import Any

from flask import Flask
from tests.support.clients import ApiClient

from handbook.kernel.http_security import HEADERS


def layer_of(app: Flask, kind: type[Any]) -> Any:
    """The layer of this kind around the application."""
    layer: Any = app.wsgi_app
    while not isinstance(layer, kind):
        layer = layer._inner
    return layer


class BothWays:
    """Sends a request through a short path and around it, and holds the answers against each other."""

    def __init__(self, app: Flask, kind: type[Any]) -> None:
        self._app = app
        self.layer = layer_of(app, kind)

    def get(self, client: ApiClient, path: str, headers: dict[str, str]) -> int:
        whole, answers = self._app.wsgi_app, []
        for layer in (self.layer, self.layer._inner):
            self._app.wsgi_app = layer  # type: ignore[method-assign]
            answers.append(client.get(path, headers=headers))
        self._app.wsgi_app = whole  # type: ignore[method-assign]
        short, long = answers
        assert short.status_code == long.status_code
        # A refusal names its request.
        assert short.data == long.data or short.status_code >= 400
        for name in (*HEADERS, "ETag", "Roll-ETag", "Cache-Control"):
            assert short.headers.get(name) == long.headers.get(name), name
        if short.status_code < 400:
            assert set(short.headers.keys()) == set(long.headers.keys())
            for name in ("Vary", "Content-Type", "Content-Length"):
                assert short.headers.get(name) == long.headers.get(name), name
        return short.status_code
