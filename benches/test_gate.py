"""The quality gate over pages spoilt on purpose, and over good pages; templates and strengths that no threshold saw."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from degraded import STRENGTHS, Case, good, sheet, spoilt

from pyhncert import _core, capture, check
from pyhncert.values import Kind, Measures, PageFacts, RawPage, Reading, Words

TODAY = dt.date(2026, 11, 23)
NOBODY = Kind(key="unknown", name=Words("", ""), title="", confidence=0.0)
# The number of each defect, larger is worse, and the findings that tell it. Blank paper in a deep
# shadow with a sharp side looks like the bed beside a paper; print that nobody can see leaves a blank page.
DEFECTS: dict[str, tuple[Callable[[PageFacts, Measures], float], frozenset[str]]] = {
    "resolution": (lambda page, _: -page.dpi, frozenset(("low_dpi",))),
    "enlarged": (lambda page, seen: -seen.detail_dpi / page.dpi, frozenset(("low_detail", "blurred"))),
    "blur": (lambda _, seen: -seen.sharpness, frozenset(("blurred",))),
    "noise": (lambda _, seen: seen.noise_levels, frozenset(("noisy",))),
    "faded": (lambda _, seen: -seen.contrast, frozenset(("faded", "blank"))),
    "compression": (lambda _, seen: seen.blocking_levels, frozenset(("compressed",))),
    "shadow": (lambda _, seen: max(seen.shadow_depth, float(bool(seen.cut_edges))), frozenset(("shadow", "cut_off"))),
    "cut": (lambda _, seen: float(len(seen.cut_edges)), frozenset(("cut_off",))),
    "glare": (lambda _, seen: seen.glare_share, frozenset(("glare",))),
    "blank": (lambda _, seen: -min(seen.ink_share, seen.content_share), frozenset(("blank",))),
}


@dataclass(frozen=True)
class Seen:
    """A page through the gate: what was measured, and each finding's code with its severity."""

    case: Case
    page: PageFacts
    codes: dict[str, str]

    @property
    def refused(self) -> bool:
        """Whether anything about its scan blocks it."""
        return "block" in self.codes.values()


def through(case: Case) -> Seen:
    """The gate without a reader: nothing was read, so what the reader alone could say is missing."""
    raw = RawPage(number=1, scan=0, frame=0, image=np.ascontiguousarray(case.image), dpi=case.dpi)
    pages = capture.normalise(raw)
    facts = [PageFacts.of(page) for page in pages]
    readings = [Reading(page=page.number, lines=(), reader="none") for page in pages]
    found = check.findings(facts, readings, NOBODY, (), today=TODAY)
    codes = {f.code: f.severity for f in reversed(found) if f.family == "quality" and f.severity != "pass"}
    return Seen(
        Case(case.name, case.base, case.defect, case.strength, case.bad, case.image[:1], case.dpi), facts[0], codes
    )


def _part(draw: Callable[..., Iterator[Case]], given: tuple[Any, ...], part: slice) -> list[Seen]:
    return [through(case) for case in draw(*given, part)]


def all_through(draw: Callable[..., Iterator[Case]], *given: Any) -> list[Seen]:
    """The pages of `draw(*given)` through the gate, drawn and looked at by a process for each core."""
    cores = os.cpu_count() or 1
    parts = [slice(i, None, cores) for i in range(cores)]
    with ProcessPoolExecutor(cores, multiprocessing.get_context("fork")) as pool:
        found = [pool.submit(_part, draw, given, part) for part in parts]
        return sorted((seen for each in found for seen in each.result()), key=lambda seen: seen.case.name)


def area(bad: Sequence[float], fine: Sequence[float]) -> float:
    """Area under the ROC curve: how often a bad page has the larger number than a fine one, ties half."""
    both = np.asarray(bad)[:, None], np.asarray(fine)[None, :]
    return float(np.mean((both[0] > both[1]) + 0.5 * (both[0] == both[1])))


@pytest.fixture(scope="module")
def fine(short: bool) -> list[Seen]:
    """Good pages through the gate."""
    return all_through(good, "held-out", 16 if short else 310)


def test_good_pages_are_not_refused(promise: Any, fine: list[Seen]) -> None:
    """At most one in a hundred."""
    refused = [seen for seen in fine if seen.refused]
    for seen in refused:
        print(f"  {seen.case.name} ({seen.case.base}, {seen.case.dpi} dpi): {seen.codes}")
    warned = sum(bool(seen.codes) for seen in fine) - len(refused)
    sheets = len({seen.case.base for seen in fine})
    note = f"{len(refused)} of {len(fine)} pages of {sheets} sheets; {warned} more with a warning"
    promise("gate: good pages refused", 100 * len(refused) / len(fine), "%", bar=1.0, note=note)


@pytest.mark.parametrize("defect", STRENGTHS)
def test_each_defect_is_told_from_good_pages(promise: Any, fine: list[Seen], short: bool, defect: str) -> None:
    """AUC against good and slightly spoilt pages, and what the thresholds make of it."""
    number, codes = DEFECTS[defect]
    pages = all_through(spoilt, "held-out", defect, 3 if short else 12)
    bad = [seen for seen in pages if seen.case.bad]
    others = [seen for seen in pages if not seen.case.bad] + fine

    def told(seen: Seen) -> bool:
        return bool(codes & set(seen.codes))

    for seen in bad:
        if not told(seen):
            print(f"  missed: {seen.case.name} ({seen.case.base}), strength {seen.case.strength:g}, {seen.codes}")
    for seen in others:
        if told(seen) and seen.refused:
            print(f"  wrongly refused: {seen.case.name} ({seen.case.base}), {seen.case.strength:g}, {seen.codes}")
    value = area(*([number(s.page, s.page.measures) for s in group] for group in (bad, others)))
    hits, refused, false, wrong = (
        100 * sum(map(test, group)) / len(group)
        for group in (bad, others)
        for test in (told, lambda s: told(s) and s.refused)
    )
    note = f"{refused:.0f} % refused; of {len(others)} others {false:.1f} % warned, {wrong:.1f} % refused"
    promise(f"gate: {defect}, AUC", value, "of 1", bar=0.97, rule="at_least", note=f"{len(bad)} against {len(others)}")
    promise(f"gate: {defect}, told", hits, "%", bar=90.0, rule="at_least", note=note)


def test_what_the_measures_cost(promise: Any) -> None:
    """CPU of what lies on the raw picture's grid, over an A4 page of 300 dpi."""
    image = np.asarray(sheet("tune/khai_sinh/0").image)
    image = np.ascontiguousarray(image + np.random.default_rng(1).integers(0, 6, image.shape, np.uint8))
    taken = []
    for _ in range(15):
        begun = time.process_time()
        _core.grain(image)
        taken.append(time.process_time() - begun)
    promise("gate: noise, blocks, repeats", 1e3 * sorted(taken)[len(taken) // 2], "CPU ms", bar=10.0)
