"""The 100-point sheet, the average and the grade: pure rules (2-domain, Cells and meetings, Score)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from handbook.kernel.text import fold
from handbook.scores.enums import Grade, ScoreMethod

FULL = 100
MOST_CRITERIA = 20
#: With fewer sheets an average, or the difference between two looks at it, would tell what one member gave.
FEWEST_SHEETS = 3

#: The sheet where no committee has set one.
DEFAULT_SHEET: tuple[tuple[str, int], ...] = (
    ("Chuẩn bị: nội dung thiết thực, tài liệu và thông báo đến đảng viên trước buổi họp", 15),
    ("Dự họp: đông đủ, đúng giờ, vắng mặt có lý do", 15),
    ("Nội dung: kiểm điểm nghị quyết tháng trước, bàn đúng nhiệm vụ trọng tâm", 20),
    ("Thảo luận: dân chủ, thẳng thắn, nhiều đảng viên phát biểu", 20),
    ("Kết luận: rõ việc, rõ người, rõ thời hạn", 15),
    ("Nền nếp: đúng trình tự, giữ kỷ luật, bảo đảm thời gian", 5),
    ("Theo dõi sau họp: ra nghị quyết, giao và đôn đốc nhiệm vụ", 10),
)


@dataclass(frozen=True, slots=True)
class Count:
    """How many sheets, and the points of all of them together."""

    sheets: int
    points: int


@dataclass(frozen=True, slots=True)
class Joined:
    """What the average rests on: the sheets by phone and those on paper that count."""

    sheets: int
    points: int
    method: ScoreMethod


@dataclass(frozen=True, slots=True)
class Bounds:
    """From how many points on a meeting is good, fair, average; below that it is poor."""

    good: int
    fair: int
    average: int


def sheet_error(criteria: Sequence[tuple[str, int]]) -> str | None:
    """What is wrong with a sheet: ``too_many``, ``not_hundred``, ``repeated``; None when it can be used."""
    if not 1 <= len(criteria) <= MOST_CRITERIA:
        return "too_many"
    if sum(points for _title, points in criteria) != FULL:
        return "not_hundred"
    titles = [title.casefold() for title, _points in criteria]
    return "repeated" if len(set(titles)) != len(titles) else None


def points_error(points: Sequence[int], most: Sequence[int]) -> tuple[int, str] | None:
    """The first place of a filled sheet that is wrong: ``out_of_range``, or ``wrong_count`` (place -1)."""
    if len(points) != len(most):
        return -1, "wrong_count"
    for place, (given, limit) in enumerate(zip(points, most, strict=True)):
        if not 0 <= given <= limit:
            return place, "out_of_range"
    return None


def counted(by_phone: int, on_paper: int) -> int:
    """How many sheets count. What is on paper is known, so of one or two by phone the difference would tell what they gave:
    those are left out."""
    return (by_phone if by_phone >= FEWEST_SHEETS else 0) + on_paper


def joined(by_phone: Count, on_paper: Count | None) -> Joined | None:
    """Phones and paper added up; None when they are too few for an average."""
    paper = on_paper or Count(0, 0)
    sheets = counted(by_phone.sheets, paper.sheets)
    if sheets < FEWEST_SHEETS:
        return None
    if not paper.sheets:
        return Joined(sheets, by_phone.points, ScoreMethod.PHONE)
    if sheets == paper.sheets:
        return Joined(sheets, paper.points, ScoreMethod.PAPER)
    return Joined(sheets, by_phone.points + paper.points, ScoreMethod.MIXED)


def scores_meeting(title: str) -> bool:
    """Whether the meeting is scored under the item of this title: "đánh giá, chấm điểm chất lượng buổi sinh hoạt"."""
    words = fold(title)
    return "cham diem" in words or "danh gia chat luong" in words


def average(points: int, sheets: int) -> Fraction:
    """The exact average of all points over the sheets."""
    return Fraction(points, sheets)


def shown(value: Fraction) -> str:
    """An average with two decimals, cut and not rounded: 89.996 is shown as 89.99, because it is not yet good."""
    hundredths = value.numerator * 100 // value.denominator
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def in_words(value: str) -> str:
    """What :func:`shown` tells, as a Vietnamese reader writes it: "92", "92,5", "89,99"; so do the screens."""
    return value.rstrip("0").rstrip(".").replace(".", ",")


def shown_parts(points: Sequence[int], sheets: int) -> list[str]:
    """The averages of the criteria as they are shown, adding up to the shown average of all of them.

    Each is cut; the hundredths that are missing then go to those from which most was cut away, the first of equal ones."""
    cut = [divmod(one * 100, sheets) for one in points]
    missing = sum(points) * 100 // sheets - sum(whole for whole, _rest in cut)
    raised = sorted(range(len(cut)), key=lambda place: -cut[place][1])[:missing]
    return [shown(Fraction(whole + (place in raised), 100)) for place, (whole, _rest) in enumerate(cut)]


def grade(value: Fraction, bounds: Bounds) -> Grade:
    """2-domain: "100 points, good from 90, fair from 70, average from 50"."""
    if value >= bounds.good:
        return Grade.GOOD
    if value >= bounds.fair:
        return Grade.FAIR
    return Grade.AVERAGE if value >= bounds.average else Grade.POOR


def bounds_of(rules: Mapping[str, int]) -> Bounds:
    """The bounds in force at an organisation."""
    return Bounds(rules["score.good_from"], rules["score.fair_from"], rules["score.average_from"])
