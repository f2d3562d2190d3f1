"""Peak resident memory of the command: one page, fifty pages."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from draw import draw, save
from harness import HNCERT, run
from PIL import Image


def scanned_pdf(images: list[Image.Image], copies: int, path: Path) -> Path:
    """A PDF as a feeder makes it: one JPEG a page, 300 dpi A4."""
    with pikepdf.new() as pdf:
        for i in range(copies):
            image = images[i % len(images)]
            data = io.BytesIO()
            image.save(data, "jpeg", quality=85)
            stream = pdf.make_stream(
                data.getvalue(),
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=image.width,
                Height=image.height,
                ColorSpace=pikepdf.Name.DeviceRGB,
                BitsPerComponent=8,
                Filter=pikepdf.Name.DCTDecode,
            )
            pdf.add_blank_page(page_size=(image.width * 0.24, image.height * 0.24))
            page = pdf.pages[-1]
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=stream))
            page.Contents = pdf.make_stream(f"{image.width * 0.24} 0 0 {image.height * 0.24} 0 0 cm /Im0 Do".encode())
        pdf.save(path)
    return path


@pytest.mark.parametrize("form", ["a PDF", "PNG files"])
def test_fifty_pages_take_little_more_than_one(promise: Any, short: bool, office: Path, work: Path, form: str) -> None:
    """At most 150 MB above one page; short: twelve pages, and the PDF only."""
    if short and form != "a PDF":
        pytest.skip("whole runs only")
    pages = 12 if short else 50
    folder = work / "memory"
    folder.mkdir(exist_ok=True)
    drawn = [draw(kind, 7) for kind in ("hop_dong", "quyet_dinh", "cong_van")]
    if form == "a PDF":
        images = [image for image, _ in drawn]
        one = [scanned_pdf(images, 1, folder / "one.pdf")]
        many = [scanned_pdf(images, pages, folder / "many.pdf")]
    else:
        files = [save(image, truth, folder, f"page{i}") for i, (image, truth) in enumerate(drawn)]
        one, many = files[:1], [files[i % len(files)] for i in range(pages)]
    peaks = []
    for name, scans in (("one", one), ("many", many)):
        out = folder / f"{name}-{'pdf' if form == 'a PDF' else 'png'}-copy.pdf"
        for old in (out, out.with_suffix(".receipt.json")):
            old.unlink(missing_ok=True)
        usage = run([HNCERT, "--office", office, "certify", *scans, "-o", out, "--yes"])
        assert usage.code == 0, usage.err
        print(
            f"  {form}, {name}: {usage.peak_mb:.0f} MB, {usage.cpu_s:.1f} CPU s, copy {out.stat().st_size / 1e6:.2f} MB"
        )
        peaks.append(usage.peak_mb)
    note = f"{peaks[0]:.0f} -> {peaks[1]:.0f}"
    promise(f"memory of {pages} pages above one, {form}", peaks[1] - peaks[0], "MB", bar=150.0, note=note)


def test_an_a3_page_is_certified_in_stated_memory(promise: Any, office: Path, work: Path) -> None:
    """Peak of the command for one A3 page, 300 dpi, colour (4961 x 3508); printed beside that of A4."""
    left, right = (draw(kind, 7)[0] for kind in ("hop_dong", "quyet_dinh"))
    wide = Image.new("RGB", (left.width + right.width + 1, left.height), (248, 246, 240))
    wide.paste(left, (0, 0))
    wide.paste(right, (left.width + 1, 0))
    for name, image in (("A4", left), ("A3", wide)):
        scan, out = work / f"{name}.png", work / f"{name}-copy.pdf"
        image.save(scan, dpi=(300, 300), compress_level=1)
        usage = run([HNCERT, "--office", office, "certify", scan, "-o", out, "--yes"])
        assert usage.code == 0, usage.err
        with pikepdf.open(out) as copy:
            wide_pt = float(copy.pages[0].MediaBox[2])
        assert abs(wide_pt / (image.width / 300 * 72) - 1) < 0.01
        promise(f"memory of one {name} page, 300 dpi", usage.peak_mb, "MB")
