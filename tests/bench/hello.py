"""The reference of the server's rows: a bare Flask that answers one small JSON."""

from flask import Flask

application = Flask(__name__)


@application.get("/hello")
@application.get("/healthz")
def hello() -> dict[str, str]:
    return {"status": "ok"}
