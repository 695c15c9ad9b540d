"""The Vietnamese words of the minutes outside of their sentences, which stand in ``script.json``."""

from handbook.scores.enums import Grade

TITLE = "Biên bản"
GRADE = {Grade.GOOD: "tốt", Grade.FAIR: "khá", Grade.AVERAGE: "trung bình", Grade.POOR: "kém"}

CHAIR_SIGNS = "Chủ trì"
MINUTE_TAKER_SIGNS = "Người ghi biên bản"
SIGNED_AT = "Ký trên Sổ tay lúc {time}, {day}"
ADDENDUM = "Bổ sung, đính chính số {number}"
