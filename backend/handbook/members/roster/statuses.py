"""Words for a member's status, as rosters have them: the Party's own terms and what people write instead of them."""

import re

from handbook.kernel.text import clean, fold
from handbook.members.enums import MemberStatus

_MARKS = re.compile(r"[\s.,;:()\[\]\"'“”*/+&\-–—]+")
_FILLERS = re.compile(
    r"^(?:(?:nay |hien |moi )?(?:da|bi|dv|dang vien|dong chi|dc|duoc|la)|dang(?= (?:bi|du bi|duoc|mien|sinh hoat tam)))\s+"
)
# "chuyển đi ngày 5/6/2025", "khai trừ theo Quyết định …": when and why say nothing about what.
_WHEN_AND_WHY = re.compile(
    r"\s+(?:(?:tu |vao |het )?(?:ngay|thang|nam|quy)\s+[\divx]|tu\s+\d|theo\s+(?:qd|quyet dinh|cong van)|qd\s+(?:so\s+)?\d"
    r"|do\s|vi\s|\d).*$"
)

_SH = r"(?:sinh hoat|sh|shd)(?: dang)?"
_PATTERNS: tuple[tuple[MemberStatus, re.Pattern[str]], ...] = tuple(
    (status, re.compile(pattern))
    for status, pattern in (
        (MemberStatus.OFFICIAL, r"(?:chuyen dang )?chinh thuc|ct"),
        (MemberStatus.PROBATIONARY, r"du bi|(?:dv)?db|dbi|chua (?:duoc )?(?:cong nhan )?chinh thuc"),
        (MemberStatus.EXEMPT, rf"mien(?: (?:cong tac|ct|va|{_SH}))*"),
        (
            MemberStatus.TEMPORARY_OUT,
            (
                rf"tam thoi di|di {_SH} tam thoi|(?:chuyen )?{_SH} tam thoi(?: di| (?:di |o |den )?noi khac)|"
                rf"chuyen {_SH} tam thoi di noi khac"
            ),
        ),
        (
            MemberStatus.TEMPORARY_IN,
            (
                rf"{_SH} tam thoi(?: den| tai (?:chi bo|day))?|tam thoi den|den {_SH} tam thoi|"
                rf"(?:chuyen )?{_SH} tam thoi (?:tu )?noi khac den"
            ),
        ),
        (
            MemberStatus.TRANSFERRED,
            (
                rf"chuyen(?: {_SH}(?: chinh thuc)?)?(?: (?:di|ra|khoi chi bo|(?:di |den |sang |ve )?noi khac"
                r"|(?:di |den |sang )(?:chi bo|dang bo) khac))?"
            ),
        ),
        (MemberStatus.SUSPENDED, rf"(?:tam )?dinh chi(?: {_SH})?"),
        (MemberStatus.STRUCK_OFF, r"xoa ten(?: (?:trong|khoi|ra khoi) (?:danh sach(?: dang vien)?|dang))?"),
        (MemberStatus.EXPELLED, r"khai tru(?: (?:khoi|ra khoi))?(?: dang)?"),
        (MemberStatus.WITHDRAWN, r"(?:cho |tu nguyen )?(?:xin )?ra(?: (?:khoi )?dang)|xin ra"),
        (MemberStatus.DECEASED, r"qua doi|mat|tu tran|chet|tu vong|hy sinh|ta the"),
    )
)
# These say that somebody takes part, not whether the year of probation is over: the dates tell that.
_TAKES_PART = re.compile(
    rf"(?:dang |van )?(?:{_SH}|hoat dong)(?: (?:binh thuong|tai chi bo|o chi bo|day du))?|binh thuong|dang cong tac"
    rf"|(?:moi )?(?:chuyen )?(?:{_SH} )?den"
)


def status_named(text: str) -> MemberStatus | None:
    """The status these words name, or None for words that name none."""
    words = _words(text)
    return next((status for status, pattern in _PATTERNS if pattern.fullmatch(words)), None)


def says_takes_part(text: str) -> bool:
    """Whether the words only say that the member takes part in the life of the cell."""
    return _TAKES_PART.fullmatch(_words(text)) is not None


def _words(text: str) -> str:
    words = _MARKS.sub(" ", fold(clean(text))).strip()
    words = _WHEN_AND_WHY.sub("", words)
    while (shorter := _FILLERS.sub("", words)) != words:
        words = shorter
    return words
