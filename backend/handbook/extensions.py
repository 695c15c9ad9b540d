"""The Flask extensions, unbound; :mod:`handbook.app` binds them."""

from flask_login import LoginManager
from flask_smorest import Api

from handbook.kernel.db import db

api = Api()
login_manager = LoginManager()

__all__ = ["api", "db", "login_manager"]
