"""Which column of a roster is what, told from the words over it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from handbook.kernel.text import clean, fold


class Column(StrEnum):
    """What a column holds. ``SEX_MALE``/``SEX_FEMALE`` are columns with a mark; ``BIRTH_MALE``/``BIRTH_FEMALE`` hold the
    birth date under the sex; names and dates may be spread over several columns."""

    NUMBER = "number"
    NAME = "name"
    FAMILY = "family"
    GIVEN = "given"
    BIRTH = "birth"
    BIRTH_MALE = "birth_male"
    BIRTH_FEMALE = "birth_female"
    SEX = "sex"
    SEX_MALE = "sex_male"
    SEX_FEMALE = "sex_female"
    CARD = "card"
    ADMITTED = "admitted"
    OFFICIAL = "official"
    PHONE = "phone"
    CITIZEN_ID = "cccd"
    POST = "post"
    CELL = "cell"
    STATUS = "status"


DATES = (Column.BIRTH, Column.ADMITTED, Column.OFFICIAL)
_PARTS = {"ngày": 0, "tháng": 1, "năm": 2}

# Tried in this order on folded words; the first that fits names the column. The number is how sure it is:
# of two columns that would be the same, the surer one is taken.
_PATTERNS: tuple[tuple[Column | None, int, re.Pattern[str]], ...] = tuple(
    (column, sureness, re.compile(pattern))
    for column, sureness, pattern in (
        (Column.NUMBER, 2, r"(so )?(tt|stt)|so thu tu|thu tu|no"),
        # Columns that share words with ours and are none of ours.
        (None, 0, r"(ngay|noi|co quan|thoi han|han) (cap|het han).*|.*\b(ngay|noi) cap\b.*"),
        (
            None,
            0,
            r"(noi|que|nguyen|dia chi|tru|ho khau|dan toc|ton giao|so qd|so quyet dinh|nguoi|co so)\b(?! sinh hoat).*",
        ),
        (None, 0, r"(chi bo|dang bo|dang uy|don vi|to chuc) (ket nap|cong tac|gioi thieu|cong nhan|ra qd).*"),
        (
            None,
            0,
            r"ngay (chuyen|gioi thieu|mien|roi|den|di)\b(?! dang| chinh thuc).*|.*\bbao hiem\b.*|.*\bbhyt\b.*",
        ),
        (None, 0, r"chuc vu (chinh quyen|chuyen mon|cong tac|doan the|nghe nghiep|khac).*|nghe nghiep.*"),
        (None, 0, r"(ngay )?(vao|ket nap) (doan|nganh|hoi).*|ngay nhap ngu.*|tuoi( doi| dang)?|ghi chu.*"),
        (Column.FAMILY, 3, r"ho( va)?( ten| chu)? ?(dem|lot)|ho"),
        (
            Column.NAME,
            3,
            r"ho( va| &|,)? ?(chu )?(dem |lot )?(va )?ten( khai sinh)?( cua)?( dang vien| dv| dong chi)?",
        ),
        (Column.NAME, 2, r"ho( va)? ?ten\b.*|ten (dang vien|dv|dong chi)|full ?name|ho,? ten.*"),
        (Column.GIVEN, 2, r"ten( goi)?"),
        (
            Column.BIRTH,
            3,
            r"(ngay|thang|nam|ntn|ntns|sn)\b.*\bsinh(?! hoat)\b.*|sinh( ngay| nam| thang).*|ntns|ns|birth.*|dob",
        ),
        (Column.BIRTH, 1, r"sinh|tuoi sinh"),
        (Column.SEX, 3, r"gioi( tinh)?|phai|nam ?(hay|hoac)? ?nu|nu ?nam|gt|sex|gender"),
        (Column.STATUS, 2, r"(tinh trang|trang thai|loai|dien)( dang vien| dv| sinh hoat| dang tich)?"),
        (
            Column.CARD,
            3,
            r"(so |ma )?(so )?the( so)?( dang vien| dang| dv)?( so)?|so( hieu)? ?tdv|ma (so )?dang vien|so dang vien",
        ),
        (
            Column.OFFICIAL,
            3,
            r"(?!(dang vien|dv) chinh thuc$).*\bchinh thuc\b(?!.*du bi).*|ngay ct|ngay cnct",
        ),
        (
            Column.ADMITTED,
            3,
            r"(ngay|thoi gian|nam)?.*\b(vao dang|ket nap|vao dcs\w*)\b.*|ngay (vd|du bi|kn)|vao d",
        ),
        (Column.ADMITTED, 1, r"du bi|ngay vao"),
        (
            Column.CITIZEN_ID,
            3,
            r"(so |ma )?(so )?(the )?(cccd|cmnd|cmtnd|can cuoc|can cuoc cong dan|dinh danh|chung minh|ddcn|cmt)\b.*",
        ),
        (Column.PHONE, 3, r"(so )?(dien thoai|dt)( )?(di dong|dd)|(so )?di dong|sdt|dtdd|so dt|mobile"),
        (
            Column.PHONE,
            2,
            r"(so )?(dien thoai|dt|phone|sdt|zalo|lien he|lien lac)( di dong| dd| ca nhan| lien (he|lac)| zalo)*|phone.*|tel",
        ),
        (
            Column.POST,
            3,
            r"chuc (vu|danh)( hien nay| cao nhat)?( trong| ve| cong tac)? ?dang.*|chuc vu (chi bo|cap uy)|cap uy",
        ),
        (Column.POST, 2, r"chuc (vu|danh|trach)( hien nay| cao nhat)?"),
        (
            Column.CELL,
            3,
            r"(ten |thuoc )?(chi bo|to chuc dang)( dang)?( sinh hoat| co so| truc thuoc| hien nay)?",
        ),
        (
            Column.CELL,
            2,
            r"(noi|don vi) (dang )?sinh hoat.*|sinh hoat (tai|o)( chi bo)?|(ten )?to dang",
        ),
        (Column.CELL, 2, r"chi bo (don vi|to dang).*|(don vi|dang bo) chi bo"),
        (Column.CELL, 1, r"(ten )?don vi|thuoc"),
    )
)


@dataclass(slots=True)
class Columns:
    """The columns of one table, by index from 0. ``names`` are joined in order; ``parts`` are day, month, year."""

    single: dict[Column, int] = field(default_factory=dict)
    names: list[int] = field(default_factory=list)
    parts: dict[Column, list[int]] = field(default_factory=dict)

    def known(self) -> set[Column]:
        found = set(self.single) | set(self.parts)
        if self.names:
            found.add(Column.NAME)
        return found

    def is_table(self) -> bool:
        """A name and at least two more things about a person: less could be a form, a summary or a letter."""
        found = self.known()
        return Column.NAME in found and len(found - {Column.NAME, Column.NUMBER}) >= 2


def column_of(words: str) -> tuple[Column, int] | None:
    """What the words over a column mean and how sure that is; None when they mean nothing here."""
    text = clean(words)
    # A remark in brackets, as in "Ngày sinh (dd/mm/yyyy)", only counts when the words alone say nothing.
    bare = re.sub(r"\([^)]*\)", " ", text)
    for attempt in (bare, text):
        folded = re.sub(r"[^a-z0-9&]+", " ", fold(attempt)).strip()
        for column, sureness, pattern in _PATTERNS:
            if folded and pattern.fullmatch(folded):
                return (column, sureness) if column else None
    return None


def columns_of(stacks: Sequence[Sequence[str]]) -> Columns:
    """The columns of a table from the words over each, top to bottom (more than one for headers of several rows)."""
    best: dict[Column, tuple[int, int]] = {}
    columns = Columns()
    names: list[tuple[int, int, int, Column]] = []
    for index, stack in enumerate(stacks):
        found = _column_of_stack(stack)
        if found is None:
            continue
        column, sureness, part = found
        if column in (Column.NAME, Column.FAMILY, Column.GIVEN):
            names.append((index, sureness, part, column))
        elif part >= 0:
            places = columns.parts.setdefault(column, [-1, -1, -1])
            if places[part] < 0:
                places[part] = index
        elif column not in best or sureness > best[column][1]:
            best[column] = (index, sureness)
    columns.single = {column: index for column, (index, _) in best.items()}
    columns.parts = {
        column: places for column, places in columns.parts.items() if min(places) >= 0 and column not in best
    }
    columns.names = _name_columns(names, stacks)
    return columns


def _name_columns(found: list[tuple[int, int, int, Column]], stacks: Sequence[Sequence[str]]) -> list[int]:
    whole = [(index, sureness) for index, sureness, _, column in found if column is Column.NAME]
    if whole:
        surest = max(sureness for _, sureness in whole)
        first = next(index for index, sureness in whole if sureness == surest)
        # "Họ và tên" merged over two columns: family name and given name side by side.
        together = [first]
        while together[-1] + 1 < len(stacks) and any(
            index == together[-1] + 1
            and (
                column is Column.GIVEN
                or (column is Column.NAME and list(stacks[index]) == list(stacks[first]))
            )
            for index, _, _, column in found
        ):
            together.append(together[-1] + 1)
        return together
    parts = [index for index, _, _, column in found if column is Column.FAMILY][:1]
    parts += [index for index, _, _, column in found if column is Column.GIVEN][:1]
    has_given = any(column is Column.GIVEN for _, _, _, column in found)
    return parts if has_given else []


def _column_of_stack(stack: Sequence[str]) -> tuple[Column, int, int] | None:
    """(column, sureness, part) with part 0, 1, 2 for the day, month and year of a date, -1 for the whole."""
    words = [clean(word) for word in stack if clean(word)]
    if not words:
        return None
    last = re.sub(r"[^\w]+", " ", words[-1].casefold()).strip()
    above = next(
        filter(None, (column_of(" ".join(words[start:-1])) for start in range(len(words) - 1))), None
    )
    if last in ("nam", "nữ", "nu"):
        if above and above[0] is Column.BIRTH:
            return (Column.BIRTH_MALE if last == "nam" else Column.BIRTH_FEMALE), 3, -1
        if last != "nam" or above is None or above[0] is Column.SEX:
            return (Column.SEX_MALE if last == "nam" else Column.SEX_FEMALE), 2, -1
    if above and above[0] in DATES and last in _PARTS:
        return above[0], above[1], _PARTS[last]
    attempts = [" ".join(words[start:]) for start in range(len(words))]
    attempts += [" ".join(words[:stop]) for stop in range(len(words) - 1, 0, -1)]
    for attempt in attempts:
        found = column_of(attempt)
        if found:
            return found[0], found[1], -1
    return None
