"""The drawings that other tests build on."""

import json
import re

import numpy as np
import pytest
from draw import DRAWINGS, draw, save
from drawing import people
from PIL import Image


def test_the_same_seed_draws_the_same_page_and_another_seed_another():
    first, truth = draw("small", 5)
    again, same = draw("small", 5)
    other, _ = draw("small", 6)
    assert np.array_equal(np.asarray(first), np.asarray(again))
    assert truth == same
    assert not np.array_equal(np.asarray(first), np.asarray(other))


def test_a_page_is_saved_with_its_resolution_and_its_truth(tmp_path):
    image, truth = draw("small", 1)
    path = save(image, truth, tmp_path, "page")
    with Image.open(path) as saved:
        assert saved.size == (1165, 827)
        assert round(saved.info["dpi"][0], 1) == 200
    assert json.loads(path.with_suffix(".json").read_text()) == truth


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_truth_quads_follow_the_page_when_it_is_turned(turn):
    image, truth = draw("small", 2, turn=turn, noise=0, blur_px=0)
    gray = np.asarray(image.convert("L"))
    line = next(line for line in truth["lines"] if line["text"] == "QUYẾT ĐỊNH")
    xs, ys = zip(*line["quad"], strict=True)
    box = gray[int(min(ys)) : int(max(ys)), int(min(xs)) : int(max(xs))]
    assert (box < 128).mean() > 0.1
    assert max(xs) <= image.width
    assert max(ys) <= image.height


def test_each_finding_of_a_page_has_a_drawing_that_raises_it():
    assert {d.finding for d in DRAWINGS.values() if d.finding} == {
        "blank", "blurred", "cut_off", "expired", "id_mismatch", "low_dpi", "no_seal", "not_original", "secret",
    }  # fmt: skip


@pytest.mark.parametrize(("kind", "agrees"), [("cccd", True), ("id_sex", False), ("id_year", False)])
def test_numbers_on_cards_agree_with_sex_and_year_unless_they_must_not(kind, agrees):
    for seed in range(3):
        _, truth = draw(kind, seed, dpi=60, noise=0)
        value = {name: field["value"] for name, field in truth["fields"].items()}
        number, year = value["personal_id"], int(value["birth_date"][-4:])
        assert re.fullmatch(r"\d{12}", number)
        g = 2 * (year // 100 - 19) + (value["sex"] == "Nữ")
        assert (number[3:6] == f"{g}{year % 100:02d}") is agrees


@pytest.mark.parametrize(("n", "said"), [
    (1, "một"), (10, "mười"), (15, "mười lăm"), (21, "hai mươi mốt"), (24, "hai mươi tư"),
    (1999, "một nghìn chín trăm chín mươi chín"), (2000, "hai nghìn"), (2005, "hai nghìn không trăm linh năm"),
    (2024, "hai nghìn không trăm hai mươi tư"),
])  # fmt: skip
def test_numbers_are_written_in_vietnamese_words(n, said):
    assert people.in_words(n) == said
