"""Cards of ID-1 size, laid on the glass of an A4 scanner: CCCD, Căn cước, driving licence."""

from __future__ import annotations

import datetime as dt
import io
import math
import random

import segno
from PIL import Image, ImageDraw

from .papers import MOTTO, NATION
from .people import WARDS, Person, address, bare, date_shown, day_between, expiry, person
from .sheet import RED, Sheet

WIDTH, HEIGHT = 85.6, 53.98


def _base(dpi: int, tint: tuple[int, int, int], wave: tuple[int, int, int]) -> Sheet:
    s = Sheet(WIDTH, HEIGHT, dpi=dpi, tint=tint, typeface="sans")
    s.guilloche((0, 0, WIDTH, HEIGHT), wave, waves=4, strands=9, rows=3)
    return s


def _photo(
    s: Sheet, x: float, y: float, width: float, height: float, rng: random.Random, back: tuple[int, int, int]
) -> None:
    """A face that is nobody's: head, hair, shoulders."""
    w, h = round(s.px(width)), round(s.px(height))
    image = Image.new("RGB", (w * 2, h * 2), back)
    pen = ImageDraw.Draw(image)
    wide, tall = w * 2, h * 2
    skin = rng.choice([(226, 190, 162), (216, 178, 148), (232, 200, 176)])
    shirt = rng.choice([(236, 238, 242), (60, 76, 110), (120, 60, 66)])
    pen.ellipse((wide * 0.08, tall * 0.76, wide * 0.92, tall * 1.4), fill=shirt)
    pen.rectangle((wide * 0.42, tall * 0.6, wide * 0.58, tall * 0.8), fill=skin)
    pen.ellipse((wide * 0.24, tall * 0.1, wide * 0.76, tall * 0.6), fill=(34, 30, 30))
    pen.ellipse((wide * 0.28, tall * 0.2, wide * 0.72, tall * 0.7), fill=skin)
    for cx in (0.41, 0.59):
        pen.ellipse((wide * (cx - 0.035), tall * 0.42, wide * (cx + 0.035), tall * 0.445), fill=(40, 34, 32))
        pen.line(
            (wide * (cx - 0.06), tall * 0.39, wide * (cx + 0.06), tall * 0.388),
            fill=(50, 40, 38),
            width=max(2, wide // 90),
        )
    pen.line((wide * 0.5, tall * 0.44, wide * 0.485, tall * 0.53), fill=(190, 150, 124), width=max(2, wide // 110))
    pen.arc((wide * 0.43, tall * 0.53, wide * 0.57, tall * 0.6), 20, 160, fill=(168, 92, 88), width=max(2, wide // 80))
    s.image.paste(image.resize((w, h), Image.Resampling.LANCZOS), (round(s.px(x)), round(s.px(y))))


def _emblem(s: Sheet, cx: float, cy: float, radius: float) -> None:
    """A gold star on red."""
    x, y, r = s.px(cx), s.px(cy), s.px(radius)
    s.pen.ellipse((x - r, y - r, x + r, y + r), fill=(206, 44, 40), outline=(222, 170, 60), width=max(2, int(r / 7)))
    star = [
        (
            x + r * (0.6 if i % 2 == 0 else 0.24) * math.sin(i * math.pi / 5),
            y - r * (0.6 if i % 2 == 0 else 0.24) * math.cos(i * math.pi / 5),
        )
        for i in range(10)
    ]
    s.pen.polygon(star, fill=(246, 206, 70))


def _qr(s: Sheet, x: float, y: float, side: float, payload: str) -> None:
    out = io.BytesIO()
    segno.make(payload, error="m", boost_error=False).save(out, kind="png", scale=8, border=2)
    size = round(s.px(side))
    s.image.paste(
        Image.open(out).convert("RGB").resize((size, size), Image.Resampling.LANCZOS), (round(s.px(x)), round(s.px(y)))
    )


def _check(text: str) -> str:
    """The check digit of ICAO 9303."""
    values = [0 if c == "<" else int(c) if c.isdigit() else ord(c) - 55 for c in text]
    return str(sum(v * (7, 3, 1)[i % 3] for i, v in enumerate(values)) % 10)


def mrz(who: Person, until: dt.date | None) -> tuple[str, str, str]:
    """The three rows of TD1 as Vietnam writes them (SPEC 3.3)."""
    nine = who.number[-9:]
    first = f"IDVNM{nine}{_check(nine)}{who.number}<<"
    first += _check(first[15:29])
    born = who.birth.strftime("%y%m%d")
    end = until.strftime("%y%m%d") if until else f"99{who.birth.strftime('%m%d')}"
    sex = "M" if who.sex == "Nam" else "F"
    second = f"{born}{_check(born)}{sex}{end}{_check(end)}VNM<<<<<<<<<<<"
    second += _check(first[5:30] + second[0:7] + second[8:15] + second[18:29])
    words = bare(who.name).upper().split()
    third = f"{words[0]}<<{'<'.join(words[1:])}".ljust(30, "<")[:30]
    return first, second, third


def card_person(rng: random.Random, *, ended: bool = False) -> tuple[Person, dt.date, dt.date | None]:
    """Somebody with a card, the day of issue and the day it ends by the rule; `ended` cards are over."""
    while True:
        who = person(rng, 1981, 1985) if ended else person(rng, 1978, 2004)
        issued = dt.date(2021, 3, 1) + dt.timedelta(days=rng.randint(0, 150 if ended else 1100))
        until = expiry(who.birth, issued)
        if until is None or who.birth.day > 28:
            continue
        if (until.year <= 2025) if ended else (until.year >= 2034):
            return who, issued, until


def cccd_front(
    rng: random.Random,
    *,
    dpi: int = 300,
    ended: bool = False,
    wrong: str = "",
    holder: tuple[Person, dt.date, dt.date | None] | None = None,
) -> Sheet:
    """CĂN CƯỚC CÔNG DÂN; `wrong` is ``sex`` or ``year``: the number then disagrees with what is printed."""
    s = _base(dpi, (226, 240, 236), (206, 228, 226))
    who, issued, until = holder or card_person(rng, ended=ended)
    number = who.number
    if wrong == "sex":
        number = number[:3] + str(int(number[3]) ^ 1) + number[4:]
    elif wrong == "year":
        number = number[:4] + f"{(int(number[4:6]) + rng.randint(3, 9)) % 100:02d}" + number[6:]
    _emblem(s, 11, 11.5, 6.2)
    s.text(45, 6.2, NATION, 5.9, "bold", align="centre")
    s.text(45, 9.3, MOTTO, 5.6, "bold", align="centre")
    s.text(45, 12.1, "SOCIALIST REPUBLIC OF VIET NAM", 4.3, align="centre")
    s.text(45, 14.4, "Independence - Freedom - Happiness", 4.2, align="centre")
    s.text(45, 19.3, "CĂN CƯỚC CÔNG DÂN", 9.6, "bold", fill=RED, align="centre")
    s.text(45, 22.1, "Citizen Identity Card", 5.4, "bold", fill=(60, 70, 120), align="centre")
    gray = (44, 64, 92)
    s.labelled(
        27, 26.6, "Số / No.:", number, 84, name="personal_id", pt=6, value_pt=9.2, leaders=False, fill=gray, gap=1
    )
    s.text(27, 29.9, "Họ và tên / Full name:", 5.3, fill=gray)
    box = s.text(27, 33.3, who.name.upper(), 7.6, "bold")
    s.know("full_name", "Họ và tên", who.name.upper(), box)
    small = {"pt": 5.3, "value_pt": 6.4, "leaders": False, "fill": gray, "gap": 0.8, "value_style": "regular"}
    s.labelled(27, 36.9, "Ngày sinh / Date of birth:", date_shown(who.birth), 84, name="birth_date", **small)
    s.labelled(27, 40.3, "Giới tính / Sex:", who.sex, 50, name="sex", **small)
    s.labelled(52, 40.3, "Quốc tịch / Nationality:", "Việt Nam", 84, name="nationality", **small)
    s.text(27, 43.4, "Quê quán / Place of origin:", 5.3, fill=gray)
    home = f"{rng.choice(WARDS)}, {who.province}"
    home = home[0].upper() + home[1:]
    box = s.text(27, 46.2, home, 6.2)
    s.know("home_town", "Quê quán", home, box)
    where = address(rng)
    first, *rest = s.wrap(where, 84 - 54.5, 6.2, rest_width=56)
    s.text(27, 49.2, "Nơi thường trú / Place of residence:", 5.3, fill=gray, truth=False)
    label_end = 27 + s.width_of("Nơi thường trú / Place of residence:", 5.3) + 0.8
    first, *rest = s.wrap(where, 84.4 - label_end, 6.2, rest_width=56)
    box = s.text(label_end, 49.2, first, 6.2, truth=False)
    s.line(f"Nơi thường trú / Place of residence: {first}", (s.px(27), box[1], box[2], box[3]))
    for i, row in enumerate(rest):
        s.text(27, 52 + 2.6 * i, row, 6.2)
    s.know("residence", "Nơi thường trú", where, box)
    _photo(s, 3.2, 20, 20, 26, rng, (216, 228, 236))
    shown = date_shown(until) if until else "Không thời hạn"
    s.text(13.2, 49, "Có giá trị đến:", 4.8, fill=gray, align="centre")
    box = s.text(13.2, 52, shown, 6, align="centre")
    s.know("expiry_date", "Có giá trị đến", shown, box)
    payload = "|".join([number, "", who.name, who.birth.strftime("%d%m%Y"), who.sex, where, issued.strftime("%d%m%Y")])
    _qr(s, 70, 2.2, 14, payload)
    return s


def cccd_back(
    rng: random.Random,
    *,
    dpi: int = 300,
    ended: bool = False,
    holder: tuple[Person, dt.date, dt.date | None] | None = None,
) -> Sheet:
    """The back of the CCCD: features, day and office of issue, seal, MRZ."""
    s = _base(dpi, (228, 240, 232), (208, 230, 220))
    who, issued, until = holder or card_person(rng, ended=ended)
    gray = (44, 64, 92)
    s.text(4, 6.4, "Đặc điểm nhận dạng / Personal identification:", 5.2, fill=gray)
    feature = rng.choice(["Nốt ruồi cách 1 cm dưới sau đuôi mắt trái", "Sẹo chấm cách 2 cm trên đầu mày phải"])
    s.text(4, 10, feature, 6)
    s.labelled(
        4,
        14.4,
        "Ngày, tháng, năm / Date, month, year:",
        date_shown(issued),
        60,
        name="issue_date",
        pt=5.2,
        value_pt=6.2,
        leaders=False,
        gap=0.8,
    )
    s.text(37, 18.2, "CỤC TRƯỞNG CỤC CẢNH SÁT", 5.0, "bold", align="centre")
    s.text(37, 20.8, "QUẢN LÝ HÀNH CHÍNH VỀ TRẬT TỰ XÃ HỘI", 5.0, "bold", align="centre")
    s.signature(40, 26, rng, width=13)
    s.text(38, 33, "Tô Hữu Mẫn", 5.8, "bold", align="centre")
    s.seal(31, 27.4, "CỤC CẢNH SÁT QUẢN LÝ HÀNH CHÍNH VỀ TRẬT TỰ XÃ HỘI", ["BỘ CÔNG AN"], rng, diameter=12)
    s.pen.rounded_rectangle(
        tuple(s.px(v) for v in (4, 18, 15.5, 28)),
        radius=s.px(1.2),
        fill=(214, 184, 96),
        outline=(150, 120, 50),
        width=2,
    )
    for i in range(1, 4):
        s.rule(4, 18 + 2.5 * i, 15.5, 18 + 2.5 * i, 0.15, (150, 120, 50))
    for x, label in ((62, "Ngón trỏ trái"), (74.5, "Ngón trỏ phải")):
        s.rect((x - 5.2, 5, x + 5.2, 21), 0.2, (120, 130, 140))
        for r in range(1, 9):
            cx, cy, w, h = s.px(x), s.px(13.6), s.px(0.55 * r), s.px(0.85 * r)
            s.pen.ellipse((cx - w, cy - h, cx + w, cy + h), outline=(92, 92, 110), width=max(1, int(s.k * 0.16)))
        s.text(x, 24.2, label, 4.3, align="centre", fill=gray)
    s.pen.rectangle((0, s.px(35.5), s.px(WIDTH), s.px(HEIGHT)), fill=(240, 244, 240))
    for i, row in enumerate(mrz(who, until)):
        s.text(4.2, 41 + 4.9 * i, row, 11.1, typeface="mono")
    return s


def can_cuoc_front(
    rng: random.Random, *, dpi: int = 300, holder: tuple[Person, dt.date, dt.date | None] | None = None
) -> Sheet:
    """CĂN CƯỚC, the card since 1 July 2024, front."""
    s = _base(dpi, (232, 240, 228), (214, 228, 208))
    who, _issued, _until = holder or card_person(rng)
    gray = (50, 64, 84)
    _emblem(s, 11, 11, 6)
    s.text(48, 6.4, NATION, 6, "bold", align="centre")
    s.text(48, 9.6, MOTTO, 5.6, "bold", align="centre")
    s.text(48, 12.4, "SOCIALIST REPUBLIC OF VIET NAM", 4.4, align="centre")
    s.text(48, 14.8, "Independence - Freedom - Happiness", 4.2, align="centre")
    s.text(48, 20.4, "CĂN CƯỚC", 11, "bold", fill=RED, align="centre")
    s.text(48, 23.4, "IDENTITY CARD", 6, "bold", fill=(60, 70, 120), align="centre")
    s.text(27, 28, "Số định danh cá nhân / Personal identification number:", 5, fill=gray)
    box = s.text(27, 32.2, who.number, 9.6, "bold")
    s.know("personal_id", "Số định danh cá nhân", who.number, box)
    s.text(27, 36, "Họ, chữ đệm và tên khai sinh / Full name:", 5, fill=gray)
    box = s.text(27, 40, who.name.upper(), 8, "bold")
    s.know("full_name", "Họ, chữ đệm và tên khai sinh", who.name.upper(), box)
    s.labelled(
        27,
        44.6,
        "Ngày, tháng, năm sinh / Date of birth:",
        date_shown(who.birth),
        84,
        name="birth_date",
        pt=5,
        value_pt=6.6,
        leaders=False,
        fill=gray,
        gap=0.8,
    )
    s.labelled(
        27, 48.8, "Giới tính / Sex:", who.sex, 50, name="sex", pt=5, value_pt=6.6, leaders=False, fill=gray, gap=0.8
    )
    s.labelled(
        52,
        48.8,
        "Quốc tịch / Nationality:",
        "Việt Nam",
        84,
        name="nationality",
        pt=5,
        value_pt=6.6,
        leaders=False,
        fill=gray,
        gap=0.8,
    )
    _photo(s, 3.4, 20, 20, 28, rng, (220, 230, 236))
    return s


def can_cuoc_back(
    rng: random.Random, *, dpi: int = 300, holder: tuple[Person, dt.date, dt.date | None] | None = None
) -> Sheet:
    """CĂN CƯỚC, back: residence, place of birth registration, dates, chip, QR, MRZ."""
    s = _base(dpi, (230, 240, 230), (212, 228, 212))
    who, _issued, until = holder or card_person(rng)
    issued = dt.date(2024, 7, 10) + dt.timedelta(days=rng.randint(0, 300))
    gray = (50, 64, 84)
    s.text(22, 5.4, "Nơi cư trú / Place of residence:", 5, fill=gray)
    where = address(rng)
    for i, row in enumerate(s.wrap(where, 42, 6)):
        box = s.text(22, 8.4 + 2.8 * i, row, 6)
    s.know("residence", "Nơi cư trú", where, box)
    s.text(22, 14.6, "Nơi đăng ký khai sinh / Place of birth:", 5, fill=gray)
    place = f"{rng.choice(WARDS)}, {who.province}"
    s.text(22, 17.5, place[0].upper() + place[1:], 6)
    s.labelled(
        22,
        21.4,
        "Ngày, tháng, năm cấp / Date of issue:",
        date_shown(issued),
        66,
        name="issue_date",
        pt=5,
        value_pt=6,
        leaders=False,
        fill=gray,
        gap=0.8,
    )
    shown = date_shown(until) if until else "Không thời hạn"
    s.labelled(
        22,
        24.8,
        "Ngày, tháng, năm hết hạn / Date of expiry:",
        shown,
        68,
        name="expiry_date",
        pt=4.3,
        value_pt=6,
        leaders=False,
        fill=gray,
        gap=0.8,
    )
    s.text(44, 29.6, "BỘ CÔNG AN", 7, "bold", align="centre")
    s.text(44, 32.4, "MINISTRY OF PUBLIC SECURITY", 4.6, align="centre")
    s.pen.rounded_rectangle(
        tuple(s.px(v) for v in (4, 10, 17, 21)), radius=s.px(1.2), fill=(214, 184, 96), outline=(150, 120, 50), width=2
    )
    _qr(
        s,
        66.5,
        14,
        17,
        "|".join(
            [who.number, who.name, who.birth.strftime("%d%m%Y"), who.sex, where, issued.strftime("%d%m%Y"), "", "", ""]
        ),
    )
    s.pen.rectangle((0, s.px(35.5), s.px(WIDTH), s.px(HEIGHT)), fill=(240, 244, 240))
    for i, row in enumerate(mrz(who, until)):
        s.text(4.2, 41 + 4.9 * i, row, 11.1, typeface="mono")
    return s


def licence_front(rng: random.Random, *, dpi: int = 300) -> Sheet:
    """GIẤY PHÉP LÁI XE, straw yellow, title and number in red."""
    s = _base(dpi, (248, 240, 206), (238, 226, 178))
    who = person(rng, 1980, 2002)
    issued = day_between(rng, 2022, 2025)
    grade, years = rng.choice([("A1", 0), ("B2", 10), ("C", 5)])
    until = (
        "Không thời hạn" if not years else date_shown(dt.date(issued.year + years, issued.month, min(issued.day, 28)))
    )
    s.text(20, 5.6, "BỘ GTVT", 5.6, "bold", align="centre")
    s.text(20, 8.2, "MOT", 4.6, "bold", align="centre")
    s.text(56, 5.6, NATION, 5.4, "bold", align="centre")
    s.text(56, 8.4, MOTTO, 5.3, "bold", align="centre")
    s.text(56, 15.6, "GIẤY PHÉP LÁI XE / DRIVER'S LICENSE", 7.4, "bold", fill=RED, align="centre")
    number = "".join(str(rng.randint(0, 9)) for _ in range(12))
    box = s.text(56, 19.8, f"Số/No: {number}", 7.4, "bold", fill=RED, align="centre")
    s.know("number", "Số/No", number, box)
    small = {"pt": 5.2, "value_pt": 6.6, "leaders": False, "gap": 0.8}
    s.labelled(27, 24.6, "Họ tên/Full name:", who.name.upper(), 84, name="full_name", **small)
    s.labelled(27, 28.4, "Ngày sinh/Date of Birth:", date_shown(who.birth), 84, name="birth_date", **small)
    s.labelled(27, 32.2, "Quốc tịch/Nationality:", "VIỆT NAM", 84, name="nationality", **small)
    y = s.labelled(
        27,
        36,
        "Nơi cư trú/Address:",
        address(rng),
        84,
        name="residence",
        value_style="regular",
        pt=5.2,
        value_pt=5.8,
        leaders=False,
        gap=0.8,
    )
    day = f"Hà Nội, ngày/date {issued.day:02d} tháng/month {issued.month:02d} năm/year {issued.year}"
    s.text(60, y + 3.3, day, 4.6, "italic", align="centre")
    s.text(68, y + 6, "GIÁM ĐỐC SỞ", 5, "bold", align="centre")
    s.signature(70, 48.6, rng, width=10)
    s.text(69, 53, person(rng, 1965, 1975, sex="Nam").name, 5, "bold", align="centre")
    s.seal(62.5, 48.4, "SỞ GIAO THÔNG VẬN TẢI", ["HÀ NỘI"], rng, diameter=9.6)
    _photo(s, 3.4, 12, 20, 26, rng, (150, 196, 232))
    s.labelled(4, 43.4, "Hạng/Class:", grade, 26, name="class", pt=5.4, value_pt=7.4, leaders=False, gap=0.8)
    s.labelled(4, 48, "Có giá trị đến/Expires:", "", 30, pt=5, leaders=False)
    box = s.text(4, 51.6, until, 6.4, "bold")
    s.know("expiry_date", "Có giá trị đến", until, box)
    s.know("issue_date", "", date_shown(issued), box)
    return s


def on_glass(cards: list[Sheet], rng: random.Random, *, dpi: int = 300) -> Sheet:
    """Cards on an A4 flatbed, one below the other."""
    s = Sheet(dpi=dpi, tint=(243, 242, 238))
    y = rng.uniform(24, 40)
    for card in cards:
        s.paste(card, rng.uniform(40, 70), y)
        y += HEIGHT + rng.uniform(14, 22)
    return s
