"""Finding the paper in drawn scenes: overlap with the true corners, and words where one is missed."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from scenes import plan, shade
from scenes.score import outside, pages, score

SHORT_EVERY = 8
"""A short run takes each eighth of the 240 scenes."""
LOST = 0.005
"""A page has lost print where more of it than this share lies outside."""


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


def test_no_print_is_lost_in_a_shadow_with_a_hard_edge(promise: Any, short: bool) -> None:
    """Pages that were cut through their print, and those of them of which nothing is said."""
    asked, lost = Counter[str](), Counter[str]()
    silent = 0
    for shaded in shade.scenes("report", every=SHORT_EVERY - 1 if short else 1):
        scene = shaded.scene
        seen = pages(scene)
        share = outside(seen, shaded.print)
        asked[scene.condition] += 1
        if share > LOST:
            said = score(scene, seen).said or any(page.measures.cut_edges for page in seen)
            lost[scene.condition] += 1
            silent += not said
            print(f"  {scene.name}: {100 * share:.1f} % of the print is lost, {'said' if said else 'SILENT'}")
    total = sum(asked.values())
    note = ", ".join(f"{lost[condition]} of {count} {condition}" for condition, count in asked.items())
    promise("print lost in a hard shadow", 100 * sum(lost.values()) / total, "%", bar=15.0 if short else 5.0, note=note)
    silence = 100 * silent / total
    promise("print lost in one without a word", silence, "%", bar=10.0 if short else 2.0, note=f"{silent} of {total}")
