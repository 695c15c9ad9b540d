"""The words behind :mod:`handbook.documents.secrecy`: what binds "mật" into another word, and old encodings."""

import re

from handbook.documents.enums import SecrecyLevel


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# "bí mật", "giải mật" (declassified), "không mật", "đường mật" …: with one of these before it, "mật" is no mark.
# "độ" is the label "độ mật" itself; what follows the label is looked at on its own.
BEFORE_MAT = _set(
    "bí bảo cơ thân cẩn ẩn khai giải không phi chưa độ đường rỉ gỉ gan túi sỏi ống dịch tiết ong hoa lấy nuôi"
    " trăng ngọt bánh chè nấm hũ chai"
)
# "mật độ", "mật thiết", "mật khẩu", "mật ong" … Not "mật báo" or "mật danh": "MẬT BÁO CÁO" and "MẬT DANH SÁCH" are
# a stamp and the title after it.
AFTER_MAT = _set("độ thiết khẩu ong mía mã vụ ngữ thám tông gấu lợn rỉ đường ngọt")
# Neighbours without diacritics: có mặt, vắng mặt, gặp mặt, bề mặt, tiền mặt, bí mật, bảo mật, khám mắt …
BEFORE_BARE_MAT = _set(
    "bi bao co than vang gap ra ve thay be khuon doi tien truoc nuoc lam may gio bong giai khong kham mo tan moi"
    " mot hai nhieu da rua ong duong can an phi chua chong trang dau cac bon toan bo khai rau vui chao"
)
# Mặt trận, mặt bằng, mật độ, mật khẩu, mất mát, mắt kính, mật ong …
AFTER_BARE_MAT = _set(
    "tran bang do khau ong tien hang mat duong thiet ma cat tich troi trang nuoc dat the giay kinh hong vu"
    " san cau khac phang may me an tri dien quyen suc xe can cuoc lien chuyen"
)
KINDS_OF_DOCUMENT = frozenset(
    (
        "tài liệu",
        "văn bản",
        "công văn",
        "công điện",
        "hồ sơ",
        "loại",
        "dấu",
        "đóng dấu",
        "tài liệu đóng dấu",
        "văn bản đóng dấu",
    )
)
# Written without blanks, as many file names are.
BARE_KINDS_OF_DOCUMENT = _set(
    "tailieu vanban congvan congdien hoso dongdau baocao kehoach nghiquyet totrinh thongbao quyetdinh chithi huongdan"
    " bienban dean phuluc duthao"
)
BEFORE_A_PERSON = _set("chí ông bà anh chị cô chú bác thầy em cụ cháu họ tên")
# Type codes of Party documents that are no words of their own.
SYMBOL_CODES = _set("nq ct qd qđ qc hd kh cv kl bc tb ttr bb ctr gm cb")
FAMILY_NAMES = _set(
    "nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đinh đoàn lâm mai trịnh đào cao hà lương"
    " vương trương tạ phùng quách kiều la tô châu thái triệu hứa nông vi lò lường quàng sầm ma giàng thào sùng"
)

# A stamp typed without diacritics.
BARE_LEVELS = {
    "mat": SecrecyLevel.SECRET,
    "toi mat": SecrecyLevel.TOP_SECRET,
    "tuyet mat": SecrecyLevel.MOST_SECRET,
}
BARE_JOINED = {"toimat": SecrecyLevel.TOP_SECRET, "tuyetmat": SecrecyLevel.MOST_SECRET}

# TCVN3 (the "ABC" fonts) keeps one byte per letter; read as Latin-1 it gives these letters.
_TCVN3 = str.maketrans(
    "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóôõö÷øùúûüýþ",
    "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụừửữứựỳỷỹýỵ",
)
_TCVN3_SIGN = re.compile(r"(?<![^\W\d_])[mM]Ë[tT](?![^\W\d_])")
_VNI = {"maät": "mật", "toái": "tối", "tuyeät": "tuyệt", "baûo": "bảo", "ñoä": "độ"}
_VNI_SIGN = re.compile("maät", re.IGNORECASE)
_VNI_WORD = re.compile("|".join(_VNI), re.IGNORECASE)


def from_old_encodings(text: str) -> str:
    """The same text in Unicode where "mật" is written in TCVN3 ("mËt") or VNI ("maät"); other text as it is."""
    if _TCVN3_SIGN.search(text):
        text = re.sub(r"\S+", lambda word: _in_case_of(word[0], word[0].translate(_TCVN3)), text)
    if _VNI_SIGN.search(text):
        text = _VNI_WORD.sub(lambda word: _in_case_of(word[0], _VNI[word[0].lower()]), text)
    return text


def _in_case_of(original: str, converted: str) -> str:
    plain = [char for char in original if char.isascii() and char.isalpha()]
    return converted.upper() if plain and all(char.isupper() for char in plain) else converted
