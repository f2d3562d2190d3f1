"""One real copy of a trial office, made small, and what attacks on it need."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pyhncert import _core
from pyhncert.errors import VerdictError
from pyhncert.identify import Credential, TrialAuthority, TrialTimestamper, load_credential, make_trial_authority
from pyhncert.issue import (
    Act,
    ScanRecord,
    act_json,
    add_validation_data,
    compose,
    content_digest,
    encode_page,
    key_id,
    prepare_font,
    qr_payload,
    qr_url,
    sign_copy,
)
from pyhncert.values import VIETNAM, Matrix, Measures, Page, Reading, Report
from pyhncert.verify import verify_copy

sys.path.insert(0, str(Path(__file__).parent))  # `import pyhanko_signer` in these tests

NOW = dt.datetime(2026, 11, 23, 9, 30, tzinfo=VIETNAM)
OFFICE, OFFICER = "Ủy ban nhân dân phường Thử Nghiệm", "Nguyễn Văn Mẫu"


class StillClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: dt.datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now


class Random:
    """Bytes that look random and are the same in each run."""

    def __init__(self, seed: str) -> None:
        self.state = hashlib.sha256(seed.encode()).digest()

    def __call__(self, count: int) -> bytes:
        out = b""
        while len(out) < count:
            self.state = hashlib.sha256(self.state).digest()
            out += self.state
        return out[:count]


class TrialOffice:
    """An office without a register: composes, signs and upgrades small copies."""

    def __init__(self, folder: Path, agency_key: str = "p-256", agency_scheme: str | None = None) -> None:
        self.clock, self.random = StillClock(), Random(agency_key)
        self.paths = make_trial_authority(
            folder, clock=self.clock, randomness=self.random, agency_key=agency_key, agency_name=OFFICE
        )
        self.authority = TrialAuthority(folder, clock=self.clock, randomness=self.random)
        self.timestamper = TrialTimestamper(self.authority)
        self.officer = load_credential(self.paths.officer)
        self.agency = load_credential(self.paths.agency)
        if agency_scheme is not None:
            self.agency = replace(self.agency, scheme=agency_scheme)
        self.qr = load_credential(self.paths.qr)
        self.root = self.paths.root.read_bytes()
        regular = resources.files("font_source_serif_pro").joinpath("files/SourceSerifPro-Regular.ttf")
        self.font = prepare_font(Path(str(regular)))

    def act(self, *, pages: int = 1, **changes: Any) -> Act:
        """A small act; `changes` replace its entries."""
        records = tuple(encode_page(_page(number)) for number in range(1, pages + 1))
        scan = b"a scan"
        act = Act(
            code=_core.code_from_random(self.random(32)),
            number=7,
            book="01",
            year=2026,
            unit="TN",
            office=OFFICE,
            trial=True,
            officer_name=OFFICER,
            officer_title="Chủ tịch UBND",
            certified_at=self.clock(),
            kind="unknown",
            title="GIẤY KHAI SINH",
            scans=(ScanRecord(media_type="image/png", length=len(scan), sha256=hashlib.sha256(scan).digest()),),
            pages=records,
            readings=tuple(Reading(page=record.number, lines=(), reader="none") for record in records),
            findings_digest=bytes(32),
            officer_certificate=_core.sha256(self.officer.certificate),
            agency_certificate=_core.sha256(self.agency.certificate),
            qr_key_id=key_id(_core.certificate_spki(self.qr.certificate)),
            qr_certificate=self.qr.certificate,
        )
        return replace(act, **changes)

    def revision1(self, act: Act | None = None, *, act_bytes: bytes | None = None) -> bytes:
        """The copy before anybody signed."""
        act = act or self.act()
        raw = act_bytes if act_bytes is not None else act_json(act)
        digest = content_digest([scan.sha256 for scan in act.scans], raw)
        payload = qr_payload(act.code, digest, self.qr.key.sign_fixed, act.qr_key_id)
        url = "https://chungthuc.example.vn"
        return compose(act, act_bytes=raw, font=self.font, url=qr_url(url, payload), verify_url=url)

    def signed(
        self,
        revision1: bytes | None = None,
        *,
        officer: Credential | None = None,
        agency: Credential | None = None,
        stamped: bool = True,
    ) -> bytes:
        """Revisions 1 to 3."""
        return sign_copy(
            revision1 or self.revision1(),
            officer=officer or self.officer,
            agency=agency or self.agency,
            timestamper=self.timestamper if stamped else None,
            now=self.clock(),
        ).pdf

    def upgraded(self, pdf: bytes) -> bytes:
        """Revision 4 added."""
        return add_validation_data(pdf, certs=[], crls=self.authority.crls())

    def other(self, name: str, organisation: str = OFFICE, usage: str = "signature", kind: str = "p-256") -> Credential:
        """Another valid certificate of the same CA."""
        from pyhncert.identify import _trial_certificates as make

        key = make.new_key(kind)
        issuer = self.authority._issuer("issuing")
        profile = {"signature": "officer"}.get(usage, usage)
        certificate = make.certificate(
            profile,
            make.subject(profile, name, organisation=organisation),
            key.public_key(),
            issuer,
            serial=int.from_bytes(self.random(8), "big"),
            now=self.clock(),
            years=3,
        )
        from cryptography.hazmat.primitives.serialization import Encoding

        pem = self.paths.root.parent.parent / "other.pem"
        pem.write_bytes(
            make.key_pem(key) + certificate.public_bytes(Encoding.PEM) + issuer.certificate.public_bytes(Encoding.PEM)
        )
        self.last_pem = pem
        return load_credential(pem)

    def receipt(self, pdf: bytes) -> dict[str, Any]:
        """A receipt for `pdf`."""
        record = read_act_record(pdf)
        digest = content_digest([bytes.fromhex(scan["sha256"]) for scan in record["scans"]], canonical(record))
        return {
            "format": "pyhncert/receipt",
            "version": 1,
            "code": record["code"],
            "content_digest": digest.hex(),
            "states": [
                {
                    "at": NOW.isoformat(),
                    "level": "B-LT",
                    "length": len(pdf),
                    "file_digest": hashlib.sha256(pdf).hexdigest(),
                }
            ],
            "level_asked": "B-LT",
            "register": {key: record[key] for key in ("unit", "book", "year", "number", "certified_at")},
            "status": "registered",
        }


def canonical(record: Any) -> bytes:
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def read_act_record(pdf: bytes) -> dict[str, Any]:
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return json.loads(opened.attachments["act.json"].get_file().read_bytes())


def _page(number: int) -> Page:
    shade = np.full((234, 165, 3), 240, np.uint8)
    shade[20 * number : 20 * number + 8, 30:120] = 30
    return Page(
        number=number,
        scan=0,
        frame=number - 1,
        image=shade,
        raw_size=(165, 234),
        matrix=Matrix.identity(),
        turned=0,
        skew_deg=0.0,
        dpi=20.0,
        dpi_source="file",
        measures=Measures(sharpness=1.0, ink_share=0.1, contrast=100.0, text_height_px=0.0),
    )


@dataclass(frozen=True)
class Real:
    """A real copy at B-LT, its office, and how it is verified."""

    office: TrialOffice
    pdf: bytes

    def verify(self, pdf: bytes | None = None, **how: Any) -> Report:
        return verify_copy(
            self.pdf if pdf is None else pdf,
            **{"trust": [self.office.root], "now": NOW + dt.timedelta(hours=1), **how},
        )

    def verdict(self, pdf: bytes, **how: Any) -> str:
        """The verdict as a word, whether returned or raised; anything else but a verdict is a test's failure."""
        try:
            return self.verify(pdf, **how).verdict
        except VerdictError as err:
            assert err.report.verdict != "valid" and err.report.reasons
            return err.report.verdict


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> TrialOffice:
    return TrialOffice(tmp_path_factory.mktemp("office") / "trial")


@pytest.fixture(scope="session")
def real(office: TrialOffice) -> Real:
    return Real(office, office.upgraded(office.signed()))


@pytest.fixture
def attack(real: Real) -> Callable[..., str]:
    """The verdict on a changed copy."""
    return real.verdict


@pytest.fixture
def make_office(tmp_path: Path) -> Callable[..., TrialOffice]:
    """Another office with its own authority."""

    def make(key: str = "p-256", scheme: str | None = None) -> TrialOffice:
        return TrialOffice(tmp_path / f"{key}-{scheme}", key, scheme)

    return make


@pytest.fixture(scope="session")
def another_office(tmp_path_factory: pytest.TempPathFactory) -> TrialOffice:
    """An office whose clock one module moves."""
    return TrialOffice(tmp_path_factory.mktemp("another") / "trial")
