"""Party organisations (tổ chức đảng): the tree, its settings, and each organisation's content version."""

from flask import Flask

from handbook.extensions import api
from handbook.organizations.routes import blp
from handbook.organizations.settings import routes as settings_routes


def init_app(app: Flask) -> None:
    api.register_blueprint(blp)
    api.register_blueprint(settings_routes.blp)
