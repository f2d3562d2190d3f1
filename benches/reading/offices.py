"""Papers of offices: household book, land certificate with its changes, enterprise registration, long decisions."""

from __future__ import annotations

import math
import random

from drawing.sheet import RED, Sheet
from unseen import words as w

from . import words
from .identity import qr

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"


def close(s: Sheet, rng: random.Random, x: float, y: float, rows: list[str], ring: str, *, gap: float = 32) -> None:
    """Rank, signature, seal over a third of it, name."""
    for i, row in enumerate(rows):
        s.text(x, y + 5.4 * i, row, 11.5, "bold", align="centre", most=84)
    foot = y + 5.4 * (len(rows) - 1) + gap
    s.signature(x + 2, foot - gap * 0.5, rng, width=28)
    s.seal(x - 20, foot - gap * 0.5, ring, [], rng, diameter=min(34, gap))
    s.text(x, foot, w.somebody(rng, 1964, 1982).name, 12, "bold", align="centre")


def household_first(rng: random.Random, typeface: str) -> Sheet:
    """SỔ HỘ KHẨU, first page of the booklet."""
    s = Sheet(148, 210, tint=(247, 240, 226), typeface=typeface, leaders_below=0.9)
    s.guilloche((8, 8, 140, 202), (238, 226, 204), waves=4, strands=7, rows=7)
    s.rect((8, 8, 140, 202), 0.5, (150, 70, 60))
    who = w.somebody(rng, 1945, 1985)
    s.text(74, 22, "BỘ CÔNG AN", 11, "bold", align="centre")
    s.text(74, 32, NATION, 10, "bold", align="centre")
    s.text(74, 37.4, MOTTO, 10, "bold", align="centre")
    s.text(74, 62, "SỔ HỘ KHẨU", 24, "bold", fill=(160, 30, 36), align="centre")
    number = words.digits(rng, 9)
    box = s.text(74, 72, f"Số: {number}", 13, "bold", align="centre")
    s.know("number", "Số", number, box)
    s.labelled(16, 92, "Họ và tên chủ hộ:", who.name.upper(), 132, name="head", pt=11)
    where = w.capital(words.place(rng))
    y = s.labelled(
        16, 102, "Nơi thường trú:", where, 132, name="residence", pt=11, value_style="regular", value_pt=10.5
    )
    s.labelled(16, y + 10, "Hồ sơ hộ khẩu số:", f"{rng.randint(100, 9999)}", 132, name="file_number", pt=11)
    s.labelled(16, y + 19, "Tờ số:", f"{rng.randint(1, 40):02d}", 60, name="sheet_number", pt=11)
    s.text(96, 150, words.long_date(rng, 2005, 2019), 10.5, "italic", align="centre", most=84)
    close(s, rng, 96, 157, ["TRƯỞNG CÔNG AN HUYỆN"], "CÔNG AN HUYỆN", gap=34)
    return s


def household_member(rng: random.Random, typeface: str) -> Sheet:
    """SỔ HỘ KHẨU, two members on a page, typed into the form."""
    s = Sheet(148, 210, tint=(248, 243, 230), typeface=typeface, leaders_below=0.9)
    s.guilloche((8, 8, 140, 202), (240, 230, 208), waves=4, strands=7, rows=7)
    s.text(74, 16, "SỔ HỘ KHẨU", 9, "bold", align="centre", fill=(160, 30, 36))
    for half in range(2):
        top = 20 + 94 * half
        s.rect((8, top - 2, 140, top + 90), 0.3, (150, 70, 60))
        who = w.somebody(rng, 1940, 2015)
        kin = rng.choice(words.KIN[1:] if half else words.KIN)
        a = {"pt": 10, "value_pt": 10}

        def named(name: str, *, nth: int = half + 1) -> str:
            return f"member_{name}_{nth}" if nth > 1 else f"member_{name}"

        s.labelled(12, top + 6, "Họ và tên:", who.name.upper(), 136, name=named("name"), **a)
        s.labelled(12, top + 14, "Họ và tên gọi khác (nếu có):", rng.choice(["Không", "Tư Bền", "Hai Lúa"]), 136, **a)
        s.labelled(12, top + 22, "Ngày, tháng, năm sinh:", who.born_shown, 92, name=named("birth_date"), **a)
        s.labelled(96, top + 22, "Giới tính:", who.sex, 136, name=named("sex"), **a)
        regular = {**a, "value_style": "regular"}
        s.labelled(12, top + 30, "Nguyên quán:", w.capital(w.home(rng)), 136, name=named("home_town"), **regular)
        third = (
            (12, 50, "Dân tộc:", rng.choice(words.ETHNIC), "ethnicity"),
            (52, 93, "Tôn giáo:", rng.choice(words.FAITH), "religion"),
            (95, 136, "Quốc tịch:", "Việt Nam", "nationality"),
        )
        for x, right, label, value, key in third:
            most = right - x - s.width_of(label, 10) - 2
            s.labelled(
                x, top + 38, label, value, right, name=named(key), pt=10, value_pt=s.fitting(value, 10, "bold", most)
            )
        s.labelled(12, top + 46, "CMND số:", words.digits(rng, 9), 62, name=named("id"), **a)
        s.labelled(65, top + 46, "Hộ chiếu số:", "", 136, **a)
        s.labelled(12, top + 54, "Nghề nghiệp, nơi làm việc:", rng.choice(words.TRADES), 136, **a)
        moved = f"{w.shown(w.day(rng, 1990, 2018))}, từ {w.home(rng)} chuyển đến"
        y = s.labelled(12, top + 62, "Chuyển đến ngày:", moved, 136, **{**a, "value_style": "regular"})
        s.labelled(12, max(y + 7, top + 75), "Quan hệ với chủ hộ:", kin, 80, name=named("relation"), **a)
        s.text(110, top + 75.5, "TRƯỞNG CÔNG AN XÃ", 8.5, "bold", align="centre")
        s.seal(94, top + 81.5, "CÔNG AN XÃ", [], rng, diameter=13)
        s.text(112, top + 87.5, w.somebody(rng, 1955, 1975, "Nam").name, 9, align="centre")
    return s


def land_new(rng: random.Random, typeface: str) -> Sheet:
    """The land certificate since 2025: two pages of A4 with a code; this is the first."""
    s = Sheet(tint=(253, 243, 244), typeface=typeface)
    s.guilloche((12, 40, 198, 286), (247, 226, 230), waves=5, strands=9, rows=6)
    s.rect((9, 9, 201, 288), 0.9, (196, 74, 92))
    who = w.somebody(rng, 1955, 1995)
    serial = f"{rng.choice(['AA', 'AB', 'AC'])} {words.digits(rng, 8)}"
    s.text(92, 22, NATION, 12, "bold", align="centre")
    s.text(92, 28, MOTTO, 12, "bold", align="centre")
    s.text(92, 44, "GIẤY CHỨNG NHẬN", 21, "bold", fill=RED, align="centre")
    s.text(92, 52, "QUYỀN SỬ DỤNG ĐẤT,", 13, "bold", fill=RED, align="centre")
    s.text(92, 58.5, "QUYỀN SỞ HỮU TÀI SẢN GẮN LIỀN VỚI ĐẤT", 13, "bold", fill=RED, align="centre")
    where = w.home(rng)
    plot, sheet, area = rng.randint(3, 990), rng.randint(1, 88), f"{rng.randint(450, 9800) / 10:.1f}".replace(".", ",")
    qr(s, 166, 14, 28, f"{serial}|{who.name}|{who.number}|{plot}|{sheet}|{area}|{where}")
    s.text(20, 72, "1. Người sử dụng đất, chủ sở hữu tài sản gắn liền với đất:", 12, "bold")
    title = "Ông" if who.sex == "Nam" else "Bà"
    box = s.text(24, 80, f"{title}: {who.name.upper()}, CCCD số: {who.number}.", 12)
    s.know("owner_name", title, who.name.upper(), box)
    s.know("owner_id", "CCCD số", who.number, box)
    s.text(24, 88, f"Địa chỉ: {where}.", 12, most=168)
    s.text(20, 100, "2. Thông tin thửa đất:", 12, "bold")
    a = {"pt": 12, "leaders": False, "value_style": "regular"}
    s.labelled(24, 108, "a) Thửa đất số:", f"{plot};", 90, name="plot", **a)
    s.labelled(94, 108, "tờ bản đồ số:", f"{sheet}.", 190, name="map_sheet", **a)
    whole = f"{area} m² (bằng chữ: {w.number_words(int(area.split(',')[0]))} phẩy {w.ONES[int(area[-1])]} mét vuông)."
    y = s.labelled(24, 116, "b) Diện tích:", whole, 190, name="area", **a)
    s.labelled(24, y + 8, "c) Loại đất:", f"{rng.choice(words.LAND_USES)}.", 190, name="use_purpose", **a)
    until = rng.choice(["Lâu dài", f"Đến ngày {w.shown(w.day(rng, 2043, 2068))}"])
    s.labelled(24, y + 16, "d) Thời hạn sử dụng đất:", f"{until}.", 190, name="use_term", **a)
    s.labelled(24, y + 24, "đ) Hình thức sử dụng đất:", "Sử dụng riêng.", 190, name="use_form", **a)
    s.labelled(24, y + 32, "e) Địa chỉ:", f"{w.home(rng)}.", 190, **a)
    origin = f"{rng.choice(words.ORIGINS)}."
    y = s.labelled(24, y + 40, "g) Nguồn gốc sử dụng đất:", origin, 188, name="use_origin", **a)
    s.text(20, y + 12, "3. Thông tin tài sản gắn liền với đất:", 12, "bold")
    floor = f"{rng.randint(400, 1600) / 10:.1f}".replace(".", ",")
    house = f"Nhà ở riêng lẻ; diện tích xây dựng: {floor} m²; diện tích sàn: {floor} m²; số tầng: {rng.randint(1, 4)}."
    s.text(24, y + 20, house, 12, most=166)
    s.text(20, y + 30, "4. Ghi chú: Không.", 12, "bold")
    s.text(140, y + 42, words.long_date(rng, 2025, 2025), 12, "italic", align="centre", most=94)
    close(s, rng, 140, y + 48, ["CHI NHÁNH VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI", "GIÁM ĐỐC"], "VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI")
    book = f"VP {rng.randint(100, 99999):05d}"
    s.labelled(20, 276, "Số vào sổ cấp Giấy chứng nhận:", book, 110, name="register_number", pt=11, leaders=False)
    box = s.text(194, 283, serial, 14, "bold", fill=RED, align="right")
    s.know("serial_number", "", serial, box)
    return s


def land_changes(rng: random.Random, typeface: str) -> Sheet:
    """The former certificate, third and fourth page: plan with its corners in small figures, changes after issue."""
    s = Sheet(tint=(251, 236, 240), typeface=typeface)
    s.guilloche((14, 14, 196, 283), (246, 218, 226), waves=4, strands=8, rows=8)
    s.text(20, 20, "III. Sơ đồ thửa đất, nhà ở và tài sản khác gắn liền với đất", 12, "bold")
    corners = [(40, 40), (102, 34), (112, 84), (70, 98), (36, 88)]
    for i, (x, y) in enumerate(corners):
        ahead = corners[(i + 1) % len(corners)]
        s.rule(x, y, *ahead, 0.35)
        out = (-4 if x < 60 else 3, -2 if y < 60 else 5)
        s.text(x + out[0], y + out[1], str(i + 1), 10)
        length = f"{rng.randint(510, 3980) / 100:.2f}".replace(".", ",")
        across, down = ahead[1] - y, x - ahead[0]
        away = (6.6 * abs(across) + 3.4 * abs(down)) / math.hypot(across, down) ** 2
        s.text((x + ahead[0]) / 2 + away * across, (y + ahead[1]) / 2 + away * down + 1.1, length, 9.5, align="centre")
    s.text(74, 64, f"{rng.randint(10, 980)}", 12, "bold", align="centre")
    s.text(130, 36, "Tọa độ đỉnh thửa (VN-2000)", 9.5, "bold")
    for i in range(7):
        s.rule(126, 40 + 7 * i, 192, 40 + 7 * i, 0.15)
    for x in (126, 138, 165, 192):
        s.rule(x, 40, x, 82, 0.15)
    for x, head in ((128, "Số"), (147, "X(m)"), (174, "Y(m)")):
        s.text(x, 45, head, 10, "bold")
    for i in range(5):
        s.text(131, 52 + 7 * i, str(i + 1), 10)
        for x, whole in ((140, rng.randint(1_100_000, 2_400_000)), (168, rng.randint(400_000, 600_000))):
            s.text(x, 52 + 7 * i, f"{whole},{rng.randint(0, 99):02d}", 10)
    s.text(20, 112, "IV. Những thay đổi sau khi cấp giấy chứng nhận", 12, "bold")
    s.rect((18, 116, 192, 272), 0.25)
    s.rule(128, 116, 128, 272, 0.2)
    s.rule(18, 128, 192, 128, 0.2)
    s.text(73, 123, "Nội dung thay đổi và cơ sở pháp lý", 10.5, "bold", align="centre")
    s.text(160, 123, "Xác nhận của cơ quan có thẩm quyền", 10.5, "bold", align="centre", most=60)
    y = 135.0
    for change in rng.sample(words.CHANGES, 3):
        name = w.somebody(rng, 1960, 1995).name
        said = change.format(day=w.shown(w.day(rng, 2012, 2022)), name=name, place=w.home(rng))
        number = f"{rng.randint(1, 999999):06d}.{rng.choice(['TC', 'CN', 'XC'])}.{rng.randint(1, 900):03d}"
        after = s.paragraph(21, y, 104, f"{said} {number}.", 10.5, indent=0, justify=False)
        s.text(160, y + 2, words.long_date(rng, 2013, 2023), 9, "italic", align="centre", most=60)
        s.text(160, y + 7, "GIÁM ĐỐC", 9.5, "bold", align="centre")
        s.seal(146, y + 20, "VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI", [], rng, diameter=25)
        s.signature(162, y + 20, rng, width=20)
        s.text(162, y + 32, w.somebody(rng, 1964, 1980).name, 10, align="centre")
        y = max(after + 6, y + 47)
    return s


def enterprise(rng: random.Random, typeface: str) -> Sheet:
    """GIẤY CHỨNG NHẬN ĐĂNG KÝ DOANH NGHIỆP with its members."""
    s = Sheet(tint=(253, 250, 242), typeface=typeface)
    s.border(7, (178, 60, 60), (240, 206, 196))
    full, english, short = rng.choice(words.FIRMS)
    province = rng.choice(list(w.PLACES.values()))
    digits = [int(c) for c in words.digits(rng, 9)]
    last = sum(a * b for a, b in zip(digits, (31, 29, 23, 19, 17, 13, 7, 5, 3), strict=True))
    code = "".join(map(str, digits)) + str((10 - last % 11) % 10)
    s.text(60, 24, f"SỞ TÀI CHÍNH {province.upper()}", 11, align="centre", most=76)
    s.text(60, 29.4, "PHÒNG ĐĂNG KÝ KINH DOANH", 11, "bold", align="centre", most=76)
    s.text(146, 24, NATION, 11, "bold", align="centre", most=88)
    s.text(146, 29.4, MOTTO, 11.5, "bold", align="centre")
    s.rule(120, 31.4, 172, 31.4)
    s.text(105, 46, "GIẤY CHỨNG NHẬN ĐĂNG KÝ DOANH NGHIỆP", 16, "bold", fill=RED, align="centre")
    kind = "CÔNG TY CỔ PHẦN" if "CỔ PHẦN" in full else "CÔNG TY TRÁCH NHIỆM HỮU HẠN"
    s.text(105, 53, kind, 13, "bold", align="centre")
    box = s.text(105, 61, f"Mã số doanh nghiệp: {code}", 12.5, "bold", align="centre")
    s.know("enterprise_code", "Mã số doanh nghiệp", code, box)
    first = w.day(rng, 2008, 2020)
    s.text(105, 67.5, f"Đăng ký lần đầu: ngày {first.day:02d} tháng {first.month:02d} năm {first.year}", 11.5,
           "italic", align="centre")  # fmt: skip
    s.know("registered_on", "Đăng ký lần đầu", w.shown(first), box)
    later = w.day(rng, 2021, 2025)
    s.know("changed_on", "Đăng ký thay đổi lần thứ", w.shown(later), box)
    s.text(105, 73.5, f"Đăng ký thay đổi lần thứ {rng.randint(2, 14)}: ngày {later.day:02d} tháng {later.month:02d} "
           f"năm {later.year}", 11.5, "italic", align="centre")  # fmt: skip
    a = {"pt": 11.5, "leaders": False, "value_style": "regular"}
    s.text(20, 83, "1. Tên công ty", 11.5, "bold")
    y = s.labelled(
        20, 90, "Tên công ty viết bằng tiếng Việt:", full, 190, name="company_name", **{**a, "value_style": "bold"}
    )
    y = s.labelled(20, y + 7, "Tên công ty viết bằng tiếng nước ngoài:", english, 190, name="foreign_name", **a)
    s.labelled(20, y + 7, "Tên công ty viết tắt:", short, 190, name="short_name", **a)
    s.text(20, y + 16, "2. Địa chỉ trụ sở chính", 11.5, "bold")
    y = s.paragraph(20, y + 23, 168, f"{words.place(rng)}, Việt Nam", 11.5, indent=0, justify=False)
    mail = short.split(",", maxsplit=1)[0].split(" ")[0].lower().encode("ascii", "ignore").decode() or "vanphong"
    s.labelled(20, y + 1, "Điện thoại:", f"0{rng.randint(200, 299)}.{words.digits(rng, 7)}", 92, **a)
    s.labelled(96, y + 1, "Email:", f"{mail}{rng.randint(1, 99)}@congty.vn", 190, **a)
    capital = rng.randint(2, 480) * 250_000_000
    capital_label = {**a, "label_style": "bold"}
    s.labelled(20, y + 10, "3. Vốn điều lệ:", f"{words.money(capital)} đồng.", 190, name="capital", **capital_label)
    s.text(20, y + 19, "4. Danh sách thành viên góp vốn", 11.5, "bold")
    top, columns = y + 23, (20, 30, 72, 118, 152, 168, 190)
    heads = ("STT", "Tên thành viên", "Nơi thường trú", "Phần vốn góp (VNĐ)", "Tỷ lệ", "Ghi chú")
    members = [w.somebody(rng, 1960, 1995) for _ in range(rng.randint(2, 3))]
    for i in range(len(members) + 2):
        s.rule(20, top + 8 * i, 190, top + 8 * i, 0.2)
    for x in columns:
        s.rule(x, top, x, top + 8 * (len(members) + 1), 0.2)
    share = 100 // len(members)
    rows = [heads] + [
        (str(i), m.name, w.capital(w.home(rng, short=True)), words.money(capital * share // 100), f"{share}%", "")
        for i, m in enumerate(members, 1)
    ]
    for i, row in enumerate(rows):
        for x, right, cell in zip(columns, columns[1:], row, strict=False):
            if cell:
                style = "bold" if i == 0 else "regular"
                s.text(x + 1, top + 8 * i + 5.4, cell, 9.5, style, most=right - x - 2)
    head = members[0]
    y = top + 8 * len(rows) + 7
    s.text(20, y, "5. Người đại diện theo pháp luật của công ty", 11.5, "bold")
    s.labelled(20, y + 7, "* Họ và tên:", head.name.upper(), 110, name="representative", **a)
    s.labelled(114, y + 7, "Giới tính:", head.sex, 190, name="representative_sex", **a)
    s.labelled(
        20, y + 14, "Chức danh:", rng.choice(["Giám đốc", "Tổng giám đốc", "Chủ tịch Hội đồng quản trị"]), 190, **a
    )
    s.labelled(20, y + 21, "Sinh ngày:", head.born_shown, 80, name="representative_birth_date", **a)
    s.labelled(84, y + 21, "Dân tộc:", rng.choice(words.ETHNIC), 132, **a)
    s.labelled(136, y + 21, "Quốc tịch:", "Việt Nam", 190, **a)
    s.labelled(20, y + 28, "Số giấy tờ pháp lý của cá nhân:", head.number, 120, name="representative_id", **a)
    s.labelled(124, y + 28, "Ngày cấp:", w.shown(w.day(rng, 2021, 2024)), 190, **a)
    if y < 236:
        close(s, rng, 148, y + 37, ["TRƯỞNG PHÒNG"], "PHÒNG ĐĂNG KÝ KINH DOANH", gap=34)
    return s


def staff_list(rng: random.Random, typeface: str) -> Sheet:
    """The list that comes with a decision: a table over the whole width."""
    s = Sheet(297, 210, tint=(252, 252, 250), typeface=typeface)
    on = w.day(rng, 2012, 2025)
    number = f"{rng.randint(11, 3900)}/QĐ-{rng.choice(['UBND', 'SNV', 'SGDĐT'])}"
    s.text(148, 24, "DANH SÁCH VIÊN CHỨC ĐƯỢC NÂNG BẬC LƯƠNG THƯỜNG XUYÊN", 13, "bold", align="centre")
    when = f"ngày {on.day:02d} tháng {on.month:02d} năm {on.year}"
    title = f"(Kèm theo Quyết định số {number} {when} của Giám đốc Sở)"
    box = s.text(148, 31, title, 11.5, "italic", align="centre")
    s.know("number", "", number, box)
    s.know("issue_date", "", w.shown(on), box)
    columns = (18, 30, 84, 114, 176, 208, 230, 279)
    heads = ("TT", "Họ và tên", "Ngày sinh", "Chức vụ, đơn vị", "Mã số", "Hệ số", "Thời điểm hưởng")
    rows = rng.randint(8, 11)
    top, high = 38.0, 8.6
    for i in range(rows + 2):
        s.rule(columns[0], top + high * i, columns[-1], top + high * i, 0.15)
    for x in columns:
        s.rule(x, top, x, top + high * (rows + 1), 0.15)
    for i in range(rows + 1):
        who = w.somebody(rng, 1966, 1999)
        row = heads if i == 0 else (
            str(i), who.name, who.born_shown, rng.choice(words.DUTIES),
            f"V.{rng.randint(1, 9):02d}.{rng.randint(1, 9):02d}.{rng.randint(1, 30):02d}",
            f"{rng.randint(186, 620) / 100:.2f}".replace(".", ","), w.shown(w.day(rng, on.year, on.year)),
        )  # fmt: skip
        for x, right, cell in zip(columns, columns[1:], row, strict=False):
            s.text(x + 1.5, top + high * i + 5.9, cell, 11, "bold" if i == 0 else "regular", most=right - x - 3)
    y = top + high * (rows + 1) + 6
    s.text(24, y, f"Danh sách này có {rows} người./.", 11, "italic")
    s.text(220, y + 6, "KT. GIÁM ĐỐC", 11.5, "bold", align="centre")
    s.text(220, y + 11.4, "PHÓ GIÁM ĐỐC", 11.5, "bold", align="centre")
    s.seal(203, y + 27, "SỞ NỘI VỤ", [], rng, diameter=30)
    s.signature(222, y + 27, rng, width=24)
    s.text(220, y + 43, w.somebody(rng, 1964, 1980).name, 11.5, "bold", align="centre")
    return s
