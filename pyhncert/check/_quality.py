"""Findings about the scan: can everything on the paper be seen?"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from typing import Any

from pyhncert.check._places import edge, joined, place
from pyhncert.check._rules import bounds, say
from pyhncert.values import Finding, Measures, PageFacts, Quad, Reading, Severity, Words


def quality(page: PageFacts, reading: Reading | None, today: dt.date) -> list[Finding]:
    """What is wrong, or right, with the scan of `page`."""
    letters = sum(c.isalnum() for line in reading.lines for c in line.text) if reading is not None else 0
    out = _resolution(page, today)
    if _blank(page.measures, letters, today):
        return [say("blank", "block", page=page.number), *out]
    return [
        *out,
        *_sharpness(page, today),
        *_levels(page, today),
        *_places(page, today),
        *_confidence(page, reading, letters, today),
    ]


def verdict(page: int, findings: Iterable[Finding]) -> tuple[Severity, Words]:
    """The scan of page number `page` in words: what is worst about it and what to do, or that it can be used."""
    scan = [f for f in findings if f.family == "quality" and f.page == page]
    for severity in ("block", "warn"):
        said = list(dict.fromkeys(f.reason for f in scan if f.severity == severity))
        if said:
            return severity, Words("; ".join(words.vi for words in said), "; ".join(words.en for words in said))
    return "pass", say("page_good", "pass", page=page).reason


def _blank(seen: Measures, letters: int, today: dt.date) -> bool:
    """Whether nobody reads anything and what is inked is next to nothing but specks, rules and frames."""
    limits = bounds("blank", today)
    if limits is None or letters > limits["most_letters"]:
        return False
    return bool(min(seen.ink_share, seen.content_share) <= limits["most_ink_share"])


def _resolution(page: PageFacts, today: dt.date) -> list[Finding]:
    limits = bounds("resolution", today)
    dpi = round(page.dpi)
    if limits is None:
        return []
    if dpi < limits["block_below_dpi"]:
        return [say("low_dpi", "block", page=page.number, dpi=dpi)]
    if dpi < limits["warn_below_dpi"]:
        return [say("low_dpi", "warn", page=page.number, dpi=dpi)]
    return [say("resolution", "pass", page=page.number, dpi=dpi)]


def _sharpness(page: PageFacts, today: dt.date) -> list[Finding]:
    """Blur, or detail that was lost before the file was written; one finding for what is one fault to the eye."""
    seen, number = page.measures, page.number
    sharp = bounds("sharpness", today)
    if sharp and seen.sharpness < sharp["warn_below"]:
        severe = seen.sharpness < sharp["block_below"]
        return [say("blurred", "block" if severe else "warn", page=number, sharpness=f"{seen.sharpness:.2f}")]
    limits = bounds("detail", today)
    below = _below(seen.detail_dpi, limits, "dpi")
    if limits is None or below is None or seen.detail_dpi > limits["most_share"] * page.dpi:
        return []
    return [say("low_detail", below, page=number, dpi=round(page.dpi), detail=round(seen.detail_dpi))]


def _levels(page: PageFacts, today: dt.date) -> list[Finding]:
    """Noise, faint print, compression: what lies all over the page."""
    seen, number, out = page.measures, page.number, []
    severity = _below(seen.contrast, bounds("contrast", today), "levels")
    if severity is not None:
        out.append(say("faded", severity, page=number, contrast=round(seen.contrast)))
    severity = _over(seen.noise_levels, bounds("noise", today), "levels")
    if severity is not None:
        out.append(say("noisy", severity, page=number, levels=round(seen.noise_levels)))
    severity = _over(seen.blocking_levels, bounds("compression", today), "levels")
    if severity is not None:
        out.append(say("compressed", severity, page=number))
    return out


def _places(page: PageFacts, today: dt.date) -> list[Finding]:
    """What is wrong at one place: text cut off, shadow, glare, a second paper."""
    seen, number, out = page.measures, page.number, []
    if seen.cut_edges:
        quads = dict(zip(seen.cut_edges, seen.cut_quads, strict=False))
        where = joined([edge(side, quads.get(side), page.size) for side in seen.cut_edges])
        quad = seen.cut_quads[0] if seen.cut_quads else None
        out.append(say("cut_off", "block", page=number, quad=quad, place=where.en, place_vi=where.vi))
    limits = bounds("shadow", today)
    severity = _over(seen.shadow_depth, limits, "depth")
    if limits and severity is not None and seen.shadow_share >= limits["least_share"]:
        share, percent = round(100 * seen.shadow_share), round(100 * seen.shadow_depth)
        out.append(_there("shadow", severity, page, seen.shadow_quads, share=share, percent=percent))
    severity = _over(seen.glare_share, bounds("glare", today), "share")
    if severity is not None:
        out.append(_there("glare", severity, page, seen.glare_quads, share=f"{100 * seen.glare_share:.1f}"))
    if seen.papers > 1:
        out.append(say("two_papers", "block", page=number, papers=seen.papers))
    return out


def _there(code: str, severity: Severity, page: PageFacts, quads: Sequence[Quad], **facts: Any) -> Finding:
    """A finding with its places in words, and the first as its quad."""
    where = joined([place(quad, page.size) for quad in quads]) if quads else Words("một phần", "part")
    quad = quads[0] if quads else None
    return say(code, severity, page=page.number, quad=quad, place=where.en, place_vi=where.vi, **facts)


def _over(value: float, limits: dict[str, Any] | None, unit: str) -> Severity | None:
    """The severity of a value that should be small; a rule may know no block."""
    if limits is None or value <= limits[f"warn_over_{unit}"]:
        return None
    return "block" if value > limits.get(f"block_over_{unit}", math.inf) else "warn"


def _below(value: float, limits: dict[str, Any] | None, unit: str) -> Severity | None:
    """The severity of a value that should be large."""
    if limits is None or value >= limits[f"warn_below_{unit}"]:
        return None
    return "block" if value < limits[f"block_below_{unit}"] else "warn"


def _confidence(page: PageFacts, reading: Reading | None, letters: int, today: dt.date) -> Sequence[Finding]:
    limits = bounds("confidence", today)
    if limits is None or reading is None or letters < limits["least_letters"]:
        return []
    lines = [line for line in reading.lines if "<<" not in line.text]  # machine-readable rows have their own checks
    total = sum(len(line.text) for line in lines)
    mean = sum(line.confidence * len(line.text) for line in lines) / total if total else 1.0
    if mean >= limits["warn_below"]:
        return []
    worst = min(lines, key=lambda line: line.confidence)
    return [say("low_confidence", "warn", page=page.number, quad=worst.quad, percent=round(100 * mean))]
