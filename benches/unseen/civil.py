"""Civil papers of the bench: older and newer forms than the examples show, in other type."""

from __future__ import annotations

import datetime as dt
import random

from drawing.sheet import RED, Sheet

from . import words as w

NATION = "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập – Tự do – Hạnh phúc"


def _close(
    s: Sheet,
    rng: random.Random,
    x: float,
    y: float,
    rows: list[str],
    ring: str,
    centre: list[str],
    *,
    gap: float = 32,
    pt: float = 12,
) -> None:
    for i, row in enumerate(rows):
        s.text(x, y + 5.6 * i, row, pt, "bold", align="centre")
    foot = y + 5.6 * (len(rows) - 1) + gap
    s.signature(x + 2, foot - gap * 0.5, rng, width=30, colour=(34, 44, 132))
    s.text(x, foot, w.somebody(rng, 1966, 1982).name, pt, "bold", align="centre")
    s.seal(x - 20, foot - gap * 0.5, ring, centre, rng, diameter=min(35, gap), colour=(206, 36, 52))


def birth_old(rng: random.Random, typeface: str) -> Sheet:
    """The form before 2016: number and book at the top right, father and mother side by side in a table."""
    s = Sheet(tint=(249, 250, 240), typeface=typeface)
    s.guilloche((12, 12, 198, 285), (232, 240, 222), waves=4, strands=7, rows=9)
    s.rect((11, 11, 199, 286), 0.9, (84, 132, 84))
    s.rect((13, 13, 197, 284), 0.3, (84, 132, 84))
    place = w.home(rng)
    commune, district, province = place.split(", ")
    family = rng.choice(w.FAMILY)
    child = w.somebody(rng, 2004, 2014, family=family)
    father, mother = w.somebody(rng, 1970, 1984, "Nam", family), w.somebody(rng, 1972, 1986, "Nữ")
    on = w.day(rng, child.born.year, child.born.year)
    number = str(rng.randint(3, 240))
    for i, row in enumerate(
        (f"Xã: {commune.split(' ', 1)[1]}", f"Huyện: {district.split(' ', 1)[1]}", capital_province(province))
    ):
        s.text(18, 22 + 5.5 * i, row, 10.5)
    s.text(112, 22, NATION, 10.5, "bold", align="centre")
    s.text(112, 27.5, MOTTO, 10.5, "bold", align="centre")
    s.rule(90, 29.3, 134, 29.3)
    s.labelled(160, 22, "Số:", number, 195, name="number", pt=10.5, leaders=False, value_style="regular")
    s.labelled(160, 27.5, "Quyển số:", f"01/{on.year}", 195, pt=10.5, leaders=False, value_style="regular")
    s.text(105, 52, "GIẤY KHAI SINH", 26, "bold", fill=(150, 24, 40), align="centre")
    s.text(105, 60, "(BẢN CHÍNH)", 12, "bold", align="centre")
    a = {"pt": 12, "value_style": "bold"}
    s.labelled(20, 76, "Họ và tên:", child.name.upper(), 132, name="full_name", **a)
    s.labelled(134, 76, "Giới tính:", child.sex, 190, name="sex", **a)
    s.labelled(20, 87, "Ngày, tháng, năm sinh:", child.born_shown, 190, name="birth_date", **a)
    spelt = _spelt(child.born, ",")
    s.labelled(
        20,
        98,
        "(Bằng chữ:",
        f"{spelt})",
        190,
        pt=12,
        value_pt=s.fitting(f"{spelt})", 12, "italic", 138),
        value_style="italic",
    )
    birth_place = f"Trạm y tế {rng.choice(w.COMMUNES)}, {district}"
    s.labelled(20, 109, "Nơi sinh:", birth_place, 190, name="birth_place", **a)
    origin = w.capital(place)
    s.labelled(20, 120, "Quê quán:", origin, 190, name="home_town", **a)
    s.labelled(20, 131, "Dân tộc:", rng.choice(["Kinh", "Tày", "Mường"]), 96, name="ethnicity", **a)
    s.labelled(100, 131, "Quốc tịch:", "Việt Nam", 190, name="nationality", **a)
    top, rows = 140, ("Họ và tên", "Năm sinh", "Dân tộc", "Quốc tịch", "Nơi cư trú")
    for i in range(len(rows) + 2):
        s.rule(20, top + 10 * i, 190, top + 10 * i, 0.2)
    for x in (20, 56, 123, 190):
        s.rule(x, top, x, top + 10 * (len(rows) + 1), 0.2)
    s.text(89.5, top + 6.8, "NGƯỜI CHA", 11, "bold", align="centre")
    s.text(156.5, top + 6.8, "NGƯỜI MẸ", 11, "bold", align="centre")
    short = f"{w.capital(commune)}, {district}"
    both = [(who.name.upper(), str(who.born.year), "Kinh", "Việt Nam", short) for who in (father, mother)]
    for i, row in enumerate(rows):
        y = top + 10 * (i + 1) + 6.8
        s.text(22, y, row, 11)
        for x, values, key in ((58, both[0], "father"), (125, both[1], "mother")):
            box = s.text(x, y, values[i], 10.5, "bold" if i == 0 else "regular", most=63)
            if i < 2:
                s.know(f"{key}_{('name', 'birth_year')[i]}", row, values[i], box)
    s.labelled(20, 210, "Nơi đăng ký:", f"Ủy ban nhân dân {commune}, {district}", 190, name="registered_at", **a)
    s.labelled(20, 220, "Ngày, tháng, năm đăng ký:", w.shown(on), 190, name="registered_on", **a)
    s.labelled(20, 230, "Người đi khai sinh:", f"{father.name} (cha đẻ)", 190, pt=12, value_style="regular")
    ring = f"ỦY BAN NHÂN DÂN {commune.upper()}"
    _close(s, rng, 146, 241, ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"], ring, district.upper().split(" ", 1), gap=30)
    return s


def _spelt(day: dt.date, comma: str) -> str:
    said = w.number_words
    return f"Ngày {said(day.day)}{comma} tháng {said(day.month)}{comma} năm {said(day.year)}"


def capital_province(province: str) -> str:
    """``Tỉnh: Hải Dương``."""
    return f"Tỉnh: {province.removeprefix('tỉnh ')}"


def birth_new(rng: random.Random, typeface: str) -> Sheet:
    """The electronic form since 2020: no leaders, thin frame, the father before the mother."""
    s = Sheet(tint=(250, 247, 252), typeface=typeface)
    s.rosette(105, 140, 70, (236, 228, 244), petals=17)
    s.rect((9, 9, 201, 288), 1.1, (112, 76, 150))
    family = rng.choice(w.FAMILY)
    child = w.somebody(rng, 2020, 2025, family=family)
    father, mother = w.somebody(rng, 1986, 1998, "Nam", family), w.somebody(rng, 1988, 2000, "Nữ")
    on = child.born.replace(day=28) if child.born.day < 28 else child.born
    commune = rng.choice(w.COMMUNES)
    province = rng.choice(list(w.PLACES.values()))
    s.text(105, 22, NATION, 13, "bold", align="centre")
    s.text(105, 28.5, MOTTO, 12.5, "bold", align="centre")
    s.rule(72, 31, 138, 31)
    s.text(105, 47, "GIẤY KHAI SINH", 23, "bold", fill=RED, align="centre")
    number = f"{rng.randint(10, 999)}/{on.year}"
    s.labelled(90, 55, "Số:", number, 150, name="number", pt=12, leaders=False, value_style="regular")
    a = {"pt": 12, "leaders": False}
    ethnic = rng.choice(["Kinh", "Nùng", "Thái", "Ê-đê"])
    s.labelled(18, 70, "Họ, chữ đệm, tên:", child.name.upper(), 192, name="full_name", **a)
    s.labelled(18, 79, "Ngày, tháng, năm sinh:", child.born_shown, 110, name="birth_date", **a)
    s.labelled(120, 79, "Giới tính:", child.sex, 192, name="sex", **a)
    spelt = _spelt(child.born, "")
    s.labelled(
        18,
        88,
        "Ghi bằng chữ:",
        spelt,
        192,
        pt=12,
        value_pt=s.fitting(spelt, 12, "italic", 138),
        leaders=False,
        value_style="italic",
    )
    s.labelled(18, 97, "Dân tộc:", ethnic, 90, name="ethnicity", **a)
    s.labelled(120, 97, "Quốc tịch:", "Việt Nam", 192, name="nationality", **a)
    born_at = f"Bệnh viện Đa khoa tỉnh {province.removeprefix('TP. ')}"
    s.labelled(18, 106, "Nơi sinh:", born_at, 192, name="birth_place", **a)
    s.labelled(18, 115, "Quê quán:", w.capital(f"{commune}, {province}"), 192, name="home_town", **a)
    s.labelled(18, 124, "Số định danh cá nhân:", child.number, 192, name="personal_id", **a)
    y = 136.0
    for key, who, title in (("father", father, "cha"), ("mother", mother, "mẹ")):
        s.labelled(18, y, f"Họ, chữ đệm, tên người {title}:", who.name.upper(), 192, name=f"{key}_name", **a)
        s.labelled(18, y + 8.5, "Năm sinh:", str(who.born.year), 70, name=f"{key}_birth_year", **a)
        s.labelled(76, y + 8.5, "Dân tộc:", ethnic, 120, **a)
        s.labelled(124, y + 8.5, "Quốc tịch:", "Việt Nam", 192, **a)
        s.labelled(18, y + 17, "Nơi cư trú:", w.capital(w.home(rng)), 192, pt=12, leaders=False, value_style="regular")
        y += 29
    s.labelled(
        18, y, "Nơi đăng ký khai sinh:", f"Ủy ban nhân dân {commune}, {province}", 192, name="registered_at", **a
    )
    s.labelled(18, y + 9, "Ngày, tháng, năm đăng ký:", w.shown(on), 192, name="registered_on", **a)
    s.labelled(18, y + 18, "Họ, chữ đệm, tên người đi khai sinh:", mother.name, 192, pt=12, leaders=False)
    s.labelled(
        18, y + 27, "Giấy tờ tùy thân:", f"CCCD số {mother.number}", 192, pt=12, leaders=False, value_style="regular"
    )
    ring = f"ỦY BAN NHÂN DÂN {commune.upper()}"
    _close(
        s,
        rng,
        140,
        y + 38,
        ["CÔNG CHỨC TƯ PHÁP - HỘ TỊCH", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"],
        ring,
        ["TỈNH", province.upper().removeprefix("TP. ")],
        gap=29,
    )
    return s


def marriage(rng: random.Random, typeface: str) -> Sheet:
    """Husband left, wife right, ruled table; the title in two rows on every other page."""
    s = Sheet(tint=(255, 249, 236), typeface=typeface)
    s.guilloche((14, 70, 196, 210), (250, 236, 204), waves=3, strands=9, rows=4)
    s.rect((10, 10, 200, 287), 1.0, (196, 110, 40))
    he, she = w.somebody(rng, 1985, 1999, "Nam"), w.somebody(rng, 1987, 2001, "Nữ")
    on = w.day(rng, 2021, 2025)
    commune = rng.choice(w.COMMUNES)
    s.text(105, 24, NATION, 12.5, "bold", align="centre")
    s.text(105, 30, MOTTO, 12, "bold", align="centre")
    s.rule(76, 32, 134, 32)
    if rng.random() < 0.5:
        s.text(105, 48, "GIẤY CHỨNG NHẬN", 20, "bold", fill=RED, align="centre")
        s.text(105, 58, "KẾT HÔN", 24, "bold", fill=RED, align="centre")
    else:
        s.text(105, 54, "GIẤY CHỨNG NHẬN KẾT HÔN", 21, "bold", fill=RED, align="centre")
    s.labelled(140, 66, "Số:", f"{rng.randint(5, 120)}/{on.year}", 190, name="number", pt=11.5, leaders=False)
    top, height = 74, 12
    rows = ("Họ, chữ đệm, tên", "Ngày sinh", "Dân tộc", "Quốc tịch", "Nơi cư trú", "Giấy tờ tùy thân")
    for i in range(len(rows) + 2):
        s.rule(16, top + height * i, 194, top + height * i, 0.2)
    for x in (16, 58, 126, 194):
        s.rule(x, top, x, top + height * (len(rows) + 1), 0.2)
    s.text(92, top + 8, "CHỒNG", 12, "bold", align="centre")
    s.text(160, top + 8, "VỢ", 12, "bold", align="centre")
    for i, row in enumerate(rows):
        y = top + height * (i + 1) + 7.6
        s.text(18, y, row, 11)
        for x, who in ((60, he), (128, she)):
            value = (
                who.name.upper(),
                who.born_shown,
                "Kinh",
                "Việt Nam",
                w.capital(w.home(rng, short=True)),
                f"CCCD {who.number}",
            )[i]
            box = s.text(x, y, value, 11, "bold" if i < 2 else "regular", most=64)
            name = ("name", "birth_date", "ethnicity", "nationality", "residence", "id")[i]
            s.know(f"{'husband' if who is he else 'wife'}_{name}", row, value.removeprefix("CCCD "), box)
    office = f"UBND {commune}, {rng.choice(w.DISTRICTS)}"
    s.labelled(18, 174, "Nơi đăng ký kết hôn:", office, 192, name="registered_at", pt=12)
    s.labelled(18, 183, "Ngày, tháng, năm đăng ký:", w.shown(on), 192, name="registered_on", pt=12)
    for x, word, who in ((55, "Chồng", he), (155, "Vợ", she)):
        s.text(x, 196, word, 12, "bold", align="centre")
        s.signature(x, 208, rng, width=26)
        s.text(x, 220, who.name, 12, align="centre")
    _close(s, rng, 105, 232, ["CHỦ TỊCH ỦY BAN NHÂN DÂN"], f"ỦY BAN NHÂN DÂN {commune.upper()}", ["XÃ"], gap=34)
    return s


SUBJECTS = [
    "Khoa học cây trồng",
    "Sư phạm Toán học",
    "Quản trị khách sạn",
    "Điều dưỡng",
    "Kỹ thuật điện",
    "Tài chính - Ngân hàng",
    "Thú y",
]
RANKS = ["Xuất sắc", "Giỏi", "Khá", "Trung bình"]
SCHOOLS = ["ĐẠI HỌC HẠ LONG BIỂN", "ĐẠI HỌC NÔNG LÂM TRUNG DU", "ĐẠI HỌC BÁCH NGHỆ MIỀN TRUNG", "ĐẠI HỌC CỬU LONG XANH"]


def degree_higher(rng: random.Random, typeface: str) -> Sheet:
    """BẰNG KỸ SƯ, THẠC SĨ, TỐT NGHIỆP ĐẠI HỌC on upright A4, Vietnamese only, the date of birth in words."""
    s = Sheet(tint=(246, 250, 253), typeface=typeface)
    s.rosette(105, 150, 58, (222, 234, 244), petals=9)
    s.border(12, (56, 96, 150), (186, 206, 228))
    who = w.somebody(rng, 1984, 2001)
    year = who.born.year + rng.randint(22, 25)
    school = rng.choice(SCHOOLS)
    title = rng.choice(["BẰNG KỸ SƯ", "BẰNG THẠC SĨ", "BẰNG TỐT NGHIỆP ĐẠI HỌC"])
    s.text(105, 34, NATION, 12, "bold", align="centre")
    s.text(105, 40, MOTTO, 12, "bold", align="centre")
    s.text(105, 54, f"HIỆU TRƯỞNG TRƯỜNG {school}", 12.5, "bold", align="centre")
    s.text(105, 62, "cấp", 12, "italic", align="centre")
    s.text(105, 77, title, 23, "bold", fill=(176, 20, 36), align="centre")
    major = rng.choice(SUBJECTS)
    rank = rng.choice(RANKS)
    b = f"{who.born.day:02d} tháng {who.born.month:02d} năm {who.born.year}"
    a = {"pt": 13, "leaders": False}
    first = "Ông" if who.sex == "Nam" else "Bà"
    s.labelled(32, 96, f"Cho {first.lower()}:", who.name, 180, name="full_name", **a)
    s.labelled(32, 107, "Sinh ngày:", b, 180, name="birth_date", **a)
    s.fields["birth_date"].value = who.born_shown
    s.labelled(32, 118, "Ngành:", major, 180, name="major", **a)
    s.labelled(32, 129, "Xếp loại tốt nghiệp:", rank, 180, name="ranking", **a)
    s.labelled(32, 140, "Năm tốt nghiệp:", str(year), 180, name="graduation_year", **a)
    s.labelled(32, 151, "Hình thức đào tạo:", rng.choice(["Chính quy", "Vừa làm vừa học"]), 180, name="study_mode", **a)
    on = w.day(rng, year, year)
    place = rng.choice(["Quảng Ninh", "Thái Nguyên", "Đà Nẵng", "Cần Thơ"])
    s.text(135, 180, f"{place}, ngày {on.day:02d} tháng {on.month:02d} năm {on.year}", 12, "italic", align="centre")
    _close(s, rng, 135, 188, ["HIỆU TRƯỞNG"], f"TRƯỜNG {school}", [], gap=36)
    serial = f"{''.join(rng.choice('ABCDEGHK') for _ in range(2))} {rng.randint(10000, 999999):06d}"
    s.labelled(30, 252, "Số hiệu:", serial, 120, name="serial_number", pt=12, leaders=False)
    book = f"{rng.randint(10, 990)}/{year}/{rng.choice(['ĐH', 'KS', 'CQ'])}"
    s.labelled(30, 261, "Số vào sổ gốc cấp bằng:", book, 150, name="register_number", pt=12, leaders=False)
    return s


def degree_school(rng: random.Random, typeface: str) -> Sheet:
    """BẰNG TỐT NGHIỆP TRUNG HỌC PHỔ THÔNG, landscape, one half page empty but for a photograph frame."""
    s = Sheet(280, 198, tint=(253, 245, 240), typeface=typeface)
    s.guilloche((12, 12, 268, 186), (248, 228, 218), waves=6, strands=8, rows=5)
    s.rect((10, 10, 270, 188), 1.0, (186, 60, 60))
    s.rect((12, 12, 268, 186), 0.3, (186, 60, 60))
    who = w.somebody(rng, 1990, 2005)
    year = who.born.year + 18
    province = rng.choice(list(w.PLACES.values())).removeprefix("TP. ")
    s.text(140, 26, NATION, 12, "bold", align="centre")
    s.text(140, 32, MOTTO, 12, "bold", align="centre")
    s.text(140, 43, f"GIÁM ĐỐC SỞ GIÁO DỤC VÀ ĐÀO TẠO {province.upper()}", 11.5, "bold", align="centre")
    s.text(140, 50, "cấp", 11, "italic", align="centre")
    s.text(140, 63, "BẰNG TỐT NGHIỆP", 20, "bold", fill=RED, align="centre")
    s.text(140, 72, "TRUNG HỌC PHỔ THÔNG", 17, "bold", fill=RED, align="centre")
    s.rect((24, 84, 54, 124), 0.3, (120, 120, 120))
    s.text(39, 105, "Ảnh 3 x 4", 10, "italic", align="centre")
    a = {"pt": 12}
    s.labelled(66, 88, "Cho:", who.name.upper(), 196, name="full_name", **a)
    s.labelled(200, 88, "Giới tính:", who.sex, 256, name="sex", **a)
    s.labelled(66, 97, "Ngày sinh:", who.born_shown, 150, name="birth_date", **a)
    s.labelled(154, 97, "Nơi sinh:", who.place.removeprefix("TP. "), 256, name="birth_place", **a)
    s.labelled(
        66, 106, "Học sinh trường:", f"THPT {rng.choice(['Sông Thao', 'Đồi Chè', 'Bến Đá', 'Cây Đa'])}", 256, **a
    )
    s.labelled(66, 115, "Năm tốt nghiệp:", str(year), 150, name="graduation_year", **a)
    s.labelled(154, 115, "Xếp loại tốt nghiệp:", rng.choice(RANKS[1:]), 256, name="ranking", **a)
    s.text(196, 128, f"{province}, ngày {rng.randint(1, 28):02d} tháng 8 năm {year}", 11, "italic", align="centre")
    _close(s, rng, 196, 135, ["GIÁM ĐỐC"], f"SỞ GIÁO DỤC VÀ ĐÀO TẠO {province.upper()}", [], gap=33)
    s.labelled(
        24, 164, "Số hiệu:", f"B {rng.randint(100000, 9999999):07d}", 100, name="serial_number", pt=11.5, leaders=False
    )
    s.labelled(
        24,
        172,
        "Số vào sổ gốc cấp bằng:",
        f"{rng.randint(1, 2400):04d}/{year}",
        120,
        name="register_number",
        pt=11.5,
        leaders=False,
    )
    return s


LAND = {"thửa đất số": "plot", "tờ bản đồ số": "map_sheet", "diện tích": "area", "loại đất": "use_purpose",
        "thời hạn sử dụng": "use_term", "hình thức sử dụng": "use_form", "địa chỉ": "plot_address"}  # fmt: skip


def land(rng: random.Random, typeface: str) -> Sheet:
    """Three forms: before 2009 (land only), 2009-2024, since 2025 (with a table of plots)."""
    s = Sheet(tint=(251, 238, 242), typeface=typeface)
    s.guilloche((14, 14, 196, 283), (246, 216, 226), waves=4, strands=8, rows=8)
    s.rect((10, 10, 200, 287), 1.0, (190, 60, 90))
    who = w.somebody(rng, 1955, 1990)
    on = w.day(rng, 2008, 2025)
    district = rng.choice(w.DISTRICTS)
    s.text(105, 26, NATION, 12, "bold", align="centre")
    s.text(105, 32, MOTTO, 12, "bold", align="centre")
    s.rule(76, 34, 134, 34)
    form = rng.randrange(3)
    titles = (
        ("GIẤY CHỨNG NHẬN", "QUYỀN SỬ DỤNG ĐẤT"),
        ("GIẤY CHỨNG NHẬN", "QUYỀN SỬ DỤNG ĐẤT,", "QUYỀN SỞ HỮU NHÀ Ở VÀ TÀI SẢN KHÁC GẮN LIỀN VỚI ĐẤT"),
        ("GIẤY CHỨNG NHẬN", "QUYỀN SỬ DỤNG ĐẤT, QUYỀN SỞ HỮU", "TÀI SẢN GẮN LIỀN VỚI ĐẤT"),
    )[form]
    y = 50.0
    for i, row in enumerate(titles):
        s.text(105, y, row, 19 if i == 0 else 13, "bold", fill=RED, align="centre")
        y += 9 if i == 0 else 7
    s.text(20, y + 8, "1. Người sử dụng đất, chủ sở hữu tài sản gắn liền với đất:", 12, "bold")
    s.text(
        24,
        y + 17,
        f"{'Ông' if who.sex == 'Nam' else 'Bà'} {who.name.upper()}, sinh năm {who.born.year}, CCCD số {who.number}",
        12,
    )
    s.text(24, y + 25, f"Địa chỉ: {w.home(rng)}", 12)
    s.text(20, y + 38, "2. Thông tin thửa đất:", 12, "bold")
    rows = (
        f"Thửa đất số: {rng.randint(10, 900)}; tờ bản đồ số: {rng.randint(1, 60)}",
        f"Diện tích: {rng.randint(600, 9000) / 10:.1f} m²; loại đất: Đất trồng cây lâu năm".replace(".", ",", 1),
        f"Thời hạn sử dụng: đến ngày {w.shown(w.day(rng, 2040, 2060))}",
        "Hình thức sử dụng: sử dụng chung",
        f"Địa chỉ: {w.home(rng)}",
    )
    for i, row in enumerate(rows):
        box = s.text(24, y + 47 + 8.2 * i, row, 12)
        for part in row.split("; "):
            label, _, value = part.partition(": ")
            name = LAND.get(label.lower())
            if name is not None:
                s.know(name, label, value, box)
    s.know("owner_name", "Ông", who.name.upper(), box)
    s.know("owner_birth_year", "sinh năm", str(who.born.year), box)
    s.know("owner_id", "CCCD số", who.number, box)
    s.text(20, y + 97, "3. Ghi chú: Không.", 12, "bold")
    s.text(
        138,
        y + 122,
        f"{district.split(' ', 1)[1]}, ngày {on.day:02d} tháng {on.month:02d} năm {on.year}",
        12,
        "italic",
        align="centre",
    )
    _close(
        s,
        rng,
        138,
        y + 130,
        [f"TM. ỦY BAN NHÂN DÂN {district.upper()}", "CHỦ TỊCH"],
        f"ỦY BAN NHÂN DÂN {district.upper()}",
        ["TỈNH"],
        gap=36,
    )
    book = f"{rng.choice(['CH', 'VP', 'CN'])} {rng.randint(100, 99999):05d}"
    s.know("register_number", "Số vào sổ cấp GCN", book, s.text(24, 270, f"Số vào sổ cấp GCN: {book}", 11))
    serial = f"{rng.choice(['AĐ', 'BK', 'CR', 'DA'])} {rng.randint(100000, 99999999):06d}"
    s.know("serial_number", "", serial, s.text(192, 279, serial, 14, "bold", fill=RED, align="right"))
    s.know("issue_date", "", w.shown(on), s.fields["serial_number"].box)
    return s


TOPICS = [
    (
        "V/v thành lập Hội đồng nghiệm thu đề tài cấp cơ sở",
        "Thành lập Hội đồng nghiệm thu gồm bảy thành viên do Phó Giám đốc làm Chủ tịch.",
    ),
    ("Về việc nghỉ hưu hưởng chế độ bảo hiểm xã hội", "Cho nghỉ hưu để hưởng chế độ bảo hiểm xã hội theo quy định."),
    ("Về việc cử viên chức đi bồi dưỡng nghiệp vụ", "Cử viên chức đi bồi dưỡng nghiệp vụ trong thời hạn ba tháng."),
    ("Về việc xử phạt vi phạm hành chính", "Phạt tiền đối với hành vi lấn chiếm lòng đường, vỉa hè để kinh doanh."),
    ("Về việc giao đất cho hộ gia đình", "Giao đất ở không qua đấu giá cho hộ gia đình có tên sau đây."),
]
BODIES = [
    ("ỦY BAN NHÂN DÂN TỈNH", "SỞ KHOA HỌC VÀ CÔNG NGHỆ", "QĐ-SKHCN", "GIÁM ĐỐC"),
    ("BỘ Y TẾ", "BỆNH VIỆN PHỤC HỒI CHỨC NĂNG", "QĐ-BVPHCN", "GIÁM ĐỐC"),
    ("ỦY BAN NHÂN DÂN", "HUYỆN Ý YÊN", "QĐ-UBND", "CHỦ TỊCH"),
    ("BỘ GIÁO DỤC VÀ ĐÀO TẠO", "TRƯỜNG ĐẠI HỌC CỬU LONG XANH", "QĐ-ĐHCLX", "HIỆU TRƯỞNG"),
]


def decision(rng: random.Random, typeface: str) -> Sheet:
    """Decisions of departments, hospitals, districts and universities."""
    s = Sheet(tint=rng.choice([(252, 252, 252), (247, 245, 238)]), typeface=typeface)
    above, body, symbol, head = rng.choice(BODIES)
    topic, first = rng.choice(TOPICS)
    on = w.day(rng, 2010, 2025)
    s.text(58, 21, above, 11, align="centre", most=72)
    s.text(58, 26.5, body, 11, "bold", align="centre", most=72)
    s.rule(44, 28.6, 72, 28.6)
    number = f"{rng.randint(1, 4000):02d}/{symbol}"
    s.know("number", "Số", number, s.text(58, 37, f"Số: {number}", 12, align="centre"))
    s.know("issue_date", "", w.shown(on), s.text(58, 26.5, body, 11, "bold", align="centre", most=72, truth=False))
    s.know("issuer", "", f"{above} {body}", s.fields["issue_date"].box)
    s.know("subject", "", topic, s.fields["issue_date"].box)
    s.text(146, 21, NATION.replace("HOÀ", "HÒA"), 11, "bold", align="centre", most=88)
    s.text(146, 27, MOTTO.replace("–", "-"), 12, "bold", align="centre")
    s.rule(118, 29.2, 174, 29.2)
    s.text(
        146,
        37,
        f"{rng.choice(['Nam Định', 'Cần Thơ', 'Hải Dương'])}, ngày {on.day} tháng {on.month} năm {on.year}",
        12,
        "italic",
        align="centre",
    )
    s.text(105, 56, "QUYẾT ĐỊNH", 14, "bold", align="centre")
    s.text(105, 63, topic, 12.5, "bold", align="centre")
    s.text(105, 76, f"{head} {body}", 12.5, "bold", align="centre")
    y = 86.0
    for ground in (
        "Căn cứ Điều lệ tổ chức và hoạt động ban hành kèm theo văn bản của cấp có thẩm quyền;",
        "Căn cứ Bộ luật Lao động và các văn bản hướng dẫn thi hành;",
        "Theo đề nghị của Trưởng phòng Tổ chức - Hành chính,",
    ):
        y = s.paragraph(26, y, 164, ground, 12.5, rng.choice(["regular", "italic"]))
    s.text(105, y + 4, "QUYẾT ĐỊNH", 13, "bold", align="centre")
    y += 13
    who = w.somebody(rng, 1965, 1995)
    articles = (
        first,
        f"Người chịu trách nhiệm chính: {who.name}, sinh ngày {who.born_shown}.",
        "Quyết định này có hiệu lực thi hành kể từ ngày ký.",
    )
    for i, article in enumerate(articles, 1):
        y = s.paragraph(26, y, 164, f"Điều {i}. {article}", 12.5) + 1.5
    s.text(26, y + 12, "Nơi nhận:", 11, "bolditalic")
    s.text(26, y + 17, "- Như trên;", 10.5)
    s.text(26, y + 22, "- Lưu: VT, TCHC.", 10.5)
    _close(s, rng, 146, y + 12, [head], body, [], gap=34)
    return s
