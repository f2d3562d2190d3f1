"""Whatever array is handed to the core: it gives what it gives for a contiguous copy, or raises one clear error."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from border import NO_PIXELS, PIXELS, functions, outcome
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays as drawn_arrays

from pyhncert.errors import ScanError, UsageFault

NAMES = pytest.mark.parametrize("name", sorted(PIXELS))
READING = pytest.mark.parametrize("name", sorted(n for n, plan in PIXELS.items() if set(plan.arrays) != {"out"}))
WRITING = pytest.mark.parametrize("name", sorted(n for n, plan in PIXELS.items() if "out" in plan.arrays))
DTYPES = [t for t in np.typecodes["All"] if np.dtype(t) != np.uint8]
DTYPES += [">u2", ">i4", "<U3", "S1", "V1", "datetime64[s]", [("r", "u1")]]
SHAPES = {"rgb": (40, 30, 3), "out": (40, 30, 3), "gray": (40, 30), "mask": (40, 30)}


def shaped(kind: str, shape: tuple[int, ...], seed: int = 1) -> np.ndarray:
    top = 2 if kind == "mask" else 256
    return np.random.default_rng(seed).integers(0, top, shape, np.uint8)


def usual(name: str, **other: np.ndarray) -> list[Any]:
    return [other.get(kind, shaped(kind, SHAPES[kind])) for kind in PIXELS[name].arrays]


@st.composite
def picture(draw: Any, kind: str, sides: st.SearchStrategy[int]) -> np.ndarray:
    shape = (draw(sides), draw(sides), *([3] if SHAPES[kind][2:] else []))
    if draw(st.booleans()):
        return shaped(kind, shape, draw(st.integers(0, 9)))
    return draw(drawn_arrays(np.uint8, shape, elements=st.integers(0, 1 if kind == "mask" else 255)))


def upside_down(a: np.ndarray) -> np.ndarray:
    return a[::-1].copy()[::-1]


def mirrored(a: np.ndarray) -> np.ndarray:
    return a[:, ::-1].copy()[:, ::-1]


def every_third(a: np.ndarray) -> np.ndarray:
    wide = np.full((a.shape[0] * 2, a.shape[1] * 3, *a.shape[2:]), 77, np.uint8)
    wide[::2, ::3] = a
    return wide[::2, ::3]


def inside(a: np.ndarray) -> np.ndarray:
    large = np.full((a.shape[0] + 5, a.shape[1] + 7, *a.shape[2:]), 99, np.uint8)
    large[2:-3, 3:-4] = a
    return large[2:-3, 3:-4]


def swapped(a: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(a.swapaxes(0, 1)).swapaxes(0, 1)


def planes(a: np.ndarray) -> np.ndarray:
    """Channels apart, as PyTorch has them."""
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(a, -1, 0)), 0, -1)


def locked(a: np.ndarray) -> np.ndarray:
    a = a.copy()
    a.flags.writeable = False
    return a


def odd_start(a: np.ndarray) -> np.ndarray:
    return np.frombuffer(b"x" + a.tobytes(), np.uint8, offset=1).reshape(a.shape)


class Subclass(np.ndarray):
    """An array of a user's own class."""


LAYOUTS = (
    np.asfortranarray,
    upside_down,
    mirrored,
    every_third,
    inside,
    swapped,
    planes,
    locked,
    odd_start,
    lambda a: a.copy().view(Subclass),
)


def test_each_function_of_the_core_is_known_here():
    assert functions() == set(PIXELS) | NO_PIXELS, "describe the new function in tests/capture/border.py"
    assert not set(PIXELS) & NO_PIXELS


@READING
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_layout_gives_what_a_contiguous_copy_gives(name, data):
    plan = PIXELS[name]
    sides = st.one_of(st.integers(1, 24), st.integers(30, 90))
    arrays = [data.draw(picture(kind, sides), label=kind) for kind in plan.arrays]
    numbers = plan.usual if data.draw(st.booleans()) else tuple(data.draw(n) for n in plan.numbers)
    want = outcome(plan, [a.copy() for a in arrays], numbers)
    layout = data.draw(st.sampled_from(LAYOUTS))
    given = [a.copy() if kind == "out" else layout(a) for a, kind in zip(arrays, plan.arrays, strict=True)]
    assert outcome(plan, given, numbers) == want
    for before, after, kind in zip(arrays, given, plan.arrays, strict=True):
        if kind != "out":
            np.testing.assert_array_equal(before, after)


@READING
def test_an_array_that_repeats_one_row_is_read_like_its_copy(name):
    plan = PIXELS[name]
    flat = [
        a if kind == "out" else np.broadcast_to(a[:1], a.shape)
        for a, kind in zip(usual(name), plan.arrays, strict=True)
    ]
    assert outcome(plan, flat, plan.usual) == outcome(plan, [a.copy() for a in flat], plan.usual)


@NAMES
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_other_types_than_bytes_are_refused(name, dtype):
    plan = PIXELS[name]
    for at, kind in enumerate(plan.arrays):
        arrays = usual(name)
        arrays[at] = np.zeros(SHAPES[kind], dtype)
        with pytest.raises(UsageFault, match="uint8"):
            plan.call(*arrays, *plan.usual)


@NAMES
def test_other_axes_and_channels_are_refused(name):
    plan = PIXELS[name]
    for at, kind in enumerate(plan.arrays):
        wrong = [(), (9,), (9, 9, 3, 1), (9, 9, 1), (9, 9, 2), (9, 9, 4), (3, 9, 9), (9, 9, 0)]
        wrong += [(9, 9)] if SHAPES[kind][2:] else [(9, 9, 3)]
        for shape in wrong:
            arrays = usual(name)
            arrays[at] = np.zeros(shape, np.uint8)
            with pytest.raises(UsageFault):
                plan.call(*arrays, *plan.usual)


@READING
@pytest.mark.parametrize("thing", [None, 7, "pixels", b"pixels", [[[1, 2, 3]]], memoryview(bytes(9)), np.uint8(3)])
def test_what_is_no_array_is_refused(name, thing):
    arrays = usual(name)
    arrays[0] = thing
    with pytest.raises(UsageFault, match="uint8"):
        PIXELS[name].call(*arrays, *PIXELS[name].usual)


@NAMES
@pytest.mark.parametrize(("height", "width"), [(0, 0), (0, 9), (9, 0)])
def test_pictures_without_pixels_are_refused(name, height, width):
    plan = PIXELS[name]
    for at, kind in enumerate(plan.arrays):
        arrays = usual(name)
        arrays[at] = np.zeros((height, width, *SHAPES[kind][2:]), np.uint8)
        with pytest.raises((ScanError, UsageFault)):
            plan.call(*arrays, *plan.usual)


@NAMES
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_wild_numbers_are_refused_or_work(name, data):
    plan = PIXELS[name]
    numbers = tuple(data.draw(n) for n in plan.numbers)
    arrays = [data.draw(picture(kind, st.integers(1, 70))) for kind in plan.arrays]
    outcome(plan, arrays, numbers)


@WRITING
def test_room_that_cannot_be_written_is_refused(name):
    plan = PIXELS[name]
    out = shaped("out", SHAPES["out"])
    for room, words in [(locked(out), "read-only"), *((f(out), "contiguous") for f in (np.asfortranarray, mirrored))]:
        before = room.copy()
        with pytest.raises(UsageFault, match=words):
            plan.call(*usual(name, out=room), *plan.usual)
        np.testing.assert_array_equal(room, before)


@pytest.mark.parametrize("name", sorted(n for n, p in PIXELS.items() if {"rgb", "out"} <= set(p.arrays)))
def test_room_that_overlaps_what_is_read_is_refused(name):
    plan = PIXELS[name]
    shape, size = SHAPES["rgb"], int(np.prod(SHAPES["rgb"]))
    flat = shaped("rgb", (2 * size,))
    memory = bytearray(flat.tobytes())
    pairs = [
        (flat[:size], flat[:size]),
        (flat[:size], flat[size - 1 : 2 * size - 1]),
        (np.frombuffer(memoryview(memory), np.uint8)[:size], np.frombuffer(memoryview(memory), np.uint8)[1 : size + 1]),
    ]
    for rgb, out in pairs:
        with pytest.raises(UsageFault, match="overlap"):
            plan.call(*usual(name, rgb=rgb.reshape(shape), out=out.reshape(shape)), *plan.usual)
    beside = usual(name, rgb=flat[:size].reshape(shape), out=flat[size:].reshape(shape))
    assert outcome(plan, beside, plan.usual)[0] == "gives"


def test_all_of_it_is_pixels_on_disk_as_well(tmp_path: Path):
    image = shaped("rgb", SHAPES["rgb"])
    (tmp_path / "raw").write_bytes(image.tobytes())
    mapped = np.memmap(tmp_path / "raw", np.uint8, "r", shape=image.shape)
    for name, plan in PIXELS.items():
        if plan.arrays == ("rgb",):
            assert outcome(plan, [mapped], plan.usual) == outcome(plan, [image], plan.usual), name


# -- other threads -----------------------------------------------------------------------------------------------------


def progress_during(work: Any) -> int:
    """How far a counting thread comes while `work` runs.

    With this switch interval nobody is made to give up the interpreter: the counter moves only if `work` lets go.
    """
    count, stop, ready = [0], threading.Event(), threading.Event()

    def counting() -> None:
        while not stop.is_set():
            count[0] += 1
            ready.set()
            time.sleep(0)

    before = sys.getswitchinterval()
    thread = threading.Thread(target=counting)
    sys.setswitchinterval(600)
    try:
        thread.start()
        ready.wait()
        began = count[0]
        work()
        return count[0] - began
    finally:
        stop.set()
        sys.setswitchinterval(before)
        thread.join()


def test_work_that_keeps_the_interpreter_lets_nobody_count():
    assert progress_during(lambda: sum(range(300_000))) == 0


@NAMES
def test_other_threads_run_while_pixels_are_worked_on(name):
    plan = PIXELS[name]
    large = {kind: (1200, 900, *shape[2:]) for kind, shape in SHAPES.items()}
    arrays = [shaped(kind, large[kind]) for kind in plan.arrays]

    def work() -> None:
        plan.call(*arrays, *plan.usual)

    work()  # what is made once is made now
    # on a loaded machine the counter may not get its turn in one short call, but it does in one of many
    assert any(progress_during(work) for _ in range(200)), f"{name} keeps the interpreter while it works"
