"""Made-up Vietnamese names: family, middle and given names drawn by roughly the shares that they have in the country.

Given names that would, with a common family name, make the name of somebody widely known are left out.
"""

from random import Random

from handbook.members.enums import Sex

# Per thousand. The commonest family names; the rest of the country shares what is left.
FAMILY = {
    "Nguyễn": 360,
    "Trần": 115,
    "Lê": 95,
    "Phạm": 68,
    "Hoàng": 45,
    "Vũ": 38,
    "Phan": 32,
    "Đặng": 24,
    "Bùi": 24,
    "Đỗ": 22,
    "Trương": 20,
    "Ngô": 19,
    "Hồ": 16,
    "Dương": 15,
    "Đinh": 13,
    "Đoàn": 11,
    "Đào": 10,
    "Mai": 9,
    "Trịnh": 9,
    "Lương": 8,
    "Cao": 7,
    "Hà": 7,
    "Tạ": 6,
    "Phùng": 6,
    "Nông": 5,
    "Quách": 4,
    "Lò": 4,
    "Thái": 4,
    "Kiều": 4,
}
MIDDLE = {
    Sex.MALE: {
        "Văn": 330,
        "Đức": 75,
        "Hữu": 60,
        "Quang": 60,
        "Xuân": 50,
        "Đình": 45,
        "Ngọc": 45,
        "Minh": 45,
        "Công": 45,
        "Thanh": 40,
        "Quốc": 40,
        "Mạnh": 35,
        "Việt": 30,
        "Trung": 30,
        "Anh": 25,
        "Bá": 25,
        "Duy": 20,
    },
    Sex.FEMALE: {
        "Thị": 470,
        "Thị Thu": 60,
        "Thị Thanh": 50,
        "Thị Ngọc": 45,
        "Thị Minh": 40,
        "Thị Hồng": 40,
        "Thu": 40,
        "Thanh": 40,
        "Ngọc": 35,
        "Minh": 30,
        "Phương": 30,
        "Bích": 30,
        "Kim": 30,
        "Hoài": 20,
        "Khánh": 20,
        "Diệu": 20,
    },
}
GIVEN = {
    Sex.MALE: {
        "Hùng": 60,
        "Tuấn": 60,
        "Minh": 45,
        "Sơn": 45,
        "Hòa": 40,
        "Bình": 40,
        "Long": 40,
        "Nam": 40,
        "Thành": 40,
        "Tiến": 40,
        "Quân": 35,
        "Hiếu": 35,
        "Kiên": 35,
        "Vinh": 35,
        "Khoa": 30,
        "Toàn": 30,
        "Tùng": 30,
        "Đạt": 30,
        "Lực": 25,
        "Khánh": 25,
        "Thịnh": 25,
        "Nghĩa": 25,
        "Tâm": 20,
        "Ước": 10,
        "Ngạn": 10,
    },
    Sex.FEMALE: {
        "Hương": 60,
        "Lan": 55,
        "Hoa": 50,
        "Hà": 50,
        "Thủy": 45,
        "Hằng": 45,
        "Nga": 45,
        "Oanh": 40,
        "Linh": 40,
        "Trang": 40,
        "Yến": 35,
        "Hạnh": 35,
        "Thảo": 35,
        "Phượng": 30,
        "Nhung": 30,
        "Loan": 30,
        "Vân": 30,
        "Thơm": 25,
        "Liên": 25,
        "Quyên": 25,
        "Duyên": 25,
        "Tuyết": 20,
        "Ngân": 20,
        "Xuyến": 15,
    },
}


def make_name(sex: Sex, random: Random) -> str:
    """A full name that is put together by chance."""
    return " ".join((_draw(FAMILY, random), _draw(MIDDLE[sex], random), _draw(GIVEN[sex], random)))


def _draw(shares: dict[str, int], random: Random) -> str:
    return random.choices(list(shares), weights=list(shares.values()))[0]
