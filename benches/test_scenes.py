"""Finding the paper in drawn scenes: overlap with the true corners, and words where one is missed."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from scenes import plan
from scenes.score import pages, score

SHORT_EVERY = 8
"""A short run takes each eighth of the 240 scenes."""


def test_papers_are_found_on_any_ground(promise: Any, short: bool) -> None:
    """Quad IoU of 0.95 in 95 % of the papers, words for the citizen in the rest; the set is not that of tuning."""
    asked, found, missed = Counter[str](), Counter[str](), Counter[bool]()
    extra = told = clean = 0
    sizes = []
    for scene in plan.scenes("report", every=SHORT_EVERY if short else 1):
        seen = pages(scene)
        result = score(scene, seen)
        asked[scene.condition] += len(result.overlaps)
        found[scene.condition] += len(result.overlaps) - result.missed
        missed[result.said] += result.missed
        extra += result.extra
        if result.missed or result.extra:
            worst = ", ".join(f"{overlap:.2f}" for overlap in result.overlaps)
            print(f"  {scene.name}: overlap {worst}, {result.extra} too many, {'said' if result.said else 'SILENT'}")
        elif scene.condition not in ("torn", "folded", "two sheets", "photo of two"):
            clean += 1
            told += result.said
        if scene.condition in ("card", "both sides of a card") and not result.missed:
            sizes += [abs(page.size[0] / page.dpi * 25.4 / 85.6 - 1) for page in seen]
    total = sum(asked.values())
    for condition, count in asked.items():
        print(f"  {condition}: {found[condition]} of {count}")
    share = 100 * sum(found.values()) / total
    promise("papers found, IoU 0.95", share, "%", bar=90.0 if short else 95.0, rule="at_least", note=f"of {total}")
    promise("papers missed without a word", 100 * missed[False] / total, "%", bar=1.0, note=f"{missed[False]}")
    promise("pages where no paper is", float(extra), "pages", bar=0.0)
    promise("words on scenes without fault", 100 * told / max(1, clean), "%", bar=5.0, note=f"{told} of {clean}")
    promise("width of cards, mean error", 100 * float(np.mean(sizes)), "%", bar=1.0)
