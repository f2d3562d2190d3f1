"""Marks on pages drawn here: each is found where it was put, and what only looks like one is not."""

from __future__ import annotations

import random

import numpy as np
import pytest
from drawing.sheet import INK, RED, Sheet
from PIL import Image, ImageFilter

from pyhncert import _core
from pyhncert.capture import normalise
from pyhncert.errors import UsageFault
from pyhncert.values import RawPage

DPI = 200
BLUE = (28, 52, 150)
TEXT = "xác nhận ông bà có hộ khẩu thường trú tại địa chỉ nêu trên đã hoàn thành nghĩa vụ theo quy định"
WORDS = TEXT.split()


@pytest.fixture
def sheet():
    s = Sheet(dpi=DPI, tint=(252, 244, 232))
    for row in range(14):
        s.text(25, 60 + 8 * row, " ".join(WORDS[(row + i) % len(WORDS)] for i in range(11)), 12)
    return s


def marks(s, blur=0.5):
    image = np.asarray(s.image.filter(ImageFilter.GaussianBlur(blur)))
    (page,) = normalise(RawPage(number=1, scan=0, frame=0, image=image, dpi=DPI))
    assert page.image.shape == image.shape, "nothing was moved, so places are those of the drawing"
    return page.marks


def sealed(s, cx, cy, *, colour=RED, diameter=36):
    rng = random.Random(5)
    s.seal(cx, cy, "ỦY BAN NHÂN DÂN PHƯỜNG CỬA NAM", ["CHỦ TỊCH"], rng, diameter=diameter, colour=colour)


def middle(quad):
    return sum(p[0] for p in quad) / 4 / DPI * 25.4, sum(p[1] for p in quad) / 4 / DPI * 25.4


@pytest.mark.parametrize(("cx", "cy", "diameter"), [(60, 230, 36), (120, 100, 30), (4, 240, 36), (150, 235, 40)])
def test_a_red_seal_is_found_in_its_place_and_size_also_over_text_and_cut_by_the_edge(sheet, cx, cy, diameter):
    sealed(sheet, cx, cy, diameter=diameter)
    (seal,) = marks(sheet).seals
    assert seal.colour == "red"
    assert seal.radius_mm == pytest.approx(diameter / 2, abs=0.8)
    assert seal.centre == pytest.approx((sheet.px(cx), sheet.px(cy)), abs=sheet.px(0.9))
    assert seal.quality > 0.6


def test_a_faint_seal_and_a_second_one_are_found(sheet):
    sealed(sheet, 60, 230, colour=(236, 180, 176))
    sealed(sheet, 140, 230)
    assert sorted(round(s.centre[0] / sheet.px(1)) for s in marks(sheet).seals) == pytest.approx([60, 140], abs=1)


@pytest.mark.parametrize(("colour", "name"), [(BLUE, "blue"), ((30, 30, 34), "black")])
def test_a_seal_that_is_not_red_is_named_by_its_colour(sheet, colour, name):
    sealed(sheet, 60, 230, colour=colour)
    assert [s.colour for s in marks(sheet).seals] == [name]


def test_red_print_and_red_pens_are_no_seals(sheet):
    sheet.border(7, (190, 60, 60), (236, 190, 186))
    sheet.text(105, 40, "GIẤY CHỨNG NHẬN", 20, "bold", fill=RED, align="centre")
    sheet.text(30, 50, "Số: 004213", 16, fill=RED)
    sheet.rosette(150, 230, 16, (232, 170, 170))
    x, y, r = sheet.px(60), sheet.px(230), sheet.px(15)
    sheet.pen.ellipse((x - r, y - r, x + r, y + r), outline=RED, width=round(sheet.px(0.5)))
    sheet.pen.ellipse((x + 400, y - r, x + 400 + 2 * r, y + r), fill=RED)
    assert marks(sheet).seals == ()


@pytest.mark.parametrize("colour", [BLUE, (26, 26, 34)])
def test_a_signature_is_found_and_how_much_of_it_the_seal_covers(sheet, colour):
    sheet.signature(150, 230, random.Random(2), width=36, colour=colour)
    sealed(sheet, 133, 232)
    found = marks(sheet)
    (signature,) = [region for region in found.signatures if region.confidence > 0.5]
    assert middle(signature.quad) == pytest.approx((150, 230), abs=7)
    assert 0.15 < found.seals[0].overlap < 0.75


def test_text_rules_and_frames_are_no_signatures(sheet):
    sheet.rect((20, 200, 190, 260), 0.4, INK)
    sheet.rule(20, 230, 190, 230, 0.3)
    sheet.text(105, 250, "NGUYỄN TRẦN THỊ PHƯƠNG", 16, "bold", align="centre")
    assert marks(sheet).signatures == ()


def test_a_photograph_is_found_and_a_gray_box_is_none(sheet):
    w, h = round(sheet.px(30)), round(sheet.px(40))
    across, down = np.meshgrid(np.linspace(0, 3, w), np.linspace(0, 4, h))
    shades = 125 + 90 * np.sin(across) * np.cos(down)
    photo = np.stack([shades + 30, shades + 10, shades], axis=2).astype(np.uint8)
    page = np.array(sheet.image)
    top, left = round(sheet.px(205)), round(sheet.px(30))
    page[top : top + h, left : left + w] = photo
    page[top : top + h, left + 700 : left + 700 + w] = (200, 202, 206)
    (page,) = normalise(RawPage(number=1, scan=0, frame=0, image=page, dpi=DPI))
    (portrait,) = page.marks.portraits
    assert middle(portrait.quad) == pytest.approx((45, 225), abs=1.5)


@pytest.mark.parametrize("colour", [(196, 28, 42), (28, 52, 150), (92, 44, 140)], ids=["red", "blue", "violet"])
def test_a_slanted_stamp_is_found_with_its_slant(sheet, colour):
    sheet.stamp(60, 230, "TUYỆT MẬT", pt=20, angle=9, colour=colour)
    (quad,) = marks(sheet).stamps
    assert middle(quad) == pytest.approx((60, 230), abs=1.5)
    (x0, y0), (x1, y1) = quad[0], quad[1]
    assert np.degrees(np.arctan2(y1 - y0, x1 - x0)) == pytest.approx(-9, abs=1.5)


@pytest.mark.parametrize("at", [(83, 230), (50, 223.5)], ids=["touching", "crossing"])
def test_a_worn_stamp_is_found_though_red_print_touches_it(sheet, at):
    sheet.stamp(60, 230, "MẬT", pt=24, angle=4)
    pale = np.array(sheet.image)
    red = pale[..., 1] < 150
    pale[red] = (pale[red] * 0.45 + 255 * 0.55).astype(np.uint8)
    sheet.image.paste(Image.fromarray(pale))
    sheet.text(*at, "GIẤY", 26, style="bold", fill=(190, 20, 40))
    assert any(middle(quad) == pytest.approx((60, 230), abs=3) for quad in marks(sheet).stamps)


def test_bold_capitals_of_a_red_title_are_no_stamp():
    """The serifs of KHAI make nearly a frame, its stems run on inward."""
    s = Sheet(dpi=300)
    s.text(105, 60, "GIẤY KHAI SINH", 24, style="bold", typeface="Source Serif Pro", fill=(190, 20, 40), align="centre")
    (page,) = normalise(RawPage(number=1, scan=0, frame=0, image=np.asarray(s.image), dpi=300))
    assert page.marks.stamps == ()


def test_a_line_through_words_is_a_correction_and_a_line_below_them_is_none(sheet):
    sheet.rule(25, 77.5, 120, 77.5, 0.35)
    assert marks(sheet).strikes == ()
    sheet.rule(40, 90.9, 78, 90.7, 0.4, (30, 40, 140))
    (quad,) = marks(sheet).strikes
    assert middle(quad) == pytest.approx((59, 90.8), abs=3)


def test_fluid_is_seen_on_tinted_paper_and_not_on_white(sheet):
    patch = [sheet.px(v) for v in (60, 96, 85, 101)]
    sheet.pen.rounded_rectangle(patch, radius=9, fill=(254, 254, 254))
    sheet.text(62, 100, "1987", 12, "italic")
    (quad,) = marks(sheet).fluid
    assert middle(quad) == pytest.approx((72.5, 98.5), abs=1.5)
    white = Sheet(dpi=DPI, tint=(255, 255, 255))
    white.text(62, 100, "1987", 12, "italic")
    assert marks(white).fluid == ()


@pytest.mark.parametrize("shape", [(1, 1, 3), (40, 7, 3), (300, 2, 3)])
def test_a_tiny_page_has_no_marks(shape):
    found = _core.find_marks(np.full(shape, 200, np.uint8), 300.0)
    assert not found.seals and not found.signatures and not found.strikes


@pytest.mark.parametrize("dpi", [0.0, -1.0, float("nan"), float("inf")])
def test_a_resolution_that_is_none_is_refused(dpi):
    with pytest.raises(UsageFault):
        _core.find_marks(np.zeros((10, 10, 3), np.uint8), dpi)
