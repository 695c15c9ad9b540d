"""The one error that a roster file itself can cause."""


class RosterUnreadable(Exception):
    """The file cannot be read as a roster; nothing of it was taken.

    ``code`` is stable (one of ``UNREADABLE``), ``message`` is the Vietnamese sentence that says what to do.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        self.message = UNREADABLE[code]
        super().__init__(f"{code}: {self.message}")


UNREADABLE = {
    "file_missing": "Không mở được tệp. Hãy kiểm tra lại đường dẫn và quyền đọc tệp.",
    "not_a_workbook": "Tệp không phải là bảng tính Excel (.xlsx). Hãy mở danh sách bằng Excel rồi chọn Lưu thành,"
    " kiểu “Excel Workbook (*.xlsx)”.",
    "old_format": "Tệp ở định dạng Excel cũ hoặc định dạng khác. Hãy mở bằng Excel rồi chọn Lưu thành,"
    " kiểu “Excel Workbook (*.xlsx)”.",
    "encrypted": "Tệp được đặt mật khẩu nên không đọc được. Hãy bỏ mật khẩu trong Excel rồi lưu lại.",
    "damaged": "Tệp bị hỏng. Hãy mở bằng Excel, lưu lại thành tệp mới rồi nhập lại.",
    "too_large": "Tệp quá lớn so với một danh sách đảng viên. Hãy xóa ảnh, các trang và cột không cần,"
    " hoặc chia thành nhiều tệp.",
    "too_many_sheets": "Tệp có quá nhiều trang tính. Hãy chia thành nhiều tệp.",
    "too_many_rows": "Danh sách có quá nhiều dòng. Hãy chia thành nhiều tệp, mỗi đảng bộ một tệp.",
    "too_many_columns": "Bảng có quá nhiều cột. Hãy chỉ giữ các cột của danh sách đảng viên.",
    "no_header": "Không tìm thấy dòng tiêu đề của bảng. Bảng cần có cột “Họ và tên” và các cột như"
    " “Ngày sinh”, “Ngày vào Đảng”, “Số thẻ đảng viên”.",
}
