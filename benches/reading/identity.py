"""Cards and the passport: the old identity card, codes on the newer ones, residence and MRZ on their backs."""

from __future__ import annotations

import datetime as dt
import io
import random

import segno
from drawing.cards import mrz
from drawing.people import Person, bare, expiry
from drawing.sheet import Sheet
from PIL import Image
from unseen import cards
from unseen import words as w

from . import words

GRAY = (64, 72, 80)
RED = (192, 30, 38)
OFFICERS = ("GIÁM ĐỐC CÔNG AN TỈNH", "TRƯỞNG CÔNG AN TỈNH")


def blank(tint: tuple[int, int, int], wave: tuple[int, int, int], typeface: str, **size: float) -> Sheet:
    """A card, or what has `width_mm` and `height_mm`, under its pale pattern."""
    s = Sheet(size.get("width_mm", cards.WIDTH), size.get("height_mm", cards.HEIGHT), tint=tint, typeface=typeface)
    s.guilloche((0, 0, s.width_mm, s.height_mm), wave, waves=5, strands=8, rows=3)
    return s


def qr(s: Sheet, x: float, y: float, side: float, payload: str) -> None:
    """A QR code `side` mm wide; its text becomes a code of the sheet."""
    out = io.BytesIO()
    segno.make(payload, error="m", boost_error=False).save(out, kind="png", scale=8, border=2)
    size = round(s.px(side))
    code = Image.open(out).convert("RGB").resize((size, size), Image.Resampling.LANCZOS)
    s.image.paste(code, (round(s.px(x)), round(s.px(y))))
    s.codes.append(payload)


def face(s: Sheet, rng: random.Random, x: float, y: float, wide: float, high: float) -> None:
    """Head and shoulders of nobody."""
    s.rect((x, y, x + wide, y + high), 0.1, GRAY, rng.choice([(212, 222, 230), (228, 226, 220), (176, 204, 226)]))
    px = s.px

    def oval(left: float, top: float, right: float, bottom: float, fill: tuple[int, int, int]) -> None:
        s.pen.ellipse((px(x + left * wide), px(y + top * high), px(x + right * wide), px(y + bottom * high)), fill=fill)

    oval(0.26, 0.1, 0.74, 0.58, (36, 30, 30))
    oval(0.3, 0.2, 0.7, 0.66, rng.choice([(224, 188, 156), (204, 164, 130)]))
    body = (px(x + 0.12 * wide), px(y + 0.72 * high), px(x + 0.88 * wide), px(y + 1.26 * high))
    s.pen.pieslice(body, 180, 360, fill=rng.choice([(70, 84, 110), (150, 150, 156), (96, 60, 66)]))


def _prints(s: Sheet, x: float, y: float, wide: float, high: float) -> None:
    s.rect((x, y, x + wide, y + high), 0.2, (140, 140, 148))
    cx, cy = s.px(x + wide / 2), s.px(y + high / 2)
    for r in range(1, 8):
        rx, ry = s.px(wide / 17 * r), s.px(high / 17 * r)
        s.pen.ellipse((cx - rx, cy - ry, cx + rx, cy + ry), outline=(120, 120, 132), width=2)


def old_front(rng: random.Random, typeface: str) -> Sheet:
    """GIẤY CHỨNG MINH NHÂN DÂN of nine digits: typed values over dotted leaders on pale green."""
    s = blank((228, 238, 226), (204, 224, 206), typeface)
    who = w.somebody(rng, 1950, 1992)
    s.text(52, 5.4, "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM", 5.4, "bold", align="centre", most=60)
    s.text(52, 8.2, "Độc lập - Tự do - Hạnh phúc", 5.2, "bold", align="centre")
    s.text(54, 13.4, "GIẤY CHỨNG MINH NHÂN DÂN", 8.2, "bold", fill=RED, align="centre", most=58)
    number = words.digits(rng, 9)
    box = s.text(54, 18.4, f"SỐ {number}", 9, "bold", fill=RED, align="centre")
    s.know("number", "SỐ", number, box)
    a = {"pt": 6, "value_pt": 7, "gap": 0.8}
    s.labelled(27, 24, "Họ tên:", who.name.upper(), 83, name="full_name", **a)
    s.labelled(27, 28.8, "Sinh ngày:", f"{who.born:%d-%m-%Y}", 83, name="birth_date", **a)
    commune, district, province = w.home(rng).split(", ")
    rows = {**a, "value_style": "regular", "value_pt": 6.4}
    s.labelled(27, 33.6, "Nguyên quán:", f"{w.capital(commune)},", 83, name="home_town", **rows)
    s.fields["home_town"].value = f"{w.capital(commune)}, {district}, {province}"
    s.labelled(27, 38, "", f"{district}, {province}", 83, **rows)
    lane, where = rng.choice(words.LANES), w.home(rng)
    s.labelled(27, 43, "Nơi ĐKHK thường trú:", f"{lane},", 83, name="residence", **rows)
    s.labelled(27, 47.6, "", where, 83, **{**rows, "value_pt": 6})
    s.fields["residence"].value = f"{lane}, {where}"
    face(s, rng, 4, 20, 20, 27)
    return s


def old_back(rng: random.Random, typeface: str) -> Sheet:
    """The back: ethnicity, faith, features, two prints, day and officer."""
    s = blank((228, 238, 226), (204, 224, 206), typeface)
    a = {"pt": 6, "value_pt": 6.6, "gap": 0.8}
    s.labelled(4, 6, "Dân tộc:", rng.choice(words.ETHNIC), 42, name="ethnicity", **a)
    s.labelled(44, 6, "Tôn giáo:", rng.choice(words.FAITH), 82, name="religion", **a)
    s.text(54, 11, "DẤU VẾT RIÊNG HOẶC DỊ HÌNH", 5.6, "bold", align="centre")
    marks = rng.choice(words.FEATURES)
    s.labelled(26, 15.4, "", marks, 82, name="features", pt=6, value_style="regular", value_pt=5.8)
    for i, finger in enumerate(("Ngón trỏ trái", "Ngón trỏ phải")):
        _prints(s, 5, 10 + 21 * i, 16, 17)
        s.text(13, 29.4 + 21 * i, finger, 4.6, align="centre", fill=GRAY)
    on = w.day(rng, 2005, 2015)
    box = s.text(56, 24, f"Ngày {on.day:02d} tháng {on.month:02d} năm {on.year}", 6, "italic", align="centre")
    s.know("issue_date", "", w.shown(on), box)
    s.text(56, 28.4, f"{rng.choice(OFFICERS)}", 6, "bold", align="centre")
    s.signature(60, 37, rng, width=16)
    s.seal(48, 38, "CÔNG AN TỈNH", ["NAM ĐỊNH"], rng, diameter=15)
    s.text(60, 48.6, w.somebody(rng, 1950, 1962, "Nam").name, 6.4, "bold", align="centre")
    return s


def citizen(rng: random.Random, typeface: str) -> Sheet:
    """CĂN CƯỚC CÔNG DÂN with the code of seven fields at its upper right."""
    s = cards.citizen(rng, typeface)
    known = {name: field.value for name, field in s.fields.items()}
    until = dt.datetime.strptime(known["expiry_date"], "%d/%m/%Y").date()
    issued = w.day(rng, 2021, 2023)
    born = known["birth_date"].replace("/", "")
    name = known["full_name"].title()
    old = rng.choice(["", words.digits(rng, 9)])
    assert until > issued
    row = (known["personal_id"], old, name, born, known["sex"], known["residence"], f"{issued:%d%m%Y}")
    qr(s, 72.2, 2, 12.4, "|".join(row))
    return s


def citizen_back(rng: random.Random, typeface: str) -> Sheet:
    """Its back; the rows for machines become a code."""
    s = cards.back(rng, typeface)
    s.codes.append("\n".join(line.text for line in s.lines[-3:]))
    return s


def _holder(rng: random.Random) -> tuple[w.Somebody, dt.date, dt.date]:
    while True:
        who, issued = w.somebody(rng, 1968, 2008), w.day(rng, 2024, 2025)
        until = expiry(who.born, issued)
        if who.born.day <= 28 and until is not None:
            return who, issued, until


def identity_back(rng: random.Random, typeface: str) -> Sheet:
    """CĂN CƯỚC since July 2024, back: residence, birth registration, dates, code, rows for machines."""
    s = blank((236, 240, 228), (222, 230, 206), typeface)
    who, issued, until = _holder(rng)
    where = w.capital(w.home(rng))
    s.text(20, 4.8, "Nơi cư trú / Place of residence", 4.8, fill=GRAY)
    for i, row in enumerate(s.wrap(where, 44, 5.8)):
        s.know("residence", "Nơi cư trú", where, s.text(20, 7.8 + 2.7 * i, row, 5.8))
    s.text(20, 14.2, "Nơi đăng ký khai sinh / Place of birth", 4.8, fill=GRAY)
    place = w.capital(w.home(rng, short=True))
    s.know("birth_registered_at", "Nơi đăng ký khai sinh", place, s.text(20, 17.1, place, 5.8))
    a = {"leaders": False, "fill": GRAY, "gap": 0.8, "pt": 4.6, "value_pt": 5.8, "value_style": "regular"}
    s.labelled(20, 21, "Ngày, tháng, năm cấp / Date of issue:", w.shown(issued), 66, name="issue_date", **a)
    s.labelled(20, 24.6, "Ngày, tháng, năm hết hạn / Date of expiry:", w.shown(until), 67, name="expiry_date", **a)
    s.text(44, 29.4, "BỘ CÔNG AN", 6.8, "bold", align="centre")
    s.text(44, 32.2, "MINISTRY OF PUBLIC SECURITY", 4.6, align="centre")
    chip = tuple(s.px(v) for v in (4, 9, 16, 19))
    s.pen.rounded_rectangle(chip, radius=s.px(1.2), fill=(210, 180, 92), outline=(146, 118, 50), width=2)
    qr(s, 67.4, 11, 17, "|".join((who.number, who.name, f"{who.born:%d%m%Y}", who.sex, where, f"{issued:%d%m%Y}", "")))
    rows = mrz(Person(who.name, who.sex, who.born, who.number, who.place), until)
    for i, row in enumerate(rows):
        s.text(4.4, 40.8 + 4.9 * i, row, 11, typeface=_mono(typeface))
    s.codes.append("\n".join(rows))
    return s


def _mono(typeface: str) -> str:
    return "DejaVu Sans Mono" if typeface.startswith("DejaVu") else "mono"


def check_digit(text: str) -> int:
    """ICAO 9303 part 3: weights 7, 3, 1; letters count from 10, fillers are 0."""
    return sum((0 if c == "<" else int(c, 36)) * (7, 3, 1)[i % 3] for i, c in enumerate(text)) % 10


def td3(who: w.Somebody, number: str, until: dt.date) -> tuple[str, str]:
    """The two rows of a passport (ICAO 9303 part 4), the personal number in its place."""
    family, *given = bare(who.name).upper().split()
    first = f"P<VNM{family}<<{'<'.join(given)}".ljust(44, "<")
    number = number.ljust(9, "<")
    born, end, own = f"{who.born:%y%m%d}", f"{until:%y%m%d}", who.number.ljust(14, "<")
    sex = "M" if who.sex == "Nam" else "F"
    second = f"{number}{check_digit(number)}VNM{born}{check_digit(born)}{sex}{end}{check_digit(end)}{own}"
    second += str(check_digit(own))
    return first, second + str(check_digit(second[:10] + second[13:20] + second[21:43]))


def passport(rng: random.Random, typeface: str) -> Sheet:
    """The page of a passport with the holder's data."""
    s = blank((236, 236, 242), (214, 216, 232), typeface, width_mm=125, height_mm=88)
    s.rosette(78, 44, 26, (222, 222, 236), petals=15)
    who = w.somebody(rng, 1960, 2006)
    issued = w.day(rng, 2018, 2025)
    until = issued.replace(year=issued.year + 10, day=min(issued.day, 28))
    number = f"{rng.choice('BCKNPQ')}{words.digits(rng, 7 if rng.random() < 0.6 else 8)}"
    s.text(40, 7, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 6.6, "bold")
    s.text(40, 10, "SOCIALIST REPUBLIC OF VIET NAM", 5.4)
    s.text(4, 7.4, "HỘ CHIẾU / PASSPORT", 7.4, "bold", fill=RED)
    face(s, rng, 5, 17, 33, 43)

    def put(x: float, y: float, label: str, value: str, name: str = "", pt: float = 8.0) -> None:
        s.text(x, y, label, 5, fill=GRAY)
        box = s.text(x, y + 4.2, value, pt, "bold", most=118 - x)
        if name:
            s.know(name, label, value, box)

    put(42, 15, "Loại / Type", "P")
    put(58, 15, "Mã số / Code", "VNM")
    put(84, 15, "Số hộ chiếu / Passport N°", number, "number", 9)
    put(42, 24, "Họ và tên / Full name", who.name.upper(), "full_name", 9)
    put(42, 33, "Quốc tịch / Nationality", "VIỆT NAM / VIETNAMESE", "nationality")
    put(42, 42, "Ngày sinh / Date of birth", f"{who.born:%d/%m/%Y}", "birth_date")
    put(84, 42, "Nơi sinh / Place of birth", who.place.upper(), "birth_place")
    put(42, 51, "Giới tính / Sex", "NAM / M" if who.sex == "Nam" else "NỮ / F", "sex")
    put(84, 51, "Số GCMND / ID card N°", who.number, "personal_id")
    put(42, 60, "Ngày cấp / Date of issue", f"{issued:%d/%m/%Y}", "issue_date")
    put(84, 60, "Có giá trị đến / Date of expiry", f"{until:%d/%m/%Y}", "expiry_date")
    s.text(5, 66, "Nơi cấp / Place of issue", 5, fill=GRAY)
    s.text(5, 69.8, "CỤC QUẢN LÝ XUẤT NHẬP CẢNH", 7, "bold")
    rows = td3(who, number, until)
    for i, row in enumerate(rows):
        s.text(4, 78 + 5.6 * i, row, s.fitting(row, 10.6, "regular", 117), typeface=_mono(typeface), most=117)
    s.codes.append("\n".join(rows))
    return s
