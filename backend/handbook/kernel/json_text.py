"""How answers are written as JSON: Vietnamese letters as themselves, at half the bytes of escapes; fields in order."""

from typing import Any

from flask.json.provider import DefaultJSONProvider


class Utf8JsonProvider(DefaultJSONProvider):
    """Flask's own, in UTF-8."""

    ensure_ascii = False
    sort_keys = False

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Half a surrogate pair, which a refusal may quote from the request, is no UTF-8 and becomes a question mark."""
        text = super().dumps(obj, **kwargs)
        try:
            text.encode()
        except UnicodeEncodeError:
            return text.encode("utf-8", "replace").decode()
        return text
