"""Accounts: activation, passwords, device sessions, and what concerns one person alone."""

from flask import Flask

from handbook.access.names import name_accounts_by
from handbook.accounts import activation_routes, queries, routes, sessions, sheet_routes, versions
from handbook.extensions import api, login_manager


def init_app(app: Flask) -> None:
    login_manager.init_app(app)
    sessions.load_actors(login_manager)
    name_accounts_by(app, queries.names_of)
    api.register_blueprint(routes.blp)
    api.register_blueprint(activation_routes.blp)
    api.register_blueprint(sheet_routes.blp)


__all__ = ["init_app", "versions"]
