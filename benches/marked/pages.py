"""Drawn pages: what lies on each is drawn by chance from a `Style`; the truth is in pixels of the scan."""

from __future__ import annotations

import math
import random
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from drawing import scanner
from drawing.sheet import INK, Box, Colour, Sheet
from PIL import Image

from marked import ink

DPI = 200
"""Marks are looked for at about 100 dpi, so pages at 200 dpi show the same as pages at 300, and are drawn in half the
time; the figures of speed are taken at 300."""


@dataclass(frozen=True)
class Style:
    """What differs between the pages that are tuned on and those that are reported."""

    name: str
    typefaces: tuple[str, ...]
    words: str
    diameters: tuple[float, float]
    reds: tuple[Colour, ...]
    blues: tuple[Colour, ...]
    tints: tuple[Colour, ...]
    strengths: tuple[float, float]
    own_hand: bool
    seed: int


TUNED = Style(
    "tuned",
    ("Liberation Serif", "Liberation Sans"),
    "ủy ban nhân dân phường xác nhận ông bà có hộ khẩu thường trú tại địa chỉ nêu trên đã hoàn thành nghĩa vụ theo"
    " quy định của pháp luật về việc cấp giấy chứng nhận quyền lợi hợp pháp trong thời hạn năm nay kể từ ngày ký",
    (34, 37),
    ((196, 28, 42), (214, 44, 60)),
    ((28, 52, 150), (40, 60, 190)),
    ((250, 248, 241), (255, 255, 255), (252, 240, 238), (244, 248, 240)),
    (0.4, 1.0),
    False,
    101,
)
HELD_OUT = Style(
    "held out",
    ("Noto Serif", "DejaVu Serif", "DejaVu Sans Condensed", "Noto Sans"),
    "sở giáo dục trường học sinh kết quả rèn luyện hạnh kiểm môn toán văn ngoại ngữ bệnh viện khám sức khỏe chẩn"
    " đoán điều trị hợp đồng lao động bên a bên b thỏa thuận mức lương thời gian làm việc quyền và trách nhiệm",
    (30, 40),
    ((184, 20, 30), (226, 60, 70), (206, 36, 86), (200, 50, 30)),
    ((16, 30, 110), (60, 80, 210), (70, 60, 160)),
    ((246, 244, 236), (255, 254, 252), (250, 236, 226), (238, 244, 250), (252, 246, 222)),
    (0.33, 1.0),
    True,
    77_003,
)
RINGS = (
    ("ỦY BAN NHÂN DÂN PHƯỜNG CỬA NAM", ["CHỦ TỊCH"]),
    ("TRƯỜNG ĐẠI HỌC KHÔNG CÓ THẬT", ["HIỆU", "TRƯỞNG"]),
    ("C.T.C.P THƯƠNG MẠI DỊCH VỤ - M.S.D.N 0100000000", ["CÔNG TY", "CỔ PHẦN"]),
    ("SỞ TƯ PHÁP TỈNH KHÔNG CÓ", []),
)


@dataclass
class Marked:
    """One scan and what lies on it; boxes of seals are those of the rim, all in pixels of the scan, four corners."""

    name: str
    image: np.ndarray
    dpi: float
    seals: list[list[list[float]]] = field(default_factory=list)
    how: dict[str, str] = field(default_factory=dict)
    found: dict[str, list[list[list[float]]]] = field(default_factory=dict)
    secret: str = ""


def pages(*, held_out: bool, count: int) -> Iterator[Marked]:
    """`count` pages, the same in every run."""
    style = HELD_OUT if held_out else TUNED
    for index in range(count):
        yield page(style, index)


def page(style: Style, index: int) -> Marked:
    """Page `index` of a style."""
    rng = random.Random(style.seed * 1000 + index)
    s = Sheet(dpi=DPI, tint=rng.choice(style.tints), typeface=rng.choice(style.typefaces))
    how: dict[str, str] = {}
    known: dict[str, list[Box]] = {}

    def keep(kind: str, box: Box) -> None:
        known.setdefault(kind, []).append(box)
        s.know(f"{kind}#{len(known[kind])}", kind, "", box)

    rows = _print(s, style, rng, how)
    red, blue = rng.choice(style.reds), rng.choice(style.blues)
    _portrait(s, rng, keep)
    cx, cy = rng.choice(((150, 232), (145, 225), (60, 230), (105, 236)))
    if rng.random() < 0.85:
        s.text(cx, cy - 22, rng.choice(("CHỦ TỊCH", "KT. GIÁM ĐỐC", "HIỆU TRƯỞNG")), 12, "bold", align="centre")
        s.text(cx, cy + 22, "Nguyễn Trần Thị Phương", 13, "bold", align="centre")
    signed = rng.random()
    if signed < 0.72:
        colour = blue if signed < 0.5 else (26, 26, 34)
        width = rng.uniform(26, 44)
        if style.own_hand:
            box = ink.hand(s, cx + rng.uniform(-3, 6), cy, rng, colour=colour, width=width)
        else:
            s.signature(cx, cy, rng, width=width, colour=colour)
            half = s.px(width / 2)
            box = (s.px(cx) - half, s.px(cy) - half * 0.45, s.px(cx) + half, s.px(cy) + half * 0.45)
        keep("signature", box)
        how["signature"] = "blue" if signed < 0.5 else "black"
    _seal(s, style, rng, (cx, cy), red, how, keep)
    _strikes(s, rng, rows, keep)
    secret = _secret(s, style, rng, rows, red, how, keep)
    image, truth = scanner.scan(s, rng, noise=rng.uniform(1.5, 4.5), blur_px=rng.uniform(0.3, 1.2))
    out = Marked(f"{style.name} {index}", np.asarray(image), DPI, how=how, secret=secret)
    for name, value in truth["fields"].items():
        out.found.setdefault(name.partition("#")[0], []).append(value["quad"])
    return out


def _print(s: Sheet, style: Style, rng: random.Random, how: dict[str, str]) -> list[Box]:
    """Text and all kinds of print that are no marks; gives boxes of words in mm."""
    pale = tuple(max(0, c - rng.randint(10, 26)) for c in s.tint)
    if rng.random() < 0.3:
        s.guilloche((12, 50, 198, 290), (pale[0], pale[1], pale[2]), waves=6, strands=10, rows=6)
        how["guilloche"] = "1"
    if rng.random() < 0.2:
        s.border(7, (190, 60, 60), (236, 190, 186))
        how["frame"] = "red"
    if rng.random() < 0.15:
        s.rosette(rng.uniform(40, 170), rng.uniform(60, 240), rng.uniform(12, 30), (232, 170, 170))
        how["rosette"] = "red"
    title = rng.random()
    s.text(105, 34, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 12, "bold", align="centre")
    s.text(105, 56, "GIẤY CHỨNG NHẬN", 20, "bold", fill=(196, 30, 40) if title < 0.4 else INK, align="centre")
    if rng.random() < 0.15:
        _emblem(s, rng.uniform(25, 185), rng.uniform(18, 24), rng.uniform(7, 11))
        how["emblem"] = "1"
    if rng.random() < 0.25:
        s.text(
            rng.uniform(20, 150), 66, f"Số: {rng.randint(1000, 999999):06d}", 15, fill=(200, 30, 40), typeface="mono"
        )
        how["number"] = "red"
    if rng.random() < 0.1:
        s.text(40, 46, "PHÒNG MỘT CỬA", 12, "bold", fill=(30, 60, 160))
    boxes: list[Box] = []
    words = style.words.split()
    lines: list[float] = []
    y, pt = 76.0, rng.uniform(11, 14)
    while y < 196:
        lines.append(y)
        x = 24.0
        while x < 170:
            word = rng.choice(words)
            box = s.text(x, y, word, pt)
            boxes.append((box[0] / s.k, y - pt * 0.26, box[2] / s.k, y))  # the letters without their marks
            x += s.width_of(word + " ", pt)
        if rng.random() < 0.2:
            s.leaders(24, 180, y + 0.6)
        if rng.random() < 0.15:
            s.rule(24, y + 1.2, 24 + rng.uniform(20, 140), y + 1.2, 0.25)
        y += pt * 0.3528 * 1.6
    if rng.random() < 0.2:
        rules = lines[:: max(1, len(lines) // 5)]
        for y in rules:
            s.rule(22, y + 1.5, 188, y + 1.5, 0.3, (190, 40, 50) if rng.random() < 0.3 else INK)
        for x in (22, 188):
            s.rule(x, rules[0] + 1.5, x, rules[-1] + 1.5, 0.3)
        how["table"] = "1"
    if rng.random() < 0.12:
        _code(s, rng, 24, 250, rng.uniform(20, 32))
        how["code"] = "1"
    if rng.random() < 0.1:
        s.rect((24, 200, 90, 210), 0.3, INK, (210, 212, 216))
        s.text(28, 207, "Ghi chú của cơ quan", 12)
        how["shade"] = "1"
    if rng.random() < 0.15:
        word = rng.choice(boxes)
        turn = [i / 12 * math.tau for i in range(14)]
        mx, my = (word[0] + word[2]) / 2, (word[1] + word[3]) / 2
        ink.pen(s, [(mx + 11 * math.cos(t), my + 5 * math.sin(t)) for t in turn], (210, 30, 40), 0.4, rng)
        how["pen"] = "red circle"
    if rng.random() < 0.1:
        turn = [i / 16 * math.tau for i in range(19)]
        r = rng.uniform(9, 16)
        mx, my = rng.uniform(50, 160), rng.uniform(90, 200)
        points = [(mx + r * 1.05 * math.cos(t), my + r * 0.95 * math.sin(t)) for t in turn]
        ink.pen(s, points, (210, 30, 40), 0.45, rng)
        how["ring"] = "red pen"
    return boxes


def _emblem(s: Sheet, cx: float, cy: float, radius: float) -> None:
    x, y, r = s.px(cx), s.px(cy), s.px(radius)
    s.pen.ellipse((x - r, y - r, x + r, y + r), fill=(206, 44, 40), outline=(222, 170, 60), width=max(2, int(r / 7)))
    star = [
        (x + r * (0.6 if i % 2 == 0 else 0.24) * math.sin(i * math.pi / 5),
         y - r * (0.6 if i % 2 == 0 else 0.24) * math.cos(i * math.pi / 5)) for i in range(10)
    ]  # fmt: skip
    s.pen.polygon(star, fill=(246, 206, 70))


def _code(s: Sheet, rng: random.Random, x: float, y: float, side: float) -> None:
    n = 33
    cells = np.random.default_rng(rng.getrandbits(32)).integers(0, 2, (n, n)).astype(np.uint8) * 255
    size = round(s.px(side))
    s.image.paste(
        Image.fromarray(cells).resize((size, size), Image.Resampling.NEAREST), (round(s.px(x)), round(s.px(y)))
    )


def _portrait(s: Sheet, rng: random.Random, keep) -> None:  # type: ignore[no-untyped-def]
    if rng.random() > 0.25:
        return
    w, h = rng.choice(((20, 30), (30, 40), (40, 60)))
    x, y = rng.choice(((24, 204), (22, 22), (168 - w / 2, 20))) if h < 60 else (24, 204)
    back = rng.choice(((250, 250, 252), (90, 140, 210), (150, 180, 220), (190, 190, 194), (200, 60, 60)))
    keep("portrait", ink.portrait(s, (x, y, x + w, y + h), rng, back=back, gray=rng.random() < 0.25))


def _seal(s, style, rng, at, red, how, keep) -> None:  # type: ignore[no-untyped-def]
    draw = rng.random()
    if draw > 0.8:
        return
    ring, centre = rng.choice(RINGS)
    diameter = rng.uniform(*style.diameters)
    cx, cy = at[0] - rng.uniform(8, 20), at[1] + rng.uniform(-6, 5)
    colour, kind = red, "seal"
    if draw > 0.72:
        colour, kind = (30, 30, 34), "black seal"
    elif draw > 0.6:
        colour, kind = rng.choice(style.blues), "blue seal"
    state, strength, part = "whole", 1.0, 1.0
    chance = rng.random()
    if chance < 0.2:
        state, strength = "faint", rng.uniform(style.strengths[0], 0.6)
    elif chance < 0.35:
        state, part = "partly inked", rng.uniform(0.62, 0.85)
    elif chance < 0.45:
        state, cx = "cut by the edge", rng.choice((rng.uniform(-2, 4), 210 - rng.uniform(-2, 4)))
    elif chance < 0.6:
        state, cy = "over text", rng.uniform(120, 180)
    more = {"ring": ring, "centre": centre, "diameter": diameter, "colour": colour}
    turn = rng.uniform(-180, 180) if rng.random() < 0.3 else rng.uniform(-8, 8)
    keep(kind, ink.seal(s, cx, cy, rng, strength=strength, part=part, turn=turn, **more))
    how[kind] = state
    if kind == "seal" and rng.random() < 0.12:
        keep(kind, ink.seal(s, rng.uniform(30, 60), rng.uniform(150, 170), rng, **more))
        how[kind] = state + ", two"


def _strikes(s: Sheet, rng: random.Random, rows: list[Box], keep) -> None:  # type: ignore[no-untyped-def]
    chance = rng.random()
    first = rng.randrange(len(rows) - 3)
    a, b = rows[first], rows[first + 2]
    if b[0] < a[0]:
        b = rows[first]
    if chance < 0.12:
        y = (a[1] + a[3]) / 2
        slope = rng.uniform(-0.6, 0.6)
        box = ink.pen(
            s, [(a[0] - 1, y), ((a[0] + b[2]) / 2, y + slope / 2), (b[2] + 1, y + slope)],
            rng.choice((INK, (28, 52, 150), (200, 30, 40))), 0.4, rng,
        )  # fmt: skip
        keep("strike", (box[0], s.px(a[1]), box[2], s.px(a[3])))
    elif chance < 0.2:
        box = (a[0] - 1, a[1] - 1.6, b[2] + 1, a[3] + 1.4)
        white = (252, 252, 252) if sum(s.tint) < 745 else (255, 255, 255)
        keep("fluid" if sum(s.tint) < 745 else "white on white", ink.fluid(s, box, rng, white))
        s.text(box[0] + 1.5, a[3] - 0.4, rng.choice(("1987", "thứ hai", "An")), 13, "italic", truth=False)


def _secret(s, style, rng, rows, red, how, keep) -> str:  # type: ignore[no-untyped-def]
    if rng.random() > 0.2:
        return ""
    text = rng.choice(("MẬT", "TỐI MẬT", "TUYỆT MẬT"))
    place = rng.choice(((40, 68), (165, 44), (60, 62), (100, rng.uniform(90, 180))))
    how["secret"] = "over text" if place[1] > 75 else "apart"
    box = ink.framed(
        s, *place, text, rng, pt=rng.uniform(15, 24), colour=red, angle=rng.uniform(-14, 14),
        strength=rng.choice((0.5, 0.8, 1.0, 1.0)), typeface=rng.choice(style.typefaces), double=rng.random() < 0.3,
    )  # fmt: skip
    keep("secret", box)
    return text


def digest(image: np.ndarray) -> int:
    """A checksum, so that a test can tell that the pages are the same everywhere."""
    return zlib.crc32(image.tobytes())
