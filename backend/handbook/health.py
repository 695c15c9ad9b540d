"""``/healthz``: the process is up. ``/readyz``: the database answers and is migrated."""

from flask import Flask, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from handbook.access.guards import public
from handbook.kernel.db import db
from handbook.kernel.migrations import head_revision
from handbook.kernel.problems import Problem


def register(app: Flask) -> None:
    @app.get("/healthz")
    @public
    def healthz() -> Response:
        return jsonify(status="ok")

    @app.get("/readyz")
    @public
    def readyz() -> Response:
        try:
            revision = db.session.scalar(text("SELECT version_num FROM alembic_version"))
        except SQLAlchemyError:
            raise Problem(503, headers={"Retry-After": "2"}) from None
        if revision != head_revision():
            raise Problem(503, "not_migrated", headers={"Retry-After": "5"})
        return jsonify(status="ok", revision=revision)
