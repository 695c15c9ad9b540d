"""The Vietnamese words of the minutes outside of their sentences, which stand in ``script.json``."""

from handbook.scores.enums import Grade

TITLE = "Biên bản"
GRADE = {Grade.GOOD: "tốt", Grade.FAIR: "khá", Grade.AVERAGE: "trung bình", Grade.POOR: "kém"}

CHAIR_SIGNS = "Chủ trì"
MINUTE_TAKER_SIGNS = "Người ghi biên bản"
SIGNED_AT = "Ký trên Sổ tay lúc {time}, {day}"
SIGNED_ON_PAPER = "Ký trên giấy; đồng chí {name} ghi nhận vào Sổ tay lúc {time}, {day}, kèm bản chụp"
ADDENDUM = "Bổ sung, đính chính số {number}"
