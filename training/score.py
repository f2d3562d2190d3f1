"""From the network's answer to letters, and from letters to a character error."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import text


def written(classes: npt.NDArray[np.integer]) -> str:
    """The text of one line from the best class of each column: runs become one letter, blanks none."""
    first = np.ones(len(classes), bool)
    first[1:] = classes[1:] != classes[:-1]
    return "".join(text.ALPHABET[int(c) - 1] for c in classes[first & (classes > 0)]).strip()


def edits(read: str, truth: str) -> int:
    """The fewest letters to put in, leave out or change so that `read` becomes `truth`."""
    row = list(range(len(truth) + 1))
    for i, mine in enumerate(read, 1):
        before, row[0] = row[0], i
        for j, theirs in enumerate(truth, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (mine != theirs))
    return row[-1]


def character_error(read: list[str], truth: list[str]) -> float:
    """Edits as a share of the truth's letters, over all lines."""
    wrong = sum(edits(one, other) for one, other in zip(read, truth, strict=True))
    return wrong / max(1, sum(len(line) for line in truth))
