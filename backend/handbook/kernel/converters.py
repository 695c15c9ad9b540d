"""URL converters."""

from flask import Flask
from werkzeug.routing import BaseConverter, ValidationError


class IdConverter(BaseConverter):
    """``<id:meeting_id>``: an opaque id outside, an integer inside; anything else is no route and hence 404."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        if not value.isascii():
            raise ValidationError
        return int(value)

    def to_url(self, value: object) -> str:
        return str(value)


def register(app: Flask) -> None:
    app.url_map.converters["id"] = IdConverter
