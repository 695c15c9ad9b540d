"""What a person reads about a refused row: one Vietnamese sentence that says how to mend it."""

from handbook.members.roster.judge import RowProblem

_FIELDS = {
    "name": "họ và tên",
    "birth": "ngày sinh",
    "sex": "giới tính",
    "card": "số thẻ đảng viên",
    "admitted": "ngày vào Đảng",
    "official": "ngày chính thức",
    "phone": "số điện thoại",
    "cccd": "số căn cước",
    "post": "chức vụ Đảng",
    "cell": "chi bộ",
}

_BY_CODE = {
    "missing": "Thiếu {field}. Hãy điền {field} rồi nhập lại.",
    "invalid": "{Field} không hợp lệ. Hãy kiểm tra và ghi lại cho đúng.",
    "invalid_date": "{Field} không phải là một ngày có thật. Hãy ghi đủ ngày/tháng/năm, ví dụ 19/05/1990.",
    "future_date": "{Field} ở tương lai. Hãy kiểm tra lại năm.",
    "unknown": "{Field} không có trong hệ thống. Hãy kiểm tra lại cách ghi.",
}

_BY_FIELD = {
    ("name", "missing"): "Thiếu họ và tên. Hãy điền họ và tên đầy đủ của đảng viên.",
    ("name", "invalid"): "Họ và tên có ký tự lạ (số, dấu hiệu hoặc phông chữ cũ). Hãy gõ lại bằng Unicode.",
    ("sex", "invalid"): "Giới tính không rõ. Hãy ghi Nam hoặc Nữ.",
    (
        "card",
        "invalid",
    ): "Số thẻ đảng viên không hợp lệ. Hãy ghi như trên thẻ, ví dụ 12.345678, hoặc để trống.",
    (
        "admitted",
        "invalid",
    ): "Ngày vào Đảng trước khi Đảng thành lập, hoặc khi chưa đủ 18 tuổi. Hãy kiểm tra lại cả ngày sinh.",
    ("official", "before_admitted"): "Ngày chính thức sớm hơn ngày vào Đảng. Hãy kiểm tra lại hai ngày này.",
    (
        "phone",
        "invalid",
    ): "Số điện thoại không gọi được. Hãy ghi đủ 10 chữ số, ví dụ 0912345678, hoặc để trống.",
    (
        "cccd",
        "invalid",
    ): "Số căn cước phải có đúng 12 chữ số. Hãy kiểm tra lại trên thẻ căn cước, hoặc để trống.",
    ("post", "invalid"): "Chức vụ Đảng không hợp lệ. Hãy ghi Bí thư, Phó Bí thư, Cấp ủy viên, hoặc để trống.",
    ("cell", "missing"): "Không rõ chi bộ. Hãy điền cột Chi bộ hoặc thêm dòng tên chi bộ phía trên.",
    (
        "cell",
        "unknown",
    ): "Không có chi bộ này. Hãy ghi tên chi bộ đúng như trong hệ thống, hoặc thêm dòng tên chi bộ"
    " vào danh sách và cho phép tạo chi bộ mới.",
}


def message_of(problem: RowProblem) -> str:
    """The sentence about a problem. It never repeats what stands in the cell."""
    field = _FIELDS[problem.field]
    if problem.code == "duplicate" and "row" in problem.params:
        also = ", dòng đó cũng bị từ chối" if problem.params.get("is_refused") else ""
        return (
            f"{_capital(field)} trùng với dòng {problem.params['row']} của trang “{problem.params['sheet']}”{also}."
            " Hãy kiểm tra lại cả hai dòng và sửa dòng sai."
        )
    if problem.code == "duplicate":
        return (
            f"{_capital(field)} đã thuộc về một đảng viên khác trong hệ thống. Hãy kiểm tra lại số này;"
            " nếu đúng là người đó, hãy sửa họ tên hoặc ngày sinh cho khớp."
        )
    if problem.code == "before_admitted" and problem.params.get("known"):
        return (
            "Ngày chính thức đang có trong hệ thống sớm hơn ngày vào Đảng ở dòng này. Hãy kiểm tra lại ngày vào Đảng,"
            " hoặc ghi cả ngày chính thức."
        )
    sentence = _BY_FIELD.get((problem.field, problem.code)) or _BY_CODE[problem.code]
    return sentence.format(field=field, Field=_capital(field))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
