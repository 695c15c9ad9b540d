"""The application factory: binds settings, database, policy and features into one WSGI application."""

from typing import Any

from flask import Flask, Request
from werkzeug.middleware.proxy_fix import ProxyFix

from handbook import api_docs, features, health, pwa
from handbook.access.guards import guard_routes, refuse_undeclared_routes
from handbook.config import Settings
from handbook.extensions import api, db
from handbook.kernel import compression, converters, error_handlers, http_security
from handbook.kernel.body_kinds import refuse_other_kinds
from handbook.kernel.clock import Clock, SystemClock
from handbook.kernel.db import end_readings, engine_options
from handbook.kernel.drivers import driver_of
from handbook.kernel.json_text import Utf8JsonProvider
from handbook.kernel.logging import configure_logging, log_requests
from handbook.kernel.query_names import refuse_unknown_names
from handbook.kernel.routing import MatchingRule
from handbook.kernel.secrets import load_or_create_secrets
from handbook.kernel.slow_lines import keep_threads_free
from handbook.kernel.storage import FolderBlobStore

API_DESCRIPTION = (
    "The electronic party member handbook. Errors are problem documents (RFC 9457) with a stable code."
)


class HandbookRequest(Request):
    """Bounds what a request may hold in memory; papers raise the body limit on their own route."""

    max_form_memory_size = 500_000
    max_form_parts = 50


def create_app(settings: Settings | None = None, *, clock: Clock | None = None) -> Flask:
    """Build the application. It never creates tables: ``handbook migrate`` does, before any process serves."""
    settings = settings or Settings.from_environment()
    configure_logging(settings.log_format)
    app = Flask("handbook", static_folder=None)
    app.request_class = HandbookRequest
    app.url_rule_class = MatchingRule
    app.json = Utf8JsonProvider(app)
    app.config.update(_flask_config(settings))
    app.extensions["handbook.settings"] = settings
    app.extensions["handbook.clock"] = clock or SystemClock()
    app.extensions["handbook.secrets"] = load_or_create_secrets(settings.data_dir)
    app.extensions["handbook.driver"] = driver_of(settings)
    app.extensions["handbook.blobs"] = FolderBlobStore(settings.data_dir / "blobs")

    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies)  # type: ignore[method-assign]
    converters.register(app)
    compression.compress_answers(app)
    log_requests(app)
    http_security.protect(app, settings)
    guard_routes(app)
    refuse_unknown_names(app)
    refuse_other_kinds(app)
    db.init_app(app)
    end_readings(app)
    api.init_app(app)
    error_handlers.register(app)
    health.register(app)
    for feature in features.ALL:
        feature.init_app(app)
    api_docs.init_app(app)
    pwa.init_app(app)
    keep_threads_free(app, settings.web_threads)
    refuse_undeclared_routes(app)
    return app


def _flask_config(settings: Settings) -> dict[str, Any]:
    return {
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database_url, settings.web_threads),
        "MAX_CONTENT_LENGTH": settings.max_upload_bytes + 1024 * 1024,
        "PROPAGATE_EXCEPTIONS": False,
        "API_TITLE": "Sổ tay",
        "API_VERSION": "1",
        "OPENAPI_VERSION": "3.1.0",
        "API_SPEC_OPTIONS": {"info": {"description": API_DESCRIPTION, "license": {"name": "Apache-2.0"}}},
    }
