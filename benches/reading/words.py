"""Words that only these sets have, beside those of `unseen.words`. All persons, firms and schools are invented."""

from __future__ import annotations

import random

from unseen import words as w

ETHNIC = ("Kinh", "Tày", "Mường", "Nùng", "Thái", "Khmer", "Ê-đê", "Sán Dìu", "Cơ Ho")
FAITH = ("Không", "Phật giáo", "Công giáo", "Cao Đài")
TRADES = ("Làm ruộng", "Giáo viên", "Thợ điện", "Buôn bán nhỏ", "Nội trợ", "Công nhân dệt", "Hưu trí", "Học sinh")
KIN = ("Chủ hộ", "Vợ", "Con đẻ", "Mẹ đẻ", "Cháu nội", "Em ruột", "Con dâu")
FEATURES = (
    "Nốt ruồi cách 2,5 cm dưới sau mép trái",
    "Sẹo chấm cách 1 cm trên trước đuôi lông mày phải",
    "Sẹo thẳng dài 1,5 cm dưới cánh mũi trái",
    "Nốt ruồi cách 3 cm trên sau tai phải",
)
LANES = (
    "Ngõ 47 Lò Đúc",
    "Tổ 12, khu Đồng Bẩm",
    "Số 208 Trần Khát Chân",
    "Ấp Tân Thuận",
    "Thôn Cổ Đằng",
    "Hẻm 35/8 Rạch Ông",
)
FIRMS = (
    ("CÔNG TY TNHH MỘC GIA ĐỨC THỌ", "DUC THO WOODWORK COMPANY LIMITED", "MỘC ĐỨC THỌ"),
    ("CÔNG TY CỔ PHẦN THỦY SẢN VỊNH XANH", "VINH XANH SEAFOOD JOINT STOCK COMPANY", "VXS.,JSC"),
    ("CÔNG TY TNHH THƯƠNG MẠI VẬN TẢI QUYẾT TIẾN", "QUYET TIEN TRANSPORT TRADING CO., LTD", "QTT CO., LTD"),
    ("CÔNG TY CỔ PHẦN DƯỢC LIỆU HOÀNG SU PHÌ", "HOANG SU PHI HERBS JOINT STOCK COMPANY", "HSP HERBS"),
    ("CÔNG TY TNHH MỘT THÀNH VIÊN GỐM CHU ĐẬU MỚI", "NEW CHU DAU POTTERY ONE MEMBER COMPANY LIMITED", "GỐM CĐM"),
)
SCHOOLS = ("THPT Lưỡng Giang", "THPT Nguyễn Khuyến B", "THCS Đập Đá", "THCS Cổ Lễ", "THPT Buôn Hồ 2", "THPT Phủ Thông")
SUBJECTS = (
    "Toán", "Vật lí", "Hóa học", "Sinh học", "Tin học", "Ngữ văn", "Lịch sử", "Địa lí", "Tiếng Anh", "GDCD",
    "Công nghệ", "Thể dục", "GDQP-AN",
)  # fmt: skip
REMARKS = (
    "Chăm ngoan, có ý thức vươn lên trong học tập, hòa nhã với bạn bè.",
    "Học khá đều các môn, cần mạnh dạn phát biểu xây dựng bài hơn nữa.",
    "Có năng khiếu về các môn tự nhiên; tham gia tích cực phong trào của lớp.",
    "Tiếp thu bài tốt nhưng đôi khi còn thiếu cẩn thận khi trình bày.",
)
ADVICE = (
    "Nắm chắc kiến thức", "Có tiến bộ rõ", "Cần cố gắng thêm", "Chăm chỉ", "Tích cực phát biểu", "Vận dụng tốt bài học",
    "Cần rèn kỹ năng trình bày",
)  # fmt: skip
APPROVALS = (
    "Đồng ý với nhận xét của giáo viên chủ nhiệm và kết quả xếp loại của các bộ môn.",
    "Nhất trí kết quả học tập và rèn luyện như trên; học sinh cần phát huy trong năm học tới.",
)
ABILITY = ("Tốt", "Khá", "Đạt")
MAKES = (
    ("HONDA", "WAVE ALPHA", "Hai bánh", "109", "2"), ("YAMAHA", "SIRIUS FI", "Hai bánh", "114", "2"),
    ("TOYOTA", "VIOS 1.5E CVT", "Ô tô con", "1496", "5"), ("HYUNDAI", "ACCENT 1.4 AT", "Ô tô con", "1368", "5"),
    ("THACO", "KIA K200", "Ô tô tải", "2497", "3"), ("VINFAST", "VF E34", "Ô tô con", "0", "5"),
)  # fmt: skip
PAINTS = ("Đỏ-Đen", "Trắng", "Xanh lam", "Bạc", "Vàng cát", "Nâu")
LAND_USES = ("Đất ở tại nông thôn", "Đất trồng cây lâu năm", "Đất chuyên trồng lúa nước", "Đất nuôi trồng thủy sản")
ORIGINS = (
    "Công nhận quyền sử dụng đất như giao đất có thu tiền sử dụng đất",
    "Nhận thừa kế đất được Nhà nước giao đất không thu tiền sử dụng đất",
    "Được tặng cho đất được công nhận quyền sử dụng đất như giao đất không thu tiền",
)
CHANGES = (
    "Thế chấp bằng quyền sử dụng đất và tài sản gắn liền với đất tại Quỹ tín dụng nhân dân Cầu Giát theo hồ sơ số",
    "Xóa đăng ký thế chấp ngày {day} theo hồ sơ số",
    "Chuyển nhượng cho ông {name}, địa chỉ tại {place}, theo hồ sơ số",
    "Tặng cho bà {name} một phần diện tích thửa đất theo hồ sơ số",
)
DUTIES = (
    "Nhân viên bảo vệ rừng", "Kỹ thuật viên xét nghiệm", "Kế toán kho", "Văn thư lưu trữ", "Giáo viên mầm non",
    "Lái xe", "Quản lý thiết bị", "Y sĩ đa khoa",
)  # fmt: skip
STAMPS = ("ĐÃ ĐỐI CHIẾU", "ĐÃ THU LỆ PHÍ", "HỎA TỐC", "ĐÃ KIỂM TRA", "HỒ SƠ LƯU", "SAO LỤC")


def place(rng: random.Random) -> str:
    """A lane, commune, district and province."""
    return f"{rng.choice(LANES)}, {w.home(rng)}"


def district(rng: random.Random) -> str:
    """The name of a district without the word for it."""
    return rng.choice(w.DISTRICTS).removeprefix("thị xã ").removeprefix("huyện ")


def long_date(rng: random.Random, first: int, last: int) -> str:
    """``Hải Dương, ngày 05 tháng 3 năm 2019``; the day's nought as clerks write it, or not."""
    on = w.day(rng, first, last)
    day = f"{on.day:02d}" if rng.random() < 0.7 else str(on.day)
    month = f"{on.month:02d}" if on.month < 3 or rng.random() < 0.3 else str(on.month)
    return f"{rng.choice(list(w.PLACES.values()))}, ngày {day} tháng {month} năm {on.year}"


def digits(rng: random.Random, count: int) -> str:
    """So many digits."""
    return "".join(str(rng.randrange(10)) for _ in range(count))


def money(amount: int) -> str:
    """``1.250.000``."""
    return f"{amount:,}".replace(",", ".")
