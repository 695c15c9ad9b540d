"""What a person reads about a refused row: one Vietnamese sentence that says how to mend it."""

from handbook.conferences.judging import RowProblem

_FIELDS = {
    "site": "tên điểm cầu",
    "address": "địa chỉ",
    "link": "liên kết trực tuyến",
    "hosts": "số thẻ người phụ trách",
    "card": "số thẻ đảng viên",
    "name": "họ và tên",
}
_BY_CODE = {
    "missing": "Thiếu {field}. Hãy điền {field} rồi nhập lại.",
    "too_long": "Nội dung ô {field} quá dài. Hãy viết gọn lại.",
    "invalid": "Không đọc được {field}. Hãy kiểm tra và ghi lại cho đúng.",
    "unknown": "Không có {field} này trong đảng bộ tổ chức hội nghị. Hãy kiểm tra lại.",
}
_BY_FIELD = {
    ("site", "unknown"): "Chưa có điểm cầu này. Hãy ghi đúng tên như trong danh sách điểm cầu.",
    ("site", "duplicate"): "Điểm cầu này đã có ở dòng trên. Hãy bỏ bớt một dòng.",
    ("link", "invalid"): "Liên kết phải bắt đầu bằng https://. Hãy chép lại liên kết.",
    ("hosts", "too_many"): "Điểm cầu có quá nhiều người phụ trách. Hãy ghi nhiều nhất 10 người.",
    ("card", "duplicate"): "Đại biểu này đã có ở dòng trên. Hãy bỏ bớt một dòng.",
    ("card", "not_eligible"): "Đại biểu phải là đảng viên chính thức hoặc dự bị đang sinh hoạt.",
    ("name", "mismatch"): "Họ và tên không khớp với số thẻ. Hãy kiểm tra lại số thẻ hoặc họ và tên.",
}


def message_of(problem: RowProblem) -> str:
    """The sentence for this problem."""
    by_field = _BY_FIELD.get((problem.field.value, problem.code))
    return by_field or _BY_CODE[problem.code].format(field=_FIELDS[problem.field.value])
