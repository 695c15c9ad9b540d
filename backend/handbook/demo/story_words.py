"""What is said, asked and decided in the cell of the demo's story. Invented."""

# By the title with which an item of the agenda begins: who speaks says this, and the chair concludes that.
NOTES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Kiểm điểm",
        ("Việc rà soát hồ sơ đã xong bốn phần năm, còn hồ sơ của các đồng chí mới chuyển đến.",),
    ),
    (
        "Báo cáo công tác",
        ("Đề nghị ghi rõ thời hạn cho từng việc của tháng tới để dễ theo dõi.",),
    ),
    (
        "Trình bày báo cáo chuyên đề",
        ("Chuyên đề sát với việc của cơ quan; đề nghị nêu thêm cách làm của từng bộ phận.",),
    ),
    (
        "Thảo luận",
        (
            "Nên chia việc số hóa hồ sơ theo từng phòng, mỗi phòng cử một đồng chí phụ trách.",
            "Nhất trí với phương hướng; đề nghị bố trí thêm máy quét vì hiện chỉ có một máy.",
            "Các đồng chí lớn tuổi cần được hướng dẫn dùng sổ tay trên điện thoại, có thể kèm cặp từng người.",
        ),
    ),
)
CONCLUSIONS = (
    ("Kiểm điểm", "Cơ bản hoàn thành nhiệm vụ tháng trước; việc chưa xong chuyển sang tháng tới."),
    ("Thảo luận", "Tiếp thu các ý kiến; giao từng phòng cử một đồng chí phụ trách số hóa hồ sơ."),
    ("Phân công", "Việc, người phụ trách và thời hạn như trong nghị quyết."),
    ("Thống nhất giải pháp", "Đưa các giải pháp của chuyên đề vào chương trình công tác quý."),
)

RESERVED = "Đề nghị lùi thời hạn số hóa hồ sơ thêm một tháng vì thiếu máy quét."
PHONE_BALLOT = "Thông qua phương hướng công tác tháng tới"
SECRET_BALLOT = "Xét kết nạp quần chúng ưu tú vào Đảng"
PAPER_BALLOT = "Giới thiệu nhân sự bổ sung quy hoạch cấp ủy"

# Kind, text; the first two are gathered into one group, and answered.
OPINIONS = (
    ("question", "Khi nào cơ quan có thêm máy quét để số hóa hồ sơ?"),
    ("opinion", "Đề nghị mua thêm một máy quét dùng chung cho hai phòng."),
    ("opinion", "Nên dành thêm thời gian thảo luận nhiệm vụ tháng tới, bớt phần đọc văn bản."),
    ("question", "Đảng viên đi công tác dài ngày thì nộp đảng phí như thế nào?"),
)
OPINION_GROUP = "Máy quét hồ sơ"
OPINION_ANSWER = "Đã đề nghị cơ quan cấp thêm một máy trong quý này."

PROGRESS = (
    (40, "Đã rà soát xong hồ sơ của hai phòng."),
    (70, "Còn hồ sơ của các đồng chí mới chuyển đến."),
)
OVERDUE_PROGRESS = (20, "Đã lập danh sách, chưa họp được nhóm vì trùng lịch công tác.")
DONE = "Đã hoàn thành, có báo cáo gửi chi ủy."
NOT_DONE = "Phải chờ ý kiến của đảng ủy nơi cư trú, chuyển sang tháng sau."

CALENDAR = "Điện thoại"
