"""OCRmyPDF with our reader (extra `[ocrmypdf]`): the text layer that it writes is what we read, in its place."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from pyhncert import recognise

ocrmypdf = pytest.importorskip("ocrmypdf", reason="OCRmyPDF is not installed (extra [ocrmypdf])")

from ocrmypdf.exceptions import BadArgsError, InputFileError  # noqa: E402

import pyhncert.ocrmypdf as plugin  # noqa: E402
from pyhncert.ocrmypdf import VietnameseEngine, get_ocr_engine  # noqa: E402
from pyhncert.values import Word  # noqa: E402

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed"),
    pytest.mark.skipif(
        shutil.which("gs") is None or shutil.which("tesseract") is None,
        reason="OCRmyPDF needs Ghostscript and Tesseract",
    ),
]
XHTML = "{http://www.w3.org/1999/xhtml}"


def drawn(folder: Path, turned: int = 0, **options: Any) -> Path:
    """A decision on A6, 200 dpi, as a PNG, on its side where asked."""
    from draw import draw

    image, truth = draw("small", 1, **options)
    path = folder / "page.png"
    image.convert("RGB").rotate(-turned, expand=True).save(path, dpi=(truth["dpi"], truth["dpi"]))
    return path


def run(picture: Path, *options: str) -> tuple[str, list[tuple[str, tuple[float, ...]]]]:
    """The text that OCRmyPDF's file holds, and its words with their boxes in pixels."""
    out = picture.with_suffix(".pdf")
    command = [sys.executable, "-m", "ocrmypdf", "--plugin", "pyhncert.ocrmypdf", "--output-type", "pdf", "--optimize"]
    done = subprocess.run([*command, "0", *options, picture, out], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    text = subprocess.run(["pdftotext", out, "-"], capture_output=True, text=True, check=True).stdout
    boxes = subprocess.run(["pdftotext", "-bbox", out, "-"], capture_output=True, check=True).stdout
    words = [
        (word.text or "", tuple(float(word.get(side, "nan")) * 200 / 72 for side in ("xMin", "yMin", "xMax", "yMax")))
        for word in ET.fromstring(re.sub(rb"<!DOCTYPE[^>]*>", b"", boxes)).iter(f"{XHTML}word")
    ]
    return text, words


def letters(text: str) -> str:
    """`text` in NFC without blanks; pdftotext may give a mark for itself."""
    return "".join(unicodedata.normalize("NFC", "".join(text.split())))


def on(word: Word, said: str, box: tuple[float, ...]) -> bool:
    """Whether what was written in `box` is `word` or a part of it, and lies on it; a dash has hardly a height."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    xs, ys = [p[0] for p in word.quad], [p[1] for p in word.quad]
    return said in word.text and min(xs) - 3 <= x <= max(xs) + 3 and min(ys) - 12 <= y <= max(ys) + 12


@pytest.mark.parametrize("skew_deg", [0.0, 1.5])
def test_ocrmypdf_writes_what_we_read_where_it_stands(tmp_path, reader, skew_deg):
    picture = drawn(tmp_path, skew_deg=skew_deg)
    (page,) = recognise.read(picture, reader=reader)
    text, words = run(picture)
    ours = [word for line in page.lines for word in line.words]
    # OCRmyPDF draws the page anew, so a sign of 200 may be read otherwise
    mine, theirs = Counter(letters("".join(word.text for word in ours))), Counter(letters(text))
    assert (mine - theirs).total() + (theirs - mine).total() <= 0.01 * mine.total()
    if not skew_deg:  # pdftotext tears slanting words
        whole = Counter(part for word in ours for part in word.text.split())
        assert (whole - Counter(text.split())).total() <= 0.03 * whole.total()
    lost = [word.text for word in ours if not any(on(word, said, box) for said, box in words)]
    assert len(lost) <= 0.03 * len(ours)


def test_a_page_on_its_side_is_set_upright_and_its_skew_taken_out(tmp_path, reader):
    picture = drawn(tmp_path, turned=90, skew_deg=1.5)
    assert VietnameseEngine.get_orientation(picture, None).angle == 90
    text, _ = run(picture, "--rotate-pages", "--deskew")
    (page,) = recognise.read(picture, reader=reader)
    ours, theirs = {word.text for line in page.lines for word in line.words}, set(text.split())
    assert len(ours & theirs) >= 0.95 * len(ours)
    (upright,) = recognise.read(picture.with_suffix(".pdf"), reader=reader)
    assert upright.turned == 0 and abs(upright.skew_deg) < 0.4


def test_a_page_that_stays_on_its_side_has_its_words_there_too(tmp_path, reader):
    picture = drawn(tmp_path, turned=90, skew_deg=0.0)
    (page,) = recognise.read(picture, reader=reader)
    _, words = run(picture)
    ours = [word for line in page.lines for word in line.words]
    lost = [word.text for word in ours if not any(on(word, said, box) for said, box in words)]
    assert len(lost) <= 0.05 * len(ours)


def test_hocr_is_well_formed_and_holds_no_markup_of_strangers(tmp_path, reader, monkeypatch):
    picture = drawn(tmp_path, skew_deg=0.0)
    (page,) = recognise.read(picture, reader=reader)
    word = replace(page.lines[0].words[0], text="<script>'\"&\u202e\x1b[2J")
    wild = replace(page, lines=(replace(page.lines[0], words=(word,)),))
    monkeypatch.setattr(plugin.recognise, "read", lambda *_a, **_k: (wild,))
    VietnameseEngine.generate_hocr(picture, tmp_path / "a.hocr", tmp_path / "a.txt", None)
    text = (tmp_path / "a.hocr").read_text("utf-8")
    spans = [span for span in ET.fromstring(text.encode()).iter(f"{XHTML}span") if span.get("class") == "ocrx_word"]
    assert [span.text for span in spans] == ["<script>'\"& [2J"]
    assert "<script" not in text and "\x1b" not in text and "\u202e" not in text


def test_another_engine_is_left_to_ocrmypdf(tmp_path):
    assert isinstance(get_ocr_engine(None), VietnameseEngine)
    assert isinstance(get_ocr_engine(SimpleNamespace(ocr_engine="auto")), VietnameseEngine)
    assert get_ocr_engine(SimpleNamespace(ocr_engine="tesseract")) is None
    with pytest.raises(BadArgsError, match="sandwich"):
        VietnameseEngine.generate_pdf(tmp_path, tmp_path, tmp_path, None)
    assert {"vie", "eng"} <= VietnameseEngine.languages(None)


def test_a_picture_that_is_no_page_is_an_input_error_of_ocrmypdf(tmp_path):
    Image.new("RGB", (40, 40)).save(tmp_path / "tiny.png")
    with pytest.raises(InputFileError, match="40"):
        VietnameseEngine.generate_ocr(tmp_path / "tiny.png", None)
