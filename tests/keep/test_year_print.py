"""The year's register for binding: covers, all lines, the sheet that closes it (SPEC 1.6)."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from mediums import only_sqlite, tamper

from pyhncert import keep
from pyhncert.errors import UsageFault
from pyhncert.values import Charge

pytestmark = only_sqlite


def pages_of(pdf, tmp_path):
    (tmp_path / "year.pdf").write_bytes(pdf)
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    run = subprocess.run(["pdftotext", "-layout", tmp_path / "year.pdf", "-"], capture_output=True, check=True)
    return [" ".join(page.split()) for page in run.stdout.decode().split("\f")[:-1]]


def test_the_year_is_closed_with_its_count_and_pages_that_run_on(register, acts, clock, tmp_path):
    for n in range(60):
        act = acts.reserve(register, requester=f"Nguyễn Hoàng Phương Thảo Uyên {n + 1}", copies=3, paper_copies=2)
        if n in (6, 41):
            register.void(act.act_id, "nhầm bản chính")
        else:
            acts.finish(register, act)
    clock.set(2026, 12, 1, 8, 0)
    register.open_book(keep.BookSettings(unit=acts.unit, agency="ỦY BAN NHÂN DÂN PHƯỜNG CỬA NAM"))
    acts.finish(register, acts.reserve(register))
    acts.finish(register, acts.reserve(register, cost=Charge(gross=10, currency="USD")))
    clock.set(2027, 1, 1, 0, 0)
    acts.finish(register, acts.reserve(register))
    pages = pages_of(register.yearly_pdf(year=2026, unit=acts.unit), tmp_path)
    assert [i for i, page in enumerate(pages) if "CỘNG HÒA" in page] in ([0, len(pages) - 3], [0, len(pages) - 4])
    whole, last = " ".join(pages), pages[-1]
    assert all(f"Uyên {n + 1}" in whole for n in range(60))
    for words in (
        "KHÓA SỔ CHỨNG THỰC NĂM 2026",
        "Khóa sổ ngày 31 tháng 12 năm 2026",
        "Các quyển: 01/2026-SCT/BS, 02/2026-SCT/BS",
        "Từ số 01 đến số 62: tổng cộng 62 số, trong đó 02 số đã hủy",
        "Các số đã hủy: 07, 42",
        "176 (bản giấy 116, bản điện tử 60)",
        "350.000 đồng, 10 USD",
        f"Sổ đóng gồm {len(pages)} trang",
        "ký, đóng dấu",
    ):
        assert words in last
    assert "Bản giấy: 02, bản điện tử: 01" in whole
    for number, page in enumerate(pages, start=1):
        assert page
        if "CỘNG HÒA" not in page:
            assert re.search(rf"Trang {number}\b", page)


def test_a_year_without_acts_is_closed_too(register, acts, clock, tmp_path):
    clock.set(2027, 1, 4, 8, 0)
    pages = pages_of(register.yearly_pdf(year=2026, unit=acts.unit, trial=True), tmp_path)
    assert len(pages) == 3
    assert "không có giá trị pháp lý" in pages[0]
    assert "Trong năm không có việc chứng thực." in pages[1]
    assert "Tổng cộng 00 số" in pages[2]


def test_void_numbers_beyond_a_page_are_all_named(register, acts, clock, tmp_path, monkeypatch):
    from pyhncert.keep import _year_print

    numbers = list(range(1, 2401))
    totals = _year_print.Totals(lines=2400, voided=numbers, first=1, last=2400)
    monkeypatch.setattr(_year_print, "Totals", lambda: totals)
    clock.set(2027, 1, 4, 8, 0)
    pages = pages_of(register.yearly_pdf(year=2026, unit=acts.unit), tmp_path)
    closing = " ".join(pages[2:])
    assert len(pages) > 4
    assert all(re.search(rf"\b{n:02d}\b", closing) for n in numbers)
    assert f"Sổ đóng gồm {len(pages)} trang" in pages[-1]
    assert "ký, đóng dấu" in pages[-1]


def test_a_year_after_the_last_book_was_closed_has_no_sheet(register, path, clock):
    register.open_book(keep.BookSettings(unit="xe 7"))
    tamper(path, "UPDATE book SET closed_on = '2026-12-31' WHERE unit = 'xe 7'")
    clock.set(2028, 1, 2, 8, 0)
    facts = {"unit": "xe 7", "symbol": "SCT/BS", "font": None, "now": clock()}
    with pytest.raises(UsageFault, match="had no book of kind SCT/BS in 2027"):
        keep.yearly_pdf((), register.books(), year=2027, **facts)


def test_what_cannot_be_closed_is_said(register, acts, clock):
    with pytest.raises(UsageFault, match="2026 is not over"):
        register.yearly_pdf(year=2026, unit=acts.unit)
    acts.reserve(register)
    clock.set(2027, 1, 4, 8, 0)
    with pytest.raises(UsageFault, match="number 01/2026 is still under way"):
        register.yearly_pdf(year=2026, unit=acts.unit)
    for wrong in ({"unit": "nobody"}, {"unit": acts.unit, "symbol": "SCT/CKND"}):
        with pytest.raises(UsageFault, match="had no book"):
            register.yearly_pdf(year=2026, **wrong)
