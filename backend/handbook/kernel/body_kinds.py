"""A body of another kind than JSON is refused where JSON is taken: read as nothing it would answer as if it had been done."""

from flask import Flask, current_app, request

from handbook.kernel.problems import Problem


def refuse_other_kinds(app: Flask) -> None:
    """Compare the content type of every request that has a body with what its view takes; after the guards, so that who is
    not signed in learns nothing else."""

    @app.before_request
    def compare() -> None:
        if request.endpoint is None or request.is_json:
            return
        has_body = (
            bool(request.content_length) or "chunked" in request.headers.get("Transfer-Encoding", "").lower()
        )
        if has_body and _takes_json(request.endpoint):
            raise Problem(415, "unsupported_media_type")


def _takes_json(endpoint: str) -> bool:
    view = current_app.view_functions[endpoint]
    parameters = getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", ())
    return any(parameter["in"] == "json" for parameter in parameters)
