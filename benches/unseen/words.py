"""Names, places and numbers of the bench, none shared with the examples. All invented; provinces are real words."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

FAMILY = [
    "Cao",
    "Chu",
    "Đinh",
    "Hà",
    "Lương",
    "La",
    "Mạc",
    "Nghiêm",
    "Phùng",
    "Quách",
    "Tạ",
    "Thái",
    "Tô",
    "Từ",
    "Vương",
]
FAMILY += ["Tống", "Kiều", "Châu", "Lâm", "Hứa"]
INNER = {
    "Nam": ["Bá", "Duy", "Gia", "Hoàng", "Khắc", "Ngọc", "Thế", "Trọng", "Viết", "Anh", "Sỹ"],
    "Nữ": ["Bảo", "Cẩm", "Hải", "Hồng", "Khánh", "Lệ", "Mai", "Như", "Tố", "Xuân", "Ý"],
}
OWN = {
    "Nam": [
        "An",
        "Bình",
        "Chiến",
        "Cường",
        "Đăng",
        "Giáp",
        "Hiếu",
        "Huy",
        "Lộc",
        "Mạnh",
        "Nhật",
        "Phong",
        "Quyết",
        "Thịnh",
    ],
    "Nữ": ["Chi", "Cúc", "Dung", "Giang", "Hậu", "Huyền", "Lan", "Liên", "Ly", "Nga", "Nguyệt", "Oanh", "Thơ", "Uyên"],
}
PLACES = {
    "030": "Hải Dương",
    "033": "Hưng Yên",
    "034": "Thái Bình",
    "036": "Nam Định",
    "025": "Phú Thọ",
    "022": "Quảng Ninh",
    "052": "Bình Định",
    "056": "Khánh Hòa",
    "066": "Đắk Lắk",
    "079": "TP. Hồ Chí Minh",
    "092": "Cần Thơ",
    "087": "Đồng Tháp",
}
COMMUNES = [
    "xã An Khê",
    "xã Bình Lãng",
    "xã Đông Kết",
    "xã Hiệp Lực",
    "xã Quỳnh Hội",
    "xã Thụy Hương",
    "xã Yên Trị",
    "thị trấn Vụ Bản",
]
COMMUNES += ["xã Mỹ Thắng", "xã Phú Điền", "xã Hòa Thịnh", "xã Ea Kiết"]
DISTRICTS = [
    "huyện Kim Thành",
    "huyện Khoái Châu",
    "huyện Quỳnh Phụ",
    "huyện Ý Yên",
    "huyện Thanh Ba",
    "huyện Tuy Phước",
]
DISTRICTS += ["thị xã Ninh Hòa", "huyện Cao Lãnh"]
ONES = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]


@dataclass(frozen=True)
class Somebody:
    """A person of the bench."""

    name: str
    sex: str
    born: dt.date
    number: str
    place: str

    @property
    def born_shown(self) -> str:
        """dd/mm/yyyy."""
        return shown(self.born)


def shown(day: dt.date) -> str:
    """dd/mm/yyyy."""
    return f"{day:%d/%m/%Y}"


def day(rng: random.Random, first: int, last: int) -> dt.date:
    """A day of the years `first` to `last`."""
    start = dt.date(first, 1, 1)
    return start + dt.timedelta(days=rng.randrange((dt.date(last + 1, 1, 1) - start).days))


def somebody(rng: random.Random, first: int, last: int, sex: str | None = None, family: str | None = None) -> Somebody:
    """Somebody born in the years `first` to `last`, with a number by SPEC 3.1."""
    sex = sex or rng.choice(("Nam", "Nữ"))
    born = day(rng, first, last)
    code = rng.choice(list(PLACES))
    number = f"{code}{2 * (born.year // 100 - 19) + (sex == 'Nữ')}{born.year % 100:02d}{rng.randrange(1_000_000):06d}"
    return Somebody(
        f"{family or rng.choice(FAMILY)} {rng.choice(INNER[sex])} {rng.choice(OWN[sex])}",
        sex,
        born,
        number,
        PLACES[code],
    )


def home(rng: random.Random, *, short: bool = False) -> str:
    """A commune, district and province."""
    commune, province = rng.choice(COMMUNES), rng.choice(list(PLACES.values()))
    return (
        f"{commune}, {province}"
        if short
        else f"{commune}, {rng.choice(DISTRICTS)}, tỉnh {province.removeprefix('TP. ')}"
    )


def capital(text: str) -> str:
    """The first letter upper, the rest as it is."""
    return text[0].upper() + text[1:]


def number_words(n: int) -> str:
    """A whole number up to 9,999 in words."""
    thousands, rest = divmod(n, 1000)
    parts = [ONES[thousands], "nghìn"] if thousands else []
    hundreds, rest = divmod(rest, 100)
    if hundreds or (thousands and rest):
        parts += [ONES[hundreds], "trăm"]
    tens, ones = divmod(rest, 10)
    if tens == 0 and ones and parts:
        parts += ["linh", ONES[ones]]
    elif tens == 0:
        parts += [ONES[ones]] if ones or not parts else []
    else:
        parts += ["mười"] if tens == 1 else [ONES[tens], "mươi"]
        if ones:
            parts.append("lăm" if ones == 5 else "mốt" if ones == 1 and tens > 1 else ONES[ones])
    return " ".join(parts)
