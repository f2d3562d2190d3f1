"""The exported recogniser against Tesseract in the product's own reader, on pages that neither was made with.

`python training/evaluate.py build/training/lines.onnx` in the product's environment (no torch needed): one page of each
template, all 120 with `--whole`. Both read what the same detector found and the same cutter cut; a line of the truth is
what was read within its box. Printed for both: the character error with and without marks, lines that are exactly
right, CPU time a strip; then how often the two agree and are right when they do, which is what a second reader is for.
The real scan is read as a whole.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
import score
import text

from pyhncert import capture, recognise
from pyhncert.values import Line, Quad, Reading, Word

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "benches"))
from papers import pages  # noqa: E402
from test_recognise import png  # noqa: E402

HEIGHT, STRIDE = 32, 4


class Own:
    """The exported network in the place of the product's recogniser."""

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        if self._session.get_modelmeta().custom_metadata_map["alphabet"] != text.ALPHABET:
            raise SystemExit("evaluate: the model has another alphabet than text.py")

    def read(self, strip: Any, *, dense: bool = False) -> Line | None:  # noqa: ARG002  the product's signature
        """The line on `strip`; its words have no places of their own."""
        height, width = strip.gray.shape
        wide = max(STRIDE * 2, round(width * HEIGHT / height))
        way = cv2.INTER_AREA if height > HEIGHT else cv2.INTER_LINEAR
        gray = cv2.resize(strip.gray, (wide, HEIGHT), interpolation=way)
        ink = np.zeros((1, 1, HEIGHT, -(-wide // STRIDE) * STRIDE), np.float32)
        ink[0, 0, :, :wide] = 1 - gray / np.float32(255)
        (chances,) = self._session.run(None, {"strips": ink})
        said = score.written(chances[0].argmax(axis=1))
        if not said:
            return None
        sure = float(np.exp(chances[0].max(axis=1).mean()))
        words = tuple(Word(text=word, quad=strip.quad, confidence=sure) for word in said.split())
        return Line(text=said, quad=strip.quad, confidence=sure, words=words, red=round(strip.red, 3))


@dataclass
class Timed:
    """A recogniser and what it cost."""

    inner: Any
    seconds: float = 0.0
    count: int = 0

    def read(self, strip: Any, *, dense: bool = False) -> Line | None:
        """As `inner` reads it."""
        began = time.process_time()
        line: Line | None = self.inner.read(strip, dense=dense)
        self.seconds += time.process_time() - began
        self.count += 1
        return line


@dataclass
class Side:
    """One of the two: its reader and what it read for each line of the truth."""

    name: str
    reader: recognise.Reader
    timed: Timed
    read: list[str] = field(default_factory=list)

    def report(self, truth: list[str]) -> None:
        """One row of figures."""
        letters = sum(map(len, truth))
        exact = sum(one == other for one, other in zip(self.read, truth, strict=True))
        plain = score.character_error([bare(one) for one in self.read], [bare(one) for one in truth])
        whole = score.character_error(self.read, truth)
        print(
            f"{self.name:10} character error {100 * whole:.2f} % (without marks {100 * plain:.2f} %), "
            f"{exact} of {len(truth)} lines exact, {letters} letters, "
            f"{1000 * self.timed.seconds / max(1, self.timed.count):.1f} ms CPU a strip"
        )


def bare(line: str) -> str:
    """Letters without their marks."""
    parts = unicodedata.normalize("NFD", line.translate(str.maketrans("đĐ", "dD")))
    return "".join(c for c in parts if not unicodedata.combining(c))


def side(name: str, recogniser: Any = None) -> Side:
    """A reader whose lines `recogniser` reads; the product's own without one."""
    reader = recognise.Reader()
    timed = Timed(recogniser or reader._recogniser)
    reader._recogniser = timed  # type: ignore[assignment]
    return Side(name, reader, timed)


def within(reading: Reading, quad: Quad) -> str:
    """What was read in lines whose middle lies in `quad`, from left to right."""
    xs, ys = [x for x, _ in quad], [y for _, y in quad]
    found = []
    for line in reading.lines:
        x, y = (sum(p[i] for p in line.quad) / 4 for i in (0, 1))
        if min(xs) <= x <= max(xs) and min(ys) <= y <= max(ys):
            found.append((x, line.text))
    return tidy(" ".join(said for _, said in sorted(found)))


def tidy(line: str) -> str:
    """Composed, with single blanks."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", line)).strip()


def readings(scan: bytes, sides: tuple[Side, Side]) -> list[tuple[Any, Reading, Reading]]:
    """Each page of a scan as both read it."""
    limits = capture.Limits()
    (raw,) = capture.raw_pages([capture.load(scan, name="page", limits=limits)], limits=limits)
    return [(page, sides[0].reader.read(page), sides[1].reader.read(page)) for page in capture.normalise(raw)]


def drawn(sides: tuple[Side, Side], *, whole: bool) -> None:
    """Lines of the unseen pages."""
    truth: list[str] = []
    lost = 0
    for unseen in pages(short=not whole):
        for page, *both in readings(png(unseen.image), sides):
            for known in unseen.truth["lines"]:
                quad = page.matrix.quad(tuple(tuple(corner) for corner in known["quad"]))
                said = [within(reading, quad) for reading in both]
                if not any(said):  # on another page of the scan, or not found by the detector
                    lost += 1
                    continue
                truth.append(tidy(known["text"]))
                for one, line in zip(sides, said, strict=True):
                    one.read.append(line)
    for one in sides:
        one.report(truth)
    agreed = [(one, other) for one, other, _ in zip(sides[0].read, sides[1].read, truth, strict=True) if one == other]
    right = sum(a == b == c for a, b, c in zip(sides[0].read, sides[1].read, truth, strict=True))
    print(
        f"agree on {100 * len(agreed) / max(1, len(truth)):.1f} % of the lines, "
        f"{100 * right / max(1, len(agreed)):.1f} % of those are exactly right; {lost} lines not compared"
    )


def real(sides: tuple[Side, Side], folder: Path) -> None:
    """Each scan of `folder` with its text beside it."""
    for scan in sorted(folder.glob("*.jpg")):
        truth = tidy(scan.with_suffix(".txt").read_text(encoding="utf-8"))
        for one, texts in zip(
            sides, zip(*((a.text, b.text) for _, a, b in readings(scan.read_bytes(), sides)), strict=True), strict=True
        ):
            error = score.character_error([tidy(" ".join(texts))], [truth])
            print(f"{scan.name}: {one.name} character error {100 * error:.2f} %")


def main() -> None:
    """Both sets, both recognisers."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("model", type=Path)
    asked.add_argument("--whole", action="store_true", help="all 120 unseen pages, not one of each template")
    args = asked.parse_args()
    sides = (side("tesserocr"), side("ours", Own(args.model)))
    drawn(sides, whole=args.whole)
    shared = Path(os.environ.get("HNCERT_SHARED", HERE.parent.parent / "shared"))
    real(sides, shared / "testdata/real")


if __name__ == "__main__":
    main()
