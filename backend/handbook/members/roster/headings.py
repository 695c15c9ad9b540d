"""What the words over a column of a roster mean."""

import re
from enum import StrEnum

from handbook.kernel.text import clean, fold


class Column(StrEnum):
    """What a column holds. ``SEX_MALE``/``SEX_FEMALE`` are columns with a mark; ``BIRTH_MALE``/``BIRTH_FEMALE`` hold the
    birth date under the sex; names and dates may be spread over several columns."""

    NUMBER = "number"
    NAME = "name"
    FAMILY = "family"
    GIVEN = "given"
    BIRTH = "birth"
    BIRTH_MALE = "birth_male"
    BIRTH_FEMALE = "birth_female"
    SEX = "sex"
    SEX_MALE = "sex_male"
    SEX_FEMALE = "sex_female"
    CARD = "card"
    ADMITTED = "admitted"
    OFFICIAL = "official"
    PHONE = "phone"
    CITIZEN_ID = "cccd"
    POST = "post"
    CELL = "cell"
    SECTION = "section"
    STATUS = "status"


_WHEN = r"((ngay|thang|nam|thoi gian|thoi diem|ntn|va) )*"
_ADMISSION = r"(vao (dang|dcs\w*|d)|vd|kn|ket nap)"

# Tried in this order on folded words; the first that fits names the column. The number is how sure it is:
# of two columns that would be the same, the surer one is taken.
_PATTERNS: tuple[tuple[Column | None, int, re.Pattern[str]], ...] = tuple(
    (column, sureness, re.compile(pattern))
    for column, sureness, pattern in (
        (Column.NUMBER, 2, r"(so )?(tt|stt)|so thu tu|thu tu|no"),
        # Columns that share words with ours and are none of ours.
        (None, 0, r"(ngay|noi|co quan|thoi han|han) (cap|het han).*|.*\b(ngay|noi) cap\b.*"),
        (
            None,
            0,
            (
                r"(noi|que|nguyen|dia chi|tru|ho khau|dan toc|ton giao|so qd|so quyet dinh|nguoi|co so)\b"
                r"(?! (dang )?(sinh hoat|shd?)\b).*"
            ),
        ),
        (None, 0, r"(chi bo|dang bo|dang uy|don vi|to chuc) (ket nap|cong tac|gioi thieu|cong nhan|ra qd).*"),
        (
            None,
            0,
            r"ngay (chuyen|gioi thieu|mien|roi|den|di)\b(?! dang| chinh thuc).*|.*\bbao hiem\b.*|.*\bbhyt\b.*",
        ),
        (None, 0, r"chuc vu (chinh quyen|chuyen mon|cong tac|doan the|nghe nghiep|khac).*|nghe nghiep.*"),
        (None, 0, r"(ngay )?(vao|ket nap) (doan|nganh|hoi).*|ngay nhap ngu.*|tuoi( doi| dang)?|ghi chu.*"),
        # A number that the Party's database gives, neither the card's nor the citizen's.
        (None, 0, r"(so |ma )*dinh danh (cua )?(dang vien|dv|dang)|.*\bthe dang( vien)? cu"),
        (Column.FAMILY, 3, r"ho( va)?( ten| chu)? ?(dem|lot)|ho"),
        (
            Column.NAME,
            3,
            r"ho( va| &|,)? ?(chu )?(dem |lot )?(va )?ten( khai sinh)?( cua)?( dang vien| dv| dong chi)?",
        ),
        (Column.NAME, 2, r"ho( va)? ?ten\b.*|ten (dang vien|dv|dong chi)|full ?name|ho,? ten.*"),
        (Column.GIVEN, 2, r"ten( goi)?"),
        (
            Column.BIRTH,
            3,
            r"(ngay|thang|nam|ntn|ntns|sn)\b.*\bsinh(?! hoat)\b.*|sinh( ngay| nam| thang).*|ntns|ns|birth.*|dob",
        ),
        (Column.BIRTH, 1, r"sinh|tuoi sinh"),
        (Column.SEX, 3, r"gioi( tinh)?|phai|nam ?(hay|hoac)? ?nu|nu ?nam|gt|sex|gender"),
        (Column.STATUS, 2, r"(tinh trang|trang thai|loai|dien)( dang vien| dv| sinh hoat| dang tich)?"),
        (
            Column.CARD,
            3,
            (
                r"(so |ma |hieu )*the( so)?( dang vien| dang| dv)?( so| moi| hien nay)?|so( hieu)? ?tdv|tdv"
                r"|ma (so )?(dang vien|dv)"
                r"|so dang vien"
            ),
        ),
        (
            Column.OFFICIAL,
            3,
            r"(?!(dang vien|dv) chinh thuc$).*\bchinh thuc\b(?!.*du bi).*",
        ),
        (
            Column.OFFICIAL,
            3,
            (
                rf"{_WHEN}((duoc )?(cong nhan|cn|chuyen|xet|len) )?(dang )?(ct|cnct)( dang)?( dv| dang vien)?"
                rf"|{_WHEN}{_ADMISSION}\b.*\b(ct|cnct)|nct"
            ),
        ),
        (Column.OFFICIAL, 2, r"(ngay )?chuyen dang"),
        (
            Column.ADMITTED,
            3,
            (
                r"(ngay|thoi gian|nam)?.*\b(vao dang|ket nap|vao dcs\w*)\b.*|vao d|nvd"
                rf"|{_WHEN}{_ADMISSION}|(ngay|thang|nam) {_WHEN}(du bi|db)( dang)?( dv| dang vien)?"
            ),
        ),
        (Column.ADMITTED, 1, r"du bi|db|ngay vao"),
        (
            Column.CITIZEN_ID,
            3,
            r"(so |ma )?(so )?(the )?(cccd|cmnd|cmtnd|can cuoc|can cuoc cong dan|dinh danh|chung minh|ddcn|cmt)\b.*",
        ),
        (
            Column.CITIZEN_ID,
            2,
            r"(so |ma |the )*cc( (cccd|cmnd|cmt|cd|can cuoc|cong dan|dang vien|dv))*|ma (so )?cong dan",
        ),
        (Column.CITIZEN_ID, 1, r"(so )?giay to( tuy than)?( so)?|gttt"),
        (Column.PHONE, 3, r"(so )?(dien thoai|dt)( )?(di dong|dd)|(so )?di dong|sdt|dtdd|so dt|mobile"),
        (
            Column.PHONE,
            2,
            (
                r"(so )*(dien thoai|d thoai|dthoai|dt|dtdd|sdt|phone|zalo|lien he|lien lac|thue bao|so may|hotline|di dong)"
                r"( so| may| di dong| dd| ca nhan| lien he| lien lac| zalo| cua| dang vien| dv| dong chi| hien nay| chinh)*"
                r"|(so )?(may|may di dong)( ca nhan| lien he| lien lac)?|(so )?dd|phone.*|tel( no)?|cell ?phone"
            ),
        ),
        (
            Column.PHONE,
            1,
            r"(so )?(dien thoai|dt) (nha( rieng)?|co quan|co dinh|ban)",
        ),
        (
            Column.POST,
            3,
            (
                r"chuc (vu|danh)( hien nay| cao nhat)?( trong| ve| cong tac)? ?dang.*"
                r"|(chuc (vu|danh)|cv|vi tri)( hien nay)?( trong| tai| o| thuoc)?"
                r" (cap uy|chi uy|chi bo|cb|to chuc dang|dang)( chi bo| co so| hien nay)?"
                r"|(tham gia )?(cap uy|chi uy)( vien)?|cvd"
            ),
        ),
        (
            Column.POST,
            1,
            r"cv|vi tri|(phan cong )?nhiem vu( duoc giao| duoc phan cong| hien nay| trong| tai| chi bo| cap uy| dang)*",
        ),
        (Column.POST, 2, r"chuc (vu|danh|trach)( va)?( chuc danh)?( hien nay| hien tai| cao nhat)?"),
        (Column.SECTION, 3, r"(ten |thuoc )?((dang bo|dang uy|db) bo phan|dbbp)( truc thuoc)?"),
        (
            Column.CELL,
            3,
            r"(ten |thuoc )?(chi bo|to chuc dang)( dang)?( sinh hoat| co so| truc thuoc| hien nay)?",
        ),
        (
            Column.CELL,
            2,
            r"(noi|don vi) (dang )?sinh hoat.*|sinh hoat (tai|o)( chi bo)?",
        ),
        (
            Column.CELL,
            2,
            (
                r"(hien |hien nay |dang |noi )*(sinh hoat|sh|shd)( dang)?( (tai|o|thuoc|trong))?"
                r"( (chi bo|cb|to chuc dang|to dang))?"
                r"( hien nay)?"
            ),
        ),
        (
            Column.CELL,
            2,
            r"(ten |thuoc )*(chi bo|cb)( dang)?( (sinh hoat|sh|shd|truc thuoc|thon|ap|to dang|hien nay))+",
        ),
        (Column.CELL, 1, r"(ten |thuoc )*cb"),
        (Column.CELL, 2, r"chi bo (don vi|to dang).*|(don vi|dang bo) chi bo"),
        (Column.CELL, 1, r"(ten )?don vi|thuoc"),
    )
)

# "Ngày vào Đảng (CT)": the remark in brackets says which of the two days is meant.
_NOTE = re.compile(r"[(\[]([^)\]]*)[)\]]?")
_OFFICIAL_NOTE = re.compile(r"(ngay )?(cong nhan |chuyen )?(dang vien |dv )?(chinh thuc|ct|cnct)")
_ADMITTED_NOTE = re.compile(r"(ngay )?(dang vien |dv )?(du bi|db|ket nap|kn)")
_DAY = re.compile(rf"{_WHEN}(ngay|thang|nam|thoi gian|thoi diem|ntn|{_ADMISSION}.*)")

# Columns that rosters have and this register has not: nobody needs to be told that they are not read.
_NOT_OURS = re.compile(
    r"ghi chu.*|chu thich|ky( nhan| ten| xac nhan)?|chu ky.*|dan toc|ton giao|(que|nguyen) quan.*"
    r"|noi (sinh|o|cu tru|thuong tru).*"
    r"|cho o.*|dia chi.*|ho khau.*|(thuong|tam) tru.*|tru quan.*|trinh do.*|hoc van.*|van hoa|tdvh|gdpt|chuyen mon.*|nghiep vu"
    r"|ly luan.*|llct|chinh tri|ngoai ngu.*|tin hoc.*|hoc (ham|vi).*|bang cap.*|nghe nghiep.*|thanh phan.*|(don vi|noi|co quan)"
    r" (cong tac|lam viec).*|co quan"
    r"|chuc vu (chinh quyen|chuyen mon|cong tac|doan the|nghe nghiep|khac).*|.*\b(ngay|noi) cap\b.*"
    r"|tuoi( doi| dang)?|(so )?huy hieu.*|khen thuong.*|ky luat.*|so (qd|quyet dinh).*|(so )?(bhyt|bao hiem).*"
    r"|e ?mail|hon nhan.*"
    r"|suc khoe|hoan canh.*|nguoi gioi thieu.*|(ten |thuoc )?to dang"
)


def is_not_ours(words: str) -> bool:
    """Whether a heading is of a column that is known to be of no use here."""
    return _NOT_OURS.fullmatch(_folded(words)) is not None


def column_of(words: str) -> tuple[Column, int] | None:
    """What the words over a column mean and how sure that is; None when they mean nothing here."""
    text = clean(words)
    meant = _meant_by_note(text)
    if meant is not None:
        return meant, 3
    # A remark in brackets, as in "Ngày sinh (dd/mm/yyyy)", only counts when the words alone say nothing.
    bare = re.sub(r"\([^)]*\)", " ", text)
    for attempt in (bare, text):
        folded = re.sub(r"[^a-z0-9&]+", " ", fold(attempt)).strip()
        for column, sureness, pattern in _PATTERNS:
            if folded and pattern.fullmatch(folded):
                return (column, sureness) if column else None
    return None


def _meant_by_note(text: str) -> Column | None:
    notes = [_folded(note) for note in _NOTE.findall(text)]
    if not notes or not _DAY.fullmatch(_folded(_NOTE.sub(" ", text))):
        return None
    if any(_OFFICIAL_NOTE.fullmatch(note) for note in notes):
        return Column.OFFICIAL
    return Column.ADMITTED if any(_ADMITTED_NOTE.fullmatch(note) for note in notes) else None


def _folded(words: str) -> str:
    return re.sub(r"[^a-z0-9&]+", " ", fold(words)).strip()
