"""Reading order: lines above before lines below, a left column before a right one, a form's rows kept together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

_LABEL = re.compile(r"^[^\W\d][^:]{1,40}:")


def order(boxes: Sequence[tuple[float, float, float, float]], texts: Sequence[str]) -> list[int]:
    """Indices of `boxes` (left, top, right, bottom) in the order in which a person reads them.

    After Breuel (2003): a line comes before one that lies below it and shares columns with it, and before one to the
    right of it when no line between them spans both. A right-hand label ("Quốc tịch: …") belongs to its row.
    """
    rows = _rows(boxes, texts)
    hull = np.array(
        [
            (
                min(boxes[i][0] for i in row),
                min(boxes[i][1] for i in row),
                max(boxes[i][2] for i in row),
                max(boxes[i][3] for i in row),
            )
            for row in rows
        ]
    ).reshape(-1, 4)
    left, top, right, bottom = hull.T
    middle = (top + bottom) / 2
    shares = (np.minimum(right[:, None], right[None]) - np.maximum(left[:, None], left[None])) > 0
    above = middle[:, None] < middle[None]
    before = shares & above
    beside = right[:, None] <= left[None]
    # c separates a and b when it lies between them in height and shares columns with both
    low, high = np.minimum(middle[:, None], middle[None]), np.maximum(middle[:, None], middle[None])
    parted = np.zeros_like(before)
    for c in range(len(rows)):
        parted |= (low < middle[c]) & (middle[c] < high) & shares[:, c][:, None] & shares[c][None]
    before |= beside & ~parted
    np.fill_diagonal(before, val=False)
    done: list[int] = []
    waiting = list(np.argsort(middle))
    while waiting:
        free = [i for i in waiting if not any(before[j, i] for j in waiting if j != i)]
        pick = min(free or waiting, key=lambda i: (middle[i], left[i]))
        waiting.remove(pick)
        done.append(int(pick))
    return [i for row in done for i in rows[row]]


def _rows(boxes: Sequence[tuple[float, float, float, float]], texts: Sequence[str]) -> list[list[int]]:
    """Each line by itself, but a right-hand label joins the line it shares its row with."""
    rows: list[list[int]] = []
    for i in sorted(range(len(boxes)), key=lambda k: boxes[k][0]):
        box = boxes[i]
        if _LABEL.match(texts[i]):
            mates = [row for row in rows if _level(boxes[row[-1]], box) and boxes[row[-1]][2] <= box[0] + 4]
            if mates:
                max(mates, key=lambda row: boxes[row[-1]][2]).append(i)
                continue
        rows.append([i])
    return rows


def _level(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    """Whether two boxes lie on one row."""
    return min(a[3], b[3]) - max(a[1], b[1]) > 0.6 * min(a[3] - a[1], b[3] - b[1])
