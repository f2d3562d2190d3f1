"""Papers of offices on A4: birth and marriage certificate, degree, land certificate, decision."""

from __future__ import annotations

import datetime as dt
import random

from .people import (
    HOSPITALS,
    STREETS,
    WARDS,
    Person,
    address,
    bare,
    date_shown,
    date_words,
    day_between,
    person,
    surname,
)
from .sheet import RED, Sheet

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"


def header(s: Sheet, issuer: list[str], number: str, place_date: str, *, left: float = 62, right: float = 146) -> None:
    """The head of an administrative paper: issuing body and number left, nation and date right."""
    for i, row in enumerate(issuer):
        last = i == len(issuer) - 1
        s.text(left, 24 + 5.6 * i, row, 12, "bold" if last else "regular", align="centre")
    y = 24 + 5.6 * (len(issuer) - 1)
    s.rule(left - 12, y + 2, left + 12, y + 2)
    s.text(left, y + 9.5, number, 13, align="centre")
    s.text(right, 24, NATION, 12, "bold", align="centre")
    s.text(right, 30, MOTTO, 13, "bold", align="centre")
    half = s.width_of(MOTTO, 13, "bold") / 2
    s.rule(right - half, 32.2, right + half, 32.2)
    s.text(right, 41, place_date, 13, "italic", align="centre")


def signed(
    s: Sheet,
    x: float,
    y: float,
    rows: list[str],
    name: str,
    ring: str,
    centre: list[str],
    rng: random.Random,
    *,
    seal: bool = True,
    below: str = "",
    gap: float = 36,
    pt: float = 13,
) -> None:
    """Title of the signer, signature, name, and the seal over a third of the signature on its left."""
    for i, row in enumerate(rows):
        style = "italic" if row.startswith("(") else "bold"
        s.text(x, y + 6 * i, row, pt - (1 if style == "italic" else 0), style, align="centre")
    last = y + 6 * (len(rows) - 1)
    s.text(x, last + gap, name, pt + 0.5, "bold", align="centre")
    s.signature(x + 3, last + gap * 0.52, rng)
    if seal:
        s.seal(x - 19, last + gap * 0.58, ring, centre, rng, below=below)


def dated(day: dt.date) -> str:
    """``ngày 05 tháng 03 năm 2025``."""
    return f"ngày {day.day:02d} tháng {day.month:02d} năm {day.year}"


def birth_certificate(rng: random.Random, *, dpi: int = 300, seal: bool = True, marked: str = "") -> Sheet:
    """GIẤY KHAI SINH; `marked` is ``BẢN SAO`` or ``TRÍCH LỤC`` for papers that are no originals."""
    s = Sheet(dpi=dpi, tint=(252, 247, 238))
    s.rosette(105, 158, 62, (244, 232, 216))
    s.border(8, (186, 122, 60), (226, 190, 150))
    father = person(rng, 1982, 1994, sex="Nam")
    mother = person(rng, 1984, 1996, sex="Nữ")
    child = person(rng, 2021, 2025, surname=surname(father.name))
    given = child.birth + dt.timedelta(days=rng.randint(4, 50))
    ward = rng.choice(WARDS)
    s.text(105, 27, NATION, 13, "bold", align="centre")
    s.text(105, 33.5, MOTTO, 13.5, "bold", align="centre")
    half = s.width_of(MOTTO, 13.5, "bold") / 2
    s.rule(105 - half, 35.6, 105 + half, 35.6)
    s.labelled(150, 45, "Số:", f"{rng.randint(11, 980)}/{given.year}", 190, name="number", leaders=False)
    title = "TRÍCH LỤC KHAI SINH" if marked == "TRÍCH LỤC" else "GIẤY KHAI SINH"
    s.text(105, 58, title, 25, "bold", fill=RED, align="centre")
    y = 74.0
    if marked == "BẢN SAO":
        s.text(105, 66, "BẢN SAO", 16, "bold", fill=RED, align="centre")
        y = 78.0
    step = 8.9
    upper = child.name.upper()
    s.labelled(22, y, "Họ, chữ đệm, tên:", upper, 188, name="full_name")
    s.labelled(22, y + step, "Ngày, tháng, năm sinh:", date_shown(child.birth), 188, name="birth_date")
    spelt = date_words(child.birth)
    size = s.fitting(spelt, 13, "regular", 132)
    s.labelled(22, y + 2 * step, "Ghi bằng chữ:", spelt, 188, value_style="regular", value_pt=size)
    y += 3 * step
    s.labelled(22, y, "Giới tính:", child.sex, 74, name="sex")
    s.labelled(76, y, "Dân tộc:", "Kinh", 128, name="ethnicity")
    s.labelled(130, y, "Quốc tịch:", "Việt Nam", 188, name="nationality")
    hospital = f"{rng.choice(HOSPITALS)}, thành phố Hà Nội"
    s.labelled(22, y + step, "Nơi sinh:", hospital, 188, name="birth_place")
    home = f"{rng.choice(WARDS)}, thành phố Hà Nội"
    s.labelled(22, y + 2 * step, "Quê quán:", home[0].upper() + home[1:], 188, name="home_town")
    s.labelled(22, y + 3 * step, "Số định danh cá nhân:", child.number, 188, name="personal_id")
    y += 4 * step + 2
    for who, parent in (("mẹ", mother), ("cha", father)):
        key = "mother" if who == "mẹ" else "father"
        s.labelled(22, y, f"Họ, chữ đệm, tên người {who}:", parent.name.upper(), 188, name=f"{key}_name")
        s.labelled(22, y + step, "Năm sinh:", str(parent.birth.year), 74, name=f"{key}_birth_year")
        s.labelled(76, y + step, "Dân tộc:", "Kinh", 128, name=f"{key}_ethnicity")
        s.labelled(130, y + step, "Quốc tịch:", "Việt Nam", 188, name=f"{key}_nationality")
        y = s.labelled(
            22, y + 2 * step, "Nơi cư trú:", address(rng), 188, name=f"{key}_residence", value_style="regular"
        )
        y += step + 1
    who = rng.choice([father, mother])
    s.labelled(22, y, "Họ, chữ đệm, tên người đi khai sinh:", who.name, 188, name="declarant_name")
    s.labelled(22, y + step, "Giấy tờ tùy thân:", f"Căn cước công dân số {who.number}", 188, value_style="regular")
    place = f"Ủy ban nhân dân {ward}, thành phố Hà Nội"
    s.labelled(22, y + 2 * step, "Nơi đăng ký khai sinh:", place, 188, name="registered_at", value_style="regular")
    s.labelled(22, y + 3 * step, "Ngày, tháng, năm đăng ký:", date_shown(given), 188, name="registered_on")
    y += 4 * step
    signer = person(rng, 1970, 1985)
    office = ward.upper()
    rows = ["NGƯỜI KÝ GIẤY KHAI SINH", "CHỦ TỊCH"]
    signed(s, 142, y, rows, signer.name, f"ỦY BAN NHÂN DÂN {office}", ["THÀNH PHỐ", "HÀ NỘI"], rng, seal=seal, gap=31)
    return s


def marriage_certificate(rng: random.Random, *, dpi: int = 300, seal: bool = True) -> Sheet:
    """GIẤY CHỨNG NHẬN KẾT HÔN, wife left, husband right."""
    s = Sheet(dpi=dpi, tint=(253, 246, 244))
    s.rosette(105, 150, 66, (247, 228, 226), petals=8)
    s.border(8, (196, 92, 96), (236, 186, 188))
    wife = person(rng, 1990, 2000, sex="Nữ")
    husband = person(rng, 1988, 1999, sex="Nam")
    day = day_between(rng, 2022, 2025)
    ward = rng.choice(WARDS)
    s.text(105, 28, NATION, 13, "bold", align="centre")
    s.text(105, 34.5, MOTTO, 13.5, "bold", align="centre")
    s.rule(74, 36.6, 136, 36.6)
    s.labelled(148, 46, "Số:", f"{rng.randint(11, 480)}/{day.year}", 190, name="number", leaders=False)
    s.text(105, 62, "GIẤY CHỨNG NHẬN KẾT HÔN", 23, "bold", fill=RED, align="centre")

    def side(x: float, right: float, who: Person, key: str, word: str) -> None:
        y = 80.0
        s.text(x, y, f"Họ, chữ đệm, tên {word}:", 13)
        s.leaders(x, right, y + 9.5)
        box = s.text(x + 1, y + 9, who.name.upper(), 13, "bold")
        s.know(f"{key}_name", f"Họ, chữ đệm, tên {word}", who.name.upper(), box)
        s.labelled(x, y + 18, "Ngày, tháng, năm sinh:", date_shown(who.birth), right, name=f"{key}_birth_date")
        s.labelled(x, y + 27, "Dân tộc:", "Kinh", right, name=f"{key}_ethnicity")
        s.labelled(x, y + 36, "Quốc tịch:", "Việt Nam", right, name=f"{key}_nationality")
        where = address(rng)
        y = s.labelled(x, y + 45, "Nơi cư trú:", where, right, name=f"{key}_residence", value_style="regular")
        s.labelled(x, 144, "Giấy tờ tùy thân:", "Căn cước công dân", right, value_style="regular")
        s.labelled(x, 153, "Số:", who.number, right, name=f"{key}_id")

    side(21, 102, wife, "wife", "vợ")
    side(109, 189, husband, "husband", "chồng")
    place = f"Ủy ban nhân dân {ward}, thành phố Hà Nội"
    s.labelled(21, 167, "Nơi đăng ký kết hôn:", place, 189, name="registered_at", value_style="regular")
    s.labelled(21, 176, "Ngày, tháng, năm đăng ký:", date_shown(day), 189, name="registered_on")
    for x, word, who in ((54, "VỢ", wife), (152, "CHỒNG", husband)):
        s.text(x, 190, word, 13, "bold", align="centre")
        s.signature(x, 202, rng, width=28)
        s.text(x, 215, who.name, 13, "bold", align="centre")
    signer = person(rng, 1970, 1985)
    rows = ["NGƯỜI KÝ GIẤY CHỨNG NHẬN KẾT HÔN", "CHỦ TỊCH"]
    ring = f"ỦY BAN NHÂN DÂN {ward.upper()}"
    signed(s, 137, 228, rows, signer.name, ring, ["THÀNH PHỐ", "HÀ NỘI"], rng, seal=seal, gap=34)
    return s


SCHOOLS = (
    ("TRƯỜNG ĐẠI HỌC SÔNG NHUỆ", "SONG NHUE UNIVERSITY"),
    ("TRƯỜNG ĐẠI HỌC KỸ THUẬT TÂY HỒ", "TAY HO UNIVERSITY OF ENGINEERING"),
    ("TRƯỜNG ĐẠI HỌC KINH TẾ LONG BIÊN", "LONG BIEN UNIVERSITY OF ECONOMICS"),
)
MAJORS = (
    ("Công nghệ thông tin", "Information Technology"),
    ("Kế toán", "Accounting"),
    ("Luật học", "Law"),
    ("Kỹ thuật xây dựng", "Civil Engineering"),
    ("Ngôn ngữ Anh", "English Language"),
)
RANKS = (("Xuất sắc", "Excellent"), ("Giỏi", "Very good"), ("Khá", "Good"), ("Trung bình khá", "Average good"))
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def degree(rng: random.Random, *, dpi: int = 300, seal: bool = True) -> Sheet:
    """BẰNG CỬ NHÂN, the bilingual inner page, A4 landscape: English left, Vietnamese right."""
    s = Sheet(297, 210, dpi=dpi, tint=(252, 249, 236))
    s.rosette(148, 105, 60, (243, 234, 204), petals=13)
    s.border(8, (178, 140, 60), (224, 204, 150))
    who = person(rng, 1992, 2001)
    year = who.birth.year + rng.randint(22, 24)
    day = dt.date(year, rng.choice([6, 7, 9, 10]), rng.randint(2, 28))
    school, school_en = rng.choice(SCHOOLS)
    major, major_en = rng.choice(MAJORS)
    rank, rank_en = rng.choice(RANKS)
    left, right = 82, 215
    s.text(left, 26, "SOCIALIST REPUBLIC OF VIETNAM", 11, "bold", align="centre")
    s.text(left, 32, "Independence - Freedom - Happiness", 11.5, "bold", align="centre")
    s.text(left, 45, "THE RECTOR OF", 11.5, align="centre")
    s.text(left, 51.5, school_en, 12, "bold", align="centre")
    s.text(left, 60, "has conferred", 12, "italic", align="centre")
    s.text(left, 71, "THE DEGREE OF BACHELOR", 17, "bold", fill=RED, align="centre")
    plain = bare(who.name)
    rows = (
        ("Upon:", f"{'Mr' if who.sex == 'Nam' else 'Ms'} {plain}"),
        ("Date of birth:", f"{who.birth.day} {MONTHS[who.birth.month - 1]} {who.birth.year}"),
        ("Major in:", major_en),
        ("Year of graduation:", str(year)),
        ("Degree classification:", rank_en),
        ("Mode of study:", "Full-time"),
    )
    for i, (label, value) in enumerate(rows):
        s.labelled(26, 84 + 8.4 * i, label, value, 138, pt=12, label_style="italic")
    s.text(right, 26, NATION, 11, "bold", align="centre")
    s.text(right, 32, MOTTO, 11.5, "bold", align="centre")
    s.rule(right - 27, 34, right + 27, 34)
    s.text(right, 45, "HIỆU TRƯỞNG", 11.5, "bold", align="centre")
    s.text(right, 51.5, school, 12, "bold", align="centre")
    s.text(right, 60, "cấp", 12, "italic", align="centre")
    s.text(right, 71, "BẰNG CỬ NHÂN", 20, "bold", fill=RED, align="centre")
    for i, (label, value, name) in enumerate(
        (
            ("Cho:", f"{'Ông' if who.sex == 'Nam' else 'Bà'} {who.name}", None),
            ("Ngày sinh:", date_shown(who.birth), "birth_date"),
            ("Ngành đào tạo:", major, "major"),
            ("Năm tốt nghiệp:", str(year), "graduation_year"),
            ("Xếp loại tốt nghiệp:", rank, "ranking"),
            ("Hình thức đào tạo:", "Chính quy", "study_mode"),
        )
    ):
        s.labelled(158, 84 + 8.4 * i, label, value, 272, pt=12, name=name)
        if i == 0:
            s.know("full_name", "Cho", who.name, s.lines[-1].box)
    s.text(right + 8, 139, f"Hà Nội, {dated(day)}", 12, "italic", align="centre")
    s.know("issue_date", "", date_shown(day), s.lines[-1].box)
    s.know("issuer", "", school, s.lines[-1].box)
    head = person(rng, 1960, 1972, sex="Nam")
    signer = f"{rng.choice(['GS.TS.', 'PGS.TS.', 'TS.'])} {head.name}"
    signed(s, right + 8, 146, ["HIỆU TRƯỞNG"], signer, school, [], rng, seal=seal, gap=34, pt=12)
    serial, book = f"{rng.randint(100000, 999999)}", f"{rng.randint(101, 2900)}/{year}"
    s.labelled(26, 172, "Số hiệu:", f"DDH {serial}", 100, pt=12, name="serial_number", leaders=False)
    label = "Số vào sổ gốc cấp bằng:"
    s.labelled(26, 180, label, f"CN {book}", 110, pt=12, name="register_number", leaders=False)
    return s


def land_certificate(rng: random.Random, *, dpi: int = 300, seal: bool = True) -> Sheet:
    """GIẤY CHỨNG NHẬN QUYỀN SỬ DỤNG ĐẤT, first page, pink guilloche."""
    s = Sheet(dpi=dpi, tint=(252, 240, 238))
    s.guilloche((14, 60, 196, 280), (246, 222, 220), waves=5, strands=10, rows=7)
    s.border(8, (200, 84, 84), (238, 190, 188))
    owner = person(rng, 1960, 1988)
    day = day_between(rng, 2016, 2023)
    s.text(105, 28, NATION, 13, "bold", align="centre")
    s.text(105, 34.5, MOTTO, 13.5, "bold", align="centre")
    s.rule(74, 36.6, 136, 36.6)
    s.text(105, 52, "GIẤY CHỨNG NHẬN", 22, "bold", fill=RED, align="centre")
    s.text(105, 61, "QUYỀN SỬ DỤNG ĐẤT, QUYỀN SỞ HỮU NHÀ Ở", 14.5, "bold", fill=RED, align="centre")
    s.text(105, 68, "VÀ TÀI SẢN KHÁC GẮN LIỀN VỚI ĐẤT", 14.5, "bold", fill=RED, align="centre")
    s.text(22, 82, "I. Người sử dụng đất, chủ sở hữu nhà ở và tài sản khác gắn liền với đất", 13, "bold")
    title = "Ông" if owner.sex == "Nam" else "Bà"
    s.labelled(26, 91, f"{title}:", owner.name.upper(), 188, name="owner_name", leaders=False)
    s.labelled(26, 99, "Năm sinh:", str(owner.birth.year), 88, name="owner_birth_year", leaders=False)
    s.labelled(92, 99, "CCCD số:", owner.number, 188, name="owner_id", leaders=False)
    s.labelled(26, 107, "Địa chỉ thường trú:", address(rng), 188, value_style="regular", leaders=False)
    s.text(22, 123, "II. Thửa đất, nhà ở và tài sản khác gắn liền với đất", 13, "bold")
    s.text(24, 132, "1. Thửa đất:", 13, "bold")
    s.labelled(28, 140, "a) Thửa đất số:", str(rng.randint(12, 480)), 96, name="plot", leaders=False)
    s.labelled(100, 140, "Tờ bản đồ số:", str(rng.randint(2, 90)), 188, name="map_sheet", leaders=False)
    where = f"{rng.choice(STREETS)}, {rng.choice(WARDS)}, thành phố Hà Nội"
    s.labelled(28, 148, "b) Địa chỉ:", where, 188, name="plot_address", value_style="regular", leaders=False)
    area = rng.randint(320, 2400) / 10
    s.labelled(28, 156, "c) Diện tích:", f"{area:.1f} m²".replace(".", ","), 188, name="area", leaders=False)
    s.labelled(28, 164, "d) Hình thức sử dụng:", "Sử dụng riêng", 188, name="use_form", leaders=False)
    s.labelled(28, 172, "đ) Mục đích sử dụng:", "Đất ở tại đô thị", 188, name="use_purpose", leaders=False)
    s.labelled(28, 180, "e) Thời hạn sử dụng:", "Lâu dài", 188, name="use_term", leaders=False)
    origin = "Nhận chuyển nhượng đất được Nhà nước giao đất có thu tiền sử dụng đất"
    s.labelled(28, 188, "g) Nguồn gốc sử dụng:", origin, 188, value_style="regular", leaders=False)
    s.text(24, 205, "2. Nhà ở: Nhà ở riêng lẻ, kết cấu bê tông cốt thép", 13)
    s.text(140, 216, f"Hà Nội, {dated(day)}", 13, "italic", align="centre")
    signer = person(rng, 1968, 1980, sex="Nam")
    rows = ["TM. ỦY BAN NHÂN DÂN QUẬN TÂY HỒ", "CHỦ TỊCH"]
    signed(s, 140, 224, rows, signer.name, "ỦY BAN NHÂN DÂN QUẬN TÂY HỒ", ["THÀNH PHỐ", "HÀ NỘI"], rng, seal=seal)
    s.labelled(
        20, 268, "Số vào sổ cấp GCN:", f"CS {rng.randint(10000, 99999)}", 100, name="register_number", leaders=False
    )
    letters = "".join(rng.choice("ABCDGHKLMNP") for _ in range(2))
    serial = f"{letters} {rng.randint(100000, 999999)}"
    box = s.text(186, 279, serial, 15, "bold", fill=RED, align="right")
    s.know("serial_number", "", serial, box)
    return s


SUBJECTS = (
    "Về việc bổ nhiệm công chức giữ chức vụ lãnh đạo, quản lý",
    "Về việc phê duyệt kế hoạch chuyển đổi số năm 2025",
    "Về việc thành lập Tổ công tác tiếp nhận và trả kết quả",
    "Về việc công nhận kết quả tuyển dụng viên chức",
)
GROUNDS = (
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;",
    "Căn cứ Nghị định số 118/2025/NĐ-CP ngày 09 tháng 6 năm 2025 của Chính phủ về thực hiện thủ tục hành chính "
    "theo cơ chế một cửa, một cửa liên thông;",
    "Xét đề nghị của Trưởng phòng Văn hóa - Xã hội,",
)


def decision(rng: random.Random, *, dpi: int = 300, seal: bool = True, secret: str = "") -> Sheet:
    """QUYẾT ĐỊNH of a ward; `secret` is the word of a secrecy stamp."""
    s = Sheet(dpi=dpi)
    ward = rng.choice(WARDS)
    day = day_between(rng, 2025, 2025)
    number = f"{rng.randint(12, 3200)}/QĐ-UBND"
    header(s, ["ỦY BAN NHÂN DÂN", ward.upper()], f"Số: {number}", f"Hà Nội, {dated(day)}")
    last = s.lines[-4].box if len(s.lines) > 3 else s.lines[-1].box
    s.know("number", "Số", number, last)
    s.know("issue_date", "", date_shown(day), s.lines[-1].box)
    s.know("issuer", "", f"ỦY BAN NHÂN DÂN {ward.upper()}", s.lines[1].box)
    if secret:
        s.stamp(62, 50, secret, pt=15)
    subject = rng.choice(SUBJECTS)
    s.text(105, 62, "QUYẾT ĐỊNH", 15, "bold", align="centre")
    s.text(105, 69, subject, 14, "bold", align="centre")
    s.know("subject", "", subject, s.lines[-1].box)
    s.rule(90, 71.5, 120, 71.5)
    s.text(105, 82, f"CHỦ TỊCH ỦY BAN NHÂN DÂN {ward.upper()}", 13.5, "bold", align="centre")
    y = 92.0
    for ground in GROUNDS:
        y = s.paragraph(30, y, 160, ground, 13.5, "italic") + 1
    s.text(105, y + 4, "QUYẾT ĐỊNH:", 14, "bold", align="centre")
    y += 13
    head = person(rng, 1975, 1990)
    title = "ông" if head.sex == "Nam" else "bà"
    unit = rng.choice(
        ["Trung tâm Phục vụ hành chính công", "Phòng Kinh tế, Hạ tầng và Đô thị", "Phòng Văn hóa - Xã hội"]
    )
    start = day + dt.timedelta(days=rng.randint(1, 15))
    articles = (
        f"Điều 1. Giao {title} {head.name} chủ trì thực hiện nhiệm vụ tại {unit} {ward} kể từ {dated(start)}.",
        f"Điều 2. {title.capitalize()} {head.name} được hưởng các chế độ theo quy định hiện hành của pháp luật.",
        f"Điều 3. Chánh Văn phòng Hội đồng nhân dân và Ủy ban nhân dân, thủ trưởng các đơn vị có liên quan và "
        f"{title} {head.name} chịu trách nhiệm thi hành Quyết định này kể từ ngày ký./.",
    )
    for article in articles:
        y = s.paragraph(30, y, 160, article, 13.5) + 2
    y = max(y + 6, 196)
    s.text(30, y, "Nơi nhận:", 12, "bolditalic")
    for i, row in enumerate(("- Như Điều 3;", "- Sở Nội vụ (để báo cáo);", "- Lưu: VT, VHXH.")):
        s.text(30, y + 5.2 * (i + 1), row, 11)
    signer = person(rng, 1970, 1985)
    signed(
        s, 146, y, ["CHỦ TỊCH"], signer.name, f"ỦY BAN NHÂN DÂN {ward.upper()}", ["THÀNH PHỐ", "HÀ NỘI"], rng, seal=seal
    )
    return s


__all__ = [
    "GROUNDS",
    "MOTTO",
    "NATION",
    "birth_certificate",
    "dated",
    "decision",
    "degree",
    "header",
    "land_certificate",
    "marriage_certificate",
    "signed",
]
