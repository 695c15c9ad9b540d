"""Days as Party documents write them."""

from datetime import date


def day_in_words(day: date) -> str:
    """``ngày 05 tháng 02 năm 2026``: days below ten and the first two months get a nought, so that nothing can be added."""
    month = f"{day.month:02}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


def place_and_day(place: str, day: date | None) -> str:
    """The line of place and day; without a day, room to write it by hand."""
    return f"{place}, {day_in_words(day) if day else 'ngày … tháng … năm …'}"
