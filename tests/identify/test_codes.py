"""The public code of a copy, as the border gives it; the core's own tests try every error."""

from __future__ import annotations

import json
from pathlib import Path

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


def _code_with(symbols: dict[int, int]) -> str:
    """A code that has these symbol values at these places; the rest is chosen so that the check symbol fits."""
    values = [symbols.get(place, 0) for place in range(15)]
    free = next(place for place in (0, 1, 2) if place not in symbols)
    weight = free + 1
    rest = sum((place + 1) * value for place, value in enumerate(values) if place != free) % 31
    values[free] = -rest * pow(weight, -1, 31) % 31
    return "".join(SYMBOLS[value] for value in values)


def _caught(wrong: str) -> bool:
    try:
        _core.code_normalise(wrong)
    except UsageFault:
        return True
    return False


def test_every_wrong_symbol_in_every_place_is_caught():
    """15 places, 31 symbols, 30 wrong ones: the check is a sum, so the other symbols do not matter."""
    for place in range(15):
        for right in range(31):
            code = _code_with({place: right})
            assert _core.code_normalise(code) == code and code[place] == SYMBOLS[right]
            for symbol in SYMBOLS:
                assert (symbol == code[place]) != _caught(code[:place] + symbol + code[place + 1 :])


def test_every_exchange_of_every_two_symbols_in_every_two_places_is_caught():
    """105 pairs of places, neighbours or not, with all 465 pairs of different symbols in each."""
    for first in range(15):
        for second in range(first + 1, 15):
            for a in range(31):
                for b in range(a + 1, 31):
                    code = list(_code_with({first: a, second: b}))
                    code[first], code[second] = code[second], code[first]
                    assert _caught("".join(code))


def test_a_code_has_at_least_sixty_four_random_bits_and_no_symbol_is_favoured():
    assert 31**14 > 2**69
    drawn = [_core.code_from_random(bytes([byte] * 32))[0] for byte in range(248)]
    assert {drawn.count(symbol) for symbol in SYMBOLS} == {8}


def test_no_letter_is_mistaken_for_another_and_o_i_l_are_read_as_the_digits():
    assert not set("ILOUV") & set(SYMBOLS)
    code = _code_with({3: 0, 4: 1})
    for typed in ("O", "o"):
        assert _core.code_normalise(code[:3] + typed + code[4:]) == code
    for typed in ("I", "i", "L", "l"):
        assert _core.code_normalise(code[:4] + typed + code[5:]) == code


def test_codes_of_released_copies_are_read_for_ever():
    receipts = sorted((Path(__file__).parents[1] / "golden").rglob("*.receipt.json"))
    codes = [json.loads(path.read_bytes())["code"] for path in receipts]
    assert len(codes) >= 3
    assert [_core.code_normalise(_core.code_shown(code).lower()) for code in codes] == codes
