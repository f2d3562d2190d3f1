"""Findings about the scan: can everything on the paper be seen?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pyhncert.check._rules import rule, say
from pyhncert.values import Finding, PageFacts, Reading

_SIDES = {"left": "trái", "top": "trên", "right": "phải", "bottom": "dưới"}


def quality(page: PageFacts, reading: Reading | None, today: dt.date) -> list[Finding]:
    """What is wrong, or right, with the scan of `page`."""
    letters = sum(c.isalnum() for line in reading.lines for c in line.text) if reading is not None else 0
    out = _resolution(page, today)
    blank = rule("blank", today)
    if blank and letters <= blank["most_letters"] and page.measures.ink_share <= blank["most_ink_share"]:
        return [say("blank", "block", page=page.number), *out]
    return [*out, *_sight(page, today), *_confidence(page, reading, letters, today)]


def _resolution(page: PageFacts, today: dt.date) -> list[Finding]:
    limits = rule("resolution", today)
    dpi = round(page.dpi)
    if limits is None:
        return []
    if dpi < limits["block_below_dpi"]:
        return [say("low_dpi", "block", page=page.number, dpi=dpi)]
    if dpi < limits["warn_below_dpi"]:
        return [say("low_dpi", "warn", page=page.number, dpi=dpi)]
    return [say("resolution", "pass", page=page.number, dpi=dpi)]


def _sight(page: PageFacts, today: dt.date) -> list[Finding]:
    seen, number, out = page.measures, page.number, []
    sharp = rule("sharpness", today)
    if sharp and seen.sharpness < sharp["warn_below"]:
        severe = seen.sharpness < sharp["block_below"]
        out.append(say("blurred", "block" if severe else "warn", page=number, sharpness=f"{seen.sharpness:.2f}"))
    if seen.cut_edges:
        quad = seen.cut_quads[0] if seen.cut_quads else None
        sides, sides_vi = ", ".join(seen.cut_edges), ", ".join(_SIDES.get(side, side) for side in seen.cut_edges)
        out.append(say("cut_off", "block", page=number, quad=quad, sides=sides, sides_vi=sides_vi))
    glare = rule("glare", today)
    if glare and seen.glare_share > glare["warn_over_share"]:
        severe = seen.glare_share > glare["block_over_share"]
        out.append(say("glare", "block" if severe else "warn", page=number, share=f"{100 * seen.glare_share:.1f}"))
    if seen.papers > 1:
        out.append(say("two_papers", "block", page=number, papers=seen.papers))
    return out


def _confidence(page: PageFacts, reading: Reading | None, letters: int, today: dt.date) -> Sequence[Finding]:
    limits = rule("confidence", today)
    if limits is None or reading is None or letters < limits["least_letters"]:
        return []
    lines = [line for line in reading.lines if "<<" not in line.text]  # machine-readable rows have their own checks
    total = sum(len(line.text) for line in lines)
    mean = sum(line.confidence * len(line.text) for line in lines) / total if total else 1.0
    if mean >= limits["warn_below"]:
        return []
    worst = min(lines, key=lambda line: line.confidence)
    return [say("low_confidence", "warn", page=page.number, quad=worst.quad, percent=round(100 * mean))]
