"""The real scans of the shared folder: lines of their text go to the lines read that are most like them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from peer import shared
from PIL import Image

from . import readers, score


def scores() -> Iterator[tuple[str, score.Count]]:
    """Name and counts of each real scan; none where the folder is missing."""
    for scan in sorted((shared() / "testdata/real").glob("*.jpg")):
        image = Image.open(scan)
        words, _ = readers.ours()(np.asarray(image.convert("RGB")), round(image.info.get("dpi", (90, 90))[0]))
        lines: dict[int, list[str]] = {}
        for word in words:
            lines.setdefault(word.line, []).append(word.text)
        printed = [text for text in scan.with_suffix(".txt").read_text("utf-8").splitlines() if text.strip()]
        yield scan.stem, paired(printed, [" ".join(found) for found in lines.values()])


def paired(printed: list[str], read: list[str]) -> score.Count:
    """Each printed line with the line read that has the fewest faults, the surest pairs first."""
    total = score.Count(pages=1)
    costs = sorted(
        (len(score.steps(score.plain(a), score.plain(b))), i, j)
        for i, a in enumerate(printed)
        for j, b in enumerate(read)
    )
    left, right = set(range(len(printed))), set(range(len(read)))
    for cost, i, j in costs:
        if i in left and j in right and cost < 0.6 * max(len(printed[i]), len(read[j])):
            left.discard(i)
            right.discard(j)
            total += score.compare(printed[i], read[j])
    for i in left:
        total += score.compare(printed[i], "")
    for j in right:
        total += score.compare("", read[j])
    return total
