"""What trust costs: the CMS beside the bare signature, the upgrade to LT, verifying one copy and a thousand."""

from __future__ import annotations

import asyncio
import gc
import io
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import x509 as asn1_x509
from draw import draw, save
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from test_issue import make

import pyhncert
from pyhncert import _core, issue
from pyhncert.identify import read_certificates
from pyhncert.office import Decision, Office
from pyhncert.verify import verify_copy
from pyhncert.verify._copy import read_copy

UPGRADE_MS, VERIFY_MS, OWN_MS, GROWN_MB = 15.0, 70.0, 5.0, 8.0
SHARE_OF_RAW = 80.0
P256_US = 40.0


@dataclass(frozen=True)
class Copy:
    """One page at B-LT, its office, and the same file before it had a DSS dictionary."""

    office: Office
    pdf: bytes
    before: bytes

    def verify(self) -> None:
        """As a bank does, without the receipt."""
        verify_copy(self.pdf, trust=self.office.roots, now=self.office.clock())


@pytest.fixture(scope="module")
def copy(office: Path, work: Path) -> Copy:
    """A certified birth certificate of the trial office."""
    opened = pyhncert.open_office(office)
    scan = save(*draw("hop_dong", 7), work, "trust")
    issued = opened.certify([scan], work / "trust.pdf", decide=lambda _: Decision(approved=True))
    assert issued.level == "B-LT"
    pdf = (work / "trust.pdf").read_bytes()
    ends = [at + len(b"%%EOF\n") for at in range(len(pdf)) if pdf.startswith(b"%%EOF\n", at)]
    assert len(ends) == 4
    return Copy(opened, pdf, pdf[: ends[2]])


def middle(work: Callable[[], object], repeats: int) -> float:
    """CPU milliseconds, the median, after one that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return statistics.median(times) * 1e3


def batch(work: Callable[[], object], times: int = 100) -> float:
    """Seconds of one of `times` in a row, the least of nine tries: what the machine can do."""
    least = float("inf")
    for _ in range(9):
        begun = time.process_time()
        for _ in range(times):
            work()
        least = min(least, time.process_time() - begun)
    return least / times


def test_cms_beside_the_bare_signature(promise: Any) -> None:
    """CMS at 80 % of the raw speed of RSA-2048 PSS or more, and at most 40 µs with P-256."""
    digest = _core.sha256(b"a page")
    for scheme in ("rsa-pss", "ecdsa"):
        key = make(scheme)
        given = {"digest": "sha256", "scheme": scheme, "certificate": key.certificate}

        def whole(key: Any = key, given: Any = given) -> None:
            attributes = _core.cms_prepare(digest, **given)
            _core.cms_finish(attributes, key.sign(attributes), chain=[], **given)

        attributes = _core.cms_prepare(digest, **given)
        bare, cms = batch(lambda key=key, attributes=attributes: key.sign(attributes)), batch(whole)
        if scheme == "rsa-pss":
            note = f"{1 / cms:.0f} against {1 / bare:.0f} a second"
            promise(
                "CMS, share of raw RSA-2048 PSS", bare / cms * 100, "%", bar=SHARE_OF_RAW, rule="at_least", note=note
            )
        else:
            promise("CMS, P-256", cms * 1e6, "CPU µs", bar=P256_US)


def test_upgrade_to_lt(promise: Any, short: bool, copy: Copy) -> None:
    """Validation data of both chains and timestamps into one file, no network: at most 15 ms."""
    lists = copy.office.crls()
    grown = issue.add_validation_data(copy.before, certs=[], crls=lists)
    assert issue.level_reached(grown) == "B-LT" and grown.startswith(copy.before)
    cost = middle(lambda: issue.add_validation_data(copy.before, certs=[], crls=lists), 20 if short else 100)
    promise("upgrade of one file to LT", cost, "CPU ms", bar=UPGRADE_MS, note=f"{len(copy.before) / 1e6:.2f} MB")


def by_pyhanko(copy: Copy) -> None:
    """pyHanko's own validation of both signatures with what the file brings."""
    roots = [asn1_x509.Certificate.load(der) for pem in copy.office.roots for der in read_certificates(pem)]

    async def both() -> None:
        reader = PdfFileReader(io.BytesIO(copy.pdf))
        rules = {"trust_roots": roots, "revocation_mode": "require", "retroactive_revinfo": True}
        held = DocumentSecurityStore.read_dss(reader).as_validation_context(rules)
        for signature in reader.embedded_signatures:
            status = await async_validate_pdf_signature(signature, held, held)
            assert status.intact and status.valid and status.trusted and status.timestamp_validity.trusted

    asyncio.run(both())


def test_verifying_one_copy(promise: Any, short: bool, copy: Copy) -> None:
    """Two LT signatures: at most 70 ms, of which our own checks of structure, bytes and CMS at most 5."""
    repeats = 10 if short else 50
    peer = middle(lambda: by_pyhanko(copy), repeats)
    promise("verifying one copy", middle(copy.verify, repeats), "CPU ms", peer=peer, bar=VERIFY_MS)
    own = batch(lambda: read_copy(copy.pdf), 5) * 1e3
    bar = OWN_MS * 1.3 if short else OWN_MS  # a short run shares its machine
    promise("verifying one copy, our own checks", own, "CPU ms", bar=bar, note="least of nine fives")


def test_a_thousand_verifications_in_flat_memory(promise: Any, short: bool, copy: Copy) -> None:
    """What the process holds grows by no more than chance between the hundredth and the last; short: two hundred."""
    last = 200 if short else 1000
    for number in range(1, last + 1):
        copy.verify()
        if number == 100:
            gc.collect()
            resting = resident_mb()
    gc.collect()
    promise(
        "memory of verifications after the first hundred", resident_mb() - resting, "MB", bar=GROWN_MB, note=f"{last}"
    )


def resident_mb() -> float:
    """Resident memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1e6
