"""The public code of a copy, as the border gives it; the core's own tests try every error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyhncert import _core
from pyhncert.errors import UsageFault

CODES = st.binary(min_size=32, max_size=32).filter(lambda b: sum(v < 248 for v in b) >= 14).map(_core.code_from_random)
SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTWXYZ"


@given(code=CODES, place=st.integers(0, 14), symbol=st.sampled_from(SYMBOLS))
def test_one_wrong_symbol_is_caught(code, place, symbol):
    assert len(code) == 15
    assert _core.code_normalise(code) == code
    if code[place] != symbol:
        with pytest.raises(UsageFault, match="wrong or exchanged symbol"):
            _core.code_normalise(code[:place] + symbol + code[place + 1 :])


@given(code=CODES)
def test_a_code_is_read_as_people_write_it(code):
    shown = _core.code_shown(code)
    assert [len(group) for group in shown.split("-")] == [5, 5, 5]
    spoken = shown.lower().replace("0", "o").replace("1", "l").replace("-", " – ")
    assert _core.code_normalise(spoken) == code


@pytest.mark.parametrize("typed", ["", "ABC", "U" * 15, "0" * 16, "ĐĐĐĐĐ-ĐĐĐĐĐ-ĐĐĐĐĐ"])
def test_what_is_no_code_is_refused(typed):
    with pytest.raises(UsageFault, match="type it again") as caught:
        _core.code_normalise(typed)
    assert "hãy nhập lại" in caught.value.vi


def test_too_little_randomness_is_refused():
    with pytest.raises(UsageFault, match="too few random bytes"):
        _core.code_from_random(bytes(13))
