"""Papers that are no kind of ours, and shapes of page: contract, letter, a full page, a small one, a blank one."""

from __future__ import annotations

import random

from .papers import GROUNDS, MOTTO, NATION, dated, header, signed
from .people import STREETS, WARDS, address, day_between, person
from .sheet import Sheet

TERMS = (
    "Bên A đồng ý cho Bên B thuê căn nhà nêu tại Điều 1 để ở; Bên B không được tự ý sửa chữa, cải tạo, chuyển nhượng "
    "hoặc cho thuê lại nếu không có sự đồng ý bằng văn bản của Bên A.",
    "Tiền thuê được thanh toán bằng chuyển khoản trong năm ngày đầu của mỗi tháng; trường hợp chậm thanh toán quá mười "
    "lăm ngày, Bên A có quyền đơn phương chấm dứt việc thuê và không hoàn trả tiền đặt cọc.",
    "Bên B có trách nhiệm giữ gìn vệ sinh chung, tuân thủ quy định về phòng cháy, chữa cháy và đăng ký tạm trú theo "
    "quy định của pháp luật; chi phí điện, nước, mạng do Bên B tự chi trả.",
    "Mọi tranh chấp phát sinh được giải quyết trước hết bằng thương lượng trên tinh thần thiện chí; nếu không thống "
    "nhất được thì đưa ra Tòa án nhân dân có thẩm quyền giải quyết.",
    "Văn bản này gồm hai trang, được lập thành hai bản có giá trị như nhau, mỗi bên giữ một bản để thực hiện.",
)


def contract(rng: random.Random, *, dpi: int = 300, seal: bool = False) -> Sheet:
    """HỢP ĐỒNG THUÊ NHÀ between two people: a private paper, no kind of ours."""
    s = Sheet(dpi=dpi, tint=(251, 251, 248))
    a, b = person(rng, 1965, 1985), person(rng, 1988, 2000)
    day = day_between(rng, 2024, 2025)
    s.text(105, 25, NATION, 13, "bold", align="centre")
    s.text(105, 31.5, MOTTO, 13.5, "bold", align="centre")
    s.rule(74, 33.6, 136, 33.6)
    s.text(105, 48, "HỢP ĐỒNG THUÊ NHÀ", 18, "bold", align="centre")
    opening = (
        f"Hôm nay, {dated(day)}, tại số {rng.randint(2, 90)} {rng.choice(STREETS)}, thành phố Hà Nội, chúng tôi gồm có:"
    )
    y = s.paragraph(25, 60, 165, opening, 13)
    for word, who in (("BÊN CHO THUÊ (BÊN A)", a), ("BÊN THUÊ (BÊN B)", b)):
        s.text(25, y + 4, word, 13, "bold")
        s.labelled(25, y + 12, "Họ và tên:", who.name, 118)
        s.labelled(122, y + 12, "Sinh năm:", str(who.birth.year), 190)
        s.labelled(25, y + 20, "Căn cước công dân số:", who.number, 190)
        y = s.labelled(25, y + 28, "Địa chỉ:", address(rng), 190, value_style="regular") + 8
    amount = rng.randint(6, 22)
    terms = [f"Giá thuê mỗi tháng là {amount}.000.000 đồng, thời hạn thuê mười hai tháng. {TERMS[0]}", *TERMS[1:]]
    for i, term in enumerate(terms, 1):
        y = s.paragraph(25, y + 2, 165, f"Điều {i}. {term}", 13)
    y = max(y + 6, 222)
    for x, word, who in ((60, "BÊN A", a), (150, "BÊN B", b)):
        s.text(x, y, word, 13, "bold", align="centre")
        s.signature(x, y + 14, rng, width=28)
        s.text(x, y + 28, who.name, 13, "bold", align="centre")
    if seal:
        s.seal(40, y + 16, "CÔNG TY TRÁCH NHIỆM HỮU HẠN MÂY TRẮNG", ["MÂY TRẮNG"], rng)
    return s


def letter(rng: random.Random, *, dpi: int = 300, seal: bool = True) -> Sheet:
    """A short letter of a company: much free area, most of it at the bottom right."""
    s = Sheet(dpi=dpi, tint=(252, 252, 250))
    who = person(rng, 1970, 1990)
    day = day_between(rng, 2024, 2025)
    place = f"Hà Nội, {dated(day)}"
    header(s, ["CÔNG TY CỔ PHẦN", "CÁNH ĐỒNG XANH"], f"Số: {rng.randint(10, 400)}/CV-CĐX", place)
    s.text(30, 60, "Kính gửi: Ban Quản lý tòa nhà Hoa Sữa", 13.5, "bold")
    body = (
        "Công ty chúng tôi xin gửi lời chào trân trọng và cảm ơn sự hợp tác của Quý Ban trong thời gian qua.",
        f"Trong hai ngày cuối tuần tới, chúng tôi dự kiến sửa chữa hệ thống chiếu sáng tại tầng {rng.randint(2, 18)} "
        "và kính đề nghị Quý Ban bố trí thang máy chở hàng, thông báo tới các hộ ở cùng tầng để tiện sinh hoạt.",
        "Rất mong nhận được sự quan tâm, phối hợp của Quý Ban. Xin trân trọng cảm ơn./.",
    )
    y = 70.0
    for part in body:
        y = s.paragraph(30, y, 160, part, 13.5) + 2
    ring = "CÔNG TY CỔ PHẦN CÁNH ĐỒNG XANH"
    signed(s, 72, y + 8, ["GIÁM ĐỐC"], who.name, ring, ["CÁNH ĐỒNG", "XANH"], rng, seal=seal)
    return s


def full_page(rng: random.Random, *, dpi: int = 300) -> Sheet:
    """Text to all four margins in small print: no free area is left for a mark."""
    s = Sheet(dpi=dpi)
    y = 9.5
    s.text(105, y, f"{NATION} - {MOTTO}", 10.5, "bold", align="centre")
    s.text(105, y + 5, "PHỤ LỤC KÈM THEO HỢP ĐỒNG THUÊ NHÀ", 11, "bold", align="centre")
    y += 10
    sentences = [*TERMS, *(g.rstrip(";,") + "." for g in GROUNDS)]
    n = 1
    while y < 283:
        picked = " ".join(rng.sample(sentences, 4))
        rows = s.wrap(f"{n}. {picked}", 196, 10)
        room = int((288 - y) / 4.25)
        if room < 2:
            break
        text = " ".join(rows[:room])
        y = s.paragraph(7, y, 196, text, 10, indent=0, leading=1.2)
        n += 1
    s.text(203, 291.5, "Trang 1", 10, "italic", align="right")
    s.text(
        7,
        291.5,
        "Hai bên đã đọc, hiểu rõ và ký vào từng trang của phụ lục này, không có nội dung nào khác kèm theo.",
        10,
        "italic",
    )
    return s


def small_decision(rng: random.Random, *, dpi: int = 200, seal: bool = True) -> Sheet:
    """A decision on A6 landscape, for fast tests."""
    s = Sheet(148, 105, dpi=dpi)
    ward = rng.choice(WARDS)
    day = day_between(rng, 2025, 2025)
    number = f"{rng.randint(12, 900)}/QĐ-UBND"
    s.text(36, 10, "ỦY BAN NHÂN DÂN", 9.5, align="centre")
    s.text(36, 14.5, ward.upper(), 9.5, "bold", align="centre")
    s.text(36, 20.5, f"Số: {number}", 10, align="centre")
    s.text(103, 10, NATION, 9.5, "bold", align="centre")
    s.text(103, 14.5, MOTTO, 10, "bold", align="centre")
    s.text(103, 20.5, f"Hà Nội, {dated(day)}", 10, "italic", align="centre")
    s.text(74, 30, "QUYẾT ĐỊNH", 13, "bold", align="centre")
    s.text(74, 35.5, "Về việc khen thưởng cá nhân", 11, "bold", align="centre")
    who = person(rng, 1980, 1995)
    title = "ông" if who.sex == "Nam" else "bà"
    text = f"Điều 1. Tặng Giấy khen cho {title} {who.name} đã có thành tích xuất sắc trong công tác năm {day.year - 1}."
    y = s.paragraph(14, 44, 120, text, 11, indent=6)
    s.paragraph(14, y + 1, 120, "Điều 2. Quyết định này có hiệu lực kể từ ngày ký./.", 11, indent=6)
    signer = person(rng, 1970, 1985)
    s.text(106, 66, "CHỦ TỊCH", 11, "bold", align="centre")
    s.signature(108, 79, rng, width=24)
    s.text(106, 93, signer.name, 11, "bold", align="centre")
    if seal:
        s.seal(93, 80, f"ỦY BAN NHÂN DÂN {ward.upper()}", ["THÀNH PHỐ", "HÀ NỘI"], rng, diameter=26)
    s.know("number", "Số", number, s.lines[2].box)
    return s


def blank(_rng: random.Random, *, dpi: int = 300) -> Sheet:
    """Paper and nothing on it."""
    return Sheet(dpi=dpi)
