"""``/healthz``: the process is up. ``/readyz``: the database answers and is migrated."""

from flask import Flask, Response, jsonify
from flask_smorest import Blueprint
from marshmallow import fields
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from handbook.access.guards import public
from handbook.extensions import api
from handbook.kernel.db import db
from handbook.kernel.migrations import head_revision
from handbook.kernel.problems import Problem
from handbook.kernel.schemas import Schema

blp = Blueprint("health", __name__, description="Whether the service is up, for whoever supervises it")


class HealthSchema(Schema):
    status = fields.String(required=True)


class ReadinessSchema(HealthSchema):
    revision = fields.String(required=True)


@blp.route("/healthz", methods=["GET"])
@public
@blp.doc(operationId="read_health")
@blp.response(200, HealthSchema)
def healthz() -> Response:
    """The process is up."""
    return jsonify(status="ok")


@blp.route("/readyz", methods=["GET"])
@public
@blp.doc(operationId="read_readiness")
@blp.response(200, ReadinessSchema)
def readyz() -> Response:
    """The database answers and is migrated."""
    try:
        revision = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError:
        raise Problem(503, headers={"Retry-After": "2"}) from None
    if revision != head_revision():
        raise Problem(503, "not_migrated", headers={"Retry-After": "5"})
    return jsonify(status="ok", revision=revision)


def register(_app: Flask) -> None:
    api.register_blueprint(blp)
