"""Copies on paper beside the electronic one, or alone: one number, counted and charged, a print for pen and seal."""

from __future__ import annotations

import io
import shutil
import subprocess

import pikepdf
import pytest

import pyhncert
from pyhncert import keep
from pyhncert.errors import UsageFault


def words_of(pdf, tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    (tmp_path / "p.pdf").write_bytes(pdf)
    run = subprocess.run(["pdftotext", "-layout", tmp_path / "p.pdf", "-"], capture_output=True, check=True)
    return [" ".join(page.split()) for page in run.stdout.decode().split("\f")[:-1]]


def test_two_copies_on_paper_beside_the_electronic_one(new_folder, small, hncert, tmp_path):
    done = hncert("--office", new_folder, "certify", small, "--paper", "2", "--yes", "-o", tmp_path / "a.pdf")
    assert done.code == 0, done.err
    office = pyhncert.open_office(new_folder)
    line = office.register.find(done.out.decode().strip())
    assert (line.number, line.copies, line.paper_copies, line.fee_vnd) == (1, 3, 2, 6_000)
    assert line.note == "Bản giấy: 02, bản điện tử: 01"
    printed = hncert("--office", new_folder, "register", "paper", line.code, "-o", tmp_path / "in.pdf")
    assert printed.code == 0, printed.err
    page, sheet = words_of((tmp_path / "in.pdf").read_bytes(), tmp_path)
    assert "BẢN SAO" in page and "Tờ 1/2" in page
    for words in (
        "CHỨNG THỰC BẢN SAO ĐÚNG VỚI BẢN CHÍNH",
        "Số chứng thực: 01",
        f"Quyển số: {line.book}",
        "Số bản sao giấy: 02",
        "gồm 2 tờ",
        "giáp lai",
        "Người thực hiện chứng thực",
        "Nguyễn Văn Mẫu",
        "CHỦ TỊCH UBND",
        "KHÔNG CÓ GIÁ TRỊ PHÁP LÝ",
    ):
        assert words in sheet
    with pikepdf.open(tmp_path / "a.pdf") as copy, pikepdf.open(tmp_path / "in.pdf") as paper:
        shown = copy.pages[0].obj.Resources.XObject["/Im"].read_raw_bytes()
        (image,) = paper.pages[0].obj.Resources.XObject.values()
        assert image.read_raw_bytes() == shown, "the page is the same picture, byte for byte"
        assert [round(float(v)) for v in paper.pages[0].mediabox] == [0, 0, 595, 842]


def test_only_paper_comes_from_its_own_book_and_costs_no_electronic_copy(new_folder, small, hncert, tmp_path):
    settings = new_folder / "office.toml"
    text = settings.read_text("utf-8").replace('suffix = "SCT/BS"', 'suffix = "SCTĐT/BS"\npaper = "SCT/BS"')
    settings.write_text(text, "utf-8")
    run = ("--office", new_folder)
    assert hncert(*run, "register", "books", "--open", "SCTĐT/BS").code == 0
    one = hncert(*run, "certify", small, "--yes", "-o", tmp_path / "a.pdf")
    two = hncert(*run, "certify", small, "--paper", "2", "--paper-only", "--yes")
    assert (one.code, two.code) == (0, 0), one.err + two.err
    register = pyhncert.open_office(new_folder).register
    electronic, paper = (register.find(done.out.decode().strip()) for done in (one, two))
    assert (electronic.book[-8:], electronic.number) == ("SCTĐT/BS", 1)
    assert (paper.book[-6:], paper.number, paper.copies, paper.paper_copies) == ("SCT/BS", 1, 2, 2)
    assert (paper.fee_vnd, paper.note) == (4_000, "Bản giấy")
    for wrong in (
        ("--paper-only",),
        ("--paper", "2", "--copies", "2"),
        ("--paper", "1", "--paper-only", "-o", tmp_path / "b.pdf"),
    ):
        refused = hncert(*run, "certify", small, "--yes", *wrong)
        assert refused.code == 2 and "--paper N" in refused.err
    again = hncert(*run, "register", "paper", electronic.code, "-o", tmp_path / "x.pdf")
    assert again.code == 2 and "no copies on paper" in again.err


def test_a_replaced_act_is_printed_no_more(new_folder, small, officer):
    office = pyhncert.open_office(new_folder)
    old = office.certify([small], decide=officer, copies=2, paper_copies=1)
    new = office.correct(old.code, [small], decide=officer, reason="sai")
    assert office.register.find(new.code).paper_copies == 1
    with pytest.raises(UsageFault, match="printed no more"):
        office.paper_copy(old.code)
    assert len(office.paper_copy(new.code)) > 10_000
    with pytest.raises(UsageFault, match="at least 1"):
        office.certify([small], decide=officer, paper_copies=2)


def test_pages_too_large_for_the_sheet_are_made_smaller_others_keep_their_size(new_folder, small, officer, tmp_path):
    office = pyhncert.open_office(new_folder)
    copy = office.certify([small], decide=officer, copies=1, paper_copies=1)
    line = office.register.find(copy.code)
    (page,) = keep.pages_of(copy.pdf)
    for wide_mm, sheet, shown_mm in (
        (148, (210, 297), 148.0),
        (250, (297, 210), 250.0),
        (297, (297, 210), 271.9),  # what stands below the strip
        (420, (297, 210), 271.9),
    ):
        with pikepdf.open(io.BytesIO(copy.pdf)) as pdf:
            pdf.pages[0].mediabox = [0, 0, wide_mm * 72 / 25.4, 400]
            pdf.save(tmp_path / "wide.pdf")
        data = (tmp_path / "wide.pdf").read_bytes()
        made = keep.paper_copy_pdf(data, line, agency="UBND", font=office.font, now=office.clock())
        with pikepdf.open(io.BytesIO(made)) as pdf:
            assert [round(float(v) * 25.4 / 72) for v in pdf.pages[0].mediabox][2:] == list(sheet)
            (matrix,) = [i.operands for i in pikepdf.parse_content_stream(pdf.pages[0]) if str(i.operator) == "cm"]
            width, height = float(matrix[0]) * 25.4 / 72, float(matrix[3]) * 25.4 / 72
            assert abs(width - shown_mm) < 0.2
            assert abs(width / height - page.size[0] / page.size[1]) < 0.01
