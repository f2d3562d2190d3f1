"""What is read on a page, once or twice; `pyhncert.values` gives these values to the rooms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pyhncert._seen import Quad

Agreement = Literal["agreed", "doubtful", "unread"]
"""What two readers say of a text: the same, not the same, or one of them (or the second at all) said nothing."""
Second = Literal["off", "fields", "all"]
"""What a second reader is asked for: nothing, fields and lines in doubt, or every line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word in place, in page pixels; confidence 0 to 1."""

    text: str
    quad: Quad
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of text in place, in page pixels; confidence 0 to 1; `red` is the share of its ink that is red.

    `second` is what a second reader read there, which changes nothing in `text`.
    """

    text: str
    quad: Quad
    confidence: float
    words: tuple[Word, ...]
    red: float = 0.0
    agreement: Agreement = "unread"
    second: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A QR symbol and its text, as it stands in it: what strangers wrote, to be escaped wherever it is shown."""

    text: str
    quad: Quad


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read on one page, in reading order; `reader` names detector and recogniser with their digests.

    `second_reader` names the second one where it was asked for this page.
    """

    page: int
    lines: tuple[Line, ...]
    reader: str
    codes: tuple[Code, ...] = ()
    second_reader: str = ""

    @property
    def text(self) -> str:
        """The lines, one below the other."""
        return "\n".join(line.text for line in self.lines)
