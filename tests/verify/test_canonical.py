"""JSON in its one form: the core reads exactly what `json.dumps` writes with our settings, and nothing else."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pyhncert._core import canonical_json
from pyhncert.errors import AlteredCore

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18) + 1, 10**18 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(0, 10**9).map(lambda n: n / 100)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=30,
)


def written(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def is_one_form(data: bytes) -> bool:
    """As Python's own module sees it."""
    try:
        return written(json.loads(data)) == data
    except (ValueError, RecursionError):
        return False


@settings(max_examples=400, deadline=None)
@given(VALUES)
@example({"z": 1e-05, "é": [1e16, 0.0001, -0.0, 5e-324, 1.7976931348623157e308], "\U0001f600": "\x7f\x00\u2028"})
def test_what_is_written_is_read_back(value: Any) -> None:
    found = canonical_json(written(value))
    assert found == value and written(found) == written(value)


@settings(max_examples=600, deadline=None)
@given(VALUES, st.data())
def test_changed_bytes_are_read_as_python_reads_them_or_refused(value: Any, data: st.DataObject) -> None:
    raw = bytearray(written(value))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 2))] = data.draw(
            st.sampled_from(
                [b"", b" ", b"0", b".", b"e", b"-", b'"', b"\\", b"\\u0001", b"\\ud800", b",", b"[", b"}", b"\xff"]
            )
        )
    try:
        found = canonical_json(bytes(raw))
    except AlteredCore:
        assert not is_one_form(bytes(raw)) or re.search(rb"\d{19}", raw)  # more than any act needs
    else:
        assert is_one_form(bytes(raw)) and found == json.loads(raw)


@pytest.mark.parametrize("text", ['"\\ud800"', "1" * 19 + "0", "[" * 66 + "]" * 66, "NaN", '{"a":1,"a":1}', "1.0 "])
def test_forms_that_no_act_has_are_altered(text: str) -> None:
    with pytest.raises(AlteredCore, match="at byte"):
        canonical_json(text.encode())
