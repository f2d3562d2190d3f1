"""Draws papers that nobody ever issued: layouts as offices use them, people who do not exist, a truth beside each.

    python examples/draw.py [OUTDIR] [--kind KIND] [--seed N]

writes ``KIND.png`` (300 dpi A4 colour where nothing else is meant) and ``KIND.json`` (kind, fields, lines in reading
order with their boxes) to OUTDIR, by default ``examples/drawn``. The same seed draws the same page with the same fonts.
As a library: ``image, truth = draw("khai_sinh", 7)``.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, ImageFilter
from PIL.PngImagePlugin import PngInfo

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from drawing import cards, fonts, letters, papers, scanner  # noqa: E402
from drawing.sheet import Sheet  # noqa: E402

Maker = Callable[..., Sheet]


@dataclass(frozen=True)
class Drawing:
    """How one page comes about: `kind` of paper (SPEC 6), the `finding` it must raise, if any."""

    kind: str
    make: Maker
    options: dict[str, Any] = field(default_factory=dict)
    finding: str | None = None
    scan: dict[str, Any] = field(default_factory=dict)
    dpi: int = 300
    soften_px: float = 0.0


def _card(*sides: Maker, **options: Any) -> Maker:
    def make(rng: random.Random, *, dpi: int = 300) -> Sheet:
        holder = cards.card_person(rng, ended=options.get("ended", False))
        shown = [side(rng, dpi=dpi, holder=holder, **(options if i == 0 else {})) for i, side in enumerate(sides)]
        return cards.on_glass(shown, rng, dpi=dpi)

    return make


def _licence(rng: random.Random, *, dpi: int = 300) -> Sheet:
    return cards.on_glass([cards.licence_front(rng, dpi=dpi)], rng, dpi=dpi)


DRAWINGS: dict[str, Drawing] = {
    # papers, nothing wrong with them
    "khai_sinh": Drawing("khai_sinh", papers.birth_certificate),
    "ket_hon": Drawing("ket_hon", papers.marriage_certificate),
    "bang_tn": Drawing("bang_tn", papers.degree),
    "cccd": Drawing("cccd", _card(cards.cccd_front)),
    "cccd_back": Drawing("cccd", _card(cards.cccd_back)),
    "cccd_both": Drawing("cccd", _card(cards.cccd_front, cards.cccd_back)),
    "can_cuoc": Drawing("can_cuoc", _card(cards.can_cuoc_front)),
    "can_cuoc_back": Drawing("can_cuoc", _card(cards.can_cuoc_back)),
    "can_cuoc_both": Drawing("can_cuoc", _card(cards.can_cuoc_front, cards.can_cuoc_back)),
    "gplx": Drawing("gplx", _licence),
    "gcn_qsdd": Drawing("gcn_qsdd", papers.land_certificate),
    "quyet_dinh": Drawing("quyet_dinh", papers.decision),
    # no kind of ours
    "hop_dong": Drawing("unknown", letters.contract, {"seal": True}),
    "cong_van": Drawing("unknown", letters.letter),
    # shapes of page
    "full": Drawing("unknown", letters.full_page),
    "free_area": Drawing("unknown", letters.letter),
    "small": Drawing("quyet_dinh", letters.small_decision, dpi=200, scan={"skew_deg": 0.4}),
    # each raises one finding
    "blank": Drawing("unknown", letters.blank, finding="blank"),
    "low_dpi": Drawing("quyet_dinh", papers.decision, finding="low_dpi", dpi=100),
    "blurred": Drawing("quyet_dinh", papers.decision, finding="blurred", soften_px=7.0),
    "cut_off": Drawing("quyet_dinh", papers.decision, finding="cut_off", scan={"shift_mm": (-42.0, 0.0)}),
    "secret": Drawing("quyet_dinh", papers.decision, {"secret": "MẬT"}, finding="secret"),
    "ban_sao": Drawing("khai_sinh", papers.birth_certificate, {"marked": "BẢN SAO"}, finding="not_original"),
    "trich_luc": Drawing("khai_sinh", papers.birth_certificate, {"marked": "TRÍCH LỤC"}, finding="not_original"),
    "expired": Drawing("cccd", _card(cards.cccd_front, ended=True), finding="expired"),
    "id_sex": Drawing("cccd", _card(cards.cccd_front, wrong="sex"), finding="id_mismatch"),
    "id_year": Drawing("cccd", _card(cards.cccd_front, wrong="year"), finding="id_mismatch"),
    "no_seal": Drawing("quyet_dinh", papers.decision, {"seal": False}, finding="no_seal"),
}


def draw(kind: str, seed: int = 1, **options: Any) -> tuple[Image.Image, dict[str, Any]]:
    """One page and its truth.

    `kind` is a name of `DRAWINGS`; options: ``dpi``, those of the scanner (``skew_deg`` clockwise, ``noise``,
    ``blur_px``, ``turn`` clockwise 90, 180 or 270, ``shift_mm``) and those of the paper (``seal``, ``secret``, …).
    Truth: kind, finding, seed, dpi, size, skew_deg, turned, fonts, ``fields`` {name: label, value, quad} and ``lines``
    [text, quad] in reading order; quads clockwise from the reader's upper left, in pixels of the image.
    """
    plan = DRAWINGS[kind]
    rng = random.Random(f"{kind}/{seed}")
    names = ("skew_deg", "noise", "blur_px", "turn", "shift_mm")
    scan = {**plan.scan, **{k: options.pop(k) for k in names if k in options}}
    dpi = options.pop("dpi", plan.dpi)
    sheet = plan.make(rng, dpi=dpi, **{**plan.options, **options})
    if plan.soften_px:
        sheet.image = sheet.image.filter(ImageFilter.GaussianBlur(plan.soften_px))
    image, truth = scanner.scan(sheet, rng, **scan)
    typefaces = {name: fonts.family(name)[0] for name in ("serif", "sans", "mono")}
    return image, {
        "kind": plan.kind,
        "drawing": kind,
        "finding": plan.finding,
        "seed": seed,
        "fonts": typefaces,
        **truth,
    }


def save(image: Image.Image, truth: dict[str, Any], folder: Path, name: str) -> Path:
    """Write ``NAME.png`` with an exact dpi entry and ``NAME.json``; returns the picture's path."""
    folder.mkdir(parents=True, exist_ok=True)
    note = PngInfo()
    note.add_text("Comment", "specimen drawn by examples/draw.py; nobody issued this paper, its people are invented")
    path = folder / f"{name}.png"
    image.save(path, dpi=(truth["dpi"], truth["dpi"]), compress_level=1, pnginfo=note)
    (folder / f"{name}.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def main() -> None:
    """Draw the pages asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("outdir", nargs="?", type=Path, default=HERE / "drawn")
    parser.add_argument("--kind", action="append", choices=sorted(DRAWINGS), help="which page; all without it")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    for kind in given.kind or DRAWINGS:
        start = time.perf_counter()
        image, truth = draw(kind, given.seed)
        path = save(image, truth, given.outdir, kind)
        print(f"{path}  {image.width}x{image.height} at {truth['dpi']} dpi, {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
