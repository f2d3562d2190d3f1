"""The second reader: the network in the wheel `asterocr` (extra `[second-reader]`), read with onnxruntime alone.

It is independent of the first: another network, trained by others on other pages, that sees the same strip and never
the first reader's text. It corrects nothing. Where both read the same, a line is *agreed*; where they differ, or both
are unsure, it is *doubtful* and both texts are kept; where there is no second text it is *unread*.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PIL import Image

from pyhncert.errors import MissingDependency
from pyhncert.escape import plain
from pyhncert.recognise import _models
from pyhncert.recognise._agreement import SECOND_UNSURE, UNSURE, normal
from pyhncert.recognise._network import Network
from pyhncert.values import Line, Words

if TYPE_CHECKING:
    import numpy.typing as npt

    from pyhncert.recognise._crop import Strip
    from pyhncert.values import Pixels

HEIGHT, STRIDE = 32, 4
WIDEST = 512
"""Of its 1,024 pixels: in longer pieces it doubles letters and loses marks. Of 168 lines wider than 512 pixels it
agreed on 112 in pieces of 1,024, on 131 in pieces of 512."""
_APART = 1.5
"""A blank of so many heights parts two values of one line; read as one piece they run together."""
_INK = 140


@dataclass(frozen=True, slots=True)
class _Look:
    """How a strip is shown: white added above and below and at the ends, as shares of its height; scale of pixels."""

    above: float
    beside: float
    signed: bool
    smooth: bool


_LOOKS = (
    _Look(above=0.0, beside=0.12, signed=False, smooth=False),
    _Look(above=0.05, beside=0.06, signed=False, smooth=True),
    _Look(above=0.0, beside=0.0, signed=True, smooth=False),
)
"""Looked at in turn until the two agree. The wheel's own programs differ in the scale of pixels (0 to 1, -1 to 1);
each way reads lines that another does not."""


class SecondReader:
    """Strips in, text out; loaded with the first strip, and safe from several threads."""

    def __init__(self, models: Path | None = None) -> None:
        self._paths = _models.find_second(models)
        self._network = Network(self._paths[_models.SECOND], wheel="asterocr")
        self._letters: tuple[str, ...] = ()

    @property
    def installed(self) -> bool:
        """Whether its files are there."""
        return all(path.is_file() for path in self._paths.values())

    @property
    def name(self) -> str:
        """Its file and digest."""
        return f"{_models.SECOND} sha256:{_models.pinned()[_models.SECOND][:16]}"

    def ready(self) -> tuple[Words, ...]:
        """What is not the pinned file; empty when all is well."""
        return _models.missing(self._paths, wheels="asterocr")

    def judge(self, line: Line, strip: Strip) -> Line:
        """`line` as it is, with what the second reader read on its `strip` and whether the two agree.

        Machine-readable rows have check digits and letters that this network was not made for: they stay unread.

        Raises:
            MissingDependency: the network cannot be loaded.
        """
        if line.text.count("<") >= 2:
            return line
        sure = all(word.confidence >= UNSURE for word in line.words if any(c.isalpha() for c in word.text))
        best, chance = "", 0.0
        for number, look in enumerate(_LOOKS):
            text, weakest = self._read(strip.gray, look)
            same = bool(text) and normal(text) == normal(line.text)
            if same and sure and (number == 0 or weakest >= SECOND_UNSURE):
                return replace(line, agreement="agreed", second=text)
            if text and weakest > chance:
                best, chance = text, weakest
            if same:
                break  # another look can only disagree
        return replace(line, agreement="doubtful" if best else "unread", second=best)

    def _read(self, gray: Pixels, look: _Look) -> tuple[str, float]:
        """The text of a strip, its pieces joined, and the chance (0 to 1) of its weakest letter."""
        tall = round(look.above * gray.shape[0])
        wide = round(look.beside * gray.shape[0])
        scale = HEIGHT / (gray.shape[0] + 2 * tall)
        room = int(WIDEST / scale) - 2 * wide - STRIDE
        read = [
            self._letters_of(cv2.copyMakeBorder(piece, tall, tall, wide, wide, cv2.BORDER_CONSTANT, value=255), look)
            for piece in pieces(gray, room)
        ]
        text = plain(" ".join(text for text, _ in read if text))
        return text, min(weakest for _, weakest in read)

    def _letters_of(self, gray: npt.NDArray[Any], look: _Look) -> tuple[str, float]:
        height, width = gray.shape
        wide = -(-max(HEIGHT, int(width * HEIGHT / height)) // STRIDE) * STRIDE
        size = (min(wide, WIDEST), HEIGHT)
        if look.smooth:
            small = cv2.resize(gray, size, interpolation=cv2.INTER_AREA if height > HEIGHT else cv2.INTER_CUBIC)
        else:
            small = np.asarray(Image.fromarray(gray).resize(size, Image.Resampling.BILINEAR))
        pixels = small.astype(np.float32) / 255
        if look.signed:
            pixels = 2 * pixels - 1
        session = self._network.session()
        (chances,) = session.run(None, {"images": np.repeat(pixels[None, None], 3, axis=1)})
        return self._written(chances[:, 0])

    def _written(self, chances: npt.NDArray[np.float32]) -> tuple[str, float]:
        """Letters by CTC: the likeliest of each step, repetitions and blanks (0) left out."""
        letters = self._alphabet()
        best, sure = chances.argmax(axis=1), np.exp(chances.max(axis=1))
        new = np.flatnonzero((best != 0) & (best != np.concatenate([[0], best[:-1]])))
        return "".join(letters[best[i]] for i in new).strip(), float(sure[new].min()) if len(new) else 0.0

    def _alphabet(self) -> tuple[str, ...]:
        if not self._letters:
            path = self._paths[_models.LETTERS]
            try:
                self._letters = tuple(json.loads(path.read_text("utf-8"))["chars"])
            except (OSError, ValueError, KeyError, TypeError) as err:
                raise MissingDependency(
                    f"model {path.name} cannot be loaded ({err})",
                    f"không nạp được mô hình {path.name} ({err})",
                    hint="install asterocr again",
                    hint_vi="hãy cài lại gói asterocr",
                ) from err
        return self._letters


def pieces(gray: Pixels, room: int) -> list[Pixels]:
    """`gray` cut in the middle of blanks that part values, and into pieces at most `room` pixels wide.

    The latter are cut in the widest blank of the piece's second half.
    """
    inked = np.any(gray < _INK, axis=0).astype(np.int8)
    edges = np.flatnonzero(np.diff(inked))
    blanks = [(a, b) for a, b in itertools.pairwise(edges) if not inked[b]]
    cuts = [int(a + b) // 2 + 1 for a, b in blanks if b - a >= _APART * gray.shape[0]]
    parts = zip([0, *cuts], [*cuts, gray.shape[1]], strict=True)
    return [piece for a, b in parts for piece in _short(gray[:, a:b], inked[a:b], room)]


def _short(gray: Pixels, inked: npt.NDArray[np.int8], room: int) -> list[Pixels]:
    out = []
    start, width = 0, gray.shape[1]
    while width - start > room:
        first = start + room // 2
        edges = np.diff(np.concatenate([[1], inked[first : start + room], [1]]))
        begins, ends = np.flatnonzero(edges == -1), np.flatnonzero(edges == 1)
        widest = int(np.argmax(ends - begins)) if len(begins) else -1
        cut = first + int(begins[widest] + ends[widest]) // 2 if widest >= 0 else start + room
        out.append(gray[:, start:cut])
        start = cut
    out.append(gray[:, start:])
    return out
