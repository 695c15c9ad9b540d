"""Every Vietnamese sentence of the minutes, and nothing else: the Party's own terms (2-domain, Words)."""

from handbook.meetings.enums import MeetingKind
from handbook.minutes.facts import VoteMethod
from handbook.scores.enums import Grade

TITLE = "Biên bản"

# How the gathering is called, in a cell and elsewhere.
GATHERING = {
    MeetingKind.REGULAR: ("sinh hoạt chi bộ thường kỳ", "họp thường kỳ"),
    MeetingKind.THEMATIC: ("sinh hoạt chuyên đề", "sinh hoạt chuyên đề"),
    MeetingKind.COMMITTEE: ("họp chi ủy", "họp cấp ủy"),
    MeetingKind.EXTRAORDINARY: ("họp bất thường", "họp bất thường"),
    MeetingKind.CONGRESS: ("đại hội chi bộ", "đại hội"),
    MeetingKind.CONFERENCE: ("hội nghị", "hội nghị"),
}
# Who sits there: what the people counted are called.
MEMBERS = "đảng viên"

SECTIONS = {
    "opening": "Thời gian, địa điểm",
    "attendance": "Thành phần",
    "content": "Nội dung",
    "votes": "Biểu quyết",
    "score": "Đánh giá chất lượng buổi sinh hoạt",
    "closing": "Thông qua biên bản, bế mạc",
}

MONTH = "tháng {month} năm {year}"
TIME = "{hour} giờ {minute:02} phút"
DAY = "ngày {day:02} tháng {month} năm {year}"

OPENED = "Bắt đầu lúc {time}, {day}."
SUMMONED = "Triệu tập lúc {time}, {day}."
PLACE = "Địa điểm: {place}."
PLACE_AND_ONLINE = "Địa điểm: {place}; kết hợp dự trực tuyến."
GATHERED = "{organization} {gathering}."

CHAIR = "Chủ trì: đồng chí {name}."
CHAIR_WITH_OFFICE = "Chủ trì: đồng chí {name} – {office}."
MINUTE_TAKER = "Người ghi biên bản: đồng chí {name}."
TOTAL = "Tổng số {members}: {total} đồng chí (chính thức {official}, dự bị {probationary})."
PRESENT = "Có mặt: {present} đồng chí."
EXEMPT = "Được miễn công tác và sinh hoạt: {count} đồng chí."
ELSEWHERE = "Sinh hoạt tạm thời ở nơi khác: {count} đồng chí."
TEMPORARY_IN = "Đảng viên nơi khác đến sinh hoạt tạm thời: {count} đồng chí."
LATE = "Đến muộn: {count} đồng chí ({names})."
LEFT_EARLY = "Về sớm: {count} đồng chí ({names})."
EXCUSED = "Vắng có phép: {count} đồng chí ({names})."
UNEXCUSED = "Vắng không phép: {count} đồng chí ({names})."
NOT_RECORDED = "Chưa ghi điểm danh: {count} đồng chí ({names})."
NOBODY_ABSENT = "Vắng: không."
GUESTS = "Khách mời: {names}."
QUORATE = (
    "Đảng viên chính thức có mặt {present}/{due}, đủ điều kiện tiến hành theo quy định "
    "(ít nhất {share}, tức {required} đồng chí)."
)
NOT_QUORATE = (
    "Đảng viên chính thức có mặt {present}/{due}, chưa đủ điều kiện tiến hành theo quy định "
    "(ít nhất {share}, tức {required} đồng chí)."
)
NAME_WITH_REASON = "{name}: {reason}"
NAME_AT = "{name}, {time}"
NAME_FROM = "{name} ({place})"

ITEM = "{number}. {title}"
PRESENTED_BY = "Trình bày: {presenter}."
MEMBER_SAID = "Đồng chí {name}: {text}"
GUEST_SAID = "Khách mời {name}: {text}"
REMARK = "{text}"
CONCLUSION = "Kết luận: {text}"

METHOD = {
    VoteMethod.HAND: "biểu quyết giơ tay",
    VoteMethod.PHONE: "biểu quyết công khai trên điện thoại",
    VoteMethod.SECRET: "bỏ phiếu kín trên điện thoại",
    VoteMethod.SECRET_PAPER: "bỏ phiếu kín bằng phiếu giấy",
}
VOTE = (
    "Biểu quyết “{title}”. Hình thức: {method}. Số đảng viên chính thức để tính tỷ lệ: {denominator}; có mặt: {present}. "
    "Đồng ý: {agree} ({percent}%); không đồng ý: {disagree}; ý kiến khác: {other}; không biểu quyết hoặc vắng: {not_voted}."
)
PAPERS = "Số phiếu phát ra: {given_out}; thu về: {returned}; hợp lệ: {valid}; không hợp lệ: {invalid}."
PASSED = "Kết quả: được thông qua (cần {rule} số đảng viên tính tỷ lệ, tức từ {required} đồng chí)."
FAILED = "Kết quả: không được thông qua (cần {rule} số đảng viên tính tỷ lệ, tức từ {required} đồng chí)."
VOID = "Kết quả: cuộc bỏ phiếu không có giá trị."
AT_LEAST = "ít nhất {share}"
MORE_THAN = "trên {share}"
RESERVED = "Đồng chí {name} bảo lưu ý kiến: {text}"

SCORE = "Chấm điểm buổi sinh hoạt: {average}/100 điểm, xếp loại {grade}."
GRADE = {Grade.GOOD: "tốt", Grade.FAIR: "khá", Grade.AVERAGE: "trung bình", Grade.POOR: "kém"}
READ_BACK = "Biên bản đã được đọc lại trước {meeting}; các đồng chí dự nhất trí thông qua."
THE_GATHERING = ("buổi sinh hoạt", "cuộc họp")
CLOSED = "{meeting} kết thúc lúc {time} cùng ngày."
CLOSED_ON = "{meeting} kết thúc lúc {time}, {day}."

CHAIR_SIGNS = "Chủ trì"
MINUTE_TAKER_SIGNS = "Người ghi biên bản"
SIGNED_AT = "Ký trên Sổ tay lúc {time}, {day}"
ADDENDUM = "Bổ sung, đính chính số {number}"
