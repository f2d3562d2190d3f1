"""Pictures of a trial office: a signature that nobody has and a seal that says what it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyhncert.issue._draw import BLUE, MM, RED, Canvas

__all__ = ["flourish", "trial_seal"]


def flourish(canvas: Canvas, x: float, y: float, width: float, height: float) -> None:
    """A drawn signature that nobody has."""
    shape = [
        (0.02, 0.62), (0.10, 0.05), (0.24, -0.02), (0.20, 0.48), (0.17, 0.86), (0.08, 0.98), (0.12, 0.70),
        (0.17, 0.38), (0.32, 0.30), (0.33, 0.55), (0.34, 0.74), (0.28, 0.72), (0.32, 0.52), (0.37, 0.30),
        (0.44, 0.34), (0.43, 0.56), (0.43, 0.70), (0.50, 0.62), (0.53, 0.44), (0.57, 0.20), (0.66, 0.00),
        (0.64, 0.22), (0.62, 0.48), (0.52, 0.84), (0.62, 0.72), (0.74, 0.58), (0.82, 0.40), (0.99, 0.30),
    ]  # fmt: skip
    canvas.curve([(x + a * width, y + b * height) for a, b in shape], colour=BLUE, thick=1.3)
    under = [(0.08, 0.90), (0.34, 0.80), (0.66, 0.82), (0.94, 0.72)]
    canvas.curve([(x + a * width, y + b * height) for a, b in under], colour=BLUE, thick=0.9)


def trial_seal(canvas: Canvas, x: float, y: float, radius: float, words: Mapping[str, Any]) -> None:
    """A round seal around (x, y); `radius` is that of its outer edge."""
    radius -= 0.8 / MM
    canvas.circle(x, y, radius, colour=RED, thick=1.6)
    canvas.circle(x, y, radius - 1.1, colour=RED, thick=0.5)
    canvas.circle(x, y, radius - 5.4, colour=RED, thick=0.5)
    canvas.ring_text(x, y, radius - 4.1, words["trial_seal"], 8, colour=RED)
    canvas.star(x, y - 2.2, 5.2, colour=RED)
    centre = words["trial_seal_centre"]
    canvas.line(x - canvas.face(True).width(centre, 7) / MM / 2, y + 4.2, centre, 7, bold=True, colour=RED)
    canvas.boxes.pop()
