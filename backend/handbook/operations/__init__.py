"""What keeps an installation running: first start, migrations, serving, backup and restore from the command line, and the jobs
that were given up, also on the screens of staff.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["init_app"]


def init_app(_app: "Flask") -> None:
    """Register the routes; commands come through ``commands.py``, and start without Flask."""
    from handbook.extensions import api
    from handbook.operations.job_routes import blp

    api.register_blueprint(blp)
