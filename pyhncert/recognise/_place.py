"""A field and its place: the box around the words that it was read from."""

from __future__ import annotations

from collections.abc import Sequence

from pyhncert.values import Field, Quad, Word


def field_at(name: str, label: str, text: str, page: int, words: Sequence[Word], *, kind: str = "text") -> Field:
    """The field `name` at the place of `words`, as sure as the least sure of them; `kind` is its type."""
    kept = [word for word in words if any(c.isalnum() for c in word.text)] or list(words)
    confidence = min(word.confidence for word in kept)
    return Field(
        name=name,
        label=label,
        value=text,
        page=page,
        quad=around([word.quad for word in kept]),
        confidence=round(confidence, 3),
        type=kind,
    )


def around(quads: Sequence[Quad]) -> Quad:
    """The upright box around `quads`."""
    xs = [p[0] for quad in quads for p in quad]
    ys = [p[1] for quad in quads for p in quad]
    left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
    return ((left, top), (right, top), (right, bottom), (left, bottom))
