"""Mutated copies, CMS, tokens, certificates, lists, answers and receipts: a verdict or one clear error, never `valid`.

``python tests/verify/fuzz_signed.py FOLDER SEED COUNT [KIND …]`` tries COUNT inputs on the copy and the material in
FOLDER (`collect` writes them) and prints one JSON line of what they came to. Input N of a seed on the same folder is
always the same bytes; ``$HNCERT_FUZZ_KEEP`` is that of tests/capture/fuzz.py.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import random
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "capture"))

import fuzz

from pyhncert import _core
from pyhncert.errors import HncertError, VerdictError
from pyhncert.identify import HttpTimestamper, is_issued_by, parse_certificate, read_certificates, read_crls
from pyhncert.verify import holds_until, verify_copy

KINDS = ("copy", "foreign", "cms", "token", "answer", "certificate", "list", "receipt")
CPU_S = 2
GROWTH_BYTES = 300 << 20
TLV_TAGS = (0x02, 0x03, 0x04, 0x05, 0x06, 0x0C, 0x13, 0x17, 0x18, 0x24, 0x30, 0x31, 0x80, 0xA0, 0xA1, 0xA3, 0xBF, 0xFF)
_CONTENTS = re.compile(rb"/Contents <([0-9A-Fa-f]+)>")
_STREAM = re.compile(rb"stream\r?\n(0\x82.*?)\r?\nendstream", re.S)


def collect(folder: Path, *, copy: bytes, foreign: bytes, root: bytes, receipt: Any, answer: bytes, at: str) -> None:
    """Write the good inputs: one copy and one foreign signed file, and what they are made of."""
    cms = [bytes.fromhex(found[1].decode()) for found in _CONTENTS.finditer(copy)]
    parts = [_core.cms_parse(_trimmed(der)) for der in cms]
    certificates = [der for one in parts for der in (one.certificate, *one.chain)]
    streams = [found[1] for found in _STREAM.finditer(copy)]
    lists = [der for der in streams if not _is_certificate(der)]
    assert parts and lists and certificates
    made = {
        "copy": [copy],
        "foreign": [foreign],
        "cms": [_trimmed(der) for der in cms],
        "token": [one.timestamp for one in parts if one.timestamp],
        "answer": [answer],
        "certificate": [*certificates, *read_certificates(root)],
        "list": lists,
        "receipt": [json.dumps(receipt).encode()],
    }
    for kind, good in made.items():
        for number, data in enumerate(good):
            (folder / f"{kind}.{number}").write_bytes(data)
    (folder / "root").write_bytes(root)
    (folder / "at").write_text(at)


def _trimmed(der: bytes) -> bytes:
    """`der` without the padding of Contents."""
    size, start = der[1], 2
    if size & 0x80:
        start += size & 0x7F
        size = int.from_bytes(der[2:start], "big")
    return der[: start + size]


def _is_certificate(der: bytes) -> bool:
    try:
        parse_certificate(der)
    except HncertError:
        return False
    return True


# -- how it is mutated -------------------------------------------------------------------------------------------------


def _elements(data: bytes, at: int, end: int, depth: int = 0) -> list[tuple[int, int, int]]:
    """Tag's place, content's place and end of each DER element, as far as they can be followed."""
    found: list[tuple[int, int, int]] = []
    while at + 2 <= end and len(found) < 4000:
        size, start = data[at + 1], at + 2
        if size & 0x80:
            many = size & 0x7F
            size, start = int.from_bytes(data[start : start + many], "big"), start + many
        if start + size > end:
            return found
        found.append((at, start, start + size))
        if data[at] & 0x20 and depth < 40:
            found += _elements(data, start, start + size, depth + 1)
        at = start + size
    return found


def _der(chance: random.Random, data: bytearray) -> None:
    """A tag, a length, the content, a whole element: replaced, dropped, doubled, emptied, or nested in itself."""
    found = _elements(bytes(data), 0, len(data))
    if not found:
        return
    at, start, end = chance.choice(found)
    what = chance.randrange(8)
    if what == 0:
        data[at] = chance.choice(TLV_TAGS)
    elif what == 1:
        data[at + 1] = chance.choice((0, 1, 0x7F, 0x80, 0x81, 0x84, 0x88, 0xFF))
    elif what == 2 and end > start:
        data[chance.randrange(start, end)] ^= 1 << chance.randrange(8)
    elif what == 3:
        _resized(data, at, end, b"")
    elif what == 4:
        _resized(data, at, end, bytes(data[at:end]) * chance.choice((2, 3, 50)))
    elif what == 5:
        _resized(data, start, end, bytes(min(end - start, chance.choice((0, 1, 1000)))))
    elif what == 6:
        other = chance.choice(found)
        _resized(data, at, end, bytes(data[other[0] : other[2]]))
    else:
        body = bytes(data[at:end])
        for _ in range(chance.choice((1, 30, 400))):
            body = bytes((0x30, 0x84)) + len(body).to_bytes(4, "big") + body
        _resized(data, at, end, body)


def _resized(data: bytearray, at: int, end: int, body: bytes) -> None:
    """`data[at:end]` replaced, the lengths of all elements around it made right where they have room for it."""
    grown = len(body) - (end - at)
    around = [one for one in _elements(bytes(data), 0, len(data)) if one[0] < at and end <= one[2]]
    for tag, start, stop in around:
        size = stop - start + grown
        room = start - tag - 2
        if room == 0 and 0 <= size < 0x80:
            data[tag + 1] = size
        elif room and 0 <= size < 256**room:
            data[tag + 2 : start] = size.to_bytes(room, "big")
    data[at:end] = body


def _contents(chance: random.Random, data: bytearray) -> None:
    """One wound in the DER of a signature, in its hexadecimal room."""
    found = list(_CONTENTS.finditer(bytes(data)))
    if not found:
        return
    place = chance.choice(found)
    room = len(place[1]) // 2
    try:
        der = bytearray(_trimmed(bytes.fromhex(place[1].decode())))
    except ValueError:
        return
    _der(chance, der)
    data[place.start(1) : place.end(1)] = bytes(der).ljust(room, b"\0")[:room].hex().upper().encode()


def _stream(chance: random.Random, data: bytearray) -> None:
    """One wound in a certificate or list of the DSS dictionary."""
    found = list(_STREAM.finditer(bytes(data)))
    if found:
        place = chance.choice(found)
        der = bytearray(place[1])
        _der(chance, der)
        data[place.start(1) : place.end(1)] = bytes(der).ljust(len(place[1]), b"\0")[: len(place[1])]


def _json(chance: random.Random, data: bytearray) -> None:
    """One value of a receipt replaced."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return
    places: list[tuple[Any, Any]] = []

    def walk(one: Any) -> None:
        for key, inner in one.items() if isinstance(one, dict) else enumerate(one) if isinstance(one, list) else ():
            places.append((one, key))
            walk(inner)

    walk(value)
    if places:
        holder, key = chance.choice(places)
        strange: list[Any] = [
            None, True, -1, 0, 2**70, 1e308, "", "\x00", "\u202e", "9999-12-31T23:59:59+14:00", "0001-01-01", [], {},
            [[]], {"": 0}, "ab" * 32, "é" * 64, "0" * 5000, ["x"] * 50, {"state": "revoked"},
        ]  # fmt: skip
        holder[key] = chance.choice(strange)
    data[:] = json.dumps(value).encode()


_OF_PDF: tuple[fuzz.Mutation, ...] = (fuzz._pdf_field, _contents, _contents, _stream)
OWN: dict[str, tuple[fuzz.Mutation, ...]] = {"copy": _OF_PDF, "foreign": _OF_PDF, "receipt": (_json,)}


class Bench:
    """The good inputs of one folder, their mutations, and what is tried on them."""

    def __init__(self, folder: Path) -> None:
        self.good = {kind: [path.read_bytes() for path in sorted(folder.glob(f"{kind}.*"))] for kind in KINDS}
        assert all(self.good.values())
        self.root = (folder / "root").read_bytes()
        self.now = dt.datetime.fromisoformat((folder / "at").read_text())
        self.issuers = self.good["certificate"]

    def made(self, kind: str, seed: int) -> bytes:
        """One input: a good one with one to four wounds."""
        chance = random.Random(f"signed {kind} {seed}")
        data = bytearray(chance.choice(self.good[kind]))
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            mutation = chance.choice(OWN.get(kind, (_der,)) if chance.random() < 0.8 else fuzz.ANY)
            mutation(chance, data)
            if not data:
                return b""
        return bytes(data)

    def tried(self, kind: str, data: bytes) -> str:
        """What came of it: a verdict, `read` or `refused`. Another exception goes up, and so does a forged `valid`."""
        ask: dict[str, Callable[[bytes], str]] = {
            "copy": self._copy,
            "foreign": self._copy,
            "cms": self._cms,
            "token": self._cms,
            "answer": self._answer,
            "certificate": self._certificate,
            "list": self._list,
            "receipt": self._receipt,
        }
        try:
            return ask[kind](data)
        except VerdictError as err:
            assert err.report.reasons and err.en and err.vi
            return err.report.verdict
        except HncertError as err:
            assert err.en and err.vi
            return "refused"

    def _verify(self, data: bytes, **more: Any) -> str:
        return verify_copy(data, **{"trust": [self.root], "now": self.now, **more}).verdict

    def _copy(self, data: bytes) -> str:
        try:
            verdict = self._verify(data)
        except VerdictError:
            with contextlib.suppress(HncertError):
                holds_until(data)
            raise
        assert verdict != "valid" or data in self.good["copy"], "a changed file is valid"
        return verdict

    def _cms(self, data: bytes) -> str:
        for read in (_core.cms_strict, lambda der: _core.cms_verify(der, None, strict=False)):
            with contextlib.suppress(HncertError):
                read(data)
        _core.cms_parse(data)
        return "read"

    def _answer(self, data: bytes) -> str:
        asker = HttpTimestamper(
            "http://127.0.0.1:9/", roots=read_certificates(self.root), clock=lambda: self.now, randomness=bytes
        )
        asker._accept(data, b"\1" * 32, "sha256", 1, (self.now, self.now))
        return "read"

    def _certificate(self, data: bytes) -> str:
        parse_certificate(data)
        _core.certificate_spki(data)
        for issuer in self.issuers:
            assert not is_issued_by(data, issuer) or data in self.issuers or _same_but_outside(data, self.issuers)
        return self._verify(self.good["copy"][0], trust=[self.root, data])

    def _list(self, data: bytes) -> str:
        read_crls(data)
        return self._verify(self.good["copy"][0], crls=[data])

    def _receipt(self, data: bytes) -> str:
        try:
            receipt = json.loads(data)
        except (ValueError, RecursionError):
            return "refused"
        return self._verify(self.good["copy"][0], receipt=receipt)


def _same_but_outside(data: bytes, known: list[bytes]) -> bool:
    """Whether what is signed of a certificate is that of a known one: the rest proves nothing."""
    tbs = parse_certificate(data).tbs_certificate_bytes
    return any(tbs == parse_certificate(one).tbs_certificate_bytes for one in known)


def main(folder: Path, seed: int, count: int, kinds: tuple[str, ...]) -> None:
    """Mutated inputs of `kinds`, as `fuzz.run` tries them."""
    bench = Bench(folder)
    for kind in kinds:  # everything is loaded before the first peak is noted
        for data in bench.good[kind]:
            assert bench.tried(kind, data) in {"valid", "unsigned", "read"}, kind
    fuzz.run(seed, count, kinds, bench.made, bench.tried, cpu_s=CPU_S, growth=GROWTH_BYTES)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), tuple(sys.argv[4:]) or KINDS)
