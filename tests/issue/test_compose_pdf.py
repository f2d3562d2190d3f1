"""Revision 1 as a file: PDF/A-3u, the words in place and in order, the attachment, the empty fields."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
import unicodedata

import numpy as np
import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from pyhncert import issue
from pyhncert.errors import StorageFault
from pyhncert.escape import for_pdf
from pyhncert.issue._pdfa import srgb_profile
from pyhncert.issue._subset import Case
from pyhncert.issue._text import invisible
from pyhncert.issue._write import number
from pyhncert.values import Line, Reading, Word

LINES = [
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "Họ, chữ đệm, tên: NGUYỄN THỊ ẲẶỠỰỴ",
    "Số (1) <2> \\ 漢字 и ½",
]


@pytest.fixture(scope="module")
def reading_of():
    def make(number, lines, *, dpi=150.0):
        step = dpi / 12
        made = []
        for i, text in enumerate(lines):
            y = dpi + 2 * step * i

            def quad(x, width, y=y):
                return ((x, y), (x + width, y), (x + width, y + step), (x, y + step))

            words = tuple(
                Word(text=w, quad=quad(dpi + 6 * step * j, 5 * step), confidence=0.98)
                for j, w in enumerate(text.split())
            )
            made.append(Line(text=text, quad=quad(dpi, 60 * step), confidence=0.98, words=words))
        return Reading(page=number, lines=tuple(made), reader="test")

    return make


@pytest.fixture(scope="module")
def act(paper, act_of, reading_of):
    records = [issue.encode_page(paper()) for _ in range(2)]
    records[1] = type(records[1])(
        **{n: getattr(records[1], n) for n in records[1].__slots__} | {"number": 2, "frame": 1}
    )
    return act_of(records, (reading_of(1, LINES), reading_of(2, LINES[::-1])), title="GIẤY (KHAI) \\ SINH & <hai>")


@pytest.fixture(scope="module")
def pdf(act, composed):
    return composed(act)


def test_the_same_act_gives_the_same_bytes(act, pdf, composed):
    assert composed(act) == pdf


def test_pages_from_the_spool_give_the_same_bytes(act, pdf, composed, act_of, tmp_path):
    records = []
    for page in act.pages:
        file = tmp_path / f"{page.number}.jpg"
        file.write_bytes(page.stream())
        records.append(type(page)(**{n: getattr(page, n) for n in page.__slots__} | {"jpeg": file}))
    spooled = act_of(records, act.readings, title=act.title)
    assert composed(spooled) == pdf
    file.unlink()
    with pytest.raises(StorageFault, match="page 2 is gone"):
        composed(spooled)


def test_qpdf_finds_nothing_to_complain_about(pdf, command, tmp_path):
    (tmp_path / "a.pdf").write_bytes(pdf)
    subprocess.run([command("qpdf"), "--check", str(tmp_path / "a.pdf")], check=True, capture_output=True)


def test_verapdf_says_pdf_a_3u(act, composed, paper, act_of, jar, tmp_path):
    shapes = {
        "appended": composed(act),
        "free area": composed(act_of([issue.encode_page(paper(text=(30, 150)))])),
        "strip": composed(act_of([issue.encode_page(paper(text=(10, 10), edge=True))]), profile="sao_y"),
    }
    files = []
    for name, data in shapes.items():
        files.append(tmp_path / f"{name}.pdf")
        files[-1].write_bytes(data)
    done = subprocess.run(
        ["java", "-jar", jar, "pdfa", *map(str, files), "--flavour", "3u"], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_the_text_layer_is_what_was_read_in_its_order(pdf, command):
    call = [command("pdftotext"), "-raw", "-l", "1", "-", "-"]
    seen = subprocess.run(call, input=pdf, check=True, capture_output=True).stdout.decode()
    assert unicodedata.normalize("NFC", seen).splitlines()[: len(LINES)] == LINES


def test_every_word_lies_in_its_box(act, pdf, command):
    call = [command("pdftotext"), "-bbox", "-l", "1", "-", "-"]
    page = subprocess.run(call, input=pdf, check=True, capture_output=True).stdout.decode()
    found = [
        (m[5], [float(m[i]) for i in range(1, 5)])
        for m in re.finditer(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)<', page)
    ]
    for word in (w for line in act.readings[0].lines[:3] for w in line.words):
        wanted = [v * 72 / 150 for v in (*word.quad[0], *word.quad[2])]
        assert any(text == word.text and box == pytest.approx(wanted, abs=0.6) for text, box in found), word


def test_the_act_is_attached_as_data(act, pdf):
    with pikepdf.open(io.BytesIO(pdf)) as held:
        assert list(held.attachments) == ["act.json"]
        spec = held.Root.AF[0]
        assert (spec.AFRelationship, str(spec.UF)) == ("/Data", "act.json")
        file = spec.EF.F
        assert file.Subtype == "/application/json"
        data = file.read_bytes()
        assert data == issue.act_json(act)
        assert (int(file.Params.Size), bytes(file.Params.CheckSum)) == (len(data), hashlib.md5(data).digest())


def test_page_images_pass_through_untouched(act, pdf):
    with pikepdf.open(io.BytesIO(pdf)) as held:
        for page, record in zip(held.pages, act.pages, strict=False):
            image = page.Resources.XObject.Im
            assert hashlib.sha256(image.read_raw_bytes()).digest() == record.sha256
            assert (image.Filter, image.ColorSpace) == ("/DCTDecode", "/DeviceRGB")


def test_two_signature_fields_wait_empty_and_unseen(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as held:
        form = held.Root.AcroForm
        assert int(form.SigFlags) == 3
        assert [str(f.T) for f in form.Fields] == ["Officer", "Agency"]
        for field in form.Fields:
            assert field.FT == "/Sig" and "/V" not in field and "/AP" not in field
            assert [int(v) for v in field.Rect] == [0, 0, 0, 0]
            assert int(field.F) & 0b100 and not int(field.F) & 0b100011
            assert field.P.objgen == held.pages[0].objgen


def test_the_file_is_of_the_plainest_kind(pdf):
    assert pdf.startswith(b"%PDF-1.7\n%") and pdf.endswith(b"%%EOF\n")
    assert pdf.count(b"%%EOF") == pdf.count(b"\nxref\n") == pdf.count(b"\ntrailer\n") == 1
    assert b"/ObjStm" not in pdf and b"/XRef" not in pdf and b"/JavaScript" not in pdf and b"/URI" not in pdf


def test_metadata_name_the_copy_in_vietnamese(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as held, held.open_metadata() as meta:
        assert meta["dc:title"] == "BẢN SAO: GIẤY (KHAI) \\ SINH & <hai>"
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("3", "U")
        assert meta["xmp:CreateDate"] == "2026-11-23T10:15:03+07:00"


def test_our_profile_is_srgb():
    ours = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))
    theirs = ImageCms.createProfile("sRGB")
    colours = Image.linear_gradient("L").resize((64, 64))
    picture = Image.merge("RGB", (colours, colours.rotate(90), colours.rotate(45)))
    there = ImageCms.profileToProfile(picture, ours, theirs)
    assert np.abs(np.asarray(picture, int) - np.asarray(there, int)).max() <= 1


@given(text=st.text())
def test_what_is_written_is_always_text_that_a_pdf_may_map_to(text):
    shown = for_pdf(text)
    assert not any(unicodedata.category(c)[0] == "C" for c in shown)
    assert shown == for_pdf(shown)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(text=st.text(min_size=1), x=st.floats(-1e4, 1e4), y=st.floats(-1e4, 1e4))
def test_any_word_in_any_place_gives_well_formed_operators(text, x, y):
    quad = ((x, y), (x + 10, y), (x + 10, y), (x, y))
    line = Line(text=text, quad=quad, confidence=1, words=())
    case = Case(None)
    content = invisible(case, Reading(page=1, lines=(line,), reader=""), scale=0.24, height=800)
    if for_pdf(text):
        assert re.fullmatch(r"q BT 3 Tr /F0 1 Tf\n(-?[\d.]+ ){6}Tm <[0-9A-F]*> Tj\nET Q", content)
    else:
        assert content == ""


@given(value=st.floats(-1e9, 1e9))
def test_numbers_have_no_exponent(value):
    assert re.fullmatch(r"-?\d+(\.\d{1,3})?", number(value))
    assert float(number(value)) == pytest.approx(value, abs=5.1e-4)


def test_fifty_pages_need_little_memory_beside_the_file(paper, act_of, composed, font, tmp_path):
    record = issue.encode_page(paper(dpi=100), spool=tmp_path)
    records = [type(record)(**{n: getattr(record, n) for n in record.__slots__} | {"number": i}) for i in range(1, 51)]
    act = act_of(records)
    with (tmp_path / "out.pdf").open("wb") as out:
        act_bytes = issue.act_json(act)
        url = issue.qr_url("https://a.example/v", b"x" * 104)
        length = issue.compose_into(out, act, act_bytes=act_bytes, font=font, url=url, verify_url="https://a.example/v")
    assert length == (tmp_path / "out.pdf").stat().st_size > 50 * record.length
    with pikepdf.open(tmp_path / "out.pdf") as held:
        assert len(held.pages) == 51


def test_composing_is_not_needed_to_verify():
    code = (
        "import sys; from pyhncert import issue; issue.act_json, issue.content_digest, issue.read_payload, issue.Act;"
        "heavy = {'cv2', 'numpy', 'pikepdf', 'zxingcpp', 'onnxruntime', 'tesserocr'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
