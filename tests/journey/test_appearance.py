"""How a copy looks is settled before anything slow: profile, pictures, size of the seal."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
from seals import RED, seal, signature

import pyhncert
from pyhncert.errors import StorageFault, UsageFault


def office_with(folder: Path, *, profile: str = "certified", officer: str = "", agency: str = ""):
    file = folder / "office.toml"
    text = file.read_text("utf-8").replace('profile = "certified"', f'profile = "{profile}"')
    text = text.replace('id = "officer"', f'id = "officer"\n{officer}').replace("[agency]", f"[agency]\n{agency}")
    file.write_text(text, "utf-8")
    return pyhncert.open_office(folder)


def appearance(office):
    return next(check for check in office.doctor() if check.name == "appearance")


def test_pictures_of_the_office_stand_on_the_copy(new_folder, officer, small) -> None:
    signature(new_folder / "officer.png")
    seal(new_folder / "seal.png")
    office = office_with(new_folder, officer='picture = "officer.png"', agency='picture = "seal.png"\nseal_mm = 35.5')
    assert appearance(office).ok and "35.5 mm" in appearance(office).words.en
    copy = office.certify([small], decide=officer)
    with pikepdf.open(io.BytesIO(copy.pdf)) as held:
        assert {"/officer", "/agency"} <= {name for page in held.pages for name in page.Resources.XObject}
    assert office.verify(copy.pdf).verdict == "valid"


REFUSED = {
    "colour": ({"officer": 'picture = "red.png"'}, UsageFault, "must be blue"),
    "absent": ({"agency": 'picture = "absent.png"'}, StorageFault, "cannot be read"),
    "size": ({"agency": "seal_mm = 60"}, UsageFault, "25 to 38 mm"),
    "profile": ({"profile": "notarised"}, UsageFault, "no wording for profile"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_serve_is_refused_before_a_number_is_used(new_folder, officer, small, name) -> None:
    signature(new_folder / "red.png", colour=RED)
    settings, fault, words = REFUSED[name]
    office = office_with(new_folder, **settings)
    with pytest.raises(fault, match=words) as caught:
        office.certify([small], decide=officer)
    assert caught.value.vi != caught.value.en and not list(office.register.lines())
    assert (appearance(office).ok, appearance(office).exit_code) == (False, fault.exit_code)


def test_a_size_that_is_no_number_is_told(new_folder) -> None:
    with pytest.raises(UsageFault, match=r"agency\.seal_mm has the wrong type"):
        office_with(new_folder, agency='seal_mm = "36"')
