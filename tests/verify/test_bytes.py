"""One byte changed anywhere is never `valid` (DESIGN 6): tables, trailers, Contents, padding, and elsewhere."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyhncert.issue._sign_structure import Revisions, read_cms, read_revisions, read_signature, read_validation_data

HEX = b"0123456789ABCDEF"


@pytest.fixture(scope="module")
def revisions(real) -> Revisions:
    return read_revisions(real.pdf)


@pytest.fixture(scope="module")
def foreign_bytes(real, revisions) -> list[range]:
    """Where certificates, lists and tokens lie that other parties signed."""
    agency = read_signature(revisions, 3, "Agency")
    parts = read_cms(agency.cms)
    found = []
    for part in (*parts.certificates, parts.token):
        start = agency.gap[0] + 1 + 2 * agency.cms.index(part)
        found.append(range(start, start + 2 * len(part)))
    data = read_validation_data(revisions, 4)
    for part in (*data.certificates, *data.lists):
        start = real.pdf.index(part, revisions[3].start)
        found.append(range(start, start + len(part)))
    return found


def flip(pdf: bytes, place: int, to: int) -> bytes:
    return pdf[:place] + bytes([to]) + pdf[place + 1 :]


def check(real, places: Iterable[int], foreign_bytes: list[range], seed: int = 1) -> int:
    """Change each of `places`; what came out `valid`, or `undecided` outside other parties' bytes, is a failure."""
    dice, wrong, count = random.Random(seed), [], 0
    for place in places:
        old = real.pdf[place]
        digit = HEX.find(old)
        hexadecimal = digit >= 0 and real.pdf[place - 1] in HEX and real.pdf[place + 1] in HEX
        to = HEX[digit ^ (1 << dice.randrange(4))] if hexadecimal else old ^ (1 << dice.randrange(8))
        verdict = real.verdict(flip(real.pdf, place, to))
        count += 1
        if verdict in ("altered", "unsigned"):
            continue
        if verdict == "undecided" and any(place in span for span in foreign_bytes):
            continue
        wrong.append((place, bytes([old]), bytes([to]), verdict))
    assert not wrong, wrong[:20]
    return count


def test_every_byte_of_every_table_and_trailer_is_bound(real, revisions, foreign_bytes) -> None:
    places = [place for revision in revisions for place in range(revision.table, revision.end)]
    assert check(real, places, foreign_bytes) > 1300


def test_every_byte_of_revision_4_outside_its_streams_is_bound(real, revisions, foreign_bytes) -> None:
    body = range(revisions[3].start, revisions[3].table)
    check(real, [place for place in body if not any(place in span for span in foreign_bytes)], foreign_bytes)


def test_streams_of_revision_4_are_bound_by_their_signers(real, revisions, foreign_bytes) -> None:
    inside = [place for span in foreign_bytes if span.start > revisions[3].start for place in span]
    check(real, random.Random(4).sample(inside, 400), foreign_bytes)


@pytest.mark.parametrize("field", ["Officer", "Agency"])
def test_digits_of_contents_are_bound(real, revisions, foreign_bytes, field) -> None:
    signed = read_signature(revisions, {"Officer": 2, "Agency": 3}[field], field)
    start, end = signed.gap
    inside = range(start + 1, start + 1 + 2 * len(signed.cms))
    padding = range(inside.stop, end - 1)
    dice = random.Random(2)
    places = {start, end - 1, *inside[:160], *padding[:20], *padding[-20:]}
    places |= {*dice.sample(inside, 500), *dice.sample(padding, 100)}
    check(real, sorted(places), foreign_bytes)


def test_every_digit_that_is_structure_of_the_agencys_cms_is_bound(real, revisions, foreign_bytes) -> None:
    """All digits of the CMS that lie in no certificate and not in the token."""
    signed = read_signature(revisions, 3, "Agency")
    inside = range(signed.gap[0] + 1, signed.gap[0] + 1 + 2 * len(signed.cms))
    check(real, [place for place in inside if not any(place in span for span in foreign_bytes)], foreign_bytes)


def test_every_bit_of_a_token_outside_what_its_signer_signed_is_bound(real, revisions) -> None:
    """Versions, algorithm names, lengths and tags of the token's frame: nobody signed them."""
    signed = read_signature(revisions, 3, "Agency")
    token = read_cms(signed.cms).token
    parts = read_cms(token)
    start = signed.gap[0] + 1 + 2 * signed.cms.index(token)
    inner = (*parts.certificates, parts.content, parts.signed_attributes[4:], parts.signature)
    held = [range(token.index(part), token.index(part) + len(part)) for part in inner]
    frame = [at for at in range(len(token)) if not any(at in span for span in held)]
    assert 100 < len(frame) < 400
    for at in frame:
        for place in (start + 2 * at, start + 2 * at + 1):
            for bit in range(4):
                verdict = real.verdict(flip(real.pdf, place, HEX[HEX.index(real.pdf[place]) ^ (1 << bit)]))
                assert verdict in ("altered", "undecided"), (at, bit)


@pytest.mark.parametrize(("place", "field"), [(2, "Officer"), (3, "Agency")])
def test_a_digit_in_lower_case_is_altered(real, revisions, place, field) -> None:
    start, end = read_signature(revisions, place, field).gap
    letters = [start + found.start() for found in re.finditer(rb"[A-F]", real.pdf[start:end])]
    for at in random.Random(3).sample(letters, 150):
        assert real.verdict(flip(real.pdf, at, real.pdf[at] | 0x20)) == "altered"
    assert real.verdict(real.pdf[:start] + real.pdf[start:end].lower() + real.pdf[end:]) == "altered"


def test_two_thousand_sampled_places_elsewhere_are_bound(real, revisions, foreign_bytes) -> None:
    gaps = [range(*read_signature(revisions, place, field).gap) for place, field in ((2, "Officer"), (3, "Agency"))]
    outside = [at for at in range(len(real.pdf)) if not any(at in gap for gap in gaps)]
    assert check(real, random.Random(5).sample(outside, 2000), foreign_bytes) == 2000


def test_a_byte_taken_out_or_put_in_is_never_valid(real) -> None:
    for place in random.Random(6).sample(range(len(real.pdf)), 200):
        assert real.verdict(real.pdf[:place] + real.pdf[place + 1 :]) in ("altered", "unsigned")
        assert real.verdict(real.pdf[:place] + b" " + real.pdf[place:]) in ("altered", "unsigned")


def test_a_file_cut_short_is_never_valid(real) -> None:
    for place in random.Random(7).sample(range(len(real.pdf)), 100):
        assert real.verdict(real.pdf[:place]) in ("altered", "unsigned")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_pieces_moved_repeated_or_overwritten_are_never_valid(real, data) -> None:
    size = len(real.pdf)
    start = data.draw(st.integers(0, size - 1))
    end = data.draw(st.integers(start, min(size, start + 3000)))
    to = data.draw(st.integers(0, size))
    piece = real.pdf[start:end]
    changed = data.draw(
        st.sampled_from(
            [
                real.pdf[:start] + real.pdf[end:],
                real.pdf[:to] + piece + real.pdf[to:],
                real.pdf[:to] + piece + real.pdf[to + len(piece) :],
                real.pdf[:start] + bytes(len(piece)) + real.pdf[end:],
                real.pdf[:start] + piece[::-1] + real.pdf[end:],
            ]
        )
    )
    if changed != real.pdf:
        assert real.verdict(changed) in ("altered", "unsigned", "undecided")
