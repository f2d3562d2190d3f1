"""Fifty-six pages that are no paper of ours: foreign papers and forms, letters, bills, pictures, nearly empty sheets.

Many mention a kind of ours, or bear a title that is close to one: the product must name none.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from drawing.sheet import Sheet

from . import papers, pictures, vietnamese

SEED = 20261125
TYPEFACES = ("Liberation Serif", "Liberation Sans", "Noto Serif", "DejaVu Sans Condensed")
MAKERS = (*papers.MAKERS, *vietnamese.MAKERS, *pictures.MAKERS)


def pages(step: int = 1) -> Iterator[tuple[str, Sheet]]:
    """Name and sheet of each page, or of every `step`-th."""
    for i, make in enumerate(MAKERS):
        if i % step == 0:
            yield f"foreign-{i:02d}", make(random.Random(f"{SEED}/{i}"), TYPEFACES[i % len(TYPEFACES)])
