"""Reading under shadow and shine-through, evened and not: `python benches/light.py [PAGES]`.

Pages of `unseen`, whose templates the rule was not made with; a soft shadow of 30 to 60 %, or, on paper but not on
cards, the mirrored, blurred print of another page at 15 to 30 %. Prints the character error of each page as it is read
and as it would be without evening, and the means.
"""

from __future__ import annotations

import random
import re
import sys
import unicodedata
from collections import defaultdict
from itertools import islice
from unittest import mock

import cv2
import numpy as np
import numpy.typing as npt
from papers import Unseen, pages

from pyhncert import _core, capture, recognise
from pyhncert.values import Matrix, Page, RawPage

Pixels = npt.NDArray[np.uint8]
CARDS = ("cccd", "can_cuoc", "gplx")


def shadowed(image: Pixels, rng: random.Random) -> Pixels:
    """A soft shadow from one side."""
    height, width = image.shape[:2]
    angle, depth = rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 0.6)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    along = (x / width - 0.5) * np.cos(angle) + (y / height - 0.5) * np.sin(angle)
    light = 1 - depth / (1 + np.exp(-(along - rng.uniform(-0.1, 0.2)) * rng.uniform(6, 14)))
    return np.clip(image * light[..., None], 0, 255).astype(np.uint8)


def shining(image: Pixels, back: Pixels, rng: random.Random) -> Pixels:
    """Print of the back, mirrored and blurred."""
    height, width = image.shape[:2]
    seen = cv2.GaussianBlur(cv2.resize(back, (width, height))[:, ::-1], (0, 0), rng.uniform(1.2, 2.5))
    share = rng.uniform(0.15, 0.3)
    return np.clip(image * (1 - share * (1 - seen.astype(np.float32) / 255)), 0, 255).astype(np.uint8)


def distance(a: str, b: str) -> int:
    """Levenshtein's."""
    row = np.arange(len(b) + 1)
    letters, steps = np.array([ord(c) for c in b]), np.arange(len(b) + 1)
    for c in a:
        new = np.minimum(row[:-1] + (letters != ord(c)), row[1:] + 1)
        row = np.minimum.accumulate(np.concatenate([[row[0] + 1], new]) - steps) + steps
    return int(row[-1])


def error(page: Page, reader: recognise.Reader, wanted: str) -> float:
    """Character error of the page."""
    return distance(plain(" ".join(line.text for line in reader.read(page).lines)), wanted) / len(wanted)


def plain(text: str) -> str:
    """One form of each letter, single spaces."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()


def measure(paper: Unseen, back: Pixels, reader: recognise.Reader) -> dict[str, tuple[float, float]]:
    """Character error (as it is, evened) of the clean page and of what was done to it."""
    rng = random.Random(paper.name)
    clean = np.asarray(paper.image.convert("RGB"))
    wanted = plain(" ".join(line["text"] for line in paper.truth["lines"]))
    found = {}
    scans = {"clean": clean, "shadow": shadowed(clean, rng), "back": shining(clean, back, rng)}
    if paper.kind in CARDS:
        del scans["back"]
    for name, image in scans.items():
        raw = RawPage(number=1, scan=0, frame=0, image=image, dpi=300, to_file=Matrix.identity())
        page = capture.normalise(raw)[0]
        with mock.patch("pyhncert.recognise._reader.evened", side_effect=lambda image, dpi: image):
            as_it_is = error(page, reader, wanted)
        found[name] = as_it_is, error(page, reader, wanted)
        said = ", ".join(f"{v:.3f}" for v in _core.light(page.image))
        print(
            f"{paper.name:28}{name:8}light ({said}): {100 * as_it_is:6.2f} -> {100 * found[name][1]:6.2f} %", flush=True
        )
    return found


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 12
    papers = list(islice(pages(short=True), count))
    reader = recognise.Reader()
    means: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for i, paper in enumerate(papers):
        back = np.asarray(papers[i - 1].image.convert("RGB"))
        for name, pair in measure(paper, back, reader).items():
            means[name].append(pair)
    for name, pairs in means.items():
        before, after = np.mean(pairs, axis=0) * 100
        print(f"mean of {len(pairs)} pages, {name}: {before:.2f} % as it is, {after:.2f} % evened")


if __name__ == "__main__":
    main()
