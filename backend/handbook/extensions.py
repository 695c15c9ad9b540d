"""The Flask extensions, unbound; :mod:`handbook.app` binds them."""

from flask_login import LoginManager

from handbook.kernel.db import db
from handbook.kernel.openapi import HandbookApi

api = HandbookApi()
login_manager = LoginManager()

__all__ = ["api", "db", "login_manager"]
