"""Papers of schools: three pages of the record of marks, certificates of languages."""

from __future__ import annotations

import datetime as dt
import itertools
import random

from drawing.people import bare
from drawing.sheet import RED, Sheet
from unseen import words as w

from . import words

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"


def _mark(rng: random.Random) -> str:
    return f"{rng.randint(48, 97) / 10:.1f}".replace(".", ",")


def record_first(rng: random.Random, typeface: str) -> Sheet:
    """HỌC BẠ, the page about the pupil, with the schools of each year."""
    s = Sheet(tint=(250, 248, 240), typeface=typeface, leaders_below=0.9)
    s.rect((14, 12, 196, 285), 0.5, (90, 96, 130))
    who = w.somebody(rng, 1999, 2010)
    school = rng.choice(words.SCHOOLS)
    level = "TRUNG HỌC PHỔ THÔNG" if school.startswith("THPT") else "TRUNG HỌC CƠ SỞ"
    s.text(60, 24, "BỘ GIÁO DỤC VÀ ĐÀO TẠO", 11.5, align="centre")
    s.text(146, 24, NATION, 11, "bold", align="centre", most=92)
    s.text(146, 29.6, MOTTO, 11.5, "bold", align="centre")
    s.rule(120, 31.4, 172, 31.4)
    s.text(105, 52, "HỌC BẠ", 30, "bold", fill=RED, align="centre")
    s.text(105, 61, level, 15, "bold", fill=RED, align="centre")
    a = {"pt": 12.5}
    s.labelled(24, 80, "Họ và tên:", who.name.upper(), 132, name="full_name", **a)
    s.labelled(136, 80, "Giới tính:", who.sex, 186, name="sex", **a)
    s.labelled(24, 90, "Ngày, tháng, năm sinh:", who.born_shown, 112, name="birth_date", **a)
    s.labelled(116, 90, "Nơi sinh:", who.place.removeprefix("TP. "), 186, name="birth_place", **a)
    s.labelled(24, 100, "Dân tộc:", rng.choice(words.ETHNIC), 100, name="ethnicity", **a)
    s.labelled(104, 100, "Con liệt sĩ, con thương binh:", "Không", 186, **a)
    y = s.labelled(24, 110, "Chỗ ở hiện tại:", w.capital(words.place(rng)), 186, value_style="regular", **a)
    for i, (word, sex) in enumerate((("cha", "Nam"), ("mẹ", "Nữ"))):
        parent = w.somebody(rng, 1970, 1985, sex)
        s.labelled(
            24, y + 10 + 10 * i, f"Họ và tên {word}:", parent.name, 112, name=f"{('father', 'mother')[i]}_name", **a
        )
        s.labelled(116, y + 10 + 10 * i, "Nghề nghiệp:", rng.choice(words.TRADES), 186, **a)
    s.text(105, y + 44, "QUÁ TRÌNH HỌC TẬP", 13, "bold", align="centre")
    top, columns = y + 50, (24, 50, 72, 142, 186)
    heads = ("Năm học", "Lớp", "Tên trường, huyện, tỉnh", "Ngày vào")
    start = who.born.year + (15 if "PHỔ" in level else 11)
    grades = (10, 11, 12) if "PHỔ" in level else (6, 7, 8, 9)
    for i in range(len(grades) + 2):
        s.rule(columns[0], top + 9 * i, columns[-1], top + 9 * i, 0.2)
    for x in columns:
        s.rule(x, top, x, top + 9 * (len(grades) + 1), 0.2)
    for x, head in zip(columns, heads, strict=False):
        s.text(x + 1.5, top + 6, head, 11, "bold", most=66)
    for i, grade in enumerate(grades):
        at, year = top + 9 * (i + 1) + 6, start + i
        row = (f"{year}-{year + 1}", f"{grade}A{rng.randint(1, 9)}", f"{school}, {rng.choice(w.DISTRICTS)}")
        for x, cell in zip(columns, (*row, w.shown(dt.date(year, 8, rng.randint(5, 28)))), strict=False):
            s.text(x + 1.5, at, cell, 11, most=66)
    s.text(140, 241, words.long_date(rng, start, start + 1), 12, "italic", align="centre", most=94)
    s.text(140, 247, "HIỆU TRƯỞNG", 12, "bold", align="centre")
    s.signature(142, 264, rng, width=28)
    s.seal(121, 264, f"TRƯỜNG {school.upper()}", [], rng, diameter=33)
    s.text(140, 281, w.somebody(rng, 1962, 1978).name, 12, "bold", align="centre")
    return s


def record_year(rng: random.Random, typeface: str) -> Sheet:
    """HỌC BẠ, one year: a table of marks, conduct, days missed, remarks in two columns."""
    s = Sheet(tint=(251, 250, 244), typeface=typeface, leaders_below=0.9)
    who = w.somebody(rng, 1999, 2010)
    school = rng.choice(words.SCHOOLS)
    year, grade = rng.randint(2012, 2024), rng.randint(6, 12)
    a = {"pt": 11.5, "leaders": rng.random() < 0.6}
    s.labelled(16, 18, "Họ và tên:", who.name, 92, name="full_name", **a)
    s.labelled(96, 18, "Lớp:", f"{grade}{rng.choice('ABC')}{rng.randint(1, 9)}", 126, name="class", **a)
    s.labelled(130, 18, "Năm học:", f"{year} - {year + 1}", 194, name="school_year", **a)
    s.labelled(16, 25, "Trường:", school, 92, name="school", **a)
    s.labelled(96, 25, "Huyện:", words.district(rng), 194, **a)
    columns = (16, 60, 83, 106, 129, 194)
    top, high = 32.0, 8.6
    rows = len(words.SUBJECTS) + 2
    for i in range(rows + 1):
        s.rule(columns[0], top + high * i, columns[-1], top + high * i, 0.15)
    for x in columns:
        s.rule(x, top, x, top + high * rows, 0.15)
    heads = ("Môn học", "Học kỳ I", "Học kỳ II", "Cả năm", "Nhận xét của giáo viên bộ môn")
    for x, right, head in zip(columns, columns[1:], heads, strict=False):
        s.text((x + right) / 2, top + 5.4, head, 10, "bold", align="centre", most=right - x - 2)
    for i, subject in enumerate(words.SUBJECTS, 1):
        y = top + high * i + 5.5
        s.text(18, y, subject, 11.5)
        passed = subject in ("Thể dục", "GDQP-AN") and rng.random() < 0.7
        for x, right in itertools.pairwise(columns[1:5]):
            s.text((x + right) / 2, y, "Đ" if passed else _mark(rng), 12.5, align="centre")
        if rng.random() < 0.9:
            s.text(131, y, rng.choice(words.ADVICE), 10.5, most=61)
    y = top + high * (rows - 1) + 5.5
    s.text(18, y, "ĐTB các môn", 11, "bold")
    for x, right in itertools.pairwise(columns[1:5]):
        s.text((x + right) / 2, y, _mark(rng), 12.5, "bold", align="centre")
    y = top + high * rows + 9
    s.labelled(16, y, "Kết quả học tập:", rng.choice(words.ABILITY), 70, name="learning", **a)
    s.labelled(74, y, "Kết quả rèn luyện:", rng.choice(words.ABILITY), 132, name="conduct", **a)
    s.labelled(136, y, "Số buổi nghỉ:", str(rng.randint(0, 14)), 194, name="days_missed", **a)
    s.labelled(16, y + 8, "Được lên lớp:", f"{grade + 1}" if grade < 12 else "Không", 70, **a)
    s.labelled(74, y + 8, "Chứng chỉ nghề:", rng.choice(["Điện dân dụng", "Nấu ăn", "Không"]), 150, **a)
    s.text(105, y + 19, "NHẬN XÉT CỦA GIÁO VIÊN CHỦ NHIỆM", 11.5, "bold", align="centre")
    y = s.paragraph(20, y + 27, 170, " ".join(rng.sample(words.REMARKS, 2)), 11.5, "italic", justify=False)
    s.text(56, y + 8, words.long_date(rng, year + 1, year + 1), 11, "italic", align="centre", most=80)
    s.text(152, y + 8, words.long_date(rng, year + 1, year + 1), 11, "italic", align="centre", most=80)
    s.text(56, y + 14, "Giáo viên chủ nhiệm", 11.5, "bold", align="centre")
    s.text(152, y + 14, "HIỆU TRƯỞNG", 11.5, "bold", align="centre")
    for x, first in ((56, 1975), (152, 1964)):
        s.signature(x, y + 31, rng, width=26)
        s.text(x, y + 48, w.somebody(rng, first, first + 12).name, 11.5, "bold", align="centre")
    s.seal(132, y + 31, f"TRƯỜNG {school.upper()}", [], rng, diameter=32)
    return s


def record_results(rng: random.Random, typeface: str) -> Sheet:
    """HỌC BẠ, what comes after the marks of a year: results of each term, remarks, the head's approval."""
    s = Sheet(tint=(251, 250, 244), typeface=typeface, leaders_below=0.9)
    who = w.somebody(rng, 1999, 2010)
    year, grade = rng.randint(2012, 2024), rng.randint(6, 12)
    a = {"pt": 12}
    s.labelled(16, 20, "Họ và tên:", who.name, 92, name="full_name", **a)
    s.labelled(96, 20, "Lớp:", f"{grade}{rng.choice('ABC')}{rng.randint(1, 9)}", 126, name="class", **a)
    s.labelled(130, 20, "Năm học:", f"{year} - {year + 1}", 194, name="school_year", **a)
    top, columns = 28.0, (16, 76, 114, 152, 194)
    heads = ("Kết quả", "Học kỳ I", "Học kỳ II", "Cả năm")
    rows = [heads] + [(row, *rng.choices(words.ABILITY, k=3)) for row in ("Học tập", "Rèn luyện")]
    for i in range(len(rows) + 1):
        s.rule(columns[0], top + 10 * i, columns[-1], top + 10 * i, 0.2)
    for x in columns:
        s.rule(x, top, x, top + 10 * len(rows), 0.2)
    for i, row in enumerate(rows):
        for x, right, cell in zip(columns, columns[1:], row, strict=False):
            s.text((x + right) / 2, top + 10 * i + 6.6, cell, 12, "bold" if i == 0 else "regular", align="centre")
    y = top + 10 * len(rows) + 11
    s.labelled(16, y, "Tổng số buổi nghỉ học cả năm:", str(rng.randint(0, 14)), 96, name="days_missed", **a)
    s.labelled(100, y, "Được lên lớp:", f"{grade + 1}" if grade < 12 else "Không", 194, **a)
    s.labelled(16, y + 10, "Chứng chỉ nghề:", rng.choice(["Điện dân dụng", "Nấu ăn", "Không"]), 96, **a)
    s.labelled(100, y + 10, "Loại:", rng.choice(words.ABILITY), 194, **a)
    s.labelled(16, y + 20, "Khen thưởng:", rng.choice(["Học sinh Tiên tiến", "Học sinh Giỏi", "Không"]), 194, **a)
    s.text(105, y + 36, "NHẬN XÉT CỦA GIÁO VIÊN CHỦ NHIỆM", 12.5, "bold", align="centre")
    y = s.paragraph(20, y + 46, 170, " ".join(rng.sample(words.REMARKS, 3)), 12.5, "italic", justify=False)
    s.text(146, y + 6, words.long_date(rng, year + 1, year + 1), 11.5, "italic", align="centre", most=90)
    s.text(146, y + 12, "Giáo viên chủ nhiệm", 12, "bold", align="centre")
    s.signature(146, y + 24, rng, width=26)
    s.text(146, y + 38, w.somebody(rng, 1975, 1987).name, 12, "bold", align="centre")
    y += 54
    s.text(105, y, "PHÊ DUYỆT CỦA HIỆU TRƯỞNG", 12.5, "bold", align="centre")
    y = s.paragraph(20, y + 10, 170, rng.choice(words.APPROVALS), 12.5, justify=False)
    s.text(146, y + 4, words.long_date(rng, year + 1, year + 1), 11.5, "italic", align="centre", most=90)
    s.text(146, y + 10, "HIỆU TRƯỞNG", 12, "bold", align="centre")
    s.signature(148, y + 27, rng, width=28)
    s.seal(127, y + 27, f"TRƯỜNG {rng.choice(words.SCHOOLS).upper()}", [], rng, diameter=33)
    s.text(146, y + 44, w.somebody(rng, 1962, 1976).name, 12, "bold", align="centre")
    return s


SKILLS = (("Nghe", "Listening"), ("Nói", "Speaking"), ("Đọc", "Reading"), ("Viết", "Writing"))


def language(rng: random.Random, typeface: str) -> Sheet:
    """CHỨNG CHỈ of foreign language, landscape, two languages, scores in a table, the photograph's corner sealed."""
    s = Sheet(297, 210, tint=(245, 250, 246), typeface=typeface)
    s.rosette(148, 108, 62, (222, 238, 226), petals=12)
    s.border(9, (40, 120, 90), (188, 220, 202))
    who = w.somebody(rng, 1985, 2005)
    exam = w.day(rng, 2018, 2025)
    school, english = rng.choice(
        (
            ("TRƯỜNG ĐẠI HỌC NGOẠI NGỮ SÔNG MÃ", "SONG MA UNIVERSITY OF LANGUAGES"),
            ("TRƯỜNG ĐẠI HỌC SƯ PHẠM CAO NGUYÊN", "HIGHLAND UNIVERSITY OF EDUCATION"),
        )
    )
    s.text(148, 28, NATION, 12.5, "bold", align="centre")
    s.text(148, 34, MOTTO, 12, "bold", align="centre")
    s.rule(120, 36, 176, 36)
    s.text(148, 46, f"HIỆU TRƯỞNG {school}", 12.5, "bold", align="centre")
    s.text(148, 51.5, f"RECTOR OF {english}", 9.5, "italic", align="centre")
    s.text(148, 65, "CHỨNG CHỈ NGOẠI NGỮ", 24, "bold", fill=RED, align="centre")
    s.text(148, 72, "CERTIFICATE OF FOREIGN LANGUAGE PROFICIENCY", 10.5, "italic", align="centre")
    s.rect((26, 84, 56, 124), 0.3, (130, 130, 130), (222, 228, 232))
    a = {"pt": 12, "leaders": False}
    s.labelled(70, 86, "Cấp cho/This is to certify that:", who.name.upper(), 270, name="full_name", **a)
    s.labelled(70, 95, "Ngày sinh/Date of birth:", who.born_shown, 170, name="birth_date", **a)
    s.labelled(172, 95, "Giới tính/Sex:", f"{who.sex}/{'Male' if who.sex == 'Nam' else 'Female'}", 270, **a)
    s.labelled(70, 104, "Số CCCD/ID No.:", who.number, 170, name="personal_id", **a)
    level = rng.choice(["Bậc 3 (B1)", "Bậc 4 (B2)", "Bậc 5 (C1)"])
    s.labelled(172, 104, "Trình độ/Level:", level, 270, name="level", **a)
    s.labelled(70, 113, "Ngày thi/Date of examination:", w.shown(exam), 270, name="test_date", **a)
    columns = (70, 110, 150, 190, 230, 270)
    for y in (119, 129, 138):
        s.rule(70, y, 270, y, 0.2)
    for x in columns:
        s.rule(x, 119, x, 138, 0.2)
    scores = [rng.randint(8, 20) / 2 for _ in SKILLS]
    heads = [*SKILLS, ("Điểm TB", "Overall")]
    for i, (vi, en) in enumerate(heads):
        s.text(columns[i] + 20, 125.6, f"{vi}/{en}", 10, "bold", align="centre")
        score = scores[i] if i < 4 else round(sum(scores) / 2) / 2
        said = f"{score:.1f}".replace(".", ",")
        box = s.text(columns[i] + 20, 135.2, said, 11, align="centre")
        s.know(en.lower(), f"{vi}/{en}", said, box)
    s.text(208, 148, words.long_date(rng, exam.year, exam.year), 11.5, "italic", align="centre")
    s.text(208, 154, "HIỆU TRƯỞNG/RECTOR", 11.5, "bold", align="centre")
    s.signature(212, 168, rng, width=30)
    s.seal(190, 170, school, [], rng, diameter=35)
    s.text(208, 186, f"PGS.TS. {w.somebody(rng, 1958, 1972).name}", 12, "bold", align="centre")
    s.seal(46, 122, school, [], rng, diameter=30)
    serial, book = f"{rng.choice('ABC')}{words.digits(rng, 6)}", f"{rng.randint(10, 999)}/{exam.year}/CCNN"
    s.labelled(26, 176, "Số hiệu/Serial No.:", serial, 130, name="serial_number", **{**a, "pt": 11})
    s.labelled(26, 184, "Số vào sổ/Reg. No.:", book, 130, name="register_number", **{**a, "pt": 11})
    return s


def test_report(rng: random.Random, typeface: str) -> Sheet:
    """A report of scores in English, values in boxes."""
    s = Sheet(tint=(252, 252, 250), typeface=typeface)
    who = w.somebody(rng, 1988, 2006)
    exam = w.day(rng, 2021, 2025)
    family, *given = bare(who.name).upper().split()
    s.rect((14, 14, 196, 283), 0.6, (60, 70, 120))
    s.text(20, 28, "INTERNATIONAL ENGLISH ASSESSMENT", 15, "bold", fill=(50, 60, 120))
    s.text(20, 36, "Test Report Form", 17, "bold")
    s.text(190, 36, "ACADEMIC", 12, "bold", align="right")
    s.paragraph(20, 46, 170, "This report is valid for two years from the test date. The organisation that receives "
                "it should check the results with the centre that issued it.", 9.5, "italic", indent=0)  # fmt: skip

    def boxed(x: float, y: float, label: str, value: str, right: float, name: str = "") -> None:
        s.text(x, y, label, 10)
        start = x + 36
        s.rect((start, y - 5, right, y + 2.2), 0.2, (90, 96, 110), (255, 255, 255))
        box = s.text(start + 2, y, value, 11, "bold", most=right - start - 3)
        if name:
            s.know(name, label, value, box)

    boxed(20, 66, "Centre Number", f"VN{rng.randint(100, 999)}", 84)
    boxed(110, 66, "Date", exam.strftime("%d/%b/%Y").upper(), 190, "test_date")
    boxed(20, 78, "Candidate Number", words.digits(rng, 6), 84)
    boxed(110, 78, "Candidate ID", who.number, 190, "personal_id")
    boxed(20, 96, "Family Name", family, 146, "family_name")
    boxed(20, 106, "First Names", " ".join(given), 146, "given_names")
    boxed(20, 116, "Date of Birth", who.born_shown, 90, "birth_date")
    boxed(96, 116, "Sex (M/F)", "M" if who.sex == "Nam" else "F", 146)
    boxed(20, 126, "First Language", "Vietnamese", 146)
    boxed(20, 136, "Country", "VIET NAM", 146)
    s.rect((154, 90, 188, 134), 0.3, (120, 120, 120), (216, 224, 230))
    s.text(20, 154, "Test Results", 13, "bold")
    scores = [rng.randint(9, 18) / 2 for _ in range(4)]
    for i, (_, skill) in enumerate((*SKILLS, ("", "Overall"))):
        score = scores[i] if i < 4 else round(sum(scores) / 2) / 2
        x, right = (20, 84) if i % 2 == 0 else (110, 174)
        boxed(x, 166 + 11 * (i // 2), skill, f"{score:.1f}", right, skill.lower())
    s.text(20, 210, "Administrator Comments", 11, "bold")
    s.rect((20, 214, 120, 240), 0.2)
    s.seal(152, 228, "ENGLISH TEST CENTRE", ["VALIDATED"], rng, diameter=32, colour=(44, 60, 150))
    s.signature(60, 252, rng, width=30)
    s.text(20, 264, "Administrator's Signature", 10)
    boxed(
        110, 264, "Report No.", f"{exam:%y}VN{words.digits(rng, 6)}{family[:4]}{rng.randint(1, 9):03d}A", 190, "number"
    )
    return s
