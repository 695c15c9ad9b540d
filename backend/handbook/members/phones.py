"""Phone numbers as people write them; they are stored in E.164."""

_VIETNAM = "+84"


def national_phone(phone: str | None) -> str | None:
    """``+84912345678`` as it is dialled in Việt Nam, ``0912345678``; a foreign number keeps its country."""
    if phone is None or not phone.startswith(_VIETNAM):
        return phone
    return "0" + phone.removeprefix(_VIETNAM)
