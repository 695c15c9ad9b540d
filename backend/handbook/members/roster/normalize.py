"""Single values of a roster made canonical: names, numbers, phones, posts.

Every function takes what a cell holds. "Blank" is decided once by :func:`is_blank`; the others expect a value that is
not blank and answer None when it makes no sense.
"""

import datetime as dt
import re
import unicodedata
from itertools import pairwise

from handbook.kernel.text import clean, fold
from handbook.members.enums import MemberStatus, Sex
from handbook.members.roster import statuses
from handbook.members.roster.posts import Posts, read_posts
from handbook.members.roster.reader import UNCALCULATED, CellValue

MOST_NAME_LETTERS = 120
_DASHES = re.compile(r"[\s\-‐‑‒–—―_.…/\\*]*")
_COMRADE = re.compile(r"^\(?(đ/c|đ\.c|đc\.|đồng chí)[\s.:]*\)?[\s.:]*", re.IGNORECASE)
# TCVN3 shows as letters that no name in Viet Nam has ("TrÇn ThÞ"), or capital behind a small one ("NguyÔn").
_OLD_FONT = frozenset("ÇÞËÎÏÖØÜßäåæçëîïðöøûüþ")
_OLD_FONT_INSIDE = frozenset("ÈÉÊÌÒÓÔÕÝÑĐ")
_NAME_LETTERS = re.compile(r"[^\W\d_](?:[^\W\d_]|[ '’ʼ\-.()])*")
_EXPONENT = re.compile(r"\d(?:[.,]\d+)?E\+?\d{1,2}", re.IGNORECASE)

# Mobile prefixes of eleven digits were shortened in 2018; the list of the Ministry of Information and Communications.
_OLD_PREFIXES = {
    "120": "70", "121": "79", "122": "77", "126": "76", "128": "78",
    "123": "83", "124": "84", "125": "85", "127": "81", "129": "82",
    "162": "32", "163": "33", "164": "34", "165": "35", "166": "36", "167": "37", "168": "38", "169": "39",
    "186": "56", "188": "58", "199": "59",
}  # fmt: skip
_MOBILE = re.compile(r"[35789]\d{8}")
_NUMBER_BREAK = re.compile(r"[;/,\n]|\s[-–]\s|\b(?:và|hoặc|hay)\b", re.IGNORECASE)
# Words beside a number that say what kind of number it is, not whose.
_PHONE_REMARK = re.compile(
    r"[(\[]?\b(?:(?:số |sim )?(?:zalo|viber|viettel|vina(?:phone)?|mobi(?:fone)?|itel|di động|cố định|chính|phụ|mới|cá nhân)"
    r"|nhà riêng|cơ quan|nr|cq|dđ|đtdđ|sđt|đt|điện thoại|tel|mobile|sim [12])\b[.:]?[)\]]?",
    re.IGNORECASE,
)
_LANDLINE = re.compile(r"2\d{8,9}")
_FOREIGN = re.compile(r"\+[1-9]\d{7,14}")

_SEXES = {
    "Nam": Sex.MALE, "Nữ": Sex.FEMALE, "nữ": Sex.FEMALE,
    "nam": Sex.MALE, "m": Sex.MALE, "male": Sex.MALE, "trai": Sex.MALE, "ong": Sex.MALE,
    "nu": Sex.FEMALE, "f": Sex.FEMALE, "female": Sex.FEMALE, "gai": Sex.FEMALE, "ba": Sex.FEMALE,
}  # fmt: skip


def is_blank(value: CellValue) -> bool:
    """Nothing there: an empty cell, blanks, or only dashes and dots as people put for "none"."""
    if not isinstance(value, str):
        return False
    return not value or (not value[0].isalnum() and _DASHES.fullmatch(clean(value)) is not None)


def text_of(value: CellValue) -> str:
    """The cell as the text a person sees: whole numbers without a decimal point."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool) or value is UNCALCULATED:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 10**15 else repr(value)
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return str(value)


def person_name(value: CellValue) -> str | None:
    """Full name in NFC with single blanks; words in capitals or small letters get one: ``ĐỖ THẾ SƠN`` → ``Đỗ Thế Sơn``."""
    if not isinstance(value, str):
        return None
    # A zero-width space stands between words that were copied from a page; the letter eth was typed for Đ.
    written = clean(value.replace("\u200b", " ")).replace("Ð", "Đ")
    name = _COMRADE.sub("", written).strip(" .,;:-*")
    if (
        not name
        or len(name) > MOST_NAME_LETTERS
        or _is_old_font(name)
        or not _NAME_LETTERS.fullmatch(_bare(name))
    ):
        return None
    return " ".join(_capitalised(word) for word in name.split(" "))


def _is_old_font(name: str) -> bool:
    return not _OLD_FONT.isdisjoint(name) or any(
        before.islower() and letter in _OLD_FONT_INSIDE for before, letter in pairwise(name)
    )


def _bare(name: str) -> str:
    # Marks that NFC could not compose (as in the names of some ethnic minorities) are letters to the pattern.
    return "".join(char for char in name if unicodedata.category(char) != "Mn")


def _capitalised(word: str) -> str:
    if not (word.isupper() or word.islower()):
        return word
    lowered = word.lower()
    return re.sub(r"(^|['’ʼ\-(.])(\w)", lambda match: match[1] + match[2].upper(), lowered)


def sex(value: CellValue) -> Sex | None:
    """``nam``/``Nữ`` and their common spellings."""
    text = text_of(value)
    return _SEXES.get(text) or _SEXES.get(fold(text).strip("."))


def status(value: CellValue) -> MemberStatus | None:
    """A status in the Party's words, or None for words that name none."""
    return statuses.status_named(text_of(value))


def says_takes_part(value: CellValue) -> bool:
    """Whether a status cell only says that the member takes part: the dates then tell the rest."""
    return statuses.says_takes_part(text_of(value))


def phone(value: CellValue) -> str | None:
    """E.164. Takes lost leading zeros, +84/0084/84, dots and blanks, the eleven-digit numbers of before 2018, and the
    first valid one of several numbers. Words that say what kind of number it is ("Zalo", "DĐ") are passed over; other
    letters make it none: a guess could telephone a stranger."""
    if isinstance(value, str):
        text = _PHONE_REMARK.sub(" ", clean(value))
        for part in [*_NUMBER_BREAK.split(text), text]:
            number = _phone_number(part.strip(" :;,-–"))
            if number:
                return number
        # "0912345678-0987654321": what a hyphen or a blank parts is a number only when it is written out in full.
        full = (part for part in re.split(r"[\s\-–]+", text) if re.match(r"0|\+?84", part))
        if re.search(r"[^\W\d_]", text):
            return None
        return next(filter(None, map(_phone_number, full)), None)
    return (
        _phone_number(text_of(value))
        if isinstance(value, int | float) and not isinstance(value, bool)
        else None
    )


def _phone_number(text: str) -> str | None:
    compact = re.sub(r"[\s.\-()'`,/]", "", _exact_number(text))
    if not re.fullmatch(r"\+?\d+", compact):
        return None
    national = re.sub(r"^(\+84|0084)", "", compact)
    if national == compact and compact.startswith("84") and len(compact) in (11, 12):
        national = compact[2:]
    if national.startswith("+"):
        return national if _FOREIGN.fullmatch(national) else None
    national = national.removeprefix("0")
    if len(national) == 10 and national[:3] in _OLD_PREFIXES:
        national = _OLD_PREFIXES[national[:3]] + national[3:]
    if _MOBILE.fullmatch(national) or _LANDLINE.fullmatch(national):
        return f"+84{national}"
    return None


def citizen_id(value: CellValue, *, birth_date: dt.date | None = None) -> str | None:
    """Twelve digits (Decree 70/2024, article 6: province, century and sex, year of birth, serial).

    Zeros at the front that a number lost are restored. As text, eleven or ten digits are only completed when the year
    in them is the year of birth: otherwise a digit is missing somewhere and nobody knows where.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = _exact_number(text_of(value))
    digits = re.sub(r"[\s.\-'`]", "", text)
    if not re.fullmatch(r"[0-9]+", digits) or digits.strip("0") == "":
        return None
    if len(digits) == 12:
        return digits
    if len(digits) in (10, 11):
        completed = digits.zfill(12)
        is_number = not isinstance(value, str)
        if is_number or (birth_date is not None and _tells_birth(completed, birth_date)):
            return completed
    return None


def sex_in_citizen_id(digits: str, birth_date: dt.date) -> Sex | None:
    """The sex that the fourth digit of a citizen ID tells, when the year of birth in it is right."""
    if not _tells_birth(digits, birth_date):
        return None
    return Sex.FEMALE if int(digits[3]) % 2 else Sex.MALE


def _tells_birth(digits: str, birth_date: dt.date) -> bool:
    century = 19 + int(digits[3]) // 2
    return century == birth_date.year // 100 and int(digits[4:6]) == birth_date.year % 100


def card_number(value: CellValue) -> str | None:
    """The card number as text. Eight digits are written ``51.303034``; a number in the cell gets back its zeros."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, str):
        text = clean(value).strip("'`")
        if not _EXPONENT.fullmatch(text):
            return _card_text(text)
        exact = _exact_number(text)
        if not exact.isdigit():
            return None
        value = float(exact)
    if not 0 < value < 10**15:
        return None
    if value < 100 and value != int(value):
        text = f"{value:09.6f}"
        return text if abs(float(text) - value) < 1e-9 else None
    if value != int(value):
        return None
    digits = f"{int(value):d}"
    if len(digits) in (7, 8):
        digits = digits.zfill(8)
        return f"{digits[:2]}.{digits[2:]}"
    return digits if len(digits) >= 4 else None


def _card_text(text: str) -> str | None:
    digits = re.sub(r"[\s.\-,]", "", text)
    if re.fullmatch(r"[0-9]{8}", digits):
        return f"{digits[:2]}.{digits[2:]}"
    compact = text.replace(" ", "").upper()
    return compact if re.fullmatch(r"(?=.*\d.*\d)[0-9A-ZĐ./\-]{4,30}", compact) else None


def _exact_number(text: str) -> str:
    """Digits of a number that was turned into ``5.6E+10`` text, when no digit was lost by it; else the text."""
    if "e" not in text.casefold() or not _EXPONENT.fullmatch(text.replace(" ", "")):
        return text
    mantissa, _, exponent = text.replace(" ", "").replace(",", ".").upper().partition("E")
    whole, _, decimals = mantissa.partition(".")
    places = int(exponent)
    return whole + decimals.ljust(places, "0") if len(decimals) >= places - 1 else text


def post(value: CellValue, *, today: dt.date | None = None) -> Posts:
    """The office in the cell a post names, one of the three the roster knows, and one it says is over."""
    return read_posts(text_of(value), today=today)


def is_senseless_post(value: CellValue) -> bool:
    """Whether a post has no letters at all: a number or a date that slipped into the wrong column."""
    return not re.search(r"[^\W\d_]", text_of(value)) if isinstance(value, str) else True
