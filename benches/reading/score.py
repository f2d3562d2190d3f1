"""What a reader got wrong on a page: words go to printed lines by place, so the order of lines costs nothing.

A word read belongs to the printed line that it lies on; one that lies on none to the line that most of its neighbours,
read in the same line, belong to. What then is left is too much, unless a round seal is there; a printed line without
words is missed. Both count letter by letter. Leaders are no text; dashes and quotation marks are written in one way.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from .plan import Paged, Quad

Points = npt.NDArray[np.float64]
_SAME = str.maketrans({"–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "Ð": "Đ", "ð": "đ"})
_LEADERS = re.compile(r"[._·•]{3,}")
_STROKE = str.maketrans("đĐ", "dD")
ROOM = 0.25
"""How far beside a printed line, in heights of it, a word's middle may lie; its box is that of the ink."""


@dataclass(frozen=True)
class Read:
    """A word that a reader found, with its corners in pixels of the page, and the line it was read in."""

    text: str
    quad: Quad
    line: int


@dataclass
class Count:
    """Sums over pages; the shares are in per cent."""

    letters: int = 0
    letters_wrong: int = 0
    words: int = 0
    words_wrong: int = 0
    marks_wrong: int = 0
    alphabetic: int = 0
    lines: int = 0
    lines_right: int = 0
    numbers: int = 0
    numbers_right: int = 0
    codes: int = 0
    codes_right: int = 0
    pages: int = 0

    def __iadd__(self, other: Count) -> Count:
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self

    @property
    def cer(self) -> float:
        """Letters wrong, too many or missing."""
        return 100 * self.letters_wrong / max(1, self.letters)

    @property
    def wer(self) -> float:
        """Words wrong, too many or missing."""
        return 100 * self.words_wrong / max(1, self.words)

    @property
    def der(self) -> float:
        """Letters whose base is right and whose mark is wrong."""
        return 100 * self.marks_wrong / max(1, self.alphabetic)

    @property
    def lines_exact(self) -> float:
        """Printed lines that were read without a fault."""
        return 100 * self.lines_right / max(1, self.lines)

    @property
    def numbers_exact(self) -> float:
        """Words with a digit that were read without a fault."""
        return 100 * self.numbers_right / max(1, self.numbers)

    @property
    def codes_read(self) -> float:
        """QR codes and machine-readable rows that were read without a fault."""
        return 100 * self.codes_right / max(1, self.codes)


@dataclass
class Fault:
    """A line that was not read as printed; `printed` is empty where nothing is."""

    page: str
    printed: str
    read: str
    wrong: int


@dataclass
class Scored:
    """The counts of a page and its faults."""

    count: Count = field(default_factory=Count)
    faults: list[Fault] = field(default_factory=list)


def plain(text: str) -> str:
    """`text` as it is compared."""
    text = unicodedata.normalize("NFC", text).translate(_SAME)
    return " ".join(_LEADERS.sub(" ", text).split())


def base(letter: str) -> str:
    """The letter without its marks."""
    return unicodedata.normalize("NFD", letter.translate(_STROKE))[0]


def steps(printed: Sequence[str], read: Sequence[str]) -> list[tuple[str, str]]:
    """A cheapest alignment: pairs of printed and read, '' for none; equal pairs are left out."""
    if printed == read:
        return []
    rows, columns = len(printed), len(read)
    cost = [list(range(columns + 1))]
    for i, one in enumerate(printed, 1):
        above, row = cost[-1], [i]
        for j, two in enumerate(read, 1):
            row.append(min(above[j - 1] + (one != two), above[j] + 1, row[-1] + 1))
        cost.append(row)
    out, i, j = [], rows, columns
    while i or j:
        if i and j and cost[i][j] == cost[i - 1][j - 1] + (printed[i - 1] != read[j - 1]):
            i, j = i - 1, j - 1
            if printed[i] != read[j]:
                out.append((printed[i], read[j]))
        elif i and cost[i][j] == cost[i - 1][j] + 1:
            i -= 1
            out.append((printed[i], ""))
        else:
            j -= 1
            out.append(("", read[j]))
    return out[::-1]


def numbers(text: str) -> Counter[str]:
    """The words with a digit, without punctuation around them."""
    words = (word.strip(".,;:()[]*'\"-/") for word in text.split())
    return Counter(word for word in words if any(c.isdigit() for c in word))


def compare(printed: str, read: str) -> Count:
    """The counts of one line."""
    printed, read = plain(printed), plain(read)
    letters = steps(printed, read)
    marks = sum(bool(a and b) and a.isalpha() and base(a) == base(b) for a, b in letters)
    want, got = numbers(printed), numbers(read)
    return Count(
        letters=len(printed),
        letters_wrong=len(letters),
        words=len(printed.split()),
        words_wrong=len(steps(printed.split(), read.split())),
        marks_wrong=marks,
        alphabetic=sum(c.isalpha() for c in printed),
        lines=int(bool(printed)),
        lines_right=int(bool(printed) and not letters),
        numbers=want.total(),
        numbers_right=(want & got).total(),
    )


def _upright(quad: Quad, points: Points) -> Points:
    """`points` in the frame of `quad`: (0, 0) its upper left, (1, 1) its lower right."""
    across, down = quad[1] - quad[0] + quad[2] - quad[3], quad[3] - quad[0] + quad[2] - quad[1]
    return np.linalg.solve(np.stack([across, down], 1) / 2, (points - quad[0]).T).T


def _near(quads: Sequence[Quad], points: Points) -> npt.NDArray[np.intp]:
    """For each point the quad that it lies on, by its distance to the middle in heights; -1 for none."""
    best = np.full(len(points), -1)
    least = np.full(len(points), np.inf)
    for i, quad in enumerate(quads):
        at = _upright(quad, points)
        high = float(np.linalg.norm(quad[3] - quad[0])) / max(1e-6, float(np.linalg.norm(quad[1] - quad[0])))
        beside = np.maximum(0, np.abs(at[:, 0] - 0.5) - 0.5) / high
        away = np.abs(at[:, 1] - 0.5)
        within = (beside <= 2 * ROOM) & (away <= 0.5 + ROOM)
        closer = within & (away + beside < least)
        best[closer], least[closer] = i, (away + beside)[closer]
    return best


def _places(page: Paged, read: Sequence[Read]) -> tuple[list[int], Points]:
    """The printed line of each word: -1 where none is, -2 in a round seal; and the words' middles."""
    middles = np.array([word.quad.mean(axis=0) for word in read]).reshape(-1, 2)
    home = _near([line.quad for line in page.lines], middles)
    mains: dict[int, Counter[int]] = {}
    for word, place in zip(read, home, strict=True):
        if place >= 0:
            mains.setdefault(word.line, Counter())[int(place)] += len(word.text)
    sealed = _near(page.seals, middles)
    places = []
    for i, word in enumerate(read):
        place = int(home[i])
        if place < 0 and sealed[i] < 0 and word.line in mains:
            place = mains[word.line].most_common(1)[0][0]
        places.append(place if place >= 0 else -1 if sealed[i] < 0 else -2)
    return places, middles


def assign(page: Paged, read: Sequence[Read]) -> tuple[list[str], list[str]]:
    """What was read of each printed line, and what was read where none is."""
    places, middles = _places(page, read)
    extra: dict[int, list[str]] = {}
    lines: list[list[tuple[int, float, str]]] = [[] for _ in page.lines]
    for i, (word, place) in enumerate(zip(read, places, strict=True)):
        if place >= 0:
            along = _upright(page.lines[place].quad, middles[i : i + 1])[0, 0]
            lines[place].append((word.line, along, word.text))
        elif place == -1:
            extra.setdefault(word.line, []).append(word.text)
    return [" ".join(_in_order(words)) for words in lines], [" ".join(words) for words in extra.values()]


def sources(page: Paged, read: Sequence[Read]) -> list[set[int]]:
    """For each printed line, the lines in which its words were read."""
    found: list[set[int]] = [set() for _ in page.lines]
    for word, place in zip(read, _places(page, read)[0], strict=True):
        if place >= 0:
            found[place].add(word.line)
    return found


def _in_order(words: Iterable[tuple[int, float, str]]) -> Iterable[str]:
    """Lines read from the left; the words of each as they came."""
    by_line: dict[int, list[tuple[float, str]]] = {}
    for line, along, text in words:
        by_line.setdefault(line, []).append((along, text))
    for found in sorted(by_line.values(), key=min):
        yield from (text for _, text in found)


def score(page: Paged, read: Sequence[Read], codes: Sequence[str] = ()) -> Scored:
    """The counts of one page; `codes` are the texts of codes and rows that were found."""
    out = Scored(Count(pages=1, codes=len(page.codes), codes_right=len(set(page.codes) & set(codes))))
    found, extra = assign(page, read)
    pairs = [
        *((line.text, text) for line, text in zip(page.lines, found, strict=True)),
        *(("", text) for text in extra),
    ]
    for printed, text in pairs:
        count = compare(printed, text)
        out.count += count
        if count.letters_wrong:
            out.faults.append(Fault(page.name, plain(printed), plain(text), count.letters_wrong))
    return out
