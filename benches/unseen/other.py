"""Twenty pages that are no paper of any kind: the reader must name none, though some mention them."""

from __future__ import annotations

import random
from collections.abc import Callable

from drawing.sheet import Sheet

from . import words as w

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"


def prose(s: Sheet, title: str, paragraphs: tuple[str, ...], *, pt: float = 12.5, head: bool = False) -> float:
    """A title and paragraphs; `head` puts the national title above."""
    y = 30.0
    if head:
        s.text(105, 22, NATION, 12, "bold", align="centre")
        s.text(105, 28, MOTTO, 12, "bold", align="centre")
        y = 44.0
    s.text(105, y, title, 17, "bold", align="centre")
    y += 14
    for text in paragraphs:
        y = s.paragraph(26, y, 160, text, pt) + 2
    return y


def rows(s: Sheet, y: float, table: list[tuple[str, ...]], columns: tuple[float, ...]) -> float:
    """A ruled table."""
    for line in table:
        for x, cell in zip(columns, line, strict=False):
            s.text(x, y, cell, 11.5)
        s.rule(columns[0] - 2, y + 2, 190, y + 2, 0.15)
        y += 8.5
    return y


PIECES: list[tuple[str, bool, tuple[str, ...]]] = [
    ("HỢP ĐỒNG MUA BÁN XE MÁY", True, (
        "Bên bán đồng ý bán cho bên mua một chiếc xe máy đã qua sử dụng, màu xanh, còn chạy tốt, có đủ gương và còi.",
        "Giá mua bán là mười hai triệu đồng, trả một lần bằng tiền mặt khi giao xe và chìa khóa.",
        "Hai bên cam đoan những điều ghi ở đây là sự thật và chịu trách nhiệm về cam đoan của mình.")),
    ("ĐƠN XIN NGHỈ PHÉP", True, (
        "Kính gửi: Ban Giám đốc xưởng gốm Làng Ven Sông.",
        "Tôi viết đơn này kính mong quý Ban cho tôi nghỉ ba ngày để đưa con đi khám bệnh và thăm ông bà ở quê.",
        "Trong thời gian nghỉ, công việc của tôi đã bàn giao cho đồng nghiệp cùng tổ. Xin chân thành cảm ơn.")),
    ("TỜ KHAI CẤP BẢN SAO GIẤY TỜ HỘ TỊCH", True, (
        "Kính gửi: Cơ quan có thẩm quyền. Người yêu cầu đề nghị cấp lại bản sao của giấy khai sinh đã đăng ký.",
        "Lý do: giấy khai sinh cũ bị mờ chữ. Số lượng bản sao đề nghị cấp: hai bản, nhận trực tiếp.",
        "Tôi cam đoan nội dung khai trên đây là đúng sự thật.")),
    ("BIÊN BẢN HỌP TỔ DÂN PHỐ", True, (
        "Hôm nay, vào lúc mười chín giờ, tại nhà văn hóa, tổ dân phố tổ chức họp về việc lát lại vỉa hè và trồng cây.",
        "Các hộ đều nhất trí đóng góp ngày công vào sáng chủ nhật. Tổ trưởng sẽ gửi lịch cho từng nhà.",
        "Cuộc họp kết thúc lúc hai mươi giờ ba mươi phút cùng ngày.")),
    ("GIẤY ỦY QUYỀN", True, (
        "Tôi ủy quyền cho em gái tôi nhận bưu phẩm tại bưu cục trong thời gian tôi đi công tác.",
        "Thời hạn ủy quyền là ba mươi ngày. Người được ủy quyền không được ủy quyền lại cho người khác.")),
    ("GIẤY BIÊN NHẬN TIỀN", False, (
        "Tôi có nhận của anh chủ nhà số tiền hai mươi triệu đồng để sửa mái tôn và sơn lại cổng.",
        "Nếu không hoàn thành đúng hạn, tôi xin hoàn trả toàn bộ số tiền đã nhận.")),
    ("CÁCH NẤU PHỞ BÒ", False, (
        "Xương bò rửa sạch, chần qua nước sôi rồi ninh nhỏ lửa trong tám giờ cùng gừng và hành nướng.",
        "Quế, hồi, thảo quả rang thơm, cho vào túi vải thả vào nồi một giờ trước khi ăn.",
        "Bánh phở chần nhanh, xếp thịt tái lên trên, chan nước dùng thật nóng, rắc hành lá và rau mùi.")),
    ("BÀI VĂN TẢ CON ĐƯỜNG LÀNG", False, (
        "Con đường làng em chạy dài từ đình ra đến bờ sông, hai bên là hàng xoan nở hoa tím mỗi độ xuân về.",
        "Buổi sáng, tiếng chân trâu, tiếng xe đạp và tiếng gọi nhau đi chợ làm con đường rộn ràng như ngày hội.",
        "Sau này dù đi đâu xa, em vẫn nhớ mùi rơm mới và bóng bà ngồi đợi ở đầu ngõ.")),
    ("HƯỚNG DẪN SỬ DỤNG NỒI CƠM ĐIỆN", False, (
        "Đong gạo bằng cốc đi kèm, vo sạch, đổ nước đến vạch tương ứng rồi lau khô mặt ngoài của lòng nồi.",
        "Nhấn nút nấu; khi đèn giữ ấm sáng, chờ thêm mười phút rồi xới cơm. Không dùng vật sắc nhọn cọ lòng nồi.")),
    ("NỘI QUY PHÒNG ĐỌC", False, (
        "Bạn đọc giữ trật tự, không mang đồ ăn vào phòng, để điện thoại ở chế độ rung.",
        "Mỗi lần mượn không quá ba cuốn, trả lại đúng giá. Làm mất sách phải đền theo giá bìa.",
        "Thẻ bạn đọc được làm khi xuất trình căn cước công dân hoặc giấy phép lái xe.")),
    ("SƠ YẾU LÝ LỊCH", False, (
        "Tôi đã tốt nghiệp đại học loại khá, từng làm kế toán tại cửa hàng vật liệu xây dựng ba năm.",
        "Kỹ năng: bảng tính, lập báo cáo, giao tiếp tốt. Sở thích: bơi lội, đọc sách, nấu ăn.",
        "Mong muốn được làm việc lâu dài trong môi trường thân thiện.")),
    ("THƯ GỬI BẠN", False, (
        "Mình đã đến nơi an toàn. Ở đây trời se lạnh, buổi tối phải khoác thêm áo len, phố núi đẹp như trong tranh.",
        "Hôm qua bọn mình đi chợ phiên, mua được ít mật ong và một chiếc khăn thổ cẩm tặng mẹ.",
        "Khi nào rảnh nhớ viết thư cho mình nhé. Thân mến.")),
    ("TIN THỜI TIẾT NÔNG VỤ", False, (
        "Khối không khí lạnh tăng cường khiến vùng đồng bằng có mưa nhỏ rải rác, nhiệt độ thấp nhất mười bốn độ.",
        "Bà con cần che phủ mạ non, chủ động tiêu nước cho rau màu và giữ ấm cho gia súc.")),
    ("PHIẾU BẢO HÀNH", False, (
        "Sản phẩm được bảo hành mười hai tháng kể từ ngày mua đối với lỗi kỹ thuật của nhà sản xuất.",
        "Không bảo hành trường hợp rơi vỡ, vào nước, tự ý tháo lắp hoặc mất tem.")),
    ("TRUYỆN CỔ TÍCH CÂY TRE TRĂM ĐỐT", False, (
        "Ngày xưa có anh nông dân hiền lành đi ở cho phú ông. Phú ông hứa gả con gái nếu anh làm lụng chăm chỉ ba năm.",
        "Đến hạn, lão bảo anh vào rừng tìm cây tre trăm đốt. Anh ngồi khóc thì ông bụt hiện lên hỏi: Vì sao con khóc?",
        "Anh đọc khắc nhập, khắc nhập, trăm đốt tre liền dính lại thành một cây dài.")),
]  # fmt: skip


def _piece(title: str, head: bool, paragraphs: tuple[str, ...]) -> Callable[[random.Random, str], Sheet]:
    def make(rng: random.Random, typeface: str) -> Sheet:
        s = Sheet(tint=(251, 250, 246), typeface=typeface)
        y = prose(s, title, paragraphs, head=head)
        place = rng.choice(list(w.PLACES.values()))
        on = w.day(rng, 2019, 2025)
        s.text(140, y + 10, f"{place}, ngày {on.day} tháng {on.month} năm {on.year}", 12, "italic", align="centre")
        s.signature(140, y + 26, rng, width=28)
        s.text(140, y + 42, w.somebody(rng, 1960, 2000).name, 12, align="centre")
        return s

    return make


def invoice(rng: random.Random, typeface: str) -> Sheet:
    """A shop's bill."""
    s = Sheet(typeface=typeface)
    s.text(105, 28, "HÓA ĐƠN BÁN LẺ", 18, "bold", align="centre")
    s.text(26, 42, f"Khách hàng: {w.somebody(rng, 1960, 2000).name}", 12)
    goods = ["Gạo tẻ", "Nước mắm", "Trứng gà", "Dầu ăn", "Cà phê", "Đường kính", "Xà phòng", "Bánh đa"]
    table: list[tuple[str, ...]] = [("STT", "Tên hàng", "Số lượng", "Thành tiền")]
    table += [(str(i), g, str(rng.randint(1, 9)), f"{rng.randint(12, 240)}.000") for i, g in enumerate(goods, 1)]
    rows(s, 56, table, (28, 44, 110, 150))
    return s


def menu(_rng: random.Random, typeface: str) -> Sheet:
    """What a restaurant has."""
    s = Sheet(typeface=typeface, tint=(252, 246, 232))
    s.text(105, 34, "THỰC ĐƠN HÔM NAY", 22, "bold", align="centre")
    dishes = ["Canh chua cá lóc", "Thịt kho trứng", "Rau muống xào tỏi", "Đậu phụ sốt cà", "Chè hạt sen", "Trà đá"]
    for i, dish in enumerate(dishes):
        s.labelled(40, 56 + 14 * i, dish, f"{(i + 2) * 9}.000", 170, pt=14)
    return s


def timetable(rng: random.Random, typeface: str) -> Sheet:
    """A week at school."""
    s = Sheet(typeface=typeface)
    s.text(105, 30, "THỜI KHÓA BIỂU LỚP 7A", 18, "bold", align="centre")
    subjects = ["Toán", "Ngữ văn", "Lịch sử", "Địa lý", "Tin học", "Thể dục", "Âm nhạc", "Mỹ thuật"]
    table: list[tuple[str, ...]] = [("Tiết", "Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm")]
    table += [(str(i), *rng.choices(subjects, k=4)) for i in range(1, 7)]
    rows(s, 48, table, (28, 48, 84, 120, 156))
    return s


def english(_rng: random.Random, typeface: str) -> Sheet:
    """A page in English."""
    s = Sheet(typeface=typeface)
    prose(s, "MINUTES OF THE GARDEN CLUB", (
        "The members met on Sunday morning and agreed to plant lotus in the small pond behind the pagoda.",
        "Mrs Lan will bring seeds; Mr Binh offered his boat. The fee for the coming year stays as it was.",
        "There being no other business the meeting closed at noon with tea and sesame cakes.",
    ))  # fmt: skip
    return s


def table_page(rng: random.Random, typeface: str) -> Sheet:
    """A list of phone numbers that look like identity numbers."""
    s = Sheet(typeface=typeface)
    s.text(105, 28, "DANH SÁCH ĐĂNG KÝ THAM QUAN", 16, "bold", align="centre")
    people = [w.somebody(rng, 1970, 2005) for _ in range(14)]
    table: list[tuple[str, ...]] = [("STT", "Họ và tên", "Ngày sinh", "Số CCCD")]
    table += [(str(i), p.name, p.born_shown, p.number) for i, p in enumerate(people, 1)]
    rows(s, 44, table, (28, 42, 104, 140))
    return s


PAGES: list[Callable[[random.Random, str], Sheet]] = [
    *(_piece(*piece) for piece in PIECES),
    invoice,
    menu,
    timetable,
    english,
    table_page,
]
