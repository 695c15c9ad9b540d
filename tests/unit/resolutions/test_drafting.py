"""The text with which a resolution begins."""

from datetime import date

from handbook.resolutions.drafting import MeetingFacts, body_of
from handbook.resolutions.events import DraftMaterial, PassedVote

FACTS = MeetingFacts("Chi bộ Tổ 4", "Sinh hoạt thường kỳ", date(2026, 11, 23), 31, 39)
OPENING = "Chi bộ Tổ 4 họp ngày 23/11/2026, có mặt 31/39 đảng viên, thảo luận và thống nhất quyết nghị:"


def test_a_conclusion_keeps_the_lines_in_which_it_was_dictated() -> None:
    material = DraftMaterial(
        conclusions=["Giao tổ 4:\n\n- rà  soát;\n- báo cáo.", " \n", "Lắp đèn."],
        votes=[PassedVote("Thông qua nghị quyết.", agree=30, denominator=38)],
    )
    assert body_of(FACTS, material).split("\n") == [
        OPENING,
        "1. Giao tổ 4:",
        "- rà soát;",
        "- báo cáo.",
        "2. Lắp đèn.",
        "Thông qua nghị quyết: 30/38 đảng viên chính thức biểu quyết đồng ý.",
    ]


def test_without_a_conclusion_the_first_number_waits() -> None:
    assert body_of(FACTS, DraftMaterial()).split("\n") == [OPENING, "1. "]
