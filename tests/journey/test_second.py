"""A second reader on the way of a paper: the officer sees what is in doubt, and the act says what both made of it."""

from __future__ import annotations

import importlib.util
import io
import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pikepdf
import pytest

import pyhncert
from pyhncert.office import Office, init_trial

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("asterocr") is None, reason="the second reader is not installed (extra [second-reader])"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an office as it is made: fields and lines in doubt are read twice."""
    return init_trial(tmp_path_factory.mktemp("second") / "office")


@pytest.fixture(scope="module")
def office(folder: Path) -> Office:
    return pyhncert.open_office(folder)


def act_of(pdf: bytes) -> dict:
    with pikepdf.open(io.BytesIO(pdf)) as held:
        return json.loads(held.attachments["act.json"].get_file().read_bytes())


def test_the_act_carries_what_both_readers_say_and_the_copy_is_valid(office, officer, drawn):
    copy = office.certify([drawn("khai_sinh")], decide=officer)
    act = act_of(copy.pdf)
    schema = json.loads(files("pyhncert.issue").joinpath("schemas/act.schema.json").read_text("utf-8"))
    jsonschema.validate(act, schema)
    assert act["version"] == 2 and "asternet.onnx sha256:" in act["software"]["second_reader"]
    said = [line["agreement"] for page in act["pages"] for line in page["lines"]]
    assert said.count("agreed") > 5 and "unread" in said
    for item in (*act["fields"], *(line for page in act["pages"] for line in page["lines"])):
        assert ("second" in item) == (item["agreement"] == "doubtful")
    assert office.verify(copy.pdf).verdict == "valid"


def test_an_office_that_wants_no_second_reader_issues_acts_of_version_1(new_folder, officer, small):
    assert 'second = "off"' in (new_folder / "office.toml").read_text("utf-8")
    office = pyhncert.open_office(new_folder)
    copy = office.certify([small], decide=officer)
    act = act_of(copy.pdf)
    assert act["version"] == 1 and "second_reader" not in act["software"]
    assert "agreement" not in json.dumps(act)
    assert office.verify(copy.pdf).verdict == "valid"


def test_a_setting_that_is_not_known_is_named(new_folder):
    file = new_folder / "office.toml"
    file.write_text(file.read_text("utf-8").replace('second = "off"', 'second = "some"'), "utf-8")
    with pytest.raises(pyhncert.errors.UsageFault, match=r"read\.second must be one of off, fields, all"):
        pyhncert.open_office(new_folder)


def test_fields_in_doubt_stand_first_and_say_both_texts(hncert, drawn):
    told = hncert("read", "--json", drawn("khai_sinh"))
    fields = json.loads(told.out)["fields"]
    doubtful = [field for field in fields if field["agreement"] == "doubtful"]
    said = hncert("read", drawn("khai_sinh")).err.splitlines()
    assert [line for line in said if line.startswith("  ? compare ")] == said[: len(doubtful)]
    shown = hncert("certify", "--dry-run", drawn("khai_sinh")).err.splitlines()
    first = next(i for i, line in enumerate(shown) if "read twice alike" in line)
    assert all("?" in line[:4] for line in shown[first - len(doubtful) : first])
