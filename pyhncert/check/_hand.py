"""Findings about what a hand put on the paper: seals, signatures, photographs, corrections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pyhncert.check._rules import rule, say
from pyhncert.values import Finding, Kind, PageFacts


def seals(pages: Sequence[PageFacts], kind: Kind, today: dt.date) -> list[Finding]:
    """The first red seal; without one what stands in its place, where the kind needs a seal (SPEC 1.4, R5)."""
    for page in pages:
        red = [seal for seal in page.marks.seals if seal.colour == "red"]
        if red:
            best = max(red, key=lambda seal: (seal.overlap, seal.quality))
            more, more_vi = "", ""
            if best.overlap:
                share = round(100 * best.overlap)
                more, more_vi = f", over {share} % of a signature", f", phủ {share} % chữ ký"
            size = round(2 * best.radius_mm)
            return [say("seal", "pass", page=page.number, quad=best.quad, size=size, more=more, more_vi=more_vi)]
        if page.measures.seal_quads:
            quad = page.measures.seal_quads[0]
            size = round((quad[1][0] - quad[0][0]) / page.dpi * 25.4)
            return [say("seal", "pass", page=page.number, quad=quad, size=size, more="", more_vi="")]
    law = rule("seal", today)
    if law is None or kind.key not in law["kinds"]:
        return []
    for colour in ("blue", "black"):
        for page in pages:
            for seal in page.marks.seals:
                if seal.colour == colour:
                    return [say(f"{colour}_seal", "warn", page=page.number, quad=seal.quad)]
    return [say("no_seal", "warn")]


def corrections(page: PageFacts, today: dt.date) -> list[Finding]:
    """What looks crossed out or painted over (SPEC 1.4, R1): the officer looks, nothing is refused for it."""
    if rule("corrections", today) is None:
        return []
    found = (("crossed_out", page.marks.strikes), ("correction_fluid", page.marks.fluid))
    return [say(code, "warn", page=page.number, quad=quads[0], count=len(quads)) for code, quads in found if quads]


def copied(page: PageFacts, today: dt.date) -> list[Finding]:
    """A seal whose ink is mixed of dots, as a printer's: a suspicion of a colour copy, and never more than that."""
    limit = rule("photocopy", today)
    if limit is None:
        return []
    for seal in page.marks.seals:
        if seal.hue_spread is not None and seal.hue_spread > limit["warn_over_hue_spread"]:
            return [say("photocopy", "warn", page=page.number, quad=seal.quad)]
    return []


def seen(page: PageFacts, today: dt.date) -> list[Finding]:
    """Signatures and photographs, so that the officer compares them with the original."""
    least = rule("regions", today)
    if least is None:
        return []
    out = []
    for code, regions in (("signature", page.marks.signatures), ("portrait", page.marks.portraits)):
        sure = [region for region in regions if region.confidence >= least["least_confidence"]]
        if sure:
            best = max(sure, key=lambda region: region.confidence)
            out.append(say(code, "pass", page=page.number, quad=best.quad, count=len(sure)))
    return out
