"""What changed since a cursor. Opening the app costs one cheap request, however large the nation is."""

from flask import Flask

from handbook.extensions import api
from handbook.sync import routes
from handbook.sync.shared import SharedParts
from handbook.sync.short_path import SyncShortPath


def init_app(app: Flask) -> None:
    api.register_blueprint(routes.blp)
    app.extensions["handbook.sync.shared"] = SharedParts()
    app.wsgi_app = SyncShortPath(app, app.wsgi_app)  # type: ignore[method-assign]
