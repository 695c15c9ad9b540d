"""Names of organisations that stand in capitals, written as documents write them."""

import re
import unicodedata

# Words inside an organisation's name that keep small letters; all others get a capital.
_SMALL_WORDS = frozenset(
    {"số", "thôn", "ấp", "bản", "xóm", "làng", "buôn", "khóm", "phường", "xã", "và", "của", "thuộc"}
)
_SMALL_PAIRS = frozenset(
    {("khu", "phố"), ("khu", "vực"), ("khu", "dân"), ("dân", "cư"), ("tổ", "dân"), ("dân", "phố"), ("liên", "thôn"),
     ("dự", "án"), ("bộ", "phận")}
)  # fmt: skip
# Second halves of words of two syllables that begin with a capital: "Bưu điện", "Công ty", "Y tế".
_SECOND_HALVES = frozenset(
    {("bưu", "điện"), ("bảo", "tàng"), ("thư", "viện"), ("bệnh", "viện"), ("đa", "khoa"), ("công", "ty"),
     ("cổ", "phần"), ("cấp", "nước"), ("xăng", "dầu"), ("trung", "tâm"), ("văn", "hóa"), ("văn", "hoá"), ("y", "tế"),
     ("điện", "lực"), ("nội", "vụ"), ("ngân", "hàng"), ("trung", "học"), ("phổ", "thông"),
        ("học", "phổ"), ("tiểu", "học"),
     ("mầm", "non"), ("cao", "đẳng"), ("đại", "học"), ("tài", "chính"), ("giáo", "dục"), ("đào", "tạo"),
     ("kho", "bạc"), ("truyền", "thanh"), ("truyền", "hình"), ("viễn", "thông"), ("quản", "lý"), ("công", "an"),
     ("quân", "sự"), ("cơ", "quan"), ("hành", "chính"), ("chính", "quyền"), ("kinh", "tế"), ("xây", "dựng"),
     ("giao", "thông"), ("nông", "nghiệp"), ("môi", "trường"), ("tư", "pháp"), ("thanh", "tra"), ("khoa", "học"),
     ("công", "nghệ"), ("cơ", "sở"), ("dân", "vận"), ("tổ", "chức"), ("tuyên", "giáo"), ("kiểm", "tra"),
     ("văn", "phòng"), ("hợp", "tác"), ("doanh", "nghiệp"), ("tư", "nhân"), ("phát", "triển"), ("bảo", "hiểm"),
     ("xã", "hội"), ("hải", "quan"), ("kiểm", "lâm"), ("tòa", "án"), ("trách", "nhiệm"), ("hữu", "hạn"),
     ("thủy", "lợi"), ("thương", "mại"), ("du", "lịch"), ("thể", "thao"), ("quân", "đội"), ("biên", "phòng"),
     ("quỹ", "tín"), ("tín", "dụng"), ("thủy", "sản"), ("môi", "trường"), ("thống", "kê"), ("cựu", "chiến"),
        ("đảng", "ủy"),
        ("đảng", "bộ"),
        ("ủy", "ban")}
)  # fmt: skip
# Abbreviations that could be read as a syllable; those that nobody can pronounce are told by that.
_ABBREVIATIONS = frozenset(
    {"ca", "cax", "ub", "ubnd", "cand", "qlda", "bql", "gdđt", "evn", "abc", "ict", "bidv"}
)
# I to XX.
_ROMAN = re.compile(r"x?(i{1,3}|iv|vi{0,3}|ix)|x{1,2}")
_VOWEL = re.compile("[aeiouy]")
_LETTERS = re.compile(r"[^\W\d_]+")


def proper_name(name: str) -> str:
    """A name in capitals as documents write it: ``CHI BỘ BƯU ĐIỆN SỐ 1`` → ``Chi bộ Bưu điện số 1``."""
    words = unicodedata.normalize("NFC", name).lower().split(" ")
    written: list[str] = []
    for index, word in enumerate(words):
        before = words[index - 1] if index else ""
        after = words[index + 1] if index + 1 < len(words) else ""
        is_small = (
            word in _SMALL_WORDS
            or (before, word) in _SMALL_PAIRS
            or (word, after) in _SMALL_PAIRS
            or (before, word) in _SECOND_HALVES
            or (before, word) == ("chi", "bộ")
        )
        capital = word if is_small and index else word[:1].upper() + word[1:]
        written.append(_LETTERS.sub(_abbreviation, capital))
    return " ".join(written)


def _abbreviation(match: re.Match[str]) -> str:
    """THCS, UBND, TNHH and Roman numerals in capitals again; any other word as it is."""
    lowered = match[0].lower()
    if lowered in _ABBREVIATIONS or _ROMAN.fullmatch(lowered):
        return lowered.upper()
    bare = unicodedata.normalize("NFD", lowered)
    return lowered.upper() if len(lowered) > 1 and not _VOWEL.search(bare) else match[0]
