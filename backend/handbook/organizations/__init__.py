"""Party organisations (tổ chức đảng): the tree, its settings, and each organisation's content version."""

from flask import Flask

from handbook.extensions import api
from handbook.organizations.routes import blp


def init_app(app: Flask) -> None:
    api.register_blueprint(blp)
