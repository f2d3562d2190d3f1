"""The smallest faithful file: size, CPU, the worst block of text, and what recompression costs the reader.

The bars of `pyhncert/issue/_faithful.py` were set on other pages (other text, seeds and inks); the 8-pt pages read here
are drawn from words that the code was not made with.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import io
import random
import re
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import papers
import pytest
from draw import DRAWINGS, draw
from drawing import scanner
from drawing.sheet import RED, Sheet
from harness import Ledger
from peer import shared
from PIL import Image
from unseen import other

from pyhncert import capture, issue, recognise
from pyhncert.issue._faithful import Judge
from pyhncert.issue._pages import _ink
from pyhncert.recognise._text import distances

if TYPE_CHECKING:
    from pyhncert.values import Page, Pixels

SEED = 20261125
BLACK, PALE, BLUE = (24, 24, 30), (104, 104, 110), (30, 50, 140)
INKS = (BLACK, PALE, BLACK, RED, BLACK, BLUE)
DARK = (BLACK, BLUE)
"""Inks that are read on a page with a seal over its print: red is lost in it, pale is taken for print of the back."""
FACES = ("Noto Serif", "DejaVu Serif", "Noto Sans", "Noto Serif", "Source Serif Pro", "DejaVu Sans Condensed")


def pages_on(image: Image.Image, dpi: int = 300) -> tuple[Page, ...]:
    """The pages on a picture as certifying has them."""
    out = io.BytesIO()
    image.save(out, "png", dpi=(dpi, dpi), compress_level=1)
    limits = capture.Limits()
    (raw,) = capture.raw_pages([capture.load(out.getvalue(), name="bench", limits=limits)], limits=limits)
    return capture.normalise(raw)


def upright(image: Image.Image, dpi: int = 300) -> Page:
    """The one page on a picture."""
    (page,) = pages_on(image, dpi)
    return page


def examples(*, short: bool) -> Iterator[tuple[str, Page]]:
    """The pages of the example papers with nothing wrong, at 300 dpi."""
    names = [name for name, plan in DRAWINGS.items() if plan.finding is None and plan.dpi == 300]
    for name in names[::4] if short else names:
        for page in pages_on(draw(name, 1)[0]):
            yield name, page


def peers_pages(*, short: bool) -> Iterator[tuple[str, Page]]:
    """The pages of `peer/make_pages.py`: noise over the whole sheet."""
    source = importlib.util.spec_from_file_location("make_pages", shared() / "peer/make_pages.py")
    assert source is not None and source.loader is not None
    made = importlib.util.module_from_spec(source)
    source.loader.exec_module(made)
    for seed in range(1 if short else 5):
        yield f"p{seed:02d}", upright(made.page(seed)[0])


def small_print(number: int, *, under_seal: bool = False) -> tuple[Page, list[str]]:
    """A page of 8-pt print and its lines; ink, typeface, noise and blur vary from page to page.

    A third of the pages has a seal beneath the print, or all have one over it.
    """
    rng = random.Random(f"{SEED}/{number}")
    sheet = Sheet(typeface=FACES[number % len(FACES)])
    pieces = [text for _, _, paragraphs in other.PIECES for text in paragraphs]
    rng.shuffle(pieces)
    ink, y = INKS[number % len(INKS)], 22.0
    for text in pieces[:22]:
        for row in sheet.wrap(text, 168, 8):
            sheet.text(21, y, row, 8, fill=ink)
            y += 4.1
        y += 1
    if under_seal or number % 3 == 2:
        sheet.seal(150, y - 22 if under_seal else y + 22, "CƠ QUAN KHÔNG CÓ THẬT", ["HÀ NỘI"], rng)
    image, truth = scanner.scan(sheet, rng, noise=rng.uniform(1.5, 5), blur_px=rng.uniform(0.3, 0.8))
    return upright(image), printed(truth)


def printed(truth: dict[str, Any]) -> list[str]:
    """The printed lines of a drawn page."""
    return [line["text"] for line in truth["lines"]]


def decoded(stream: bytes) -> Pixels:
    """The stream's pixels, RGB."""
    return np.asarray(Image.open(io.BytesIO(stream)).convert("RGB"))


def errors(read: str, lines: Sequence[str]) -> int:
    """Edit distance in characters of each printed line to where it is read best.

    So neither the order of lines counts nor what is read from signatures, which no page's truth holds.
    """
    return sum(min(distances(plain(line), plain(read), anywhere=True)) for line in lines)


def plain(text: str) -> str:
    """One form of each letter, blanks made single."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()


@pytest.mark.parametrize(("of", "pages", "mean_mb"), [("examples", examples, 0.6), ("peer's pages", peers_pages, None)])
def test_size_time_and_worst_block(
    promise: Any,
    ledger: Ledger,
    short: bool,
    of: str,
    pages: Callable[..., Iterator[tuple[str, Page]]],
    mean_mb: float | None,
) -> None:
    """0.6 MB in the mean over the examples, 0.75 each, 0.4 s CPU; no block of text loses more than the bar."""
    if pages is peers_pages and not (shared() / "peer/make_pages.py").is_file():
        ledger.skipped.append(f"no peer's pages: {shared()} is missing")
        pytest.skip("the peer's pages are missing")
    sizes, taken, worst = [], [], []
    for name, page in pages(short=short):
        spent = []
        for _ in range(2):
            begun = time.process_time()
            record = issue.encode_page(page)
            spent.append(time.process_time() - begun)
        gray, ink = _ink(page.image, page.dpi)
        seen = np.asarray(cv2.cvtColor(decoded(record.stream()), cv2.COLOR_RGB2GRAY), np.uint8)
        lost, _ = Judge.of(gray, ink).lost(seen)
        sizes.append(record.length / 1e6)
        taken.append(min(spent))
        worst.append(100 * float(lost.max()))
        print(f"  {name}: {sizes[-1]:.3f} MB, {1e3 * taken[-1]:.0f} CPU ms, worst block {worst[-1]:.2f} %")
    promise(f"page image, {of}, mean", float(np.mean(sizes)), "MB", bar=mean_mb)
    promise(f"page image, {of}, largest", max(sizes), "MB", bar=0.75)
    promise(f"page image, {of}, slowest", max(taken), "CPU s", bar=0.4)
    promise(f"page image, {of}, worst block of text", max(worst), "% of contrast", bar=3.5)


def test_the_reader_sees_no_difference(promise: Any, short: bool) -> None:
    """At most 0.1 points of character error between the raw and the recompressed page, at 8 pt and on the examples."""
    reader = recognise.Reader()

    def compare(name: str, pages: Iterable[tuple[Page, Sequence[str]]]) -> None:
        before = after = letters = 0
        for number, (page, lines) in enumerate(pages):
            stream = issue.encode_page(page).stream()
            again = dataclasses.replace(page, image=decoded(stream))
            raw, copied = (errors(reader.read(p).text, lines) for p in (page, again))
            count = sum(map(len, lines))
            print(f"  {name} {number}: {count} letters, {raw} wrong, recompressed {copied}, {len(stream)} bytes")
            before, after, letters = before + raw, after + copied, letters + count
        note = f"{before} wrong raw, {after} recompressed, of {letters} letters"
        promise(f"character error, {name}: change", 100 * abs(after - before) / letters, "points", bar=0.1, note=note)

    compare("8 pt", (small_print(number) for number in range(2 if short else 12)))
    if not short:
        dark = [number for number in range(18) if INKS[number % len(INKS)] in DARK]
        compare("8 pt under a seal", (small_print(number, under_seal=True) for number in dark))
        drawn = (draw(name, 5) for name in ("khai_sinh", "ket_hon", "gcn_qsdd", "quyet_dinh", "hop_dong", "full"))
        compare("examples", ((upright(image), printed(truth)) for image, truth in drawn))
        unseen = (p for p in papers.pages(short=True) if p.kind not in ("cccd", "can_cuoc", "gplx"))
        compare("unseen papers", ((upright(p.image), printed(p.truth)) for p in unseen))
