"""Findings about the outline of the paper: was it seen whole?"""

from __future__ import annotations

from pyhncert.check._rules import say
from pyhncert.values import Finding, PageFacts, Words

_CORNERS = (
    Words("trên bên trái", "upper left"),
    Words("trên bên phải", "upper right"),
    Words("dưới bên phải", "lower right"),
    Words("dưới bên trái", "lower left"),
)


def edges(page: PageFacts) -> list[Finding]:
    """Corners that are torn, folded or covered, and paper whose edges could not be told from what it lies on."""
    seen, out = page.measures, []
    if seen.lost_corners:
        names = [_CORNERS[corner] for corner in seen.lost_corners]
        shown, shown_vi = ", ".join(name.en for name in names), ", ".join(name.vi for name in names)
        out.append(say("lost_corner", "warn", page=page.number, corners=shown, corners_vi=shown_vi))
    if seen.edges_unsure:
        out.append(say("unsure_edges", "warn", page=page.number))
    return out
