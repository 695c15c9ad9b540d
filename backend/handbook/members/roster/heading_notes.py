"""Columns of a roster that were not read although something stands in them, and columns that a roster should have."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from handbook.members.roster.headers import Columns
from handbook.members.roster.headings import Column

if TYPE_CHECKING:
    from handbook.members.roster.layout import TableSheet

_MOST_HEADING_LETTERS = 60
_MOST_COLUMNS = 12
_WORDS = {
    Column.NAME: "họ và tên",
    Column.FAMILY: "họ và tên",
    Column.GIVEN: "họ và tên",
    Column.BIRTH: "ngày sinh",
    Column.SEX: "giới tính",
    Column.CARD: "số thẻ đảng viên",
    Column.ADMITTED: "ngày vào Đảng",
    Column.OFFICIAL: "ngày chính thức",
    Column.PHONE: "số điện thoại",
    Column.CITIZEN_ID: "số căn cước",
    Column.POST: "chức vụ Đảng",
    Column.CELL: "chi bộ",
    Column.SECTION: "đảng bộ bộ phận",
    Column.STATUS: "tình trạng",
}
_ONE_OF = {
    Column.BIRTH_MALE: Column.BIRTH,
    Column.BIRTH_FEMALE: Column.BIRTH,
    Column.SEX_MALE: Column.SEX,
    Column.SEX_FEMALE: Column.SEX,
}
_EXPECTED = (Column.BIRTH, Column.SEX, Column.CARD, Column.ADMITTED, Column.OFFICIAL, Column.PHONE, Column.CITIZEN_ID,
             Column.POST)  # fmt: skip


@dataclass(slots=True)
class HeadingNotes:
    """What the headings of one sheet came to, with the members that have something in each column."""

    found: set[Column] = field(default_factory=set)
    members: int = 0
    _unread: dict[int, str] = field(default_factory=dict)
    _doubled: dict[int, tuple[str, Column]] = field(default_factory=dict)
    _known: set[int] = field(default_factory=set)
    _filled: Counter[int] = field(default_factory=Counter)

    def table(self, columns: Columns) -> None:
        """A header was read: the sheet's first, its repetition on another page, or that of another table."""
        self.found |= columns.known()
        self._unread |= columns.unread
        self._doubled |= columns.doubled
        self._known |= columns.headed

    def member(self, filled: Iterable[int]) -> None:
        self.members += 1
        self._filled.update(filled)

    def unread(self) -> list[tuple[str, str]]:
        """Letter and heading of each column whose words mean nothing here and in which something stands."""
        return [
            (letter_of(index), _short(words))
            for index, words in sorted(self._unread.items())
            if self._filled[index]
        ]

    def doubled(self) -> list[tuple[str, str, Column]]:
        """The same of columns that mean what another, which is read, means too."""
        return [
            (letter_of(index), _short(words), _ONE_OF.get(column, column))
            for index, (words, column) in sorted(self._doubled.items())
            if self._filled[index]
        ]

    def untitled(self) -> list[str]:
        """Letters of columns without a heading that most members have something in."""
        return [
            letter_of(index)
            for index, count in sorted(self._filled.items())
            if index not in self._known and count * 2 > self.members
        ]

    def missing(self) -> list[str]:
        """What a roster tells of a member and this one has no column for, in words."""
        found = {_ONE_OF.get(column, column) for column in self.found}
        if self.found & {Column.BIRTH_MALE, Column.BIRTH_FEMALE}:
            found.add(Column.SEX)
        return [_WORDS[column] for column in _EXPECTED if column not in found]


def warnings_of_headings(sheets: Iterable["TableSheet"]) -> list[str]:
    """Sentences about columns; sheets of the same headings share one."""
    places: dict[str, list[str]] = {}
    for sheet in sheets:
        if sheet.headings.members:
            for sentence in _sentences(sheet.headings):
                places.setdefault(sentence, []).append(sheet.name)
    return [f"Trang {_listed([f'“{name}”' for name in names])}: {words}" for words, names in places.items()]


def _sentences(headings: HeadingNotes) -> Iterable[str]:
    if unread := headings.unread():
        columns = _listed([f"{letter} “{words}”" for letter, words in unread])
        yield (
            f"không đọc cột {columns} vì không hiểu tiêu đề. Nếu cần nhập, hãy ghi tiêu đề bằng từ thường dùng, ví dụ"
            " Điện thoại, Số thẻ đảng viên, Ngày chính thức, Chức vụ Đảng, Chi bộ."
        )
    for letter, words, column in headings.doubled():
        yield (
            f"không đọc cột {letter} “{words}” vì đã có cột khác là {_WORDS.get(column, 'điều này')}."
            " Nếu là điều khác, hãy ghi tiêu đề cho khác nhau."
        )
    if untitled := headings.untitled():
        yield f"không đọc cột {_listed(untitled)} vì không có tiêu đề. Hãy thêm tiêu đề nếu cần nhập."
    if missing := headings.missing():
        yield f"không thấy cột {_listed(missing)}; những điều này không được nhập, người đã có giữ như cũ."


def _listed(words: Sequence[str]) -> str:
    rest = len(words) - _MOST_COLUMNS
    return ", ".join(words) if rest <= 0 else f"{', '.join(words[:_MOST_COLUMNS])} và {rest} nữa"


def _short(words: str) -> str:
    return words if len(words) <= _MOST_HEADING_LETTERS else f"{words[:_MOST_HEADING_LETTERS].rstrip()}…"


def letter_of(index: int) -> str:
    """The letter Excel shows over a column, counted from 0."""
    letters = ""
    while index >= 0:
        letters = chr(ord("A") + index % 26) + letters
        index = index // 26 - 1
    return letters
