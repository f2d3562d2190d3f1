"""Pages, acts and copies for the tests of this room."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pikepdf
import pytest

from pyhncert import issue
from pyhncert.values import VIETNAM, Matrix, Measures, Page, Reading

sys.path.insert(0, str(Path(__file__).parent))  # `import seals` in these tests
ROOT = Path(__file__).parents[2]
VERIFY_URL = "https://chungthuc.example.gov.vn/v"
CODE = "7K3MX9PQR2TWA4C"


@pytest.fixture(scope="session")
def font() -> issue.Font:
    return issue.prepare_font(Path(str(files("font_source_serif_pro") / "files" / "SourceSerifPro-Regular.ttf")))


@pytest.fixture(scope="session")
def paper() -> Callable[..., Page]:
    """A page of paper with bars of print: size in mm, dpi, where print begins and ends (mm), what fills the edges."""

    def make(
        width: float = 210,
        height: float = 297,
        *,
        dpi: float = 150,
        text: tuple[float, float] = (30, 250),
        edge: bool = False,
    ) -> Page:
        size = (round(height / 25.4 * dpi), round(width / 25.4 * dpi))
        noise = np.random.default_rng(5).normal(0, 3, (*size, 3))
        image = np.clip(noise + np.array([250, 246, 238]), 0, 255).astype(np.uint8)
        mm = dpi / 25.4
        for line in np.arange(text[0], text[1], 7.0):
            for x in np.arange(0.1 * width, 0.9 * width, 4.0):
                image[round(line * mm) : round((line + 3) * mm), round(x * mm) : round((x + 2.5) * mm)] = (30, 25, 40)
        if edge:
            for x in np.arange(0, width, 9.0):
                image[:, round(x * mm) : round((x + 0.4) * mm)] = (150, 30, 40)
        return page_of(image, dpi)

    return make


def page_of(image: Any, dpi: float, number: int = 1) -> Page:
    return Page(
        number=number,
        scan=0,
        frame=number - 1,
        image=image,
        raw_size=(image.shape[1], image.shape[0]),
        matrix=Matrix.identity(),
        turned=0,
        skew_deg=0.0,
        dpi=dpi,
        dpi_source="file",
        measures=Measures(sharpness=1, ink_share=0.1, contrast=150, text_height_px=20),
    )


@pytest.fixture(scope="session")
def act_of() -> Callable[..., issue.Act]:
    """An act over page records, with everything that a test does not care about."""

    def make(records: list[issue.PageRecord], readings: tuple[Reading, ...] = (), **changes: Any) -> issue.Act:
        settings: dict[str, Any] = {
            "code": CODE,
            "number": 1,
            "book": "01",
            "year": 2026,
            "unit": "hn-01",
            "office": "Ủy ban nhân dân phường Thử Nghiệm, thành phố Hà Nội",
            "trial": True,
            "officer_name": "Nguyễn Thị Thử Nghiệm",
            "officer_title": "Phó Chủ tịch",
            "officer_certificate": b"\5" * 32,
            "agency_certificate": b"\6" * 32,
            "certified_at": dt.datetime(2026, 11, 23, 10, 15, 3, 250_000, tzinfo=VIETNAM),
            "kind": "khai_sinh",
            "title": "GIẤY KHAI SINH",
            "scans": (issue.ScanRecord(media_type="image/png", length=10, sha256=b"\1" * 32),),
            "pages": tuple(records),
            "readings": readings,
            "findings_digest": b"\2" * 32,
            "qr_key_id": b"\3" * 8,
            "qr_certificate": b"\4" * 400,
            "software": {"pyhncert": "0.1.0"},
        }
        return issue.Act(**(settings | changes))

    return make


@pytest.fixture(scope="session")
def composed(font: issue.Font) -> Callable[..., bytes]:
    """Revision 1 of an act, its QR signed by nobody."""

    def make(act: issue.Act, **settings: Any) -> bytes:
        act_bytes = issue.act_json(act)
        digest = issue.content_digest([scan.sha256 for scan in act.scans], act_bytes)
        payload = issue.qr_payload(act.code, digest, lambda message: hashlib.sha512(message).digest(), act.qr_key_id)
        url = issue.qr_url(VERIFY_URL, payload)
        return issue.compose(act, act_bytes=act_bytes, font=font, url=url, verify_url=VERIFY_URL, **settings)

    return make


@pytest.fixture(scope="session")
def render(command: Callable[[str], str]) -> Callable[..., Any]:
    """RGB pixels of one page as poppler draws it, with its marks or without."""

    def draw(pdf: bytes, dpi: float, page: int = 1, *, marks: bool = True) -> Any:
        call = [command("pdftoppm"), "-r", f"{dpi:g}", "-f", str(page), "-l", str(page), "-"]
        data = subprocess.run(call, input=pdf if marks else bare(pdf), check=True, capture_output=True).stdout
        return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1]

    return draw


def bare(pdf: bytes) -> bytes:
    """The same file with nothing but the page images drawn."""
    with pikepdf.open(io.BytesIO(pdf)) as held:
        for page in held.pages:
            image = page.Contents.read_bytes().split(b"Do Q")[0] + b"Do Q"
            page.Contents = held.make_stream(image if b"/Im" in image else b"")
        out = io.BytesIO()
        held.save(out)
    return out.getvalue()


@pytest.fixture(scope="session")
def ink() -> Callable[..., Any]:
    """The definition of DESIGN 4, plainly: darker than the local Sauvola level, grown by so many mm."""

    def find(image: Any, dpi: float, grow_mm: float = 0.3, k: float = 0.3) -> Any:
        gray = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY).astype(np.float64)
        window = (2 * round(dpi / 20) + 1,) * 2
        mean = cv2.blur(gray, window)
        deviation = np.sqrt(np.maximum(cv2.blur(gray * gray, window) - mean * mean, 0))
        dark = (gray < mean * (1 + k * (deviation / 128 - 1))).astype(np.uint8)
        return grown(dark, dpi, grow_mm)

    return find


def grown(mask: Any, dpi: float, mm: float) -> Any:
    reach = round(mm / 25.4 * dpi)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return cv2.dilate(mask.astype(np.uint8), disc) > 0
