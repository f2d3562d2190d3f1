"""How each function of the core that takes pixels is called, so that one test asks the same of all of them.

A new function of the core belongs into `PIXELS`, or into `NO_PIXELS` where it takes none.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from PIL import Image

from pyhncert import _core
from pyhncert.errors import HncertError

NO_PIXELS = frozenset(
    (
        "canonical_json",
        "certificate_spki",
        "check_der",
        "cms_finish",
        "cms_parse",
        "cms_prepare",
        "cms_strict",
        "cms_verify",
        "code_from_random",
        "code_normalise",
        "code_shown",
        "sha256",
        "timestamp_info",
        "timestamp_request",
        "tokens",
        "verify_issued",
        "verify_signature",
    )
)

WHOLE = st.one_of(st.integers(0, 40), st.integers(-(2**70), 2**70))
REAL = st.one_of(st.floats(0, 12), st.floats(allow_nan=True, allow_infinity=True))
PIXEL = st.one_of(st.floats(-50, 90), st.floats(allow_nan=True, allow_infinity=True))
POINT = st.tuples(PIXEL, PIXEL)
QUAD = st.tuples(POINT, POINT, POINT, POINT)
MATRIX = st.one_of(
    st.tuples(*[st.floats(allow_nan=True, allow_infinity=True)] * 9),
    st.tuples(*[st.floats(-2, 2)] * 9),
    st.tuples(st.integers(-1, 1), st.integers(-1, 1), PIXEL, st.integers(-1, 1), st.integers(-1, 1), PIXEL).map(
        lambda m: (*map(float, m), 0.0, 0.0, 1.0)
    ),
    st.tuples(st.floats(-0.05, 0.05), PIXEL, PIXEL).map(lambda m: (1.0, -m[0], m[1], m[0], 1.0, m[2], 0.0, 0.0, 1.0)),
)
COLOUR = st.one_of(st.tuples(*[st.integers(0, 255)] * 3), st.tuples(*[st.integers(-5, 999)] * 3))


@dataclass(frozen=True)
class Plan:
    """The arrays that a function takes (`rgb`, `gray`, `mask`; `out` is written), its numbers, and how it is called.

    `usual` are numbers with which it does its usual work.
    """

    arrays: tuple[str, ...]
    call: Callable[..., Any]
    numbers: tuple[st.SearchStrategy[Any], ...] = ()
    usual: tuple[Any, ...] = ()


@functools.cache
def _png(shape: tuple[int, ...]) -> bytes:
    """A PNG for room of that shape, as near as a PNG can be to it."""
    rows, columns = np.indices([max(1, side) for side in (*shape[:2], 1, 1)[:2]])
    out = io.BytesIO()
    picture = np.stack([rows % 251, columns % 241, (rows + columns) % 239], axis=2).astype(np.uint8)
    Image.fromarray(picture).save(out, "PNG", compress_level=1)
    return out.getvalue()


SLOPE = (0.999, -0.02, 3.3, 0.02, 0.999, -2.1, 0.0, 0.0, 1.0)
SQUARE = ((0.0, 0.0), (1e3, 0.0), (1e3, 1e3), (0.0, 1e3))

PIXELS = {
    "flatten": Plan(
        ("rgb", "out"), lambda a, out, faint: _core.flatten(a, out, faint=faint), (st.booleans(),), (True,)
    ),
    "find_marks": Plan(("rgb",), _core.find_marks, (REAL,), (300.0,)),
    "grain": Plan(("rgb",), _core.grain),
    "gray": Plan(("rgb",), _core.gray),
    "grow": Plan(("mask",), _core.grow, (REAL,), (9.5,)),
    "ink_boxes": Plan(("mask",), _core.ink_boxes),
    "light": Plan(("rgb",), _core.light),
    "measure": Plan(("rgb",), _core.measure, (QUAD,), (SQUARE,)),
    "png_decode": Plan(("out",), lambda out: _core.png_decode(_png(out.shape), out)),
    "sauvola": Plan(
        ("gray",),
        lambda a, w, k, p: _core.sauvola(a, window=w, k=k, packed=p),
        (WHOLE, REAL, st.booleans()),
        (31, 0.3, False),
    ),
    "shrink": Plan(("rgb",), _core.shrink, (WHOLE,), (3,)),
    "stroke_changes": Plan(("gray", "gray", "mask"), _core.stroke_changes),
    "survey": Plan(("rgb",), _core.survey),
    "text_lines": Plan(("rgb",), _core.text_lines),
    "warp": Plan(
        ("rgb", "out"),
        lambda a, out, m, fill: _core.warp(a, m, out, fill=fill),
        (MATRIX, COLOUR),
        (SLOPE, (1, 2, 3)),
    ),
    "wolf": Plan(
        ("gray",),
        lambda a, w, k, p: _core.wolf(a, window=w, k=k, packed=p),
        (WHOLE, REAL, st.booleans()),
        (31, 0.3, True),
    ),
}


def functions() -> set[str]:
    """The public functions of the core."""
    return {name for name in dir(_core) if not name.startswith("_") and not isinstance(getattr(_core, name), type)}


def plain(value: Any) -> Any:
    """A result of the core as something that can be compared, NaN with NaN."""
    if isinstance(value, np.ndarray):
        return value.shape, str(value.dtype), value.tobytes()
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if type(value).__module__ == _core.__name__:
        shown = {name: getattr(value, name) for name in dir(value) if not name.startswith("_")}
        return {name: plain(known) for name, known in shown.items() if not callable(known)}
    return repr(value)


def outcome(plan: Plan, arrays: list[Any], numbers: tuple[Any, ...]) -> tuple[Any, ...]:
    """What a call gave and wrote, or which error of the family it raised; every other exception is the test's."""
    try:
        given = plan.call(*arrays, *numbers)
    except HncertError as err:
        assert err.en.strip()
        return ("raises", type(err).__name__)
    return ("gives", plain(given), *(plain(a) for a, kind in zip(arrays, plan.arrays, strict=True) if kind == "out"))
