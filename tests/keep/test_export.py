"""The register for other programs and on paper."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
import subprocess
from importlib.resources import files

import jsonschema
import pytest

from pyhncert import keep
from pyhncert.errors import UsageFault

COLUMNS = [
    "Số thứ tự/số chứng thực",
    "Ngày, tháng, năm chứng thực",
    "Họ tên của người yêu cầu chứng thực",
    "Tên của bản chính giấy tờ, văn bản",
    "Họ tên, chức danh người ký chứng thực",
    "Số bản sao đã được chứng thực",
    "Lệ phí/Phí chứng thực",
    "Ghi chú",
]
DAY = dt.date(2026, 11, 24)


def _csv(register, **which):
    stream = io.StringIO(newline="")
    count = register.export_csv(stream, year=2026, **which)
    rows = list(csv.reader(io.StringIO(stream.getvalue(), newline="")))
    assert len(rows) == count + 1
    return rows


def test_the_csv_has_the_eight_columns_of_the_form(register, acts):
    acts.finish(register, acts.reserve(register, pages=3, copies=2))
    voided = acts.reserve(register)
    register.void(voided.act_id, "nhầm bản chính")
    acts.reserve(register, note="mang về")
    rows = _csv(register, month=11)
    assert rows[0] == COLUMNS
    assert rows[1] == [
        "01", "24/11/2026", "Nguyễn Thị Đào", "Giấy khai sinh", "Trần Văn Bình, Phó Chủ tịch", "2", "10000", "",
    ]  # fmt: skip
    assert rows[2][5:] == ["0", "0", "Đã hủy số ngày 24/11/2026: nhầm bản chính"]
    assert rows[3][7] == "Đang thực hiện; mang về"
    assert _csv(register, month=12) == [COLUMNS]
    assert len(_csv(register)) == 4


def test_no_cell_is_a_formula(register, acts):
    wild = {
        "=HYPERLINK(1)": "'=HYPERLINK(1)",
        "+84": "'+84",
        "-1": "'-1",
        "@SUM(A1)": "'@SUM(A1)",
        "  =1": "  '=1",
        "＝1": "'＝1",
        "a;=1": "a;'=1",
        "\t=1": "\\t=1",
        "a\u202eb": "a\\u202eb",
        "'ok": "'ok",
        'Ông A, "B"\nC': 'Ông A, "B"\nC',
    }
    for requester in wild:
        acts.reserve(register, requester=requester)
    assert [row[2] for row in _csv(register)[1:]] == list(wild.values())


def test_a_mark_tells_excel_that_this_is_utf8(register):
    stream = io.StringIO(newline="")
    register.export_csv(stream, year=2026, bom=True)
    assert stream.getvalue().encode().startswith(b"\xef\xbb\xbf")


def test_the_description_beside_the_csv_carries_version_columns_and_source():
    about = keep.csv_metadata("so.csv", on=DAY)
    assert about["@context"] == "http://www.w3.org/ns/csvw"
    assert (about["pyhncert:format"], about["pyhncert:version"]) == ("pyhncert/register", 1)
    assert [column["titles"] for column in about["tableSchema"]["columns"]] == COLUMNS
    assert "23/2015" in about["dc:source"]
    json.dumps(about)


def test_no_form_before_the_decree():
    with pytest.raises(UsageFault, match="no form of the register"):
        keep.export_csv([], io.StringIO(), on=dt.date(2014, 1, 1))


def test_the_json_export_follows_its_schema(register, acts):
    old, new = acts.reserve(register), acts.reserve(register)
    acts.finish(register, old)
    acts.finish(register, new)
    register.supersede(old.code, new.code, "sai")
    register.void(acts.reserve(register).act_id, "nhầm")
    stream = io.StringIO()
    assert keep.export_json(register.lines(), stream, on=DAY) == 3
    made = json.loads(stream.getvalue())
    schema = json.loads(files("pyhncert.keep").joinpath("schemas/register.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(made, schema)
    assert made["columns"] == COLUMNS
    assert [line["number"] for line in made["lines"]] == [1, 2, 3]
    assert made["lines"][0]["superseded_by"] == made["lines"][1]["code"] == new.code
    empty = io.StringIO()
    keep.export_json([], empty, on=DAY)
    jsonschema.validate(json.loads(empty.getvalue()), schema)


def _text(pdf, tmp_path):
    (tmp_path / "month.pdf").write_bytes(pdf)
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    run = subprocess.run(["pdftotext", "-layout", tmp_path / "month.pdf", "-"], capture_output=True, check=True)
    return run.stdout.decode().split("\f")[:-1]


def test_the_month_on_paper_has_cover_columns_reasons_totals_and_page_numbers(register, acts, tmp_path):
    for i in range(40):
        act = acts.reserve(register, requester=f"Đặng Thị Quỳnh Như {i + 1}")
        if i == 2:
            register.void(act.act_id, "nhầm bản chính")
        else:
            acts.finish(register, act)
    pages = _text(register.monthly_pdf(year=2026, month=11), tmp_path)
    cover = " ".join(pages[0].split())
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "ỦY BAN NHÂN DÂN PHƯỜNG CỬA NAM",
        "SỔ CHỨNG THỰC BẢN SAO TỪ BẢN CHÍNH",
        "Quyển số: 01/2026-SCT/BS",
        "Tháng 11 năm 2026",
        "Ngày mở sổ: 24/11/2026",
    ):
        assert words in cover
    assert "không có giá trị pháp lý" not in cover
    everything = " ".join(" ".join(pages).split())
    for i in range(40):
        assert f"Như {i + 1} " in everything
    assert "Đã hủy số ngày" in everything
    assert "40 số, trong đó 01 số đã hủy; 39 bản sao; phí 78.000 đồng" in everything
    for number, page in enumerate(pages[1:], start=2):
        assert f"Trang {number}" in page
    for i in range(1, 9):
        assert f"({i})" in pages[1]


def test_a_month_without_acts_is_printed_too(register, tmp_path):
    pages = _text(register.monthly_pdf(year=2026, month=12, trial=True), tmp_path)
    assert len(pages) == 2
    assert "Sổ thử nghiệm, không có giá trị pháp lý" in pages[0]
    assert "Trong tháng không có việc chứng thực." in pages[1]


def test_each_book_of_a_month_has_a_cover_of_its_own(register, acts, tmp_path):
    acts.reserve(register)
    register.open_book(keep.BookSettings(unit=acts.unit))
    acts.reserve(register)
    pages = _text(register.monthly_pdf(year=2026, month=11), tmp_path)
    assert [i for i, page in enumerate(pages) if "CỘNG HÒA" in page] == [0, 2]
    assert "Ngày khóa sổ: 24/11/2026" in pages[0]
    assert "Quyển số: 02/2026-SCT/BS" in pages[2]


def test_a_line_taller_than_a_page_is_printed_to_its_last_word(register, acts, tmp_path):
    acts.finish(register, acts.reserve(register))
    reason = " ".join(f"lý-do-{i}" for i in range(400))
    register.void(acts.reserve(register).act_id, reason)
    acts.finish(register, acts.reserve(register))
    pages = _text(register.monthly_pdf(year=2026, month=11), tmp_path)
    seen = "\n".join(pages).split()
    assert [word for word in seen if word.startswith("lý-do-")] == reason.split()
    assert len(pages) == 6
    assert all(f"Trang {n}" in page for n, page in enumerate(pages[1:], start=2))


def test_printing_the_same_month_gives_the_same_bytes(register, acts):
    acts.finish(register, acts.reserve(register, requester="x" * 300, original="Tên có ký tự lạ: 漢字 🙂"))
    assert register.monthly_pdf(year=2026, month=11) == register.monthly_pdf(year=2026, month=11)


def test_a_unit_without_books_has_nothing_to_print(register):
    with pytest.raises(UsageFault, match="has no book"):
        register.monthly_pdf(year=2026, month=11, unit="nobody")
