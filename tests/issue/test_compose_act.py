"""act.json: canonical, valid, and binding what is seen."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from importlib.resources import files

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyhncert import issue
from pyhncert.values import Field, Line, Reading, Word

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("aăâếệđ\u0301xyz", max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(value=st.dictionaries(st.text("abc", max_size=3), VALUES, max_size=5))
def test_canonical_json_is_one_form_that_reads_back_to_itself(value):
    try:
        once = issue.canonical_json(value)
    except ValueError:
        return  # two keys that differ only in normalisation
    except UnicodeEncodeError:
        return
    again = issue.canonical_json(json.loads(once))
    assert once == again
    assert once == json.dumps(json.loads(once), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def test_canonical_json_sorts_composes_and_writes_whole_numbers_plainly():
    assert issue.canonical_json({"b": 1.0, "a": "e\u0302\u0301", "c": [0.5, 2**60]}) == (
        '{"a":"ế","b":1,"c":[0.5,1152921504606846976]}'.encode()
    )


@pytest.mark.parametrize("value", [{"a": float("nan")}, {"a": float("inf")}, {"é": 1, "e\u0301": 2}])
def test_canonical_json_refuses_what_has_no_one_form(value):
    with pytest.raises(ValueError):
        issue.canonical_json(value)


@pytest.mark.parametrize("value", [{"a": b"bytes"}, {1: "a"}])
def test_canonical_json_refuses_what_json_cannot_hold(value):
    with pytest.raises(TypeError):
        issue.canonical_json(value)


@pytest.fixture
def act(paper, act_of):
    quad = ((10.04, 20.0), (50.26, 20.0), (50.0, 30.0), (10.0, 30.0))
    word = Word(text="Hồ", quad=quad, confidence=0.98765)
    reading = Reading(page=1, reader="test", lines=(Line(text="Hồ", quad=quad, confidence=0.9, words=(word,)),))
    field = Field(name="full_name", label="Họ và tên", value="HỒ VĂN A", page=1, quad=quad, confidence=0.5)
    return act_of([issue.encode_page(paper(50, 40))], (reading,), fields=(field,))


def test_the_act_fits_its_schema(act):
    schema = json.loads(files("pyhncert.issue").joinpath("schemas/act.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(issue.act_json(act)), schema)


def test_an_act_without_a_second_reader_is_of_version_1(act):
    record = json.loads(issue.act_json(act))
    assert record["version"] == 1 and "agreement" not in json.dumps(record)


def test_an_act_with_a_second_reader_is_of_version_2_and_carries_other_texts_only(act):
    reading = act.readings[0]
    first = reading.lines[0]
    lines = (
        replace(first, agreement="agreed", second="Hồ"),
        replace(first, agreement="doubtful", second="Hổ"),
        first,
    )
    twice = replace(
        act,
        readings=(replace(reading, lines=lines, second_reader="other.onnx"),),
        fields=(replace(act.fields[0], agreement="doubtful", second="HỔ VĂN A"),),
    )
    record = json.loads(issue.act_json(twice))
    schema = json.loads(files("pyhncert.issue").joinpath("schemas/act.schema.json").read_text("utf-8"))
    jsonschema.validate(record, schema)
    assert record["version"] == 2
    said = [(line["text"], line["agreement"], line.get("second")) for line in record["pages"][0]["lines"]]
    assert said == [("Hồ", "agreed", None), ("Hồ", "doubtful", "Hổ"), ("Hồ", "unread", None)]
    field = record["fields"][0]
    assert (field["value"], field["agreement"], field["second"]) == ("HỒ VĂN A", "doubtful", "HỔ VĂN A")


def test_the_schema_refuses_what_it_does_not_know(act):
    schema = json.loads(files("pyhncert.issue").joinpath("schemas/act.schema.json").read_text("utf-8"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(issue.act_json(act)) | {"requester": "Ai đó"}, schema)


def test_the_act_says_what_was_certified_and_binds_the_image(act):
    record = json.loads(issue.act_json(act))
    assert (record["number"], record["book"], record["certified_at"]) == (1, "01", "2026-11-23T10:15:03+07:00")
    page = record["pages"][0]
    assert page["image"] == {"sha256": hashlib.sha256(act.pages[0].stream()).hexdigest(), "length": act.pages[0].length}
    assert page["lines"][0]["words"] == [
        {"text": "Hồ", "quad": [10, 20, 50.3, 20, 50, 30, 10, 30], "confidence": 0.988}
    ]


def test_the_content_digest_is_over_scan_digests_and_act():
    assert (
        issue.content_digest([b"\1" * 32, b"\2" * 32], b"{}")
        == hashlib.sha256(b"\1" * 32 + b"\2" * 32 + b"{}").digest()
    )


@pytest.mark.parametrize("changes", [{"certified_at": None}, {"pages": ()}, {"scans": ()}])
def test_an_act_cannot_be_made_wrong(act, act_of, changes):
    if "certified_at" in changes:
        changes = {"certified_at": act.certified_at.replace(tzinfo=None)}
    with pytest.raises(ValueError):
        act_of(list(act.pages), **changes)


def test_numbers_and_books_are_written_as_the_register_writes_them(act, act_of):
    assert (act.number_shown, act.book_shown) == ("01", "01/2026-SCT/BS")
    other = act_of(list(act.pages), number=4711, book="2", suffix="SCTĐT/BS")
    assert (other.number_shown, other.book_shown) == ("4711", "02/2026-SCTĐT/BS")
