"""Findings about what a hand put on the paper: seals, signatures, photographs, corrections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from pyhncert.check._paper import Paper
from pyhncert.check._rules import Rule, bounds, say
from pyhncert.values import Finding, PageFacts


def seal(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """No red seal was found; without one, what stands in its place (SPEC 1.4, R5)."""
    if not paper.written or any(_red(page) for page in paper.pages):
        return
    for colour in ("blue", "black"):
        for page in paper.pages:
            for seal in page.marks.seals:
                if seal.colour == colour:
                    yield say(f"{colour}_seal", rule["severity"], page=page.number, quad=seal.quad)
                    return
    yield rule.broken(page=paper.kind.page, quad=paper.kind.quad)


def _red(page: PageFacts) -> bool:
    return bool(page.measures.seal_quads) or any(seal.colour == "red" for seal in page.marks.seals)


def sealed(pages: Sequence[PageFacts]) -> Iterator[Finding]:
    """The first red seal: how large it is and how much of a signature it covers."""
    for page in pages:
        red = [seal for seal in page.marks.seals if seal.colour == "red"]
        if red:
            best = max(red, key=lambda seal: (seal.overlap, seal.quality))
            more, more_vi = "", ""
            if best.overlap:
                share = round(100 * best.overlap)
                more, more_vi = f", over {share} % of a signature", f", phủ {share} % chữ ký"
            size = round(2 * best.radius_mm)
            yield say("seal", "pass", page=page.number, quad=best.quad, size=size, more=more, more_vi=more_vi)
            return
        if page.measures.seal_quads:
            quad = page.measures.seal_quads[0]
            size = round((quad[1][0] - quad[0][0]) / page.dpi * 25.4)
            yield say("seal", "pass", page=page.number, quad=quad, size=size, more="", more_vi="")
            return


def hand(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """What looks crossed out or painted over (SPEC 1.4, R1): the officer looks, nothing is refused for it."""
    for page in paper.pages:
        quads = getattr(page.marks, rule["marks"])
        if quads:
            yield rule.broken(page=page.number, quad=quads[0], count=len(quads))


def copied(page: PageFacts, today: dt.date) -> list[Finding]:
    """A seal whose ink is mixed of dots, as a printer's: a suspicion of a colour copy, and never more than that."""
    limit = bounds("photocopy", today)
    if limit is None:
        return []
    for seal in page.marks.seals:
        if seal.hue_spread is not None and seal.hue_spread > limit["warn_over_hue_spread"]:
            return [say("photocopy", "warn", page=page.number, quad=seal.quad)]
    return []


def seen(page: PageFacts, today: dt.date) -> list[Finding]:
    """Signatures and photographs, so that the officer compares them with the original."""
    least = bounds("regions", today)
    if least is None:
        return []
    out = []
    for code, regions in (("signature", page.marks.signatures), ("portrait", page.marks.portraits)):
        sure = [region for region in regions if region.confidence >= least["least_confidence"]]
        if sure:
            best = max(sure, key=lambda region: region.confidence)
            out.append(say(code, "pass", page=page.number, quad=best.quad, count=len(sure)))
    return out
