"""Offices in the cell, as the post column of a roster words them: held now, or held once."""

import datetime as dt
import re
from typing import NamedTuple

from handbook.kernel.text import clean, fold

POST_SECRETARY = "Bí thư"
POST_DEPUTY = "Phó Bí thư"
POST_COMMITTEE = "Cấp ủy viên"
_RANKED = (POST_SECRETARY, POST_DEPUTY, POST_COMMITTEE)

_PATTERNS = (
    (POST_DEPUTY, re.compile(r"\b(pho (bi thu|bt)|p\.? ?(bi thu|bt)|pbt(cb)?|uv ?pbt)\b")),
    (POST_SECRETARY, re.compile(r"\b(bi thu|bt(cb)?)\b")),
    (
        POST_COMMITTEE,
        re.compile(
            r"\b(cap uy|chi uy|chi uy vien|cap uy vien|cuv|uvch|uv( ?bch)?( chi uy| chi bo)?|uy vien( chi uy| cap uy)?)\b"
        ),
    ),
)
_ABOVE_CELL = re.compile(r"\b(dang uy|dang bo|huyen uy|tinh uy|thanh uy|thuong vu|tw|trung uong)\b")
_OTHER_ORGANISATION = re.compile(
    r"\b(doan|chi doan|ubnd|uy ban|ubkt|hoi dong|hdnd|mttq|mat tran|cong doan|hoi)\b"
)

_COMRADE = re.compile(r"\bđ\s*/\s*c\b\.?", re.IGNORECASE)
# The slash of a date parts no offices, nor does the dash between two years.
_DATE_SLASH = re.compile(r"(?<=\d)\s*/\s*(?=\d)")
_YEARS = re.compile(
    r"\b(?:\d{1,2}\.)?((?:19|20)\d\d)\s*(?:[-–—]|đến)\s*(?:\d{1,2}\.)?((?:19|20)\d\d)\b", re.IGNORECASE
)
_UNTIL = re.compile(r"\b(?:đến|tới)\s+(?:hết\s+)?(?:năm\s+|tháng\s+|ngày\s+)?(?:\d{1,2}\.){0,2}((?:19|20)\d\d)\b",
                    re.IGNORECASE)  # fmt: skip
_PARTS = re.compile(r"([,;/+\n]|\bkiêm\b|\s[-–—]\s)", re.IGNORECASE)

# "Nguyên" and "cựu" stand before the office; with their tones they are no part of a name such as "Thái Nguyên".
_OFFICE_AHEAD = r"(?=(?:là\s+|đồng chí\s+)?(?:p\.|(?:phó|bí|bt|pbt|chi|cấp|uỷ|ủy|uv|cuv)\b))"
_FORMER = re.compile(
    rf"^\W*(?:nguyên|cựu)\b|\b(?:nguyên|cựu)\s+{_OFFICE_AHEAD}|[(\[]\s*(?:nguyên|cựu)\s*[)\]]"
    rf"|^\W*(?:đã |mới |xin |cho )?thôi\b|\b(?:đã|mới|xin|cho)\s+thôi\b|[(\[]\s*thôi\b"
    rf"|\bthôi\s+(?:giữ|làm|chức|nhiệm vụ|từ|ngày|tháng|năm|\d)|\bthôi\s+{_OFFICE_AHEAD}"
    r"|\b(?:hết|mãn|kết thúc)\s+(?:nhiệm kỳ|nhiệm kì|nk)\b|\bmãn nhiệm\b|\b(?:miễn|bãi|từ|tiền) nhiệm\b|\bcách chức\b"
    r"|\b(?:nhiệm kỳ|nhiệm kì|nk|khóa|khoá) trước\b|\btrước đây\b|\bkhông còn\b|\b(?:không|ko) (?:giữ|làm)\b"
    r"|^\W*(?:đã )?nghỉ\b|\bđã nghỉ\b|[(\[]\s*nghỉ\b|\bđã bàn giao\b"
    r"|\b(?:thư|bt|pbt|bộ|cb|viên|ủy|uỷ)\s+cũ\b|[(\[]\s*cũ\s*[)\]]",
    re.IGNORECASE,
)
# The same of a roster typed without any diacritics.
_FORMER_BARE = re.compile(
    r"^\W*(?:nguyen|cuu|(?:da |moi )?thoi)\b|\b(?:da|moi) thoi\b|\b(?:het|man) (?:nhiem ky|nk)\b|\b(?:man|mien) nhiem\b"
    r"|\b(?:thu|bt|pbt|vien) cu\b"
)
_NOW = re.compile(r"\b(?:nay|hiện|hiện nay|đương nhiệm|đang là|đang giữ)\b", re.IGNORECASE)
# What may stand in a remark that only says that the office before it is over: "Bí thư, đã thôi từ 01/2024".
_REMARK = re.compile(
    r"\b(?:nguyên|cựu|cũ|đã|mới|xin|cho|thôi|giữ|làm|chức|vụ|nhiệm|hết|mãn|miễn|bãi|từ|tiền|cách|kết|thúc|kỳ|kì|nk|khóa|"
    r"khoá|trước|đây|không|ko|còn|nữa|nghỉ|bàn|giao|ngày|tháng|năm|theo|quyết|định|qđ|số|da|thoi|het|nhiem|ky)\b|[\W\d_]+",
    re.IGNORECASE,
)


class Posts(NamedTuple):
    """The highest office in the cell a post names, and the highest that it says is over."""

    held: str | None
    former: str | None


NO_POST = Posts(None, None)


def read_posts(text: str, *, today: dt.date | None = None) -> Posts:
    """What a post says of offices in the cell.

    Posts in government, unions and the committee above are no office of the cell. An office said to be over ("Nguyên Bí
    thư", "Bí thư (đã thôi)", a term of years that ended before ``today``) is not held.
    """
    text = _DATE_SLASH.sub(".", _COMRADE.sub("đồng chí", clean(text)))
    text = _YEARS.sub(r"\1~\2", text)
    held: list[str] = []
    former: list[str] = []
    last: str | None = None
    carries = False
    separator = ""
    for index, part in enumerate(_PARTS.split(text)):
        if index % 2:
            separator = part.strip().casefold()
            continue
        office = _office_in(part)
        is_over = _is_over(part, today)
        if office is None:
            if is_over and last in held and not _REMARK.sub("", part):
                held.remove(last)
                former.append(last)
            continue
        # "Nguyên Bí thư, Phó Bí thư" speaks of both; "…, nay là Phó Bí thư" does not.
        is_over = is_over or (carries and separator in (",", "kiêm") and not _NOW.search(part))
        carries, last = is_over, office
        (former if is_over else held).append(office)
    return Posts(_highest(held), _highest(former))


def _highest(posts: list[str]) -> str | None:
    return next((post for post in _RANKED if post in posts), None)


def _office_in(part: str) -> str | None:
    folded = fold(part)
    is_above = _ABOVE_CELL.search(folded) and "chi bo" not in folded
    if is_above or _OTHER_ORGANISATION.search(folded):
        return None
    return next((name for name, pattern in _PATTERNS if pattern.search(folded)), None)


def _is_over(part: str, today: dt.date | None) -> bool:
    if _FORMER.search(part) or (part.isascii() and _FORMER_BARE.search(fold(part))):
        return True
    until = re.search(r"\d{4}~(\d{4})", part) or _UNTIL.search(part)
    return bool(until and today and int(until[1]) < today.year)
