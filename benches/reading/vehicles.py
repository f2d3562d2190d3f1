"""Driving licences with their back, and registrations of cars and motorcycles, both sides."""

from __future__ import annotations

import random

from drawing.sheet import Sheet
from unseen import words as w

from . import words
from .identity import GRAY, RED, blank, qr

YELLOW = ((250, 244, 214), (240, 230, 190))
CLASSES = (
    ("A1", "Xe mô tô hai bánh có dung tích xi-lanh đến 125 cm³"),
    ("A", "Xe mô tô hai bánh có dung tích xi-lanh trên 125 cm³"),
    ("B", "Ô tô chở người đến 08 chỗ; ô tô tải đến 3.500 kg"),
    ("C1", "Ô tô tải trên 3.500 kg đến 7.500 kg"),
    ("D2", "Ô tô chở người trên 16 chỗ đến 29 chỗ"),
)
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


def licence_back(rng: random.Random, typeface: str) -> Sheet:
    """The back of a licence: classes with the day of the examination, restrictions, code."""
    s = blank(*YELLOW, typeface)
    s.text(4, 5, "CÁC LOẠI XE CƠ GIỚI ĐƯỜNG BỘ ĐƯỢC ĐIỀU KHIỂN", 5, "bold")
    s.text(4, 7.8, "CLASSIFICATION OF MOTOR VEHICLES", 4.2, fill=GRAY)
    s.text(66, 7.8, "Ngày trúng tuyển", 4.4, "bold")
    y = 11.6
    own = sorted(rng.sample(range(len(CLASSES)), rng.randint(2, 3)))
    for i in own:
        grade, what = CLASSES[i]
        s.rule(3, y - 3.2, 83, y - 3.2, 0.1, GRAY)
        s.text(4, y, grade, 6.4, "bold")
        s.text(11, y, what, 5, most=52)
        s.text(67, y, w.shown(w.day(rng, 2012, 2024)), 5.4)
        y += 5
    s.rule(3, y - 3.2, 83, y - 3.2, 0.1, GRAY)
    limits = rng.choice(["01", "Không", "03, 12"])
    s.labelled(4, y + 2, "Mã hạn chế:", limits, 40, name="restrictions", pt=5, value_pt=5.6, leaders=False)
    s.text(4, y + 7, "Giấy phép này chỉ có giá trị khi còn nguyên vẹn,", 4.6, "italic", fill=GRAY)
    s.text(4, y + 9.6, "không tẩy xóa, sửa chữa.", 4.6, "italic", fill=GRAY)
    number = words.digits(rng, 12)
    who = w.somebody(rng, 1975, 2003)
    qr(s, 64, 33, 17, f"{number};{who.name};{who.born_shown};{CLASSES[own[-1]][0]}")
    stock = f"{rng.choice(LETTERS)}{rng.choice(LETTERS)} {words.digits(rng, 7)}"
    s.know("blank_number", "Số phôi", stock, s.text(4, 50, f"Số phôi: {stock}", 6.4, "bold", fill=RED))
    return s


def plate(rng: random.Random, seats: str) -> str:
    """``36A-123.45``, ``18-B1 234.56``."""
    area, tail = rng.choice(["17", "18", "34", "36", "49", "72", "89"]), words.digits(rng, 5)
    if seats == "2":
        return f"{area}-{rng.choice('BCDFGH')}{rng.randint(1, 9)} {tail[:3]}.{tail[3:]}"
    return f"{area}{rng.choice('ACDH')}-{tail[:3]}.{tail[3:]}"


def registration(rng: random.Random, typeface: str) -> Sheet:
    """CHỨNG NHẬN ĐĂNG KÝ XE, front: owner, address, make, engine and chassis, plate, code."""
    s = blank(*YELLOW, typeface)
    make, model, kind, volume, seats = rng.choice(words.MAKES)
    motorcycle = seats == "2"
    who = w.somebody(rng, 1960, 2003)
    s.text(14, 5.2, "BỘ CÔNG AN", 5.2, "bold", align="centre")
    s.text(14, 7.8, "M.P.S", 4.4, align="centre", fill=GRAY)
    s.text(53, 5.2, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 5.2, "bold", align="centre", most=56)
    s.text(53, 7.9, "Độc lập - Tự do - Hạnh phúc", 5, "bold", align="centre")
    title = "CHỨNG NHẬN ĐĂNG KÝ XE MÔ TÔ, XE MÁY" if motorcycle else "CHỨNG NHẬN ĐĂNG KÝ XE Ô TÔ"
    s.text(42.8, 13, title, 7.6, "bold", fill=RED, align="centre", most=78)
    s.text(42.8, 15.8, f"{'Motorcycle' if motorcycle else 'Vehicle'} registration certificate", 4.6, align="centre")
    number = words.digits(rng, 6)
    box = s.text(42.8, 19.4, f"Số (Number): {number}", 6, "bold", align="centre", fill=RED)
    s.know("number", "Số (Number)", number, box)
    a = {"pt": 4.8, "value_pt": 5.8, "leaders": False, "gap": 0.8}
    s.labelled(4, 23.4, "Tên chủ xe (Owner's full name):", who.name.upper(), 84, name="owner", **a)
    s.labelled(4, 27, "Địa chỉ (Address):", w.capital(w.home(rng, short=True)), 84, name="address", **a)
    s.labelled(4, 30.6, "Nhãn hiệu (Brand):", make, 42, name="brand", **a)
    s.labelled(44, 30.6, "Số loại (Model code):", model, 84, name="model", **a)
    engine = f"{rng.choice(['JF66E', '1NZ', 'G4LC', 'E3X9E'])}{words.digits(rng, 7)}"
    chassis = "RL" + "".join(rng.choice("0123456789ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(15))
    s.labelled(4, 34.2, "Số máy (Engine N°):", engine, 42, name="engine", **a)
    s.labelled(44, 34.2, "Số khung (Chassis N°):", chassis, 85, name="chassis", **{**a, "value_pt": 5.2})
    s.labelled(4, 37.8, "Màu sơn (Color):", rng.choice(words.PAINTS), 42, name="colour", **a)
    s.labelled(44, 37.8, "Loại xe (Type):", kind, 84, name="type", **a)
    s.labelled(4, 41.4, "Dung tích (Capacity):", f"{volume} cm³", 42, name="capacity", **a)
    s.labelled(44, 41.4, "Số chỗ ngồi (Seats):", seats, 84, name="seats", **a)
    shown = plate(rng, seats)
    s.text(4, 46, "Biển số đăng ký (N° plate)", 4.8, fill=GRAY)
    box = s.text(4, 51, shown, 10, "bold")
    s.know("plate", "Biển số đăng ký", shown, box)
    on = w.day(rng, 2018, 2025)
    box = s.text(64, 45.4, f"Ngày (date) {on:%d} tháng {on:%m} năm {on:%Y}", 4.6, "italic", align="centre")
    s.know("issue_date", "", w.shown(on), box)
    s.text(64, 48, "TRƯỞNG PHÒNG", 4.8, "bold", align="centre")
    s.seal(58, 49, "PHÒNG CẢNH SÁT GIAO THÔNG", [], rng, diameter=8)
    s.text(66, 52.8, w.somebody(rng, 1965, 1978, "Nam").name, 4.8, "bold", align="centre")
    qr(s, 73.6, 16.4, 10.5, f"{shown};{chassis};{engine}")
    return s
