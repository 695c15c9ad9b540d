"""The cell that a title speaks of, without what a title says besides: when the list was made and how many stand in it."""

import re

from handbook.kernel.text import clean, fold

_CELL_IN_TITLE = re.compile(r"\bchi bộ\s+(?!trực thuộc|cơ sở|năm|tháng|đến|tính|và|các)\S.*", re.IGNORECASE)
_COUNT_BEHIND = re.compile(
    r"[\s,;:(\-–]*\d+\s*(đảng viên|đồng chí|đ/c|đc|đv)\b[\s.);:]*.*$|[\s:;.,\-–]+$", re.IGNORECASE
)
_MOST_LETTERS = 300
_YEAR = r"20\d\d"
_OF_YEAR = rf"\s*(?:[/.,\-–]\s*|\s)(?:năm\s*)?{_YEAR}\b"
_OF_LIST = (
    r"tính\s+(?:từ|đến|tới)|cập\s+nhật|số\s+liệu|(?:tại\s+)?thời\s+điểm|kèm\s+theo|lập\s+(?:ngày|tháng)"
    r"|(?:có\s+)?(?:đến|tới)\s+(?:hết|cuối|ngày|tháng|quý|năm|nay|\d)|nhiệm\s+kỳ"
)
# In parentheses even a bare month or year speaks of the list; "(cơ sở 2)" belongs to the name.
_IN_PARENTHESES = re.compile(
    rf"\s*[(\[](?:[^()\[\]]*(?:\b(?:{_OF_LIST}|ngày\s+\d|tháng\s+\d|quý\s+[\dIVX]|năm\s+\d)|\b{_YEAR}\b)[^()\[\]]*)[)\]]?$",
    re.IGNORECASE,
)
# "19 tháng 5" and "Cách mạng Tháng 8" are names; a month that has its year, or no number before it, is the list's.
_BEHIND = re.compile(
    rf"[\s,;:.\-–(]+(?:(?:{_OF_LIST})\b.*"
    rf"|(?:ngày\s+\d{{1,2}}\s*,?\s+)?(?<!mạng\s)tháng\s*\d{{1,2}}{_OF_YEAR}.*|ngày\s+\d{{1,2}}[/.\-]\d{{1,2}}\b.*"
    rf"|(?<!\d\s)(?<!mạng\s)tháng\s*\d{{1,2}}|(?<=[,;\-–(]\s)tháng\s*\d{{1,2}}"
    rf"|(?:ngày\s+)?(?:\d{{1,2}}[/.\-])?\d{{1,2}}[/.\-]{_YEAR}|t\.?\s?\d{{1,2}}[/.\-]{_YEAR}"
    rf"|năm\s+(?:học\s+)?{_YEAR}\b.*|[\-–,]\s*{_YEAR})$",
    re.IGNORECASE,
)
_QUARTER = re.compile(rf"[\s,;:.\-–(]+quý\s*([1-4]|IV|I{{1,3}}){_OF_YEAR}.*$", re.IGNORECASE)
_PLACES = frozenset(
    {"bo", "thon", "ap", "xom", "lang", "ban", "buon", "khom", "pho", "vuc", "xa", "phuong", "to", "khu"}
)


def cell_named_in(text: str) -> str:
    """The cell a title or a sheet's name speaks of: "Danh sách đảng viên chi bộ X" tells of "chi bộ X"."""
    match = _CELL_IN_TITLE.search(clean(text))
    name = name_alone(match[0]) if match else ""
    return name if len(name.split()) > 2 else ""


_LABEL = re.compile(r"^(?:tên\s+)?(?P<kind>chi\s+bộ)\s*[:\-–]\s*(?:chi\s+bộ\s+)?(?=\S)", re.IGNORECASE)
_UNIT = re.compile(
    r"^(?:tên\s+)?(?:đơn\s+vị|tổ\s+chức|nơi\s+sinh\s+hoạt)\s*[:\-–]\s*(?=chi\s+bộ\b)", re.IGNORECASE
)
_SECRETARY_BEHIND = re.compile(r"\s*\((?:phó\s+)?(?:bí\s+thư|bt)\b[^()]*\)\s*$", re.IGNORECASE)


def without_label(text: str) -> str:
    """A line without what names it a cell: "Tên chi bộ: Thôn Hai" and "Đơn vị: Chi bộ Thôn Hai" are "Chi bộ Thôn Hai"."""
    text = _SECRETARY_BEHIND.sub("", _UNIT.sub("", clean(text)))
    text = _LABEL.sub(lambda match: f"{match['kind'][0].upper()}{match['kind'][1:]} ", text)
    quoted = re.fullmatch(r"(chi\s+bộ\s+)[\"“”«»'‘’]+(.+?)[\"“”«»'‘’]+", text, re.IGNORECASE)
    return quoted[1] + quoted[2] if quoted else text


def name_alone(text: str) -> str:
    """The name of a cell without the head count and the day of the list behind it.

    The same cell a month later must be the same cell: "Chi bộ ấp 7 tháng 10 năm 2026" is "Chi bộ ấp 7".
    """
    text = text[:_MOST_LETTERS]
    while (shorter := _without_last(text)) != text:
        text = shorter
    return text


def _without_last(text: str) -> str:
    quarter = _QUARTER.search(text)
    if quarter and not (quarter[1].isdigit() and _is_place(text[: quarter.start()])):
        text = text[: quarter.start()]
    for tail in (_COUNT_BEHIND, _IN_PARENTHESES, _BEHIND):
        text = tail.sub("", text).strip()
    return text


def _is_place(before: str) -> bool:
    """Whether "quý" ends a place's name: "ấp Tân Quý 3", unlike "ấp 7 quý 3"."""
    words = fold(before).split()
    return len(words) > 1 and words[-1].isalpha() and words[-2] in _PLACES
