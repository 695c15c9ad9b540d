"""Names of cells: when two spellings are the same cell, and how a name in capitals is written properly."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from handbook.kernel.text import clean, fold

_PREFIX = re.compile(r"^(chi bộ|chi bo|cb\.?)\s+", re.IGNORECASE)
# Where the tone mark stands in oa, oe, uy is a matter of taste: hoà and hòa are the same word.
_TONE_PLACES = {
    f"{pair[0]}{accented}": f"{moved}{pair[1]}"
    for pair, accents in (("oa", "àáảãạ"), ("oe", "èéẻẽẹ"), ("uy", "ỳýỷỹỵ"))
    for accented, moved in zip(accents, {"o": "òóỏõọ", "u": "ùúủũụ"}[pair[0]], strict=True)
}
# Words inside an organisation's name that keep small letters; all others get a capital.
_SMALL_WORDS = frozenset(
    {"số", "thôn", "ấp", "bản", "xóm", "làng", "buôn", "khóm", "phường", "xã", "và", "của", "thuộc"}
)
_SMALL_PAIRS = frozenset(
    {("khu", "phố"), ("khu", "vực"), ("khu", "dân"), ("dân", "cư"), ("tổ", "dân"), ("dân", "phố"), ("liên", "thôn"),
     ("dự", "án")}
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


@lru_cache(maxsize=4096)
def cell_key(name: str) -> str:
    """What two spellings of one cell have in common: case, blanks, tone places and the word "Chi bộ" do not matter."""
    text = _PREFIX.sub("", clean(name).casefold().strip(" .:;,"))
    for misplaced, placed in _TONE_PLACES.items():
        text = text.replace(misplaced, placed)
    return re.sub(r"\s*([-–/,.])\s*", r"\1", text)


def bare_key(name: str) -> str | None:
    """The key of a name typed without any diacritics, or None for one that has some (or needs none)."""
    text = clean(name)
    return fold(cell_key(text)) if text.isascii() else None


class CellNames:
    """Cells by every spelling that may mean them."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_key: dict[str, str] = {}
        self._by_bare: dict[str, set[str]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        key = cell_key(name)
        self._by_key.setdefault(key, name)
        self._by_bare.setdefault(fold(key), set()).add(key)

    def find(self, name: str) -> str | None:
        """The key of the one cell that ``name`` means. A name without diacritics finds its cell when only one fits."""
        key = cell_key(name)
        if key in self._by_key:
            return key
        bare = bare_key(name)
        fitting = self._by_bare.get(bare, set()) if bare else set()
        return next(iter(fitting)) if len(fitting) == 1 else None


def best_spelling(spellings: Counter[str], in_group_line: str) -> str:
    """How the cell is to be called: as most rows write it, unless they all shout or whisper."""
    proper = {text: count for text, count in spellings.items() if not text.isupper() and not text.islower()}
    if proper:
        most = max(proper.values())
        return next(text for text, count in proper.items() if count == most)
    if in_group_line.isupper() or in_group_line.islower():
        return proper_name(in_group_line)
    return in_group_line


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
        written.append(word if is_small and index else word[:1].upper() + word[1:])
    return " ".join(written)
