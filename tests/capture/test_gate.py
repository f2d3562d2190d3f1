"""What the gate measures, against what was put on the page."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageFilter

from pyhncert import _core
from pyhncert.values import Page

Normalised = Callable[..., Page]


@pytest.fixture
def print_12pt(draw_page: Callable[..., Image.Image]) -> Image.Image:
    """The upper half of A4 at 300 dpi, set in 12 points."""
    return draw_page(width=2480, height=1754, size=50, left=300, top=320)


def noisy(image: Image.Image, levels: float, seed: int = 3) -> np.ndarray:
    """The image with normal noise."""
    pixels = np.asarray(image, float)
    noise = np.random.default_rng(seed).normal(0, levels, pixels.shape[:2])
    return (pixels + noise[:, :, None]).round().clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("levels", [2, 5, 10, 20, 40])
def test_noise_is_measured_within_a_tenth_also_where_white_cuts_it_off(print_12pt, levels):
    grain = _core.grain(noisy(print_12pt, levels))
    assert grain.noise_sigma == pytest.approx(levels, rel=0.1)
    assert grain.noise_roughness == pytest.approx(1, abs=0.08)


def test_print_and_shading_are_no_noise(print_12pt):
    shaded = np.asarray(print_12pt) * np.linspace(0.7, 1, 2480)[None, :, None]
    assert _core.grain(np.asarray(print_12pt)).noise_sigma == 0
    assert _core.grain(shaded.astype(np.uint8)).noise_sigma < 0.7


@pytest.mark.parametrize("sigma", [1.0, 1.5, 2.0, 3.0])
def test_blur_is_measured_within_fifteen_percent(print_12pt, normalised, sigma):
    page = print_12pt.filter(ImageFilter.GaussianBlur(sigma))
    assert normalised(noisy(page, 2), 300).measures.blur_sigma_px == pytest.approx(sigma, rel=0.15)


@pytest.mark.parametrize("factor", [1.5, 2, 3, 4])
@pytest.mark.parametrize("kernel", [Image.Resampling.BICUBIC, Image.Resampling.BILINEAR])
def test_the_resolution_before_enlarging_is_found(print_12pt, normalised, factor, kernel):
    small = print_12pt.resize([round(side / factor) for side in print_12pt.size], Image.Resampling.BOX)
    enlarged = Image.fromarray(noisy(small, 3)).resize(print_12pt.size, kernel)
    assert normalised(enlarged, 300).measures.detail_dpi == pytest.approx(300 / factor, rel=0.3)


@pytest.mark.parametrize("factor", [2, 3])
def test_pixels_written_several_times_are_seen_through(print_12pt, normalised, factor):
    small = print_12pt.resize([side // factor for side in print_12pt.size], Image.Resampling.BOX)
    repeated = np.asarray(small).repeat(factor, 0).repeat(factor, 1)
    assert normalised(repeated, 300).measures.detail_dpi == pytest.approx(300 / factor)


@pytest.mark.parametrize("sigma", [0.0, 1.0, 2.0])
def test_a_page_as_it_was_scanned_has_all_its_resolution_also_out_of_focus(print_12pt, normalised, sigma):
    page = noisy(print_12pt.filter(ImageFilter.GaussianBlur(sigma)), 3)
    assert normalised(page, 300).measures.detail_dpi == 300


def test_a_hard_jpeg_shows_its_blocks_wherever_they_begin(print_12pt):
    def blocks(quality: int, moved: int) -> float:
        out = io.BytesIO()
        Image.fromarray(noisy(print_12pt, 2)).save(out, "jpeg", quality=quality)
        pixels = np.asarray(Image.open(out).convert("RGB"))
        return _core.grain(np.ascontiguousarray(pixels[moved:, moved:])).blocking

    assert _core.grain(noisy(print_12pt, 2)).blocking < 0.2
    for moved in (0, 3):
        assert blocks(85, moved) < 2 < 4 < blocks(7, moved)


@pytest.mark.parametrize(("depth", "soft"), [(0.2, 0.01), (0.3, 0.01), (0.4, 0.03)])
def test_a_shadow_has_its_share_depth_and_place(print_12pt, normalised, depth, soft):
    x = np.arange(2480) / 2480
    light = 1 - depth / (1 + np.exp((x - 0.2) / soft))
    seen = normalised((np.asarray(print_12pt) * light[None, :, None]).astype(np.uint8), 300).measures
    assert seen.shadow_share == pytest.approx(0.2, abs=0.03)
    assert seen.shadow_depth == pytest.approx(depth, abs=0.03)
    (quad,) = seen.shadow_quads
    assert quad[0] == pytest.approx((0, 0), abs=60)
    assert quad[2] == pytest.approx((500, 1754), abs=80)


def test_glare_is_found_where_it_is(typed, normalised):
    y, x = np.mgrid[:1754, :1240]
    lamp = 160 * np.exp(-((x - 700) ** 2 + (y - 900) ** 2) / (2 * 160**2))
    page = (np.asarray(typed) * 0.85 + lamp[:, :, None]).clip(0, 255).astype(np.uint8)
    (quad,) = normalised(page, 150).measures.glare_quads
    assert np.mean(quad, axis=0) == pytest.approx((700, 900), abs=30)


def test_faint_print_is_measured_and_not_taken_for_nothing(typed, normalised):
    paper = np.array((249, 246, 238), float)
    for kept in (0.6, 0.3, 0.18):
        page = (paper + (np.asarray(typed) - paper) * kept).round().astype(np.uint8)
        seen = normalised(page, 150).measures
        assert seen.contrast == pytest.approx(215 * kept, rel=0.2)
        assert seen.content_share > 0.01


def test_a_frame_is_ink_but_no_content(typed, normalised):
    page = np.full((1754, 1240, 3), 248, np.uint8)
    page[80:84, 80:1160] = page[1670:1674, 80:1160] = page[80:1674, 80:84] = page[80:1674, 1156:1160] = 60
    seen = normalised(page, 150).measures
    assert seen.ink_share > 0.005
    assert seen.content_share == 0
    assert normalised(typed, 150).measures.content_share > 0.02
