"""The reader: find the lines, read each, put them in order."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from pyhncert.recognise import _crop, _models
from pyhncert.recognise._agreement import to_compare
from pyhncert.recognise._classify import classify
from pyhncert.recognise._codes import codes
from pyhncert.recognise._detect import Detector
from pyhncert.recognise._fields import fields
from pyhncert.recognise._ink import doubtful, ink_lines, merged, readable
from pyhncert.recognise._inks import BLUE, unsealed, unstamped
from pyhncert.recognise._light import evened
from pyhncert.recognise._numbers import NumberReader
from pyhncert.recognise._order import Extent, order
from pyhncert.recognise._recognise import Recogniser
from pyhncert.recognise._second import SecondReader
from pyhncert.values import Kind, Line, Marks, Page, Quad, Reading, Second, Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyhncert.recognise._crop import Strip
    from pyhncert.values import Pixels

_NOISE = 0.25
"""A line below this confidence with hardly a letter in it is dirt or a piece of a seal."""
_MANY = 48
"""A page of more lines is dense: small print is then the body, and reading it finely would take seconds."""
_PERHAPS = 0.75
"""What the network did not see as print is print when it is read with so much confidence."""
_OVER = 0.6
"""Two lines of which so much is common are two looks at one."""
_SIGNATURE = 0.6
"""Words among the strokes of a signature that are read with less confidence, or have two letters, are strokes."""
_STAMP = 0.28
"""A framed stamp read with less confidence is no words."""
_ASKED = 6
"""So many lines tell which side of a page is up."""
_threads = threading.Lock()


class Reader:
    """Reads pages; loads nothing before the first one, and may be shared by threads.

    `models` is a folder whose files go before those of the wheels. `second` says for which lines a second reader is
    asked, where it is installed (extra `[second-reader]`): none, those of fields and those in doubt, or all. It changes
    no text; `Line.agreement` and `Line.second` say what it made of them.
    """

    def __init__(self, models: Path | None = None, *, second: Second = "off") -> None:
        self._paths = _models.find(models)
        self._detector = Detector(self._paths[_models.DETECTOR])
        numbers = NumberReader(self._paths[_models.NUMBERS])
        self._recogniser = Recogniser(self._paths[_models.RECOGNISER], numbers)
        pins = _models.pinned()
        self._asked_for: Second = second
        self._second = SecondReader(models)
        self._name = " + ".join(f"{name} sha256:{pins[name][:16]}" for name in self._paths)

    def ready(self) -> tuple[Words, ...]:
        """What is missing or not the pinned file, for preflight and doctor; empty when all is well."""
        second = self._second.ready() if self.reads_twice else ()
        return (*_models.missing(self._paths), *second)

    @property
    def reads_twice(self) -> bool:
        """Whether a second reader is wanted and installed."""
        return self._asked_for != "off" and self._second.installed

    @property
    def notes(self) -> tuple[Words, ...]:
        """What the officer should know of this reader: that a second one is wanted and not there."""
        if self._asked_for == "off" or self._second.installed:
            return ()
        return (
            Words(
                "chỉ có một bộ đọc: chưa cài gói bổ sung [second-reader], nên không có gì được đọc đối chiếu",
                "read once only: the extra [second-reader] is not installed, so nothing was read a second time",
            ),
        )

    def read(self, page: Page, kind: Kind | None = None) -> Reading:
        """What is written on `page`, line by line in reading order, in page pixels.

        `kind` is the original's, where an earlier page has told it; it says which lines are fields.

        Raises:
            MissingDependency: a model is missing or cannot be loaded.
        """
        _models.demand(self._paths)
        with _one_thread():
            seals = [seal for seal in page.marks.seals if seal.colour == "red"]
            symbols = codes(page.image)
            even = evened(page.image, dpi=page.dpi)
            stamps = self._stamps(page)
            blue = [quad for quad, _, line in stamps if not line.red]
            image = unstamped(unsealed(even, seals), blue, BLUE)
            ink = ink_lines(even)
            parts = doubtful(ink, page)
            tall = page.measures.text_height_px
            net = [box for part in parts for box in self._detector.find(image, text_height_px=tall, part=part)]
            trusted = readable(page)
            boxes, perhaps = merged(ink, _crop.join(net), parts, symbols, trusted=trusted)
            strips = _crop.strips(image, boxes, ink if trusted else None)
            dense = len(strips) > _MANY
            unsure = _crop.strips(image, perhaps, ink)
            seen = {strip.quad: strip for strip in (*strips, *unsure)}
            found = (self._recogniser.read(strip, dense=dense) for strip in strips)
            lines = [line for line in found if line is not None]
            others = map(self._recogniser.read, unsure)
            lines += [line for line in others if line is not None and line.confidence >= _PERHAPS]
            lines = [line for line in lines if not _is_noise(line) and not _in_seal(line, page.measures.seal_quads)]
            lines = [line for line in lines if not _is_signature(line, page.marks)]
            lines = _apart(lines)
            for quad, strip, line in stamps:
                if line.red and any(_goes_through(other, quad) for other in lines):
                    continue  # bold capitals of a red title, not a frame
                seen[strip.quad] = strip
                lines = [*(other for other in lines if not (line.red and _is_stamp(other, quad))), line]
            places = order([_hull(line.quad) for line in lines], [line.text for line in lines])
            reading = Reading(page=page.number, lines=tuple(lines[i] for i in places), reader=self._name, codes=symbols)
            return self._read_twice(reading, kind, seen) if self.reads_twice else reading

    def _read_twice(self, reading: Reading, kind: Kind | None, seen: Mapping[Quad, Strip]) -> Reading:
        """`reading` with what the second reader says of the lines that it is asked for."""
        wanted = set(range(len(reading.lines)))
        if self._asked_for == "fields":
            wanted = to_compare(reading, fields(kind or classify([reading]), [reading]))
        lines = (
            self._second.judge(line, seen[line.quad]) if i in wanted and line.quad in seen else line
            for i, line in enumerate(reading.lines)
        )
        return replace(reading, lines=tuple(lines), second_reader=self._second.name)

    def stands_on_head(self, image: Pixels) -> bool:
        """Whether the print of `image` (height, width, 3), RGB, is read better with up and down exchanged.

        About 0.3 CPU s: a few of its longest lines are read both ways.

        Raises:
            MissingDependency: a model is missing or cannot be loaded.
        """
        _models.demand(self._paths)
        with _one_thread():
            boxes = sorted(_crop.join(self._detector.find(image)), key=lambda box: -box.length)
            strips = _crop.strips(image, boxes[: 2 * _ASKED])[:_ASKED]
            ways = [strips, [strip.turned_over() for strip in strips]]
            upright, over = (sum(_sense(self._recogniser.glance(strip)) for strip in way) for way in ways)
        return over > upright

    def _stamps(self, page: Page) -> list[tuple[Quad, Strip, Line]]:
        """What is written in framed stamps, each read at its own slant and in its own ink, where that has words."""
        strips = ((quad, _crop.stamped(page.image, quad)) for quad in page.marks.stamps)
        read = ((quad, strip, self._recogniser.read(strip)) for quad, strip in strips if strip is not None)
        return [
            (quad, strip, line)
            for quad, strip, line in read
            if line is not None and line.confidence >= _STAMP and not _is_noise(line)
        ]


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """OpenCV's own threads cost CPU time on strips this small; the caller's setting comes back."""
    with _threads:
        before = cv2.getNumThreads()
        cv2.setNumThreads(1)
    try:
        yield
    finally:
        with _threads:
            cv2.setNumThreads(before)


def _sense(line: Line | None) -> float:
    """How much was read with how much trust; strokes read as letters have little of it."""
    if line is None:
        return 0.0
    return sum(word.confidence**2 * sum(c.isalnum() for c in word.text) for word in line.words)


def _hull(quad: Quad) -> tuple[float, float, float, float]:
    xs, ys = [p[0] for p in quad], [p[1] for p in quad]
    return min(xs), min(ys), max(xs), max(ys)


def _apart(lines: Sequence[Line]) -> list[Line]:
    """`lines` without those that lie on one read with more confidence."""
    kept: list[Line] = []
    for line in sorted(lines, key=lambda line: -line.confidence):
        if not any(_same(_hull(line.quad), _hull(other.quad)) for other in kept):
            kept.append(line)
    return kept


def _same(one: Extent, two: Extent) -> bool:
    """Whether most of the smaller lies on the larger."""
    wide = min(one[2], two[2]) - max(one[0], two[0])
    high = min(one[3], two[3]) - max(one[1], two[1])
    least = min((c - a) * (d - b) for a, b, c, d in (one, two))
    return wide > 0 and high > 0 and wide * high > _OVER * least


def _goes_through(line: Line, stamp: Quad) -> bool:
    """Whether `line` is red, read with trust, on the stamp's level and longer: then the stamp is a part of it."""
    left, top, right, bottom = _hull(stamp)
    a, b, c, d = _hull(line.quad)
    level = min(bottom, d) - max(top, b) > 0.6 * (bottom - top)
    return (
        line.red >= 0.5
        and line.confidence >= _STAMP
        and level
        and a < right
        and left < c
        and c - a >= 1.2 * (right - left)
    )


def _is_stamp(line: Line, stamp: Quad) -> bool:
    """Whether `line` is red and lies in the box around a stamp, no wider than that: what was read of it before."""
    left, top, right, bottom = _hull(stamp)
    a, b, c, d = _hull(line.quad)
    within = left < (a + c) / 2 < right and top < (b + d) / 2 < bottom
    return line.red >= 0.5 and within and c - a < 1.2 * (right - left)


def _is_noise(line: Line) -> bool:
    letters = sum(c.isalnum() for c in line.text)
    return letters == 0 or (line.confidence < _NOISE and letters < 4)


def _is_signature(line: Line, marks: Marks) -> bool:
    """Whether `line` is what was made of a signature's strokes; a printed name below or under it is read with trust."""
    if line.confidence >= _SIGNATURE and sum(c.isalnum() for c in line.text) > 2:
        return False
    left, top, right, bottom = _hull(line.quad)
    x, y = (left + right) / 2, (top + bottom) / 2
    hulls = (_hull(region.quad) for region in marks.signatures)
    return any(a < x < c and b < y < d and right - left < 1.2 * (c - a) for a, b, c, d in hulls)


def _in_seal(line: Line, seals: tuple[Quad, ...]) -> bool:
    """Whether `line` is the seal's own red lettering; black text under a seal is not."""
    if line.red < 0.6:
        return False
    left, top, right, bottom = _hull(line.quad)
    x, y = (left + right) / 2, (top + bottom) / 2
    for seal in seals:
        a, b, c, d = _hull(seal)
        if a < x < c and b < y < d and right - left < 1.2 * (c - a):
            return True
    return False
