"""A hundred pages of known kinds and twenty of none, from templates, names and words that the code was not made with.

Drawn again on each run from the seed below, which stays with the bench. Field names are the truth's own; what each
must hold is the printed value (dates as dd/mm/yyyy).
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

HERE = Path(__file__).resolve().parent
for place in (HERE, HERE.parent / "examples"):
    if str(place) not in sys.path:
        sys.path.insert(0, str(place))

from drawing import scanner  # noqa: E402
from drawing.sheet import Sheet  # noqa: E402
from unseen import cards, civil, other  # noqa: E402

SEED = 20261123
SERIFS = ("Noto Serif", "DejaVu Serif", "Source Serif Pro")
SANSES = ("Noto Sans", "DejaVu Sans Condensed")
Maker = Callable[[random.Random, str], Sheet]


def _card(make: Maker) -> Maker:
    def laid(rng: random.Random, typeface: str) -> Sheet:
        return cards.on_glass(make(rng, typeface), rng)

    laid.__name__ = make.__name__
    return laid


# kind (SPEC 6), template, pages of it in a whole run, typefaces
PLAN: tuple[tuple[str, Maker, int, tuple[str, ...]], ...] = (
    ("khai_sinh", civil.birth_old, 10, SERIFS),
    ("khai_sinh", civil.birth_new, 12, SERIFS),
    ("ket_hon", civil.marriage, 9, SERIFS),
    ("bang_tn", civil.degree_higher, 12, SERIFS),
    ("bang_tn", civil.degree_school, 10, SERIFS),
    ("gcn_qsdd", civil.land, 9, SERIFS),
    ("quyet_dinh", civil.decision, 10, SERIFS),
    ("cccd", _card(cards.citizen), 10, SANSES),
    ("cccd", _card(cards.back), 2, SANSES),
    ("can_cuoc", _card(cards.identity), 8, SANSES),
    ("gplx", _card(cards.licence), 8, SANSES),
)
assert sum(count for _, _, count, _ in PLAN) == 100
assert len(other.PAGES) == 20


@dataclass(frozen=True)
class Unseen:
    """One drawn page and what is on it."""

    name: str
    kind: str
    image: Image.Image
    truth: dict[str, Any]


def _scan(sheet: Sheet, rng: random.Random) -> tuple[Image.Image, dict[str, Any]]:
    return scanner.scan(
        sheet, rng, skew_deg=rng.uniform(-1.5, 1.5), noise=rng.uniform(1.5, 5), blur_px=rng.uniform(0.3, 0.8)
    )


def pages(*, short: bool = False) -> Iterator[Unseen]:
    """All 100 + 20, or in a short run one of each template and four of none."""
    for kind, make, count, typefaces in PLAN:
        label = make.__name__
        for i in range(1 if short else count):
            rng = random.Random(f"{SEED}/{kind}/{label}/{i}")
            sheet = make(rng, typefaces[i % len(typefaces)])
            image, truth = _scan(sheet, rng)
            yield Unseen(f"{kind}-{label}-{i:02d}", kind, image, truth)
    for i, make in enumerate(other.PAGES):
        if short and i % 5:
            continue
        rng = random.Random(f"{SEED}/other/{i}")
        image, truth = _scan(make(rng, SERIFS[i % len(SERIFS)]), rng)
        yield Unseen(f"other-{i:02d}", "unknown", image, truth)


if __name__ == "__main__":
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "build/unseen")
    out.mkdir(parents=True, exist_ok=True)
    for page in pages(short="--short" in sys.argv):
        page.image.save(out / f"{page.name}.png", dpi=(300, 300), compress_level=1)
        print(page.name, page.image.size)
