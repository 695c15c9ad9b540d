"""The API object and its OpenAPI document."""

from typing import Any

from flask_smorest import Api

from handbook.kernel.problems import MEDIA_TYPE
from handbook.kernel.schemas import ProblemSchema

# The schema of an answer that is a file.
BINARY = {"type": "string", "format": "binary"}


class HandbookApi(Api):
    """flask-smorest's API with problem documents as the one shape of errors."""

    ERROR_SCHEMA = ProblemSchema

    def document(self) -> dict[str, Any]:
        """The OpenAPI 3.1 document; errors have their media type, and the session cookie is the security scheme."""
        spec: dict[str, Any] = self.spec.to_dict()
        components = spec.setdefault("components", {})
        for response in components.get("responses", {}).values():
            content = response.get("content", {})
            if "application/json" in content:
                response["content"] = {MEDIA_TYPE: content["application/json"]}
        components["securitySchemes"] = {
            "session": {"type": "apiKey", "in": "cookie", "name": "handbook_session"},
        }
        spec["security"] = [{"session": []}]
        return spec
