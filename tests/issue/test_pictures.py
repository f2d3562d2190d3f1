"""The pictures of signature and seal: what is refused of them, and where and how large they lie on the page."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import subprocess

import cv2
import numpy as np
import pdfjs
import pikepdf
import pytest
import zxingcpp
from seals import BLUE, RED, seal, signature, written

from pyhncert import issue
from pyhncert.errors import StorageFault, UsageFault

DAY = dt.date(2026, 11, 23)
DPI = 300
MM = DPI / 25.4


def opaque(image):
    image[:, :, 3] = 255
    return image


def blank(tall=400, wide=900):
    return np.zeros((tall, wide, 4), np.uint8)


def read(file):
    return cv2.imread(str(file), cv2.IMREAD_UNCHANGED)


REFUSED = {
    "not transparent": ("officer", lambda f: written(f, opaque(read(signature(f)))), "is not transparent"),
    "without alpha": ("officer", lambda f: cv2.imwrite(str(f), read(signature(f))[:, :, :3]), "no transparency"),
    "gray": ("agency", lambda f: cv2.imwrite(str(f), read(seal(f))[:, :, 3]), "no transparency"),
    "empty": ("officer", lambda f: written(f, blank()), "no ink at all"),
    "a red signature": ("officer", lambda f: signature(f, colour=RED), "must be blue: 0%"),
    "a black signature": ("officer", lambda f: signature(f, colour=(20, 20, 20, 255)), "must be blue: 0%"),
    "a blue seal": ("agency", lambda f: seal(f, colour=BLUE), "must be red: 0%"),
    "an oval seal": ("agency", lambda f: seal(f, squeeze=0.8), "not round: 8.. x 6.. pixels"),
    "few pixels": ("agency", lambda f: seal(f, across=100), "too small: .* 120 are needed"),
    "too many pixels": ("agency", lambda f: seal(f, across=4100), "4100|larger than 4000"),
    "text": ("agency", lambda f: f.write_bytes(b"no picture"), "not a picture"),
    "JPEG": ("agency", lambda f: jpeg(f), "not a PNG"),
    "cut off": ("officer", lambda f: f.write_bytes(signature(f).read_bytes()[:-40]), "cut off"),
    "no bytes": ("officer", lambda f: f.write_bytes(b""), "empty"),
}


def jpeg(file):
    cv2.imwrite(str(file.with_suffix(".jpg")), read(seal(file))[:, :, :3])
    shutil.move(file.with_suffix(".jpg"), file)


@pytest.mark.parametrize("name", REFUSED)
def test_each_picture_that_does_not_serve_is_refused_by_what_is_wrong_with_it(tmp_path, name):
    key, make, words = REFUSED[name]
    file = tmp_path / "picture.png"
    make(file)
    with pytest.raises(UsageFault, match=words) as told:
        issue.read_picture(file, key, DAY)
    what = ("signature", "chữ ký") if key == "officer" else ("seal", "con dấu")
    assert what[0] in told.value.en and what[1] in told.value.vi and told.value.hint("vi")


def test_a_picture_that_is_gone_is_a_fault_of_the_disk(tmp_path):
    with pytest.raises(StorageFault, match="cannot be read"):
        issue.read_picture(tmp_path / "absent.png", "agency", DAY)


@pytest.mark.parametrize("size", [20.0, 50.0])
def test_a_seal_of_a_size_that_no_agency_has_is_refused(size):
    with pytest.raises(UsageFault, match="25 to 38 mm"):
        issue.check_seal_size(size, DAY)


def test_sixteen_bits_and_palettes_are_read_as_they_look(tmp_path):
    plain = issue.read_picture(seal(tmp_path / "plain.png"), "agency", DAY)
    deep = read(tmp_path / "plain.png").astype(np.uint16) * 257
    cv2.imwrite(str(tmp_path / "deep.png"), deep)
    assert (issue.read_picture(tmp_path / "deep.png", "agency", DAY).rgba == plain.rgba).all()
    from PIL import Image

    with Image.open(tmp_path / "plain.png") as image:
        image.quantize(64, method=Image.Quantize.FASTOCTREE).save(tmp_path / "few.png")
    few = issue.read_picture(tmp_path / "few.png", "agency", DAY)
    assert abs(few.rgba.shape[0] - plain.rgba.shape[0]) <= 2


def test_pictures_keep_their_pixels_and_their_transparency(paper, act_of, composed, tmp_path):
    files = {"officer_picture": signature(tmp_path / "o.png"), "seal_picture": seal(tmp_path / "s.png")}
    pdf = composed(act_of([issue.encode_page(paper())], trial=False), **files)
    with pikepdf.open(io.BytesIO(pdf)) as held:
        images = held.pages[1].Resources.XObject
        for name, key, file in (("officer", "officer", "o.png"), ("agency", "agency", "s.png")):
            kept = issue.read_picture(tmp_path / file, key, DAY).rgba
            assert images[f"/{name}"].read_bytes() == kept[:, :, :3].tobytes()
            assert images[f"/{name}"].SMask.read_bytes() == kept[:, :, 3].tobytes()
        for widget in held.Root.AcroForm.Fields:
            assert [float(v) for v in widget.Rect] == [0, 0, 0, 0] and "/AP" not in widget


def box_of(mask):
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def masks(image):
    """Where the page is blue, and the largest red thing on it."""
    wide = image.astype(int)
    r, g, b = wide[:, :, 0], wide[:, :, 1], wide[:, :, 2]
    blue, red = (b - np.maximum(r, g) > 40), (r - np.maximum(g, b) > 60)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(red.astype(np.uint8))
    assert count > 1, "no red at all"
    best = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_WIDTH] * stats[1:, cv2.CC_STAT_HEIGHT]))
    return blue, labels == best


SHAPES = {
    "usual": ({}, {}, None),
    "empty edges": ({"margin": 160}, {"margin": 240}, None),
    "narrow signature": ({"wide": 420, "tall": 400}, {}, None),
    "another seal": ({}, {}, 33.0),
}


@pytest.mark.parametrize("text", [(30, 150), (30, 270)])
@pytest.mark.parametrize("name", SHAPES)
def test_the_seal_has_its_true_size_and_covers_a_third_of_the_signature_on_its_left(
    paper, act_of, composed, render, tmp_path, name, text
):
    officer, agency, seal_mm = SHAPES[name]
    files = {
        "officer_picture": signature(tmp_path / "officer.png", **officer),
        "seal_picture": seal(tmp_path / "seal.png", **agency),
    }
    act = act_of([issue.encode_page(paper(text=text))], trial=False)
    pdf = composed(act, seal_mm=seal_mm, **files)
    with pikepdf.open(io.BytesIO(pdf)) as held:
        last = len(held.pages)
    image = render(pdf, DPI, last)
    blue, red = masks(image)
    left, top, right, bottom = box_of(red)
    assert (right - left) / MM == pytest.approx(seal_mm or 36.0, abs=0.4)
    assert (bottom - top) / MM == pytest.approx(seal_mm or 36.0, abs=0.4)
    signed = box_of(blue)
    assert left < signed[0] and right < signed[2], "not on its left"
    assert 0.25 <= (right - signed[0]) / (signed[2] - signed[0]) <= 0.45
    assert top <= signed[1] and signed[3] <= bottom, "not on one level"
    assert (signed[2] - signed[0]) / MM <= 45.2 and (signed[3] - signed[1]) / MM <= 18.2
    assert np.abs(np.median(image[red], axis=0) - (200, 10, 20)).max() < 40
    assert np.abs(np.median(image[blue], axis=0) - (20, 40, 160)).max() < 60
    assert zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode), "the QR does not read"


@pytest.mark.parametrize("text", [(30, 150), (12, 288)])
def test_pictures_cover_no_print_and_not_the_qr(paper, act_of, composed, render, ink, tmp_path, text):
    files = {"officer_picture": signature(tmp_path / "o.png"), "seal_picture": seal(tmp_path / "s.png")}
    page = paper(text=text)
    act = act_of([issue.encode_page(page)], trial=False)
    pdf = composed(act, **files)
    with_marks, bare = render(pdf, page.dpi), render(pdf, page.dpi, marks=False)
    height, width = page.image.shape[:2]
    marked = (np.abs(with_marks.astype(int) - bare).max(axis=2) > 6)[:height, :width]
    assert not (marked & ink(page.image, page.dpi)[: marked.shape[0], : marked.shape[1]]).any()


def test_verapdf_says_pdf_a_3u_of_copies_with_pictures(paper, act_of, composed, jar, tmp_path):
    files = {"officer_picture": signature(tmp_path / "o.png"), "seal_picture": seal(tmp_path / "s.png")}
    copies = []
    for profile in ("certified", "sao_y"):
        for edge in (False, True):
            act = act_of([issue.encode_page(paper(text=(30, 150), edge=edge))], trial=False)
            copies.append(tmp_path / f"{profile}-{edge}.pdf")
            copies[-1].write_bytes(composed(act, profile=profile, **files))
    done = subprocess.run(
        ["java", "-jar", jar, "pdfa", *map(str, copies), "--flavour", "3u"], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0 and done.stdout.count("compliant=true") == len(copies), done.stdout


@pytest.mark.timeout(240)
@pytest.mark.parametrize("profile", ["certified", "sao_y"])
def test_pdf_js_draws_what_poppler_draws(paper, act_of, composed, render, tmp_path, profile):
    if pdfjs.missing():
        pytest.skip(pdfjs.missing())
    files = {"officer_picture": signature(tmp_path / "o.png"), "seal_picture": seal(tmp_path / "s.png")}
    pdf = composed(act_of([issue.encode_page(paper(text=(30, 150)))], trial=False), profile=profile, **files)
    theirs, ours = pdfjs.drawn(pdf, 1, 150).astype(float), render(pdf, 150).astype(float)
    tall, wide = (min(a, b) for a, b in zip(theirs.shape[:2], ours.shape[:2], strict=True))
    assert abs(theirs.shape[0] - ours.shape[0]) <= 1 and abs(theirs.shape[1] - ours.shape[1]) <= 1
    theirs, ours = theirs[:tall, :wide], ours[:tall, :wide]
    apart = np.abs(cv2.GaussianBlur(theirs, (0, 0), 4) - cv2.GaussianBlur(ours, (0, 0), 4))
    assert apart.max() < 40, "the programs differ by more than smoothing"
    if profile == "certified":
        for mine, other in zip(masks(ours), masks(theirs), strict=True):
            assert np.abs(np.subtract(box_of(mine), box_of(other))).max() <= 2, "signature or seal lies elsewhere"
