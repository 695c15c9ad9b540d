"""Minutes from facts: every sentence that 2-domain asks for, and nothing that is not so."""

from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handbook.meetings.enums import MeetingKind
from handbook.minutes import compose as composing
from handbook.minutes.facts import (
    Absence,
    Facts,
    Item,
    Note,
    Papers,
    Person,
    Roll,
    Score,
    Vote,
    VoteMethod,
)

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
ROLL = Roll(
    total=22,
    official=20,
    probationary=2,
    present=18,
    official_present=16,
    official_due=18,
    quorum_share=Fraction(2, 3),
    quorum_required=12,
    exempt=(Absence("Đinh Thị Yếu"),),
    elsewhere=(Absence("Bùi Văn Tạm"),),
    temporary_in=1,
    late=(Absence("Lê Thị Muộn", at=datetime(2026, 2, 5, 19, 50, tzinfo=ZONE)),),
    left_early=(Absence("Đỗ Văn Về", at=datetime(2026, 2, 5, 20, 55, tzinfo=ZONE)),),
    excused=(Absence("Phạm Thị Ốm", "ốm"), Absence("Vũ Văn Xa", "đi công tác.")),
    unexcused=(Absence("Hồ Văn Vắng"),),
    guests=(("Trần Văn Khách", "Đảng ủy xã"), ("Lý Thị Mời", None)),
)
VOTE = Vote(
    key="v1",
    title="Thông qua nghị quyết tháng 3.",
    method=VoteMethod.HAND,
    denominator=18,
    present=16,
    agree=15,
    disagree=1,
    other=0,
    required=10,
    share=Fraction(1, 2),
    at_least=False,
    passed=True,
    reserved=(("Nguyễn Thị Khác", "chưa rõ nguồn kinh phí"),),
)
FACTS = Facts(
    kind=MeetingKind.REGULAR,
    is_cell=True,
    organization="Chi bộ Ấp 3",
    place="Nhà văn hóa ấp 3",
    starts_at=datetime(2026, 2, 5, 19, 30, tzinfo=ZONE),
    opened_at=datetime(2026, 2, 5, 19, 35, tzinfo=ZONE),
    closed_at=datetime(2026, 2, 5, 21, 5, tzinfo=ZONE),
    chair=Person("Nguyễn Văn Trì", "Bí thư"),
    minute_taker=Person("Trần Thị Ghi"),
    roll=ROLL,
    items=(
        Item("7", "Kiểm điểm việc thực hiện nghị quyết tháng trước", "Chủ trì", begun=True),
        Item(
            "8",
            "Thảo luận",
            notes=(
                Note("n1", "nhất trí với báo cáo", "Phạm Văn Nói"),
                Note("n2", "đề nghị làm sớm!", "Trần Văn Khách", is_guest=True),
                Note("n3", "Nghỉ giải lao 5 phút"),
            ),
            conclusion="giao đồng chí phó bí thư theo dõi",
            votes=(VOTE,),
        ),
    ),
    score=Score("92,5", "tốt"),
    read_back_at=datetime(2026, 2, 5, 21, 3, tzinfo=ZONE),
)


def texts(facts: Facts = FACTS) -> list[str]:
    return [paragraph.text for section in composing.compose(facts) for paragraph in section.paragraphs]


def test_the_minutes_hold_everything_that_the_rule_names_in_its_order() -> None:
    assert [section.key for section in composing.compose(FACTS)] == [
        "opening",
        "attendance",
        "content",
        "score",
        "closing",
    ]
    assert texts() == [
        "Chi bộ Ấp 3 sinh hoạt chi bộ thường kỳ.",
        "Bắt đầu lúc 19 giờ 35 phút, ngày 05 tháng 02 năm 2026.",
        "Địa điểm: Nhà văn hóa ấp 3.",
        "Chủ trì: đồng chí Nguyễn Văn Trì – Bí thư.",
        "Người ghi biên bản: đồng chí Trần Thị Ghi.",
        "Tổng số đảng viên: 22 đồng chí (chính thức 20, dự bị 2).",
        "Có mặt: 18 đồng chí.",
        "Được miễn công tác và sinh hoạt: 1 đồng chí (Đinh Thị Yếu).",
        "Sinh hoạt tạm thời ở nơi khác: 1 đồng chí (Bùi Văn Tạm).",
        "Đảng viên nơi khác đến sinh hoạt tạm thời: 1 đồng chí.",
        "Đến muộn: 1 đồng chí (Lê Thị Muộn, 19 giờ 50 phút).",
        "Về sớm: 1 đồng chí (Đỗ Văn Về, 20 giờ 55 phút).",
        "Vắng có phép: 2 đồng chí (Phạm Thị Ốm: ốm; Vũ Văn Xa: đi công tác).",
        "Vắng không phép: 1 đồng chí (Hồ Văn Vắng).",
        "Khách mời: Trần Văn Khách (Đảng ủy xã); Lý Thị Mời.",
        "Đảng viên chính thức có mặt 16/18, đủ điều kiện tiến hành theo quy định (ít nhất 2/3, tức 12 đồng chí).",
        "1. Kiểm điểm việc thực hiện nghị quyết tháng trước",
        "Trình bày: Chủ trì.",
        "2. Thảo luận",
        "Đồng chí Phạm Văn Nói: nhất trí với báo cáo.",
        "Khách mời Trần Văn Khách: đề nghị làm sớm!",
        "Nghỉ giải lao 5 phút.",
        (
            "Biểu quyết “Thông qua nghị quyết tháng 3”. Hình thức: biểu quyết giơ tay. "
            "Số đảng viên chính thức để tính tỷ lệ: 18; có mặt: 16. "
            "Đồng ý: 15 (83,3%); không đồng ý: 1; ý kiến khác: 0; không biểu quyết hoặc vắng: 2. "
            "Kết quả: được thông qua (cần trên 1/2 số đảng viên tính tỷ lệ, tức từ 10 đồng chí)."
        ),
        "Đồng chí Nguyễn Thị Khác bảo lưu ý kiến: chưa rõ nguồn kinh phí.",
        "Kết luận: giao đồng chí phó bí thư theo dõi.",
        "Chấm điểm buổi sinh hoạt: 92,5/100 điểm, xếp loại tốt.",
        "Biên bản đã được đọc lại trước buổi sinh hoạt; các đồng chí dự nhất trí thông qua.",
        "Buổi sinh hoạt kết thúc lúc 21 giờ 05 phút cùng ngày.",
    ]


def test_a_secret_vote_on_paper_tells_its_papers_and_no_opinion_of_anybody() -> None:
    vote = replace(
        VOTE,
        method=VoteMethod.SECRET_PAPER,
        papers=Papers(16, 16, 15, 1),
        share=Fraction(2, 3),
        at_least=True,
        required=12,
        reserved=(),
    )
    (told,) = [
        text for text in texts(replace(FACTS, items=(), votes=(vote,))) if text.startswith("Biểu quyết")
    ]
    assert "bỏ phiếu kín bằng phiếu giấy" in told
    assert "phát ra: 16; thu về: 16; hợp lệ: 15; không hợp lệ: 1" in told
    assert "cần ít nhất 2/3" in told
    assert "Nguyễn Thị Khác" not in told


@pytest.mark.parametrize(
    ("passed", "words"), [(False, "không được thông qua"), (None, "cuộc bỏ phiếu không có giá trị")]
)
def test_a_vote_that_failed_or_was_void_is_told_as_such(passed: bool | None, words: str) -> None:
    facts = replace(FACTS, items=(), votes=(replace(VOTE, passed=passed),))
    assert any(words in text for text in texts(facts))


def test_a_meeting_without_a_quorum_says_so() -> None:
    facts = replace(FACTS, roll=replace(ROLL, official_present=11))
    assert any("chưa đủ điều kiện" in text for text in texts(facts))


def test_what_is_not_known_is_left_out_and_not_made_up() -> None:
    bare = Facts(
        kind=MeetingKind.EXTRAORDINARY,
        is_cell=False,
        organization="Đảng bộ xã Tân An",
        place="Hội trường",
        starts_at=FACTS.starts_at,
        roll=Roll(3, 3, 0, 3, 3, 3, Fraction(2, 3), 2),
    )
    assert texts(bare)[:3] == [
        "Đảng bộ xã Tân An họp bất thường.",
        "Triệu tập lúc 19 giờ 30 phút, ngày 05 tháng 02 năm 2026.",
        "Địa điểm: Hội trường.",
    ]
    assert "Vắng: không." in texts(bare)
    assert not any(word in " ".join(texts(bare)) for word in ("Chủ trì:", "kết thúc", "None", "Khách mời"))


def test_a_meeting_that_ends_after_midnight_tells_the_day() -> None:
    facts = replace(FACTS, closed_at=datetime(2026, 2, 6, 0, 10, tzinfo=ZONE))
    assert texts(facts)[-1] == "Buổi sinh hoạt kết thúc lúc 0 giờ 10 phút, ngày 06 tháng 02 năm 2026."


READ = "Biên bản đã được đọc lại trước buổi sinh hoạt; các đồng chí dự nhất trí thông qua."


@pytest.mark.parametrize(
    ("read_back_at", "said"),
    [
        (None, []),
        (datetime(2026, 2, 5, 21, 5, tzinfo=ZONE), [READ]),
        (
            datetime(2026, 2, 5, 21, 6, 28, tzinfo=ZONE),
            ["Biên bản được thông qua sau buổi sinh hoạt, lúc 21 giờ 06 phút cùng ngày."],
        ),
    ],
)
def test_a_reading_is_claimed_only_when_it_was_before_the_end(
    read_back_at: datetime | None, said: list[str]
) -> None:
    """2-domain: "minutes read back; closing"."""
    told = texts(replace(FACTS, read_back_at=read_back_at))
    assert [text for text in told if text.startswith("Biên bản")] == said


@pytest.mark.parametrize(
    ("part", "whole", "told"), [(2, 3, "66,7"), (1, 2, "50"), (0, 0, "0"), (18, 18, "100"), (1, 8, "12,5")]
)
def test_a_share_is_told_in_percent_with_a_comma(part: int, whole: int, told: str) -> None:
    assert composing.percent(part, whole) == told


@given(
    st.lists(
        st.builds(
            Note,
            key=st.uuids().map(str),
            text=st.text(min_size=1).filter(lambda text: text.strip() != ""),
            speaker=st.none() | st.text(min_size=1, max_size=20),
            is_guest=st.booleans(),
        ),
        max_size=8,
    )
)
def test_nothing_that_was_said_is_missing_and_every_paragraph_has_a_key_of_its_own(notes: list[Any]) -> None:
    facts = replace(FACTS, items=(Item("1", "Thảo luận", notes=tuple(notes)),))
    content = next(section for section in composing.compose(facts) if section.key == "content")
    keys = [paragraph.key for paragraph in content.paragraphs]
    assert len(keys) == len(set(keys))
    said = [paragraph.text for paragraph in content.paragraphs if paragraph.key.startswith("note.")]
    assert len(said) == len(notes)
    assert all(note.text.strip() in text for note, text in zip(notes, said, strict=True))
