"""Comparing what was read with what is printed: marks and case folded away, a few wrong letters forgiven."""

from __future__ import annotations

import functools
import unicodedata

_KEEP = str.maketrans("đĐðÐøØıł", "dDdDoOil")


@functools.lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Capital letters and digits of `text`, without marks, spaces and punctuation."""
    plain = unicodedata.normalize("NFD", text.translate(_KEEP))
    return "".join(c for c in plain.upper() if c.isascii() and c.isalnum())


def distances(pattern: str, text: str, *, anywhere: bool = False) -> list[int]:
    """Edit distance of `pattern` to ``text[:j]`` for each j, or, `anywhere`, to the best piece of it that ends at j.

    Hyyrö's bit-parallel algorithm (2003): one step a letter of `text`.
    """
    m = len(pattern)
    if m == 0:
        return [0 if anywhere else j for j in range(len(text) + 1)]
    ones = (1 << m) - 1
    peq: dict[str, int] = {}
    for i, letter in enumerate(pattern):
        peq[letter] = peq.get(letter, 0) | (1 << i)
    up, down, score = ones, 0, m
    out = [m]
    last = 1 << (m - 1)
    for letter in text:
        eq = peq.get(letter, 0)
        cross = (((eq & up) + up) ^ up) | eq | down
        rise = down | (~(cross | up) & ones)
        fall = up & cross
        if rise & last:
            score += 1
        if fall & last:
            score -= 1
        out.append(score)
        rise = (rise << 1) & ones
        if not anywhere:
            rise |= 1
        fall = (fall << 1) & ones
        up = fall | (~(cross | rise) & ones)
        down = rise & cross
    return out


def likeness(pattern: str, text: str, *, prefix: bool = False) -> float:
    """1 for the same folded text, down to 0; `prefix`: the beginning of `text` counts."""
    if not pattern:
        return 0.0
    if not prefix and abs(len(pattern) - len(text)) > 0.3 * len(pattern):
        return 0.0
    found = distances(pattern, text)
    return max(0.0, 1 - (min(found) if prefix else found[-1]) / len(pattern))


def contains(pattern: str, text: str, *, share: float = 0.15) -> bool:
    """Whether `pattern` stands somewhere in `text`, with at most `share` of its letters wrong; both folded."""
    if pattern in text:
        return True
    return min(distances(pattern, text, anywhere=True)) <= share * len(pattern)


def capitals(text: str) -> float:
    """Share of the letters that are capitals."""
    letters = [c for c in text if c.isalpha()]
    return sum(c.isupper() for c in letters) / len(letters) if letters else 0.0
