"""The pixel functions of the core agree with plain models of themselves."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from pyhncert import _core
from pyhncert.errors import UsageFault

GRAY = arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=40))
MASKS = arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=30), elements=st.integers(0, 1))
RGB = st.tuples(st.integers(1, 40), st.integers(1, 40)).flatmap(lambda s: arrays(np.uint8, (*s, 3)))


def plain_threshold(gray: np.ndarray, window: int, k: float, *, wolf: bool) -> np.ndarray:
    """Sauvola's or Wolf's rule as core_rs/src/image/threshold.rs words it, one window after the other."""
    height, width = gray.shape
    before, after = window // 2, window - 1 - window // 2
    pixels = gray.astype(np.int64)
    n, total, spread = (np.zeros(gray.shape, kind) for kind in (np.int64, np.int64, np.float32))
    for y in range(height):
        for x in range(width):
            part = pixels[max(0, y - before) : y + after + 1, max(0, x - before) : x + after + 1]
            n[y, x], total[y, x] = part.size, part.sum()
            spread[y, x] = np.float32(part.size * int((part * part).sum()) - int(part.sum()) ** 2)
    root, count = np.sqrt(spread), n.astype(np.float32)
    darkest, most = (int(pixels.min()), (root / count).max()) if wolf else (0, np.float32(128))
    if not most:
        return np.zeros_like(gray)
    k = np.float32(k)
    above = (total - darkest * n).astype(np.float32)
    level = total.astype(np.float32) - above * (k - k / (most * count) * root)
    return ((pixels * n).astype(np.float32) < level).astype(np.uint8)


PRINT = st.tuples(st.integers(1, 90), st.integers(1, 40), st.integers(0, 255), st.integers(0, 255)).flatmap(
    # Two grays and a few specks: tiles that hold paper alone are passed over.
    lambda s: arrays(np.uint8, s[:2], elements=st.sampled_from([s[2], s[3]]), fill=st.just(s[2]))
)


@pytest.mark.parametrize("wolf", [False, True])
@settings(max_examples=40, deadline=None)
@given(gray=GRAY | PRINT, window=st.integers(1, 52) | st.just(2**40), k=st.sampled_from([0.0, 0.2, 0.34, 0.5, 1.0]))
def test_sauvola_and_wolf_agree_with_the_plain_formula(wolf, gray, window, k):
    split = _core.wolf if wolf else _core.sauvola
    want = plain_threshold(gray, min(window, 200), k, wolf=wolf)
    np.testing.assert_array_equal(split(gray, window=window, k=k), want)
    np.testing.assert_array_equal(split(gray, window=window, k=k, packed=True), np.packbits(want, axis=1))


@settings(max_examples=60, deadline=None)
@given(mask=MASKS, radius=st.floats(0, 9))
def test_grow_sets_what_is_near_a_set_pixel(mask, radius):
    ys, xs = np.nonzero(mask)
    rows, columns = np.indices(mask.shape)
    want = np.zeros_like(mask)
    limit = np.float32(radius) * np.float32(radius)
    for y, x in zip(ys, xs, strict=True):
        want |= (((rows - y) ** 2 + (columns - x) ** 2).astype(np.float32) <= limit).astype(np.uint8)
    np.testing.assert_array_equal(_core.grow(mask, radius), want)


@settings(max_examples=60, deadline=None)
@given(mask=MASKS)
def test_connected_ink_agrees_with_opencv(mask):
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    want = sorted((int(x), int(y), int(x + w), int(y + h), int(a)) for x, y, w, h, a in stats[1:count])
    assert sorted(_core.ink_boxes(mask)) == want


@settings(max_examples=60, deadline=None)
@given(image=RGB, factor=st.integers(1, 7))
def test_shrink_is_the_rounded_mean_of_blocks(image, factor):
    k = min(factor, *image.shape[:2])
    height, width = image.shape[0] // k, image.shape[1] // k
    blocks = image[: height * k, : width * k].reshape(height, k, width, k, 3).astype(np.int64)
    want = (blocks.sum(axis=(1, 3)) + k * k // 2) // (k * k)
    np.testing.assert_array_equal(_core.shrink(image, factor), want)


@settings(max_examples=40, deadline=None)
@given(image=RGB)
def test_gray_is_within_one_level_of_opencv(image):
    ours = _core.gray(image).astype(int)
    assert np.abs(ours - cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)).max() <= 1


@pytest.mark.parametrize("degrees", [0.1, 1.5, -3.0, 6.0])
def test_warp_draws_what_opencv_draws(degrees):
    rng = np.random.default_rng(2)
    image = cv2.GaussianBlur(rng.integers(0, 255, (300, 260, 3), np.uint8), (0, 0), 1.5)
    turn = np.vstack([cv2.getRotationMatrix2D((130, 150), -degrees, 1), [0, 0, 1]])
    # OpenCV counts from pixel middles: shift by half a pixel on both sides.
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    ours = np.empty_like(image)
    _core.warp(image, tuple((half @ turn @ np.linalg.inv(half)).ravel()), ours, fill=(255, 255, 255))
    theirs = cv2.warpPerspective(image, turn, (260, 300), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    middle = (slice(40, -40), slice(40, -40))
    # OpenCV's cubic has a = -0.75 and steps of 1/32 pixel, ours a = -0.5 and 1/128 to 1/256.
    assert np.abs(ours[middle].astype(int) - theirs[middle]).mean() < 1.5


def test_wrong_arguments_are_the_callers_fault():
    gray = np.zeros((4, 4), np.uint8)
    image = np.zeros((4, 4, 3), np.uint8)
    with pytest.raises(UsageFault):
        _core.sauvola(gray, window=0)
    with pytest.raises(UsageFault):
        _core.wolf(gray, k=1.5)
    with pytest.raises(UsageFault):
        _core.grow(gray, -1.0)
    with pytest.raises(UsageFault):
        _core.warp(image, (0.0,) * 9, np.empty_like(image))
    with pytest.raises(UsageFault):
        _core.png_decode(b"", np.zeros((4, 4, 4), np.uint8))
