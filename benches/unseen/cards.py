"""Cards of the bench: the same legal content as real ones, set in other type, other places, other colours."""

from __future__ import annotations

import datetime as dt
import random

from drawing.cards import mrz
from drawing.people import Person, expiry
from drawing.sheet import Sheet

from . import words as w

WIDTH, HEIGHT = 85.6, 53.98
LABEL = (58, 70, 84)


def _blank(tint: tuple[int, int, int], wave: tuple[int, int, int], typeface: str) -> Sheet:
    s = Sheet(WIDTH, HEIGHT, tint=tint, typeface=typeface)
    s.guilloche((0, 0, WIDTH, HEIGHT), wave, waves=7, strands=6, rows=2)
    s.rosette(60, 30, 20, wave, petals=6)
    return s


def _face(
    s: Sheet, rng: random.Random, x: float, y: float, wide: float, high: float, back: tuple[int, int, int]
) -> None:
    """A plain head and shoulders."""
    s.rect((x, y, x + wide, y + high), 0.1, back, back)
    skin = rng.choice([(222, 184, 150), (206, 166, 132)])
    px = s.px

    def oval(left: float, top: float, right: float, bottom: float, fill: tuple[int, int, int]) -> None:
        s.pen.ellipse((px(x + left * wide), px(y + top * high), px(x + right * wide), px(y + bottom * high)), fill=fill)

    oval(0.25, 0.12, 0.75, 0.6, (28, 26, 28))
    oval(0.29, 0.22, 0.71, 0.68, skin)
    s.pen.pieslice(
        (px(x + 0.1 * wide), px(y + 0.7 * high), px(x + 0.9 * wide), px(y + 1.28 * high)), 180, 360, fill=(90, 96, 104)
    )


def _holder(rng: random.Random) -> tuple[w.Somebody, dt.date, dt.date]:
    while True:
        who = w.somebody(rng, 1977, 2005)
        issued = w.day(rng, 2021, 2023)
        until = expiry(who.born, issued)
        if who.born.day <= 28 and until is not None and until.year >= 2034:
            return who, issued, until


def citizen(rng: random.Random, typeface: str) -> Sheet:
    """CĂN CƯỚC CÔNG DÂN, front."""
    s = _blank((238, 244, 232), (222, 234, 214), typeface)
    who, _issued, until = _holder(rng)
    s.text(50, 5.6, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 5.4, "bold", align="centre")
    s.text(50, 8.6, "SOCIALIST REPUBLIC OF VIET NAM", 4.2, align="centre")
    s.text(50, 11.4, "Độc lập - Tự do - Hạnh phúc", 5.2, "bold", align="centre")
    s.text(50, 13.8, "Independence - Freedom - Happiness", 4.2, align="centre")
    s.text(50, 18.8, "CĂN CƯỚC CÔNG DÂN", 9, "bold", fill=(200, 40, 40), align="centre")
    s.text(50, 21.6, "Citizen Identity Card", 5.2, align="centre", fill=LABEL)
    s.pen.ellipse(tuple(s.px(v) for v in (6, 3, 17, 14)), fill=(214, 50, 40))
    a = {"leaders": False, "fill": LABEL, "gap": 1.0, "pt": 5.4}
    s.labelled(28, 26.2, "Số / No.:", who.number, 84, name="personal_id", value_pt=8.6, **a)
    s.labelled(28, 30.4, "Họ và tên / Full name:", "", 84, **{**a, "pt": 5.2})
    box = s.text(28, 33.9, who.name.upper(), 7.2, "bold")
    s.know("full_name", "Họ và tên", who.name.upper(), box)
    small = {"leaders": False, "fill": LABEL, "gap": 0.8, "pt": 5.2, "value_pt": 6.2, "value_style": "regular"}
    s.labelled(28, 37.2, "Ngày sinh / Date of birth:", who.born_shown, 84, name="birth_date", **small)
    s.labelled(28, 40.4, "Giới tính / Sex:", who.sex, 50, name="sex", **small)
    s.labelled(53, 40.4, "Quốc tịch / Nationality:", "Việt Nam", 85, name="nationality", **small)
    s.text(28, 43.5, "Quê quán / Place of origin:", 5.2, fill=LABEL)
    origin = w.capital(f"{rng.choice(w.COMMUNES)}, {rng.choice(w.DISTRICTS).split(' ', 1)[1]}, {who.place}")
    box = s.text(28, 46.2, origin, 5.8)
    s.know("home_town", "Quê quán", origin, box)
    s.text(28, 49.2, "Nơi thường trú / Place of residence:", 5.2, fill=LABEL)
    where = w.capital(
        f"{rng.choice(w.COMMUNES)}, {rng.choice(w.DISTRICTS).split(' ', 1)[1]}, {rng.choice(list(w.PLACES.values()))}"
    )
    box = s.text(28, 52, where, 5.8)
    s.know("residence", "Nơi thường trú", where, box)
    _face(s, rng, 3.4, 17, 20.5, 27, (206, 220, 226))
    s.text(3.4, 48.4, "Có giá trị đến:", 4.6, fill=LABEL)
    s.text(3.4, 50.6, "Date of expiry", 4.0, fill=LABEL)
    box = s.text(14.2, 50.2, w.shown(until), 5.4)
    s.know("expiry_date", "Có giá trị đến", w.shown(until), box)
    return s


def identity(rng: random.Random, typeface: str) -> Sheet:
    """CĂN CƯỚC since July 2024, front."""
    s = _blank((240, 242, 230), (226, 230, 206), typeface)
    who, _issued, _until = _holder(rng)
    s.text(46, 5.8, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 5.4, "bold", align="centre")
    s.text(46, 8.9, "Độc lập - Tự do - Hạnh phúc", 5.2, "bold", align="centre")
    s.text(46, 11.5, "SOCIALIST REPUBLIC OF VIET NAM", 4.2, align="centre")
    s.text(46, 13.8, "Independence - Freedom - Happiness", 4.0, align="centre")
    s.text(46, 20, "CĂN CƯỚC", 11.5, "bold", fill=(200, 40, 40), align="centre")
    s.text(46, 23, "IDENTITY CARD", 5.6, "bold", align="centre", fill=LABEL)
    s.pen.ellipse(tuple(s.px(v) for v in (5, 3, 17, 15)), fill=(214, 50, 40))
    s.text(28, 27.6, "Số định danh cá nhân / Personal identification number", 4.8, fill=LABEL)
    box = s.text(28, 31.6, who.number, 9, "bold")
    s.know("personal_id", "Số định danh cá nhân", who.number, box)
    s.text(28, 35.2, "Họ, chữ đệm và tên khai sinh / Full name", 4.8, fill=LABEL)
    box = s.text(28, 39, who.name.upper(), 7.6, "bold")
    s.know("full_name", "Họ, chữ đệm và tên khai sinh", who.name.upper(), box)
    s.text(28, 42.6, "Ngày, tháng, năm sinh / Date of birth", 4.8, fill=LABEL)
    box = s.text(28, 45.8, who.born_shown, 6.4, "bold")
    s.know("birth_date", "Ngày, tháng, năm sinh", who.born_shown, box)
    s.text(62, 42.6, "Giới tính / Sex", 4.8, fill=LABEL)
    box = s.text(62, 45.8, who.sex, 6.4, "bold")
    s.know("sex", "Giới tính", who.sex, box)
    s.text(28, 49, "Quốc tịch / Nationality", 4.8, fill=LABEL)
    box = s.text(28, 52.2, "Việt Nam", 6.4, "bold")
    s.know("nationality", "Quốc tịch", "Việt Nam", box)
    _face(s, rng, 3.4, 19, 20, 28, (214, 226, 232))
    return s


def back(rng: random.Random, typeface: str) -> Sheet:
    """The back of a citizen's card: no title, recognised by features, office and MRZ."""
    s = _blank((236, 242, 236), (218, 230, 218), typeface)
    who, issued, until = _holder(rng)
    s.text(4, 6, "Đặc điểm nhận dạng / Personal identification:", 5, fill=LABEL)
    marks = rng.choice(["Nốt ruồi cách 2 cm trên mép phải", "Sẹo cách 1,5 cm dưới cánh mũi trái"])
    s.know("features", "Đặc điểm nhận dạng", marks, s.text(4, 9.4, marks, 5.8))
    box = s.text(4, 13.4, f"Ngày, tháng, năm / Date, month, year: {w.shown(issued)}", 5.2)
    s.know("issue_date", "Ngày, tháng, năm", w.shown(issued), box)
    s.text(34, 18, "CỤC TRƯỞNG CỤC CẢNH SÁT", 5, "bold", align="centre")
    s.text(34, 20.6, "QUẢN LÝ HÀNH CHÍNH VỀ TRẬT TỰ XÃ HỘI", 5, "bold", align="centre")
    s.signature(36, 26, rng, width=11)
    s.text(36, 32.4, w.somebody(rng, 1962, 1970, "Nam").name, 5.4, "bold", align="centre")
    s.seal(28, 27, "CỤC CẢNH SÁT QLHC VỀ TTXH", ["BỘ CÔNG AN"], rng, diameter=11)
    for x in (59, 71.5):
        s.rect((x, 4, x + 10, 20), 0.2, (140, 140, 150))
        for r in range(1, 8):
            cx, cy = s.px(x + 5), s.px(12.5)
            s.pen.ellipse(
                (cx - s.px(0.6 * r), cy - s.px(0.9 * r), cx + s.px(0.6 * r), cy + s.px(0.9 * r)),
                outline=(112, 112, 124),
                width=2,
            )
    same = Person(who.name, who.sex, who.born, who.number, who.place)
    for i, row in enumerate(mrz(same, until)):
        s.text(4.4, 40.6 + 4.9 * i, row, 11, typeface="DejaVu Sans Mono" if typeface.startswith("DejaVu") else "mono")
    return s


def licence(rng: random.Random, typeface: str) -> Sheet:
    """GIẤY PHÉP LÁI XE: the form of 2026 (title alone) and the former (bilingual in one row)."""
    s = _blank((250, 244, 214), (240, 230, 190), typeface)
    who = w.somebody(rng, 1975, 2003)
    on = w.day(rng, 2023, 2025)
    s.text(56, 5.6, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 5.2, "bold", align="centre")
    s.text(56, 8.3, "Độc lập - Tự do - Hạnh phúc", 5.2, "bold", align="centre")
    s.text(15, 5.6, "BỘ CÔNG AN", 5.6, "bold", align="centre")
    red = (200, 36, 44)
    if rng.random() < 0.5:
        s.text(56, 14, "GIẤY PHÉP LÁI XE", 9, "bold", fill=red, align="centre")
        s.text(56, 17, "DRIVER'S LICENSE", 5.6, "bold", fill=red, align="centre")
    else:
        s.text(56, 15.2, "GIẤY PHÉP LÁI XE/DRIVER'S LICENSE", 6.8, "bold", fill=red, align="centre")
    number = "".join(str(rng.randrange(10)) for _ in range(12))
    box = s.text(56, 21, f"Số/No: {number}", 7, "bold", fill=red, align="centre")
    s.know("number", "Số/No", number, box)
    a = {"leaders": False, "gap": 1.0, "pt": 5.2, "value_pt": 6.2}
    s.labelled(28, 25.6, "Họ tên/Full name:", who.name.upper(), 84, name="full_name", **a)
    s.labelled(28, 29.2, "Ngày sinh/Date of Birth:", who.born_shown, 84, name="birth_date", **a)
    s.labelled(28, 32.8, "Quốc tịch/Nationality:", "VIỆT NAM", 84, name="nationality", **a)
    where = w.capital(w.home(rng, short=True))
    s.labelled(28, 36.4, "Nơi cư trú/Address:", where, 84, name="residence", **{**a, "value_style": "regular"})
    day = f"ngày/date {on.day:02d} tháng/month {on.month:02d} năm/year {on.year}"
    box = s.text(62, 41, day, 4.6, "italic", align="centre")
    s.know("issue_date", "", w.shown(on), box)
    s.text(66, 44, "TRƯỞNG PHÒNG", 5, "bold", align="centre")
    s.seal(60, 47.6, "PHÒNG CẢNH SÁT GIAO THÔNG", [], rng, diameter=9)
    s.signature(67, 47.4, rng, width=9)
    s.text(66, 52.4, w.somebody(rng, 1968, 1978, "Nam").name, 5, align="centre")
    _face(s, rng, 3.6, 10, 20, 27, (156, 200, 230))
    grade = rng.choice(["A", "B", "C1", "D2"])
    s.know("class", "Hạng/Class", grade, s.text(4, 43, f"Hạng/Class: {grade}", 6, "bold"))
    until = w.shown(on.replace(year=on.year + 10, day=min(on.day, 28)))
    s.know("expiry_date", "Có giá trị đến", until, s.text(4, 47.4, f"Có giá trị đến: {until}", 5))
    return s


def on_glass(card: Sheet, rng: random.Random) -> Sheet:
    """One card anywhere on the glass of an A4 scanner."""
    s = Sheet(tint=rng.choice([(243, 242, 238), (250, 250, 250), (236, 238, 240)]))
    s.paste(card, rng.uniform(14, 108), rng.uniform(14, 200))
    return s
