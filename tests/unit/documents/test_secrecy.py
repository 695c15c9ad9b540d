"""Which texts and names bear a secrecy mark, and which only use the word."""

import unicodedata

import pytest

from handbook.documents.enums import SecrecyLevel
from handbook.documents.secrecy import find_mark_in_name, find_mark_in_text

S, T, M = SecrecyLevel.SECRET, SecrecyLevel.TOP_SECRET, SecrecyLevel.MOST_SECRET

MARKED_TEXTS = [
    ("MẬT", S),
    ("TỐI MẬT", T),
    ("TUYỆT MẬT", M),
    ("Mật", S),
    ("mật", S),
    ("Tối mật", T),
    ("tuyệt mật", M),
    ("  [ MẬT ]  ", S),
    ("*** TỐI MẬT ***", T),
    ("« MẬT »", S),
    ("(mật)", S),
    ("MẬT.", S),
    ("M Ậ T", S),
    ("M.Ậ.T", S),
    ("T Ố I  M Ậ T", T),
    ("T Ố I M Ậ T", T),
    ("T U Y Ệ T   M Ậ T", M),
    ("Độ mật: Mật", S),
    ("Độ mật: MẬT", S),
    ("ĐỘ MẬT: TỐI MẬT", T),
    ("Mức độ mật – Tuyệt mật", M),
    ("độ mật : mật", S),
    ("Số: 12-CV/TU   MẬT   Hà Nội, ngày 03 tháng 11 năm 2026", S),
    ("Số: 12-CV/TU MẬT Hà Nội, ngày 03 tháng 11 năm 2026", S),
    ("Số 05-BC/CB Mật", S),
    ("Số 05-BC/CB Tối mật", T),
    ("ĐẢNG CỘNG SẢN VIỆT NAM TUYỆT MẬT", M),
    ("Tài liệu mật", S),
    ("Mức độ: Mật", S),
    ("Phân loại: tối mật", T),
    ("Đây là tài liệu Mật, không phổ biến", S),
    ("Kèm theo công văn Tối mật của Thành ủy", T),
    ("Văn bản tối mật", T),
    ("TÀI LIỆU MẬT", S),
    ("Báo cáo (Tối mật)", T),
    ("Kế hoạch diễn tập (mật)", S),
    ("MẬT Mã số hồ sơ: 15", S),
    ("cơ sở MẬT", S),
    ("MẬT BÁO CÁO KẾT QUẢ", S),
    ("MẬT, ĐỘ KHẨN: HỎA TỐC", S),
    ("Nguyễn Văn An\nMẬT", S),
    ("ĐẢNG ỦY XÃ\tMẬT", S),
    ("ĐẢNG ỦY XÃ | TỐI MẬT", T),
    ("TUYỆT\nMẬT", M),
    ("TOI MAT", T),
    ("TUYET MAT", M),
    ("MAT", S),
    ("mËt", S),
    ("MËT", S),
    ("tèi mËt", T),
    ("TUYÖT MËT", M),
    ("MAÄT", S),
    ("TOÁI MAÄT", T),
    ("M\u00adẬ\u200bT", S),
    ("ＭẬＴ", S),
    ("TỐI\u00a0MẬT", T),
    ("Giải mật một phần\nMẬT", S),
    ("Luật quy định ba mức.\nTỐI MẬT", T),
    ("đây là một câu dài đã kết thúc bằng dấu chấm.\nmật", S),
]

PLAIN_TEXTS = [
    "Chi bộ giữ bí mật theo quy định.",
    "BẢO VỆ BÍ MẬT NHÀ NƯỚC",
    "CÔNG TÁC BẢO MẬT THÔNG TIN",
    "MẬT ĐỘ DÂN SỐ",
    "Mật độ dân số của xã là 512 người trên một ki-lô-mét vuông.",
    "Quan hệ mật thiết với nhân dân",
    "MỐI QUAN HỆ MẬT THIẾT",
    "Đổi mật khẩu định kỳ",
    "MẬT KHẨU",
    "Mật khẩu: ít nhất 8 ký tự",
    "Mô hình nuôi ong lấy mật",
    "mật ong rừng",
    "MẬT ONG HOA NHÃN",
    "đường mật, rỉ mật",
    "SỎI MẬT",
    "Bỏ phiếu kín, giữ bí mật của người bầu",
    "Văn bản không mật",
    "KHÔNG MẬT",
    "Độ mật: Không",
    "Độ mật: Thường",
    "Độ mật: ……………",
    "Độ mật:",
    "GIẢI MẬT",
    "Luật chia ba mức là tuyệt mật, tối mật và mật.",
    "Không được soạn thảo tài liệu mật trên máy tính nối mạng.",
    "Ai làm lộ tài liệu tối mật thì bị xử lý theo pháp luật.",
    "dấu “mật” được đóng bằng mực đỏ",
    "Mọi đảng viên phải tuyệt đối giữ gìn bí\nmật.",
    "Mọi đảng viên phải tuyệt đối giữ gìn bí\nmật",
    "TĂNG CƯỜNG CÔNG TÁC BẢO VỆ BÍ\nMẬT NHÀ NƯỚC",
    "Chi bộ quán triệt việc quản lý các loại tài liệu\nmật",
    "Đồng chí Nguyễn Văn Mật phát biểu",
    "NGUYỄN VĂN MẬT",
    "TRẦN THỊ BÉ MẬT",
    "Nhân dân phố Mật Sơn",
    "Đồng chí Mật phát biểu; ông Mật, bà Mật cùng dự",
    "Ba độ mật gồm các loại Tuyệt mật, Tối mật và Mật",
    "phân biệt loại Mật với loại Tối mật",
    "Mặt trận Tổ quốc",
    "MẶT TRẬN TỔ QUỐC VIỆT NAM",
    "Số người có mặt: 28; vắng mặt: 2",
    "MẤT MÁT",
    "Tôi mất thẻ đảng viên",
    "thân mật, cẩn mật, cơ mật",
    "HỘI NGHỊ BAN CHẤP HÀNH",
    "b¶o vÖ bÝ mËt nhµ n\u00ad\u00adíc",
    "BÍ MAÄT",
    "MAT-2026 SOFTWARE",
    "matching, material, format",
    "",
]


@pytest.mark.parametrize(("text", "level"), MARKED_TEXTS)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_mark_in_the_text_is_found(text: str, level: SecrecyLevel, form: str) -> None:
    if form == "NFD" and any(sign in text.lower() for sign in ("mët", "aät")):
        form = "NFC"
    assert find_mark_in_text(unicodedata.normalize(form, text).split("\n")) is level  # type: ignore[arg-type]


@pytest.mark.parametrize("text", PLAIN_TEXTS)
def test_the_word_in_running_text_is_no_mark(text: str) -> None:
    assert find_mark_in_text(text.split("\n")) is None


def test_a_block_ends_at_an_empty_line() -> None:
    assert find_mark_in_text(["BẢO VỆ BÍ", "", "MẬT"]) is S
    assert find_mark_in_text(["BẢO VỆ BÍ", "MẬT"]) is None


def test_the_gravest_mark_counts() -> None:
    assert find_mark_in_text(["MẬT", "TUYỆT MẬT", "TỐI MẬT"]) is M


MARKED_NAMES = [
    ("tai-lieu_toi-mat.pdf", T),
    ("Tài liệu tối mật.pdf", T),
    ("TUYET MAT - phuong an.docx", M),
    ("phuong_an_tuyet_mat.docx", M),
    ("ToiMat.pdf", T),
    ("toimat.pdf", T),
    ("KeHoachToiMat.pdf", T),
    ("Báo cáo (Mat).pdf", S),
    ("bao cao [mat].pdf", S),
    ("bao-cao-mat.pdf", S),
    ("Baocao_Mat.pdf", S),
    ("kehoach-mat.pdf", S),
    ("[MẬT] Kế hoạch.pdf", S),
    ("toi_mat_2026.pdf", T),
    ("cong van mat 12.pdf", S),
    ("tai_lieu_mat.pdf", S),
    ("Công văn mật.docx", S),
    ("Mật - kế hoạch.pdf", S),
    ("mật.pdf", S),
    ("MAT.pdf", S),
    ("mat.pdf", S),
    ("mat-01.pdf", S),
    ("MAT_ke-hoach.pdf", S),
    ("12-NQ-CB-MAT.pdf", S),
    ("12-nq-cb-mat.pdf", S),
    ("MAT 12-CV.pdf", S),
    ("phương án MẬT.pdf", S),
    ("Mật báo cáo quý.pdf", S),
    ("Ke hoach MAT thang 11.pdf", S),
    ("bao cao - mat - thang 11.pdf", S),
    ("Quản lý văn bản mật", S),
    ("do mat.pdf", S),
    ("muc-do-mat.pdf", S),
    ("T Ố I  M Ậ T.pdf", T),
    ("tố\u200bi_mật.pdf", T),
    ("maät.doc", S),
]

PLAIN_NAMES = [
    "bao-mat-thong-tin.pdf",
    "Bảo mật thông tin.pdf",
    "bi_mat_nha_nuoc.pdf",
    "Luật Bảo vệ bí mật nhà nước.pdf",
    "mat-tran-to-quoc.pdf",
    "MAT TRAN TO QUOC.pdf",
    "Mặt trận Tổ quốc.docx",
    "bao-cao-mat-tran.pdf",
    "mật độ dân số.pdf",
    "mat-do-dan-so.pdf",
    "doi mat khau.pdf",
    "danh-sach-vang-mat.pdf",
    "Danh sach CO MAT.pdf",
    "gap_mat_dau_xuan.pdf",
    "kham_mat_nguoi_cao_tuoi.pdf",
    "so-do-mat-bang.pdf",
    "tien-mat.pdf",
    "Tôi mất thẻ.pdf",
    "đơn mất thẻ đảng.pdf",
    "Lý lịch Nguyễn Văn Mật.docx",
    "nguyen-van-mat-ly-lich.pdf",
    "mật ong.jpg",
    "tình thân mật.docx",
    "van ban khong mat.pdf",
    "văn bản không mật.pdf",
    "format.pdf",
    "matisse.png",
    "IMG_2026.jpg",
    "Nghị quyết tháng 11.pdf",
    "",
    ".pdf",
]


@pytest.mark.parametrize(("name", "level"), MARKED_NAMES)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_mark_in_a_name_is_found(name: str, level: SecrecyLevel, form: str) -> None:
    if form == "NFD" and "aät" in name:
        form = "NFC"
    assert find_mark_in_name(unicodedata.normalize(form, name)) is level  # type: ignore[arg-type]


@pytest.mark.parametrize("name", PLAIN_NAMES)
def test_an_ordinary_name_is_no_mark(name: str) -> None:
    assert find_mark_in_name(name) is None


def test_long_text_is_read_in_bounded_time() -> None:
    lines = ["giữ bí mật và mật độ " * 2_000, "a " * 50_000, "M Ậ " * 50_000, "(" * 100_000]

    assert find_mark_in_text(lines) is None
