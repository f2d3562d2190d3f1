"""Invented people, places and offices, and the numbers that go with them (SPEC 3.1). Any likeness is chance."""

from __future__ import annotations

import datetime as dt
import random
import unicodedata
from dataclasses import dataclass

SURNAMES = [
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Huỳnh",
    "Phan",
    "Vũ",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
    "Đào",
    "Đoàn",
    "Trịnh",
    "Mai",
]
MIDDLE = {
    "Nam": ["Văn", "Hữu", "Đình", "Quốc", "Minh", "Đức", "Công", "Xuân"],
    "Nữ": ["Thị", "Ngọc", "Thanh", "Kim", "Phương", "Thùy", "Bích", "Diệu"],
}
GIVEN = {
    "Nam": [
        "Tuấn",
        "Dũng",
        "Hải",
        "Khánh",
        "Long",
        "Nghĩa",
        "Phúc",
        "Quân",
        "Sơn",
        "Thắng",
        "Trường",
        "Vinh",
        "Kiệt",
        "Bảo",
        "Đạt",
        "Hưởng",
    ],
    "Nữ": [
        "Hương",
        "Thảo",
        "Quỳnh",
        "Phượng",
        "Yến",
        "Trang",
        "Hằng",
        "Nhung",
        "Tuyết",
        "Vân",
        "Diễm",
        "Ngân",
        "Mỹ",
        "Hạnh",
        "Thủy",
        "Ánh",
    ],
}
PROVINCES = {"001": "Hà Nội", "031": "Hải Phòng", "038": "Thanh Hóa", "040": "Nghệ An", "048": "Đà Nẵng"}
WARDS = [
    "phường Hoàn Kiếm",
    "phường Cửa Nam",
    "phường Ba Đình",
    "phường Ngọc Hà",
    "phường Giảng Võ",
    "phường Đống Đa",
    "phường Láng",
    "phường Bồ Đề",
    "phường Kiến Hưng",
    "phường Tây Hồ",
    "phường Vĩnh Tuy",
    "phường Nghĩa Đô",
]
STREETS = [
    "Hàng Trống",
    "Trần Hưng Đạo",
    "Lý Thường Kiệt",
    "Bạch Mai",
    "Đội Cấn",
    "Thụy Khuê",
    "Nguyễn Thái Học",
    "Võ Chí Công",
]
HOSPITALS = ["Bệnh viện Phụ sản Hà Nội", "Bệnh viện Phụ sản Trung ương", "Bệnh viện Bạch Mai"]


@dataclass(frozen=True)
class Person:
    """Somebody who does not exist."""

    name: str
    sex: str
    birth: dt.date
    number: str
    province: str


def date_shown(day: dt.date) -> str:
    """dd/mm/yyyy."""
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def id_number(rng: random.Random, province: str, sex: str, year: int) -> str:
    """PPP G YY NNNNNN: G is sex and century, 0/1 man/woman of 19xx, 2/3 of 20xx (SPEC 3.1)."""
    century = (year // 100 - 19) * 2
    return f"{province}{century + (sex == 'Nữ')}{year % 100:02d}{rng.randint(1, 999_999):06d}"


def day_between(rng: random.Random, first: int, last: int) -> dt.date:
    """A day of the years `first` to `last`."""
    return dt.date(rng.randint(first, last), 1, 1) + dt.timedelta(days=rng.randint(0, 364))


def person(rng: random.Random, first: int, last: int, *, sex: str | None = None, surname: str | None = None) -> Person:
    """Somebody born in the years `first` to `last`."""
    sex = sex or rng.choice(["Nam", "Nữ"])
    name = f"{surname or rng.choice(SURNAMES)} {rng.choice(MIDDLE[sex])} {rng.choice(GIVEN[sex])}"
    birth = day_between(rng, first, last)
    province = rng.choice(list(PROVINCES))
    return Person(name, sex, birth, id_number(rng, province, sex, birth.year), PROVINCES[province])


def address(rng: random.Random) -> str:
    """Somewhere in Hà Nội."""
    return f"Số {rng.randint(2, 298)} {rng.choice(STREETS)}, {rng.choice(WARDS)}, thành phố Hà Nội"


def surname(name: str) -> str:
    """The first word of a Vietnamese name."""
    return name.split()[0]


DIGITS = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]


def in_words(n: int) -> str:
    """A number below 10,000 in Vietnamese words."""
    if n < 10:
        return DIGITS[n]
    if n < 20:
        return "mười" + (f" {'lăm' if n == 15 else DIGITS[n % 10]}" if n % 10 else "")
    if n < 100:
        last = {0: "", 1: " mốt", 4: " tư", 5: " lăm"}.get(n % 10, f" {DIGITS[n % 10]}")
        return f"{DIGITS[n // 10]} mươi{last}"
    if n < 1000:
        rest = n % 100
        middle = "" if not rest else (f" linh {DIGITS[rest]}" if rest < 10 else f" {in_words(rest)}")
        return f"{DIGITS[n // 100]} trăm{middle}"
    rest = n % 1000
    hundreds = f" không trăm{f' linh {DIGITS[rest]}' if rest < 10 else f' {in_words(rest)}'}" if rest < 100 else ""
    return f"{DIGITS[n // 1000]} nghìn" + ("" if not rest else hundreds or f" {in_words(rest)}")


def date_words(day: dt.date) -> str:
    """``Ngày năm tháng ba năm hai nghìn không trăm hai mươi tư``."""
    return f"Ngày {in_words(day.day)} tháng {in_words(day.month)} năm {in_words(day.year)}"


def expiry(birth: dt.date, issued: dt.date) -> dt.date | None:
    """The birthday at 14, 25, 40 or 60 at which a card ends; the next one when issued under two years before."""
    for age in (14, 25, 40, 60):
        day = dt.date(birth.year + age, birth.month, min(birth.day, 28) if birth.month == 2 else birth.day)
        if (day - issued).days >= 730:
            return day
    return None


def bare(name: str) -> str:
    """`name` without marks, as MRZ and English halves write it."""
    plain = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in plain if not unicodedata.combining(c))
