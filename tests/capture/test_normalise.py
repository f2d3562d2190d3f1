"""Pages come out upright, straight, cropped and measured, and the matrix says where each pixel went."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from pyhncert import _core, capture
from pyhncert.values import Matrix, RawPage

PAPER = (249, 246, 238)


def residual(image: np.ndarray) -> float:
    (found,) = _core.survey(np.ascontiguousarray(image))
    return abs(found.skew_deg)


def test_an_upright_page_is_not_touched(typed, normalised):
    page = normalised(typed)
    np.testing.assert_array_equal(page.image, np.asarray(typed))
    assert page.matrix == Matrix.identity()
    assert (page.turned, page.skew_deg) == (0, 0.0)
    assert page.raw_size == typed.size == page.size
    assert page.measures.papers == 1
    assert page.measures.turn_confidence > 0.5


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_quarter_turns_are_taken_out_without_loss(typed, normalised, quarters):
    upright = np.asarray(typed)
    page = normalised(np.rot90(upright, -quarters))
    assert page.turned == 90 * quarters
    np.testing.assert_array_equal(page.image, upright)
    marks = np.rot90(np.arange(upright.shape[0] * upright.shape[1]).reshape(upright.shape[:2]), -quarters)
    for x, y in ((0, 0), (100, 30), (marks.shape[1] - 1, marks.shape[0] - 1)):
        u, v = page.matrix.apply((x + 0.5, y + 0.5))
        assert int(v) * upright.shape[1] + int(u) == marks[y, x]


@pytest.mark.parametrize("degrees", [-7.0, -3.0, -1.2, -0.3, 0.2, 0.9, 2.5, 5.0, 7.0])
@pytest.mark.parametrize("quarters", [0, 1, 3])
def test_skew_is_taken_out(typed, normalised, degrees, quarters):
    skewed = typed.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=PAPER)
    page = normalised(np.rot90(np.asarray(skewed), -quarters))
    assert page.turned == 90 * quarters
    assert page.skew_deg == pytest.approx(degrees, abs=0.05)
    assert residual(page.image) <= 0.05
    assert abs(page.size[0] - typed.width) < 60


def test_the_matrix_tells_where_each_point_went(typed, normalised):
    draw = ImageDraw.Draw(typed)
    dots = [(80, 70), (1160, 90), (1150, 1690), (90, 1700), (610, 880)]
    for x, y in dots:
        draw.ellipse([x - 7, y - 7, x + 7, y + 7], fill=(0, 0, 255))
    raw = typed.rotate(-2.2, Image.Resampling.BICUBIC, fillcolor=PAPER)
    page = normalised(raw)

    def centres(image: np.ndarray) -> np.ndarray:
        blue = (image[:, :, 2] > 180) & (image[:, :, 0] < 90)
        count, _, _, middles = cv2.connectedComponentsWithStats(blue.astype(np.uint8))
        assert count == len(dots) + 1
        return middles[1:] + 0.5

    moved = np.array([page.matrix.apply((x, y)) for x, y in centres(np.asarray(raw))])
    found = centres(page.image)
    for point in moved:
        assert np.hypot(*(found - point).T).min() < 0.4


def test_no_ink_is_lost_at_the_corners(typed, normalised):
    draw = ImageDraw.Draw(typed)
    for x in (6, 1226):
        draw.rectangle([x, 870, x + 8, 884], fill=(0, 0, 0))
    raw = np.asarray(typed.rotate(3.0, Image.Resampling.BICUBIC, fillcolor=PAPER))[:, 40:1200]
    page = normalised(raw)
    ink = _core.sauvola(_core.gray(np.ascontiguousarray(raw)))
    ys, xs = np.nonzero(ink)
    for x, y in zip(xs[::97], ys[::97], strict=True):
        u, v = page.matrix.apply((x + 0.5, y + 0.5))
        assert -1 <= u <= page.size[0] + 1
        assert -1 <= v <= page.size[1] + 1


def on_bed(sheet: Image.Image, *, degrees: float, bed: int = 45, size: tuple[int, int] = (1700, 2300)) -> Image.Image:
    rng = np.random.default_rng(3)
    noise = rng.normal(bed, 4, (size[1], size[0], 1)).clip(0, 255).astype(np.uint8)
    scene = Image.fromarray(np.repeat(noise, 3, axis=2))
    mask = Image.new("L", sheet.size, 255).rotate(-degrees, Image.Resampling.BICUBIC, expand=True)
    turned = sheet.rotate(-degrees, Image.Resampling.BICUBIC, expand=True)
    scene.paste(turned, (120, 140), mask)
    return scene


@pytest.mark.parametrize("degrees", [0.0, 0.7, -4.0, 6.5])
@pytest.mark.parametrize("bed", [10, 90, 150])
def test_a_sheet_on_the_bed_is_cut_out(typed, normalised, degrees, bed):
    page = normalised(on_bed(typed, degrees=degrees, bed=bed))
    assert page.size[0] == pytest.approx(1240, abs=8)
    assert page.size[1] == pytest.approx(1754, abs=8)
    assert page.skew_deg == pytest.approx(degrees, abs=0.06)
    assert page.measures.papers == 1
    assert page.measures.cut_edges == ()
    rim = np.concatenate([page.image[8:-8, 8], page.image[8:-8, -9], page.image[8, 8:-8], page.image[-9, 8:-8]])
    assert np.median(rim) > 200


def test_a_sheet_on_the_bed_upside_down_comes_out_upright(typed, normalised):
    scene = on_bed(typed, degrees=2.0).transpose(Image.Transpose.ROTATE_180)
    page = normalised(scene)
    assert page.turned == 180
    assert page.size[1] == pytest.approx(1754, abs=8)
    want = np.asarray(typed.resize(page.size)).astype(int)
    assert np.abs(page.image.astype(int) - want).mean() < 12


def test_a_photograph_from_the_side_is_flattened(typed, normalised):
    corners = np.array([[220, 150], [1380, 240], [1500, 1990], [90, 1850]], np.float32)
    flat = np.array([[0, 0], [1240, 0], [1240, 1754], [0, 1754]], np.float32)
    scene = cv2.warpPerspective(
        np.asarray(typed),
        cv2.getPerspectiveTransform(flat, corners),
        (1600, 2100),
        flags=cv2.INTER_CUBIC,
        borderValue=(60, 62, 58),
    )
    page = normalised(scene)
    for raw, want in zip(corners, ((0, 0), (1, 0), (1, 1), (0, 1)), strict=True):
        u, v = page.matrix.apply((float(raw[0]), float(raw[1])))
        assert u == pytest.approx(want[0] * page.size[0], abs=6)
        assert v == pytest.approx(want[1] * page.size[1], abs=6)


def test_a_frame_with_a_margin_is_no_sheet(typed, normalised):
    ImageDraw.Draw(typed).rectangle([60, 60, 1180, 1694], outline=(20, 20, 20), width=8)
    page = normalised(typed)
    assert page.size == typed.size
    assert page.measures.cut_edges == ()


def test_a_tinted_paper_that_fills_the_scan_is_left_whole(draw_page, normalised):
    page = np.asarray(draw_page()).astype(int) * (0.92, 0.8, 0.82)
    assert normalised(page.astype(np.uint8)).size == (1240, 1754)


def test_a_blank_page_has_no_ink(normalised):
    rng = np.random.default_rng(1)
    blank = (np.array(PAPER) + rng.normal(0, 3, (1754, 1240, 1))).clip(0, 255).astype(np.uint8)
    page = normalised(blank, 150)
    assert page.measures.ink_share < 1e-4
    assert page.measures.text_height_px == 0
    assert (page.turned, page.skew_deg) == (0, 0.0)


@pytest.mark.parametrize(("side", "box"), [("left", (185, 0, 1240, 1754)), ("right", (0, 0, 1000, 1754))])
def test_lines_cut_at_a_side_are_found(typed, normalised, side, box):
    page = normalised(typed.crop(box), 150)
    assert side in page.measures.cut_edges
    at = page.measures.cut_edges.index(side)
    xs = [x for x, _ in page.measures.cut_quads[at]]
    assert (min(xs) < 4) if side == "left" else (max(xs) > page.size[0] - 4)


@pytest.mark.parametrize("side", ["top", "bottom"])
def test_a_line_cut_along_its_length_is_found(typed, normalised, side):
    rows = np.flatnonzero((np.asarray(typed).min(axis=(1, 2))) < 100)
    # In the middle of the letters of some line.
    starts = rows[np.flatnonzero(np.diff(rows, prepend=-9) > 1)]
    cut = int(starts[8]) + 14
    box = (0, cut, 1240, 1754) if side == "top" else (0, 0, 1240, cut)
    assert side in normalised(typed.crop(box), 150).measures.cut_edges


def black_border(page: Image.Image) -> Image.Image:
    ImageDraw.Draw(page).rectangle([0, 0, page.width - 1, page.height - 1], outline=(0, 0, 0), width=5)
    return page


def black_corner(page: Image.Image) -> Image.Image:
    ImageDraw.Draw(page).polygon([(0, 0), (200, 0), (0, 14)], fill=(5, 5, 5))
    ImageDraw.Draw(page).polygon([(0, 0), (9, 0), (0, 1700)], fill=(5, 5, 5))
    return page


def ornament(page: Image.Image) -> Image.Image:
    draw = ImageDraw.Draw(page)
    for x in range(-6, 1240, 22):
        for y in (0, page.height - 16):
            draw.ellipse([x, y - 6, x + 16, y + 14], outline=(120, 20, 20), width=3)
    for y in range(-6, 1754, 22):
        for x in (0, page.width - 16):
            draw.ellipse([x - 6, y, x + 14, y + 16], outline=(120, 20, 20), width=3)
    return page


def rules(page: Image.Image) -> Image.Image:
    draw = ImageDraw.Draw(page)
    for y in range(120, 1700, 60):
        draw.line([0, y, 1240, y], fill=(60, 60, 60), width=2)
    return page


def dust(page: Image.Image) -> Image.Image:
    rng = np.random.default_rng(5)
    draw = ImageDraw.Draw(page)
    for _ in range(60):
        x, y = rng.choice([0, 1, 1237]), rng.integers(0, 1754)
        draw.ellipse([x, y, x + 4, y + 4], fill=(40, 40, 40))
    return page


@pytest.mark.parametrize("spoil", [black_border, black_corner, ornament, rules, dust])
@pytest.mark.parametrize("degrees", [0.0, 1.0])
def test_what_touches_the_edge_and_is_no_text_is_no_cut(typed, normalised, spoil, degrees):
    page = spoil(typed)
    if degrees:
        page = page.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=(20, 20, 20))
    assert normalised(page, 150).measures.cut_edges == ()


def test_a_crisp_page_is_sharp_and_a_blurred_one_is_not(draw_page, normalised):
    page = draw_page(width=2480, height=3508, size=50, left=300, top=320)
    shares = [
        normalised(page.filter(ImageFilter.GaussianBlur(sigma)) if sigma else page, 300).measures.sharpness
        for sigma in (0, 1, 2, 3, 4, 6)
    ]
    assert shares[0] > 0.97
    assert shares == sorted(shares, reverse=True)
    assert shares[2] > 0.5
    assert shares[4] < 0.3


def test_text_height_and_contrast_are_measured(typed, normalised):
    measures = normalised(typed, 150).measures
    assert 10 <= measures.text_height_px <= 20
    assert 190 <= measures.contrast <= 230
    assert 0.02 < measures.ink_share < 0.12


def test_a_red_seal_is_found_where_it_is(typed, normalised):
    draw = ImageDraw.Draw(typed)
    for i in range(4):
        draw.ellipse([700 + i, 1300 + i, 912 - i, 1512 - i], outline=(205, 35, 45))
    draw.ellipse([740, 1340, 872, 1472], outline=(205, 35, 45), width=2)
    for turn in range(0, 360, 12):  # its letters
        draw.arc([718, 1318, 894, 1494], turn, turn + 5, fill=(205, 35, 45), width=9)
    (quad,) = normalised(typed, 150).measures.seal_quads
    assert quad[0] == pytest.approx((700, 1300), abs=8)
    assert quad[2] == pytest.approx((912, 1512), abs=8)


def test_a_page_without_a_seal_has_none(typed, normalised):
    ImageDraw.Draw(typed).ellipse([700, 1300, 912, 1512], outline=(40, 60, 160), width=4)
    assert normalised(typed, 150).measures.seal_quads == ()


def test_glare_is_measured_and_a_white_label_is_none(typed, normalised):
    page = np.asarray(typed) * 0.85
    y, x = np.mgrid[:1754, :1240]
    lamp = 160 * np.exp(-((x - 700) ** 2 + (y - 900) ** 2) / (2 * 160**2))
    glaring = (page + lamp[:, :, None]).clip(0, 255).astype(np.uint8)
    assert normalised(glaring, 150).measures.glare_share > 0.03
    labelled = page.astype(np.uint8)
    labelled[700:1100, 500:900] = 255
    assert normalised(labelled, 150).measures.glare_share == 0
    assert normalised(typed, 150).measures.glare_share == 0


def test_a_shadow_along_one_side_is_not_cut_off(typed, normalised):
    shade = np.linspace(0.5, 1, 1240)[None, :, None]
    page = normalised((np.asarray(typed) * shade).astype(np.uint8), 150)
    assert page.size == (1240, 1754)
    assert page.measures.cut_edges == ()


@pytest.mark.parametrize(
    ("size", "tag", "dpi", "source"),
    [
        ((2480, 3508), 300, 300, "file"),
        ((2480, 3508), 72, 300, "paper"),
        ((2480, 3508), 96, 300, "paper"),
        ((2480, 3508), None, 300, "paper"),
        ((3508, 2480), 1, 300, "paper"),
        ((1240, 1754), 150, 150, "file"),
        ((794, 1123), 96, 96, "file"),
        ((750, 1069), 72, 91.4, "paper"),
        ((1011, 638), 300, 300, "file"),
        ((1011, 638), None, 300, "paper"),
        ((1600, 2000), 200, 200, "file"),
    ],
)
def test_the_resolution_is_believed_or_measured(normalised, size, tag, dpi, source):
    page = normalised(np.full((size[1], size[0], 3), 250, np.uint8), tag)
    assert page.dpi == pytest.approx(dpi, rel=0.01)
    assert page.dpi_source == source


def test_the_resolution_of_a_strange_shape_comes_from_its_text(draw_page, normalised):
    page = normalised(draw_page(width=1400, height=1500), 72)
    assert page.dpi_source == "text"
    assert 110 < page.dpi < 190


@settings(max_examples=12, deadline=None)
@given(degrees=st.floats(-9, 9), quarters=st.integers(0, 3), exif=st.integers(0, 3))
def test_there_and_back_again(degrees, quarters, exif):
    rng = np.random.default_rng(1)
    image = rng.integers(0, 255, (300, 260, 3), np.uint8)
    to_file = Matrix.identity() if exif == 0 else Matrix((0, 1, 0, -1, 0, 260, 0, 0, 1))
    skewed = np.asarray(Image.fromarray(image).rotate(degrees))
    raw = RawPage(number=1, scan=0, frame=0, image=np.ascontiguousarray(np.rot90(skewed, quarters)), to_file=to_file)
    (page,) = capture.normalise(raw)
    back = page.matrix.inverse()
    for point in ((0.0, 0.0), (100.5, 30.25), (259.0, 299.0)):
        there = page.matrix.apply(point)
        assert back.apply(there) == pytest.approx(point, abs=1e-6)


def raw_of(image: np.ndarray) -> RawPage:
    return RawPage(number=1, scan=0, frame=0, image=np.ascontiguousarray(image), to_file=Matrix.identity())


def test_a_page_whose_upper_side_is_in_doubt_is_turned_as_a_reader_says():
    image = np.full((700, 500, 3), 245, np.uint8)  # too little print to tell
    image[60:80, 40:200] = 30
    said: list[np.ndarray] = []
    (page,) = capture.normalise(raw_of(image), stands_on_head=lambda drawn: bool(said.append(drawn.copy())) or True)
    assert np.array_equal(said[0], image)
    assert page.turned == 180
    assert np.array_equal(page.image, image[::-1, ::-1])
    assert page.matrix.apply((40.0, 60.0)) == pytest.approx((460.0, 640.0))
    (left,) = capture.normalise(raw_of(image), stands_on_head=lambda _: False)
    assert (left.turned, np.array_equal(left.image, image)) == (0, True)


def test_a_reader_is_not_asked_about_a_page_of_text(typed):
    def never(_: np.ndarray) -> bool:
        raise AssertionError

    (page,) = capture.normalise(raw_of(typed), stands_on_head=never)
    assert page.turned == 0
