"""What a person should look at although it was taken: sentences beside the report, which is the contract's."""

import datetime as dt
from collections.abc import Iterable

from handbook.kernel.text import fold
from handbook.members.enums import MemberStatus
from handbook.members.roster.judge import JudgedRow, MemberValues
from handbook.members.roster.posts import POST_SECRETARY

# Of one kind; a column that is no status at all would otherwise fill pages.
MOST_OF_A_KIND = 10
_MOST_WORD_LETTERS = 40
# Twelve months by the rules of the Party; two years leave room for what was decided late.
_LONGEST_PROBATION = 731


def warnings_of_rows(rows: Iterable[JudgedRow]) -> list[str]:
    """Statuses that name none, people who stand in the file twice, cells with several secretaries, former offices, and
    rows taken instead of refused ones."""
    unread: dict[str, list[JudgedRow]] = {}
    people: dict[tuple[object, ...], list[JudgedRow]] = {}
    secretaries: dict[str, list[JudgedRow]] = {}
    former: list[JudgedRow] = []
    mended: list[JudgedRow] = []
    for row in rows:
        values = row.values
        if row.unread_status is not None:
            unread.setdefault(fold(row.unread_status), []).append(row)
        person = (fold(values.full_name), values.birth_date, values.admitted_on, values.cell_key)
        people.setdefault(person, []).append(row)
        if values.post == POST_SECRETARY:
            secretaries.setdefault(values.cell_key, []).append(row)
        if row.former_post is not None:
            former.append(row)
        if row.instead_of is not None:
            mended.append(row)
    return [
        *few([_unread_status(found) for found in unread.values()]),
        *few(
            [_twice(first, again) for first, *others in people.values() for again in others
             if _may_be_one(first.values, again.values)]
        ),
        *few([_secretaries(found) for found in secretaries.values() if len(found) > 1]),
        *([_former_posts(former)] if former else []),
        *few([_instead_of(row, row.instead_of) for row in mended if row.instead_of]),
    ]  # fmt: skip


def long_probation(rows: Iterable[JudgedRow], today: dt.date) -> list[str]:
    """Members who would be probationary far longer than the Party's rules know: more often a column that was not read."""
    found = [
        row
        for row in rows
        if row.values.derived_status is MemberStatus.PROBATIONARY
        and row.values.admitted_on
        and (today - row.values.admitted_on).days > _LONGEST_PROBATION
    ]
    if not found:
        return []
    sentence = (
        f"{len(found)} đồng chí vào Đảng đã hơn hai năm mà không có ngày chính thức, nên được tính là dự bị"
        f" ({'; '.join(few([_place(row, inside=True) for row in found]))}). Hãy kiểm tra cột ngày chính thức."
    )
    return [sentence]


def cells_told_apart(names: list[str]) -> list[str]:
    """New cells that are called by the organisation above them too."""
    if not names:
        return []
    called = "; ".join(few([f"“{name}”" for name in names]))
    return [f"Có chi bộ trùng tên ở nhiều đảng bộ trong tệp; mỗi chi bộ được ghi kèm tên đảng bộ: {called}."]


def emptied_cell(name: str, count: int, to: list[str]) -> str:
    """All members of a cell are moved to other cells."""
    others = few([f"“{cell}”" for cell in to])
    return (
        f"Cả {count} đảng viên của “{name}” được chuyển sang {', '.join(others)}; “{name}” không còn ai."
        " Nếu vẫn là một chi bộ, hãy ghi tên trong tệp đúng như trong hệ thống trước khi nhập."
    )


def changed_office(cell: str, title: str, losing: list[str], gaining: list[str]) -> str:
    """An office of a cell that exists passes to somebody else."""
    gained = f"{', '.join(few(gaining))} nhận chức vụ" if gaining else ""
    lost = f"{', '.join(few(losing))} thôi giữ" if losing else ""
    return (
        f"“{cell}” đổi {title}: {'; '.join(filter(None, (gained, lost)))}."
        " Hãy kiểm tra lại: quyền của từng người trong hệ thống đổi theo chức vụ."
    )


def still_held(cell: str, title: str, name: str) -> str:
    """The roster says that an office is over which is in force here."""
    return (
        f"“{cell}”: danh sách ghi {name} đã thôi {title}, trong hệ thống vẫn đang giữ; chức vụ được giữ như cũ."
        " Nếu đã thôi, hãy kết thúc chức vụ trong hồ sơ của đồng chí đó."
    )


def few(sentences: list[str]) -> list[str]:
    """The first of many, and how many more there are."""
    rest = len(sentences) - MOST_OF_A_KIND
    return sentences if rest <= 0 else [*sentences[:MOST_OF_A_KIND], f"… và {rest} trường hợp nữa"]


def _unread_status(rows: list[JudgedRow]) -> str:
    word = rows[0].unread_status or ""
    # A word may be quoted; what has digits or is long could be somebody's data in the wrong column.
    is_word = word and len(word) <= _MOST_WORD_LETTERS and not any(char.isdigit() for char in word)
    more = f" và {len(rows) - 1} dòng khác" if len(rows) > 1 else ""
    return (
        f"{_place(rows[0])}{more}: không hiểu tình trạng{f' “{word}”' if is_word else ''}. Người mới được tính là chính"
        " thức hoặc dự bị theo ngày chính thức, người đã có giữ như cũ. Hãy ghi Chính thức, Dự bị, Miễn sinh hoạt, Chuyển"
        " đi, Đình chỉ, Xóa tên, Khai trừ, Xin ra khỏi Đảng hoặc Từ trần, hay để trống."
    )


def _may_be_one(first: MemberValues, again: MemberValues) -> bool:
    """Numbers that differ tell two people apart."""
    return not any(
        one and other and one != other
        for one, other in (
            (first.card_number, again.card_number),
            (first.citizen_id, again.citizen_id),
        )
    )


def _twice(first: JudgedRow, again: JudgedRow) -> str:
    return (
        f"{_place(again)}: họ tên, ngày sinh, ngày vào Đảng và chi bộ giống hệt {_place(first, inside=True)} mà không có số"
        " thẻ hay số căn cước để phân biệt, nên thành hai đảng viên. Nếu là một người, hãy xóa một dòng trước khi nhập."
    )


def _secretaries(rows: list[JudgedRow]) -> str:
    places = "; ".join(few([_place(row, inside=True) for row in rows]))
    return (
        f"“{rows[0].values.cell}” có {len(rows)} Bí thư trong tệp ({places}); tất cả được ghi chức vụ này."
        " Hãy kiểm tra lại: mỗi chi bộ chỉ có một Bí thư."
    )


def _instead_of(row: JudgedRow, refused: JudgedRow) -> str:
    return (
        f"{_place(row)}: cùng người và cùng số với {_place(refused, inside=True)} đã bị từ chối, nên được nhập thay cho dòng"
        " đó. Nếu không phải một người, hãy sửa số của một trong hai dòng rồi nhập lại."
    )


def _former_posts(rows: list[JudgedRow]) -> str:
    places = "; ".join(few([_place(row, inside=True) for row in rows]))
    return (
        f"Chức vụ ghi là đã thôi giữ thì không được nhập ({places}). Hãy kiểm tra lại nếu có người đang giữ."
    )


def _place(row: JudgedRow, *, inside: bool = False) -> str:
    return f"{'trang' if inside else 'Trang'} “{row.sheet}”, dòng {row.number}"
