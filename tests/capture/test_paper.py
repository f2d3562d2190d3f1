"""One condition a test: what papers lie on and what happened to them. `benches/test_scenes.py` has 240 scenes."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from pyhncert import capture
from pyhncert.values import Matrix, RawPage

ROOT = Path(__file__).parents[2]
for place in ("benches", "examples"):
    sys.path.insert(0, str(ROOT / place))

from scenes import ground, lay  # noqa: E402
from scenes.score import in_raw, overlap  # noqa: E402

SIZE = (1500, 1900)
DPI = 150


def normalised(image: np.ndarray, dpi: float | None = DPI) -> tuple:
    raw = RawPage(number=1, scan=0, frame=0, image=np.ascontiguousarray(image), dpi=dpi, to_file=Matrix.identity())
    return capture.normalise(raw)


@pytest.fixture
def sheet(typed) -> np.ndarray:
    """A typed A4 page at 100 dpi."""
    return np.asarray(typed.resize((827, 1169)))


def scene_of(
    sheet, make, seed=1, *, photo=False, degrees=1.5, damage="", hand=False, scale=1.1, at=(750, 950), **options
):
    rng = np.random.default_rng(seed)
    scene = make(rng, *SIZE, **options)
    quad = lay.rectangle(at, sheet.shape[1] * scale, sheet.shape[0] * scale, degrees)
    if photo:
        quad = lay.from_the_side(rng, quad, SIZE, 0.4)
    lay.lay(rng, scene, sheet, quad, damage=damage, shadow=0.3, reach=5)
    if hand:
        lay.finger(rng, scene, quad)
    return lay.light(rng, scene, photo=photo, noise=2), quad


def test_a_photo_on_a_wooden_desk_is_flattened(sheet):
    image, quad = scene_of(sheet, ground.wood, 3, photo=True)
    (page,) = normalised(image)
    assert overlap(in_raw(page), quad) > 0.97
    assert page.size[1] / page.size[0] == pytest.approx(2**0.5, rel=0.01)


def test_a_sheet_on_stone_and_one_on_a_plain_desk_are_found(sheet):
    for make, seed in ((ground.stone, 6), (ground.desk, 2)):
        image, quad = scene_of(sheet, make, seed)
        (page,) = normalised(image)
        assert overlap(in_raw(page), quad) > 0.97


def test_a_tinted_sheet_on_a_white_lid_is_found(sheet):
    tinted = (sheet * np.array([1.0, 0.96, 0.92])).astype(np.uint8)
    image, quad = scene_of(tinted, ground.bed, low=246, high=250, scale=0.8)
    (page,) = normalised(image)
    assert overlap(in_raw(page), quad) > 0.97


@pytest.mark.parametrize("degrees", [-40.0, 20.0])
def test_a_sheet_far_askew_comes_out_upright(sheet, degrees):
    image, quad = scene_of(sheet, ground.bed, degrees=degrees, low=40, high=50)
    (page,) = normalised(image)
    assert overlap(in_raw(page), quad) > 0.98
    assert page.turned == 0
    assert page.skew_deg == pytest.approx(degrees, abs=0.1)


@pytest.mark.parametrize("damage", ["torn", "folded"])
def test_a_lost_corner_moves_no_side_and_is_said(sheet, damage):
    image, quad = scene_of(sheet, ground.bed, 5, damage=damage, low=30, high=40)
    (page,) = normalised(image)
    assert overlap(in_raw(page), quad) > 0.98
    assert len(page.measures.lost_corners) == 1
    whole, _ = scene_of(sheet, ground.bed, 5, low=30, high=40)
    assert normalised(whole)[0].measures.lost_corners == ()


def test_the_corner_that_is_said_is_that_of_the_upright_page(sheet):
    image, _ = scene_of(sheet, ground.bed, 5, damage="folded", low=30, high=40)
    turned = np.rot90(image)
    (page,), (other,) = normalised(image), normalised(turned)
    assert (page.turned, other.turned) == (0, 270)
    assert page.measures.lost_corners == other.measures.lost_corners == (0,)


def test_a_finger_on_the_edge_moves_no_side(sheet):
    image, quad = scene_of(sheet, ground.wood, 8, hand=True)
    (page,) = normalised(image)
    assert overlap(in_raw(page), quad) > 0.97


def test_an_open_booklet_is_one_page(sheet):
    spread = np.concatenate([sheet, sheet], axis=1).astype(float)
    fold = np.abs(np.arange(spread.shape[1]) - sheet.shape[1])
    spread *= (1 - 0.4 * np.exp(-((fold / 12) ** 2)))[None, :, None]
    image, quad = scene_of(spread.astype(np.uint8), ground.bed, low=205, high=210, scale=0.75)
    (page,) = normalised(image)
    assert overlap(in_raw(page), quad) > 0.97


def test_a_sheet_that_reaches_over_the_glass_keeps_what_is_seen(sheet):
    image, quad = scene_of(sheet, ground.bed, low=30, high=40, at=(1200, 950))
    (page,) = normalised(image)
    corners = in_raw(page)
    assert corners[:, 0].max() == pytest.approx(SIZE[0], abs=25)
    assert corners[:, 0].min() == pytest.approx(quad[:, 0].min(), abs=8)


def test_paper_whose_edges_cannot_be_told_is_kept_whole_and_said(sheet):
    rng = np.random.default_rng(2)
    tiles = rng.choice([60, 249], (190, 150)).astype(np.float32)  # as light as the paper every other time
    scene = np.repeat(cv2.resize(tiles, SIZE, interpolation=cv2.INTER_NEAREST)[:, :, None], 3, axis=2)
    lay.lay(rng, scene, sheet, lay.rectangle((750, 950), 700, 990, 0), shadow=0.0)
    (page,) = normalised(scene.astype(np.uint8))
    assert overlap(in_raw(page), lay.rectangle((750, 950), *SIZE, 0)) > 0.98
    assert page.measures.edges_unsure


def test_print_that_a_faint_sheet_would_lose_keeps_the_scan_whole(sheet):
    scene = np.full((SIZE[1], SIZE[0], 3), 248, np.float32)
    scene[300:1000, 300:1200] = (236, 240, 230)  # a tinted box, and text below it: a page, not a card on a lid
    strip = sheet[160:420, 50:777]
    scene[1200 : 1200 + strip.shape[0], 350 : 350 + strip.shape[1]][strip.max(axis=2) < 128] = 30
    (page,) = normalised(scene.astype(np.uint8))
    assert page.size == SIZE


def shaded(image: np.ndarray, depth: float, covers: float = 0.4, soft: float = 0.003) -> np.ndarray:
    """The picture with its left part, as much of its width as `covers`, in a shadow with a hard, slanted edge."""
    y, x = np.mgrid[: image.shape[0], : image.shape[1]].astype(np.float32) / image.shape[1]
    inside = covers + 0.05 * y - x
    return (image * (1 - depth * (0.5 + 0.5 * np.tanh(2 * inside / soft)))[:, :, None]).astype(np.uint8)


@pytest.mark.parametrize("depth", [0.4, 0.55, 0.7])
@pytest.mark.parametrize("turns", range(4))
def test_a_shadow_with_a_hard_edge_cuts_no_page(typed, depth, turns):
    image = shaded(np.rot90(np.asarray(typed), turns), depth)
    (page,) = normalised(image)
    height, width = image.shape[:2]
    whole = lay.rectangle((width / 2, height / 2), width, height, 0)
    assert overlap(in_raw(page), whole) > 0.97
    seen = page.measures
    assert seen.edges_unsure
    assert not seen.cut_edges
    assert seen.shadow_depth == pytest.approx(depth, abs=0.04)


def test_a_shadow_with_a_hard_edge_over_paper_and_bed_loses_no_print(sheet):
    image, quad = scene_of(sheet, ground.bed, 5, low=195, high=200)
    (page,) = normalised(shaded(image, 0.6))
    assert cv2.contourArea(cv2.convexHull(np.float32([*in_raw(page), *quad]))) < 1.02 * np.prod(page.size)
    assert page.measures.edges_unsure


def test_seams_beside_a_paper_are_no_print_of_it(sheet):
    wood = np.broadcast_to(np.float32([150, 104, 66]), (SIZE[1], SIZE[0], 3)).copy()
    for x in (60, 100, 1400, 1440):
        wood[:, x : x + 4] *= 0.5
    quad = lay.rectangle((750, 950), 900, 1272, 1)
    lay.lay(np.random.default_rng(1), wood, sheet, quad, shadow=0.2)
    (page,) = normalised(wood.astype(np.uint8))
    assert overlap(in_raw(page), quad) > 0.97


def test_a_sheet_of_the_colour_of_its_lid_is_said(sheet):
    """Seen are its print and the shadow along two sides; the same page alone, which fills the scan, gets no word."""
    image = np.full((SIZE[1], SIZE[0], 3), 249, np.uint8)
    small = cv2.resize(sheet, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA)
    height, width = small.shape[:2]
    there = image[500 : 500 + height, 300 : 300 + width]
    there[small.max(axis=2) < 200] = 40
    page, *_ = normalised(image)
    assert not page.measures.edges_unsure  # nothing tells it from a page with wide margins
    there[:12], there[:, :12] = 238, 238
    (page,) = normalised(image)
    assert page.measures.edges_unsure
    assert not normalised(sheet, 100)[0].measures.edges_unsure


def dot_places(image: np.ndarray) -> np.ndarray:
    blue = (image[:, :, 2].astype(int) - image[:, :, 0] > 70).astype(np.uint8)
    _, _, stats, middles = cv2.connectedComponentsWithStats(blue)
    return middles[1:][stats[1:, cv2.CC_STAT_AREA] > 30] + 0.5


@pytest.mark.parametrize("scene", ["from the side", "two papers"])
def test_any_box_of_a_page_maps_back_onto_the_raw_scan(sheet, scene):
    """Dots on the paper, seen on page and scan: each dot of a page goes back to a dot of the scan."""
    dotted = sheet.copy()
    for x, y in ((60, 60), (770, 60), (770, 1110), (60, 1110), (413, 600)):
        cv2.circle(dotted, (x, y), 9, (20, 30, 220), -1, cv2.LINE_AA)
    rng = np.random.default_rng(4)
    raw = np.asarray(ground.bed(rng, *SIZE, low=40, high=45))
    quads = [lay.rectangle((750, 950), 900, 1272, 4)]
    if scene == "two papers":
        quads = [lay.rectangle((390, 600), 620, 876, 2), lay.rectangle((1090, 1300), 620, 876, -3)]
    else:
        quads = [lay.from_the_side(rng, quads[0], SIZE, 0.4)]
    for quad in quads:
        lay.lay(rng, raw, dotted, quad, shadow=0.0)
    image = raw.clip(0, 255).astype(np.uint8)
    there = dot_places(image)
    assert len(there) == 5 * len(quads)
    found = normalised(image)
    assert len(found) == len(quads)
    for page in found:
        back = page.matrix.inverse()
        dots = dot_places(page.image)
        assert len(dots) == 5
        for dot in dots:
            at = np.array(back.apply((float(dot[0]), float(dot[1]))))
            assert np.hypot(*(there - at).T).min() < 1.0
