"""Vietnamese pages that are no paper of ours, though their titles or words are close to one."""

from __future__ import annotations

import random
from collections.abc import Callable

from drawing.sheet import Sheet

Maker = Callable[[random.Random, str], Sheet]
NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"

# title, whether the nation's name stands above it, paragraphs
PIECES: tuple[tuple[str, bool, tuple[str, ...]], ...] = (
    ("THI GIẤY PHÉP LÁI XE HẠNG B TRONG BA THÁNG", False, (
        "Trung tâm đào tạo nhận học viên mọi lứa tuổi, học phí trả góp, xe tập đời mới.",
        "Mang theo căn cước công dân và giấy khám sức khỏe khi đăng ký.")),
    ("HỢP ĐỒNG CHUYỂN NHƯỢNG QUYỀN SỬ DỤNG ĐẤT", True, (
        "Bên A chuyển nhượng cho bên B thửa đất số 12, tờ bản đồ số 4, theo giấy chứng nhận quyền sử dụng đất.",
        "Giá chuyển nhượng hai bên tự thỏa thuận, trả một lần khi công chứng.")),
    ("ĐƠN ĐỀ NGHỊ CẤP LẠI GIẤY PHÉP LÁI XE", True, (
        "Kính gửi: Phòng Cảnh sát giao thông. Tôi làm đơn này đề nghị cấp lại giấy phép lái xe đã mất.",
        "Tôi xin chịu trách nhiệm về lời khai trên.")),
    ("TỜ KHAI ĐĂNG KÝ KHAI SINH", True, (
        "Kính gửi: Ủy ban nhân dân xã. Đề nghị cơ quan đăng ký khai sinh cho trẻ có tên sau đây.",
        "Họ, chữ đệm, tên: ................ Ngày, tháng, năm sinh: ................ Giới tính: ......")),
    ("TỜ KHAI CĂN CƯỚC", True, (
        "Họ, chữ đệm và tên khai sinh: ................ Nơi cư trú: ................",
        "Tôi đề nghị được cấp thẻ căn cước lần đầu.")),
    ("QUYẾT ĐỊNH KHÓ KHĂN NHẤT ĐỜI TÔI", False, (
        "Hôm ấy trời mưa. Tôi đứng ở bến xe, tay cầm tấm bằng tốt nghiệp còn thơm mùi mực, không biết nên đi hay ở.",
        "Mẹ bảo: con cứ đi, nhà đã có mẹ. Đó là quyết định khó khăn nhất đời tôi.")),
    ("HƯỚNG DẪN LÀM HỘ CHIẾU PHỔ THÔNG", False, (
        "Chuẩn bị căn cước công dân, ảnh bốn nhân sáu nền trắng và tờ khai theo mẫu.",
        "Nộp hồ sơ trực tuyến, hộ chiếu được trả qua bưu điện trong tám ngày làm việc.")),
    ("LÀM BẰNG TỐT NGHIỆP CÓ ĐÁNG KHÔNG?", False, (
        "Nhiều bạn trẻ hỏi nhau có nên học đại học. Bài này kể chuyện ba người đã chọn ba lối khác nhau.",)),
    ("THÔNG BÁO VỀ VIỆC THU HỒI SỔ HỘ KHẨU", True, (
        "Từ ngày 01 tháng 01 năm 2023, sổ hộ khẩu hết giá trị. Người dân mang sổ đến công an xã khi làm thủ tục.",)),
    ("GIẤY XÁC NHẬN THÔNG TIN VỀ CƯ TRÚ", True, (
        "Công an xã xác nhận người có tên sau đang cư trú tại địa phương. Xác nhận này có giá trị một năm.",)),
    ("GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN", True, (
        "Ủy ban nhân dân xã xác nhận người có tên trên chưa đăng ký kết hôn với ai.",)),
    ("PHIẾU ĐĂNG KÝ THI CHỨNG CHỈ NGOẠI NGỮ", False, (
        "Họ và tên: ................ Ngày sinh: ................ Trình độ đăng ký thi: B1, B2, C1.",)),
    ("BẢNG ĐIỂM HỌC TẬP", True, (
        "Môn học: Toán, Ngữ văn, Lịch sử. Học kỳ I, học kỳ II, cả năm. Kết quả học tập: Tốt.",)),
    ("GIẤY ĐỀ NGHỊ ĐĂNG KÝ DOANH NGHIỆP", True, (
        "Kính gửi: Phòng Đăng ký kinh doanh. Tôi là người đại diện theo pháp luật, đăng ký thành lập công ty.",)),
    ("HÓA ĐƠN TIỀN ĐIỆN", False, (
        "Khách hàng: Trần Thị Mai. Chỉ số đầu 1204, chỉ số cuối 1388. Tiêu thụ 184 kWh. Tổng cộng 412.300 đồng.",)),
    ("GIẤY CHỨNG NHẬN BẢO HIỂM XE MÁY", False, (
        "Chủ xe: Lê Văn Bốn. Biển số: 18-B1 234.56. Thời hạn bảo hiểm: từ 10/02/2025 đến 10/02/2026.",)),
    ("GIẤY CHỨNG NHẬN TIÊM CHỦNG", True, (
        "Đã tiêm hai mũi. Mũi một ngày 04/05/2021, mũi hai ngày 01/06/2021 tại trạm y tế phường.",)),
    ("GIẤY KHÁM SỨC KHỎE CỦA NGƯỜI LÁI XE", True, (
        "Thị lực mười phần mười. Đủ điều kiện sức khỏe lái xe hạng B.",)),
    ("DỰ BÁO THỜI TIẾT CUỐI TUẦN", False, (
        "Bắc Bộ có mưa rào, trưa hửng nắng. Ven biển gió cấp bốn, sóng cao một mét rưỡi.",)),
    ("BÁO CÁO CÔNG TÁC HỘ TỊCH QUÝ III", True, (
        "Trong quý đã cấp 214 giấy khai sinh, 37 giấy chứng nhận kết hôn, 12 trích lục khai tử.",)),
)  # fmt: skip


def _piece(title: str, head: bool, paragraphs: tuple[str, ...]) -> Maker:
    def make(rng: random.Random, typeface: str) -> Sheet:
        s = Sheet(tint=(251, 250, 247), typeface=typeface)
        y = 34.0
        if head:
            s.text(105, 22, NATION, 12, "bold", align="centre")
            s.text(105, 28, MOTTO, 12, "bold", align="centre")
            y = 46.0
        s.text(105, y, title, 16, "bold", align="centre", most=176)
        y += 14
        for text in paragraphs:
            y = s.paragraph(26, y, 160, text, 12.5) + 2
        s.text(
            140,
            y + 12,
            f"ngày {rng.randint(1, 28)} tháng {rng.randint(1, 12)} năm {rng.randint(2019, 2025)}",
            12,
            "italic",
        )
        s.signature(150, y + 28, rng, width=28)
        return s

    return make


MAKERS: tuple[Maker, ...] = tuple(_piece(*piece) for piece in PIECES)
