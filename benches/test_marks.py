"""Marks that matter (issue 4, line 5): found and falsely found on pages that nothing was chosen on."""

from __future__ import annotations

import dataclasses
import datetime as dt
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np
import pytest
from marked import copies
from marked import names as named
from marked import pages as drawn
from PIL import Image

from pyhncert import capture, check, recognise
from pyhncert.check._rules import bounds
from pyhncert.recognise import _crop, _reader
from pyhncert.values import Line, Marks, Matrix, Page, Quad, RawPage, Seal

SHORT, WHOLE = 24, 320


def seen(*, short: bool) -> Iterator[tuple[drawn.Marked, Page]]:
    """The held-out pages, as `normalise` hands them on."""
    for marked in drawn.pages(held_out=True, count=SHORT if short else WHOLE):
        (page,) = capture.normalise(RawPage(number=1, scan=0, frame=0, image=marked.image, dpi=marked.dpi))
        yield marked, page


def extent(quad: Sequence[Sequence[float]]) -> tuple[float, float, float, float]:
    """Left, top, right, bottom."""
    xs, ys = [p[0] for p in quad], [p[1] for p in quad]
    return min(xs), min(ys), max(xs), max(ys)


def overlap(a: Sequence[Sequence[float]], b: Sequence[Sequence[float]]) -> float:
    """Intersection over union of the boxes around two quads."""
    p, q = extent(a), extent(b)
    wide, high = min(p[2], q[2]) - max(p[0], q[0]), min(p[3], q[3]) - max(p[1], q[1])
    if wide <= 0 or high <= 0:
        return 0.0
    areas = [(r[2] - r[0]) * (r[3] - r[1]) for r in (p, q)]
    return wide * high / (sum(areas) - wide * high)


class Count:
    """Marks of one sort: found, missed, and pages on which there is none but one was found."""

    def __init__(self, least: float) -> None:
        self.least = least
        self.tally = Counter[str]()
        self.missed = Counter[str]()

    def page(self, truth: Sequence[Any], ours: Sequence[Any], how: str = "") -> None:
        """Count one page."""
        for known in truth:
            hit = any(overlap(known, found) >= self.least for found in ours)
            self.tally["found" if hit else "missed"] += 1
            if not hit:
                self.missed[how] += 1
        if not truth:
            self.tally["without"] += 1
        stray = [found for found in ours if not any(overlap(known, found) > 0.05 for known in truth)]
        self.tally["pages"] += 1
        self.tally["stray pages"] += bool(stray)
        self.tally["false pages"] += bool(stray) and not truth

    def tell(self, promise: Any, name: str, *, least: float | None = None, most: float | None = None) -> None:
        """The two rows: share found, and share of pages with something false on them."""
        marks = self.tally["found"] + self.tally["missed"]
        missed = ", ".join(f"{n} {how}" for how, n in self.missed.items())
        note = f"{self.tally['found']} of {marks}" + (f"; missed {missed}" if missed else "")
        promise(f"{name}, found", 100 * self.tally["found"] / max(1, marks), "%", bar=least, rule="at_least", note=note)
        false, pages = self.tally["stray pages"], self.tally["pages"]
        promise(f"{name}, false", 100 * false / max(1, pages), "% of pages", bar=most, note=f"{false} of {pages} pages")


@pytest.mark.timeout(3600)  # hundreds of pages are drawn
def test_marks_on_pages_that_nothing_was_chosen_on(promise: Any, short: bool) -> None:
    """Red seals found 98 %, false on 1 %; the other marks with what was reached, so that nothing gets worse unseen."""
    sorts = ("seal", "blue seal", "black seal", "signature", "portrait", "secret", "strike", "fluid")
    count = {name: Count(0.6 if "seal" in name else 0.3) for name in sorts}
    off_mm: list[float] = []
    covered: list[float] = []
    for marked, page in seen(short=short):
        way = page.matrix
        truth = {name: [placed(way, quad) for quad in marked.found.get(name, [])] for name in sorts}
        of = {colour: [s for s in page.marks.seals if s.colour == colour] for colour in ("red", "blue", "black")}
        ours: dict[str, Sequence[Any]] = {
            "seal": [s.quad for s in of["red"]],
            "blue seal": [s.quad for s in of["blue"]],
            "black seal": [s.quad for s in of["black"]],
            "signature": [r.quad for r in page.marks.signatures if r.confidence >= 0.5],
            "portrait": [r.quad for r in page.marks.portraits if r.confidence >= 0.5],
            "secret": page.marks.stamps,
            "strike": page.marks.strikes,
            "fluid": page.marks.fluid,
        }
        for name in sorts:
            how = marked.how.get(name, "")
            if name == "signature":
                on = next((c for c in ("blue seal", "black seal") if c in marked.how), "")
                how = f"on a {on}" if on else marked.how.get(name, "")
            count[name].page(truth[name], ours[name], how)
        for known in truth["seal"]:
            best = max(of["red"], key=lambda s: overlap(known, s.quad), default=None)
            if best is not None and overlap(known, best.quad) >= 0.6:
                off_mm.append(off(known, best, page.dpi))
        covered += [s.overlap for s in of["red"] if s.overlap]
    room = 2.0 if short else 1.0
    count["seal"].tell(promise, "red seals", least=100 - 2 * room, most=room * 2.1 if short else 1.0)
    promise("red seals, centre off", statistics.median(off_mm), "mm, median", bar=0.5)
    promise("red seals, share of the signature covered", 100 * statistics.median(covered or [0.0]), "%, median")
    count["blue seal"].tell(promise, "blue seals told apart", most=None if short else 1.0)
    count["black seal"].tell(promise, "black seals")
    count["signature"].tell(promise, "signatures")
    count["portrait"].tell(promise, "photographs")
    count["secret"].tell(promise, "framed red stamps")
    count["strike"].tell(promise, "crossed out")
    count["fluid"].tell(promise, "correction fluid on tinted paper")


def placed(way: Matrix, quad: Sequence[Sequence[float]]) -> Quad:
    """A quad of the scan on the page."""
    a, b, c, d = (way.apply((p[0], p[1])) for p in quad)
    return a, b, c, d


def off(truth: Quad, seal: Seal, dpi: float) -> float:
    """How far the centre of a seal lies from the true one, in mm."""
    x, y = sum(p[0] for p in truth) / 4, sum(p[1] for p in truth) / 4
    return float(np.hypot(seal.centre[0] - x, seal.centre[1] - y)) / dpi * 25.4


def test_marks_cost_little(promise: Any, short: bool) -> None:
    """All marks of an A4 page of 300 dpi, in CPU time of one thread."""
    taken = []
    for index in range(3 if short else 8):
        scan = Image.fromarray(drawn.page(drawn.HELD_OUT, index).image)
        image = np.asarray(scan.resize((2480, 3508), Image.Resampling.BICUBIC))
        for _ in range(3):
            begun = time.process_time()
            capture.marks(image, 300.0)
            taken.append(time.process_time() - begun)
    promise("all marks of an A4 page", statistics.median(taken) * 1e3, "CPU ms", bar=25.0, note="aim 15")


def test_names_under_seals_are_read_better_without_the_seals_colour(
    promise: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Character error of names under a red seal, with the seal's red taken out and with the page as it is."""
    reader = recognise.Reader()
    wrong, letters = {"with": 0, "without": 0}, 0
    drop, gray, cut = _reader.unsealed, _crop.without_red, _crop.strips
    for index in range(12):  # also in a short run: with fewer, one letter weighs more than half a point
        image, names = named.page(index)
        (page,) = capture.normalise(RawPage(number=1, scan=0, frame=0, image=image, dpi=300))
        letters += sum(len(name) for name, _ in names)
        for way in wrong:
            monkeypatch.setattr(_reader, "unsealed", drop if way == "with" else lambda picture, _seals: picture)
            monkeypatch.setattr(_crop, "without_red", gray if way == "with" else plain_gray)
            blind = cut if way == "with" else lambda picture, boxes, _ink=None: cut(picture, boxes)
            monkeypatch.setattr(_crop, "strips", blind)
            lines = reader.read(page).lines
            wrong[way] += sum(missed(name, extent(placed(page.matrix, quad)), lines) for name, quad in names)
    monkeypatch.undo()
    before, after = (100 * wrong[way] / letters for way in ("without", "with"))
    note = f"{before:.1f} % with the red left in, {letters} characters"
    promise("character error under seals", after, "%", bar=2.0, note=note)
    promise("character error under seals, taken away", before - after, "points", bar=10.0, rule="at_least")


def plain_gray(part: Any) -> Any:
    """Gray as it is."""
    return cv2.cvtColor(part, cv2.COLOR_RGB2GRAY)


def missed(name: str, box: tuple[float, float, float, float], lines: Sequence[Line]) -> int:
    """Characters of `name` that are wrong in what was read in its place; never more than it has."""
    left, top, right, bottom = box
    here = []
    for line in lines:
        a, b, c, d = extent(line.quad)
        if a < right and c > left and top - 8 < (b + d) / 2 < bottom + 8:
            here.append((a, line.text))
    return min(len(name), distance(" ".join(text for _, text in sorted(here)), name))


def distance(a: str, b: str) -> int:
    """Levenshtein's."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        above, row = row, [i]
        for j, y in enumerate(b, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (x != y)))
    return row[-1]


@pytest.mark.timeout(3600)
def test_secret_stamps_are_read_at_their_own_slant(promise: Any, short: bool) -> None:
    """MẬT, TỐI MẬT, TUYỆT MẬT as framed stamps, worn, slanted, over text; and none on pages without."""
    reader = recognise.Reader()
    today = dt.date(2026, 11, 25)
    stamped, read, lines_only, false, others = 0, 0, 0, 0, 0
    for marked, page in seen(short=short):
        if marked.secret:
            stamped += 1
            read += check.secret(reader.read(page), today=today) is not None
            flat = dataclasses.replace(page, marks=Marks())
            lines_only += check.secret(reader.read(flat), today=today) is not None
        elif others < (4 if short else 60):
            others += 1
            false += check.secret(reader.read(page), today=today) is not None
        if short and stamped == 3:
            break
    note = f"{read} of {stamped}; {lines_only} by lines alone"
    promise(
        "secret stamps read", 100 * read / max(1, stamped), "%", bar=None if short else 90.0, rule="at_least", note=note
    )
    promise("secret stamps, false", false, f"of {others} pages", bar=0.0)


def test_a_colour_copy_is_suspected(promise: Any, short: bool) -> None:
    """How well the hue of a seal's ink tells a stamp from a printer's screen: ROC over seals at 300 dpi."""
    stamped: list[float] = []
    printed: dict[int, list[float]] = {screen: [] for screen in copies.SCREENS}
    for index in range(2 if short else 16):
        for screen in copies.SCREENS:
            for image, into in zip(copies.pair(index, screen, 300), (stamped, printed[screen]), strict=True):
                seals = capture.marks(image, 300.0).seals
                into += [s.hue_spread for s in seals if s.colour == "red" and s.hue_spread is not None]
    law = bounds("photocopy", dt.date(2026, 11, 25))
    assert law is not None and stamped
    limit = law["warn_over_hue_spread"]
    all_printed = [value for values in printed.values() for value in values]
    above = sum((p > s) + 0.5 * (p == s) for p in all_printed for s in stamped)
    promise(
        "colour copies, area under the ROC", above / (len(all_printed) * len(stamped)), "", bar=0.95, rule="at_least"
    )
    false = 100 * sum(value > limit for value in stamped) / len(stamped)
    promise("colour copies, stamped ones suspected", false, "%", bar=2.0, note=f"{len(stamped)} judged")
    for screen, values in printed.items():
        found = 100 * sum(value > limit for value in values) / max(1, len(values))
        promise(f"colour copies suspected, {screen} lines an inch", found, "%", note=f"{len(values)} judged")
