"""Trust bundles: what a bank needs to judge copies for years without a network, in one signed file.

A bundle holds roots, QR keys and the list of algorithms. It has a number and is signed by the publisher's keys, which
it names. The first one is believed by the fingerprint of such a key, learned from the office itself; each later one
because a key that the bundle before it names has signed it. While a key is exchanged, both sign. What a bundle is too
old to judge is said beside the verdict. Its form is told in docs/trust.md.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pyhncert import _core
from pyhncert.errors import AlteredCore, CertificateFault, HncertError, StorageFault, UsageFault, VerdictError
from pyhncert.identify import Algorithms, parse_certificate
from pyhncert.issue import key_id
from pyhncert.values import Report
from pyhncert.verify._verify import verify_copy
from pyhncert.verify._words import say

__all__ = ["BundleSigner", "TrustBundle", "accept_bundle", "fingerprint", "make_bundle", "read_bundle"]

FORMAT, VERSION = "pyhncert/trust", 1
MAX_BYTES = 16 << 20
_SKEW = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class BundleSigner:
    """A publisher's key: its SubjectPublicKeyInfo (DER, P-256), and how it signs (r and s, 64 bytes, SHA-256)."""

    spki: bytes
    sign: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class TrustBundle:
    """What one bundle says. `roots` are DER, `qr_keys` certificates (DER) by key id, `signers` keys (DER)."""

    number: int
    publisher: str
    issued_at: dt.datetime
    valid_until: dt.datetime
    roots: tuple[bytes, ...]
    qr_keys: Mapping[str, bytes]
    algorithms: Algorithms
    signers: tuple[bytes, ...]
    raw: bytes

    def verify(
        self,
        data: bytes,
        *,
        now: dt.datetime,
        receipt: Mapping[str, Any] | None = None,
        crls: Sequence[bytes] = (),
    ) -> Report:
        """As `verify_copy`, with what this bundle trusts; what it cannot judge stands under `not_proven`.

        Raises:
            VerdictError: the verdict is not `valid`; its reasons say whether a newer bundle may know more.
        """
        try:
            report = verify_copy(
                data, trust=self.roots, receipt=receipt, crls=crls, algorithms=self.algorithms, now=now
            )
        except VerdictError as err:
            raise type(err)(err.en, err.vi, report=self._with_limits(err.report, now)) from err
        return self._with_limits(report, now)

    def save(self, path: Path) -> None:
        """Write it to `path`, whole or not at all.

        Raises:
            StorageFault: it cannot be written.
        """
        beside = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with beside.open("xb") as out:
                out.write(self.raw)
                out.flush()
                os.fsync(out.fileno())
            beside.replace(path)
        except OSError as err:
            with contextlib.suppress(OSError):
                beside.unlink()
            raise StorageFault(
                f"{path} cannot be written: {err.strerror}", f"không ghi được {path}: {err.strerror}"
            ) from err

    def _with_limits(self, report: Report, now: dt.datetime) -> Report:
        """`report`, and what this bundle is too old to say."""
        limits, day = [], f"{self.issued_at:%d/%m/%Y}"
        if now > self.valid_until:
            limits.append(say("bundle_old", day=day, until=f"{self.valid_until:%d/%m/%Y}"))
        if report.act is not None:
            key = report.act["qr"]["key_id"]
            if key not in self.qr_keys or _key_id(self.qr_keys[key]) != key:
                limits.append(say("bundle_no_qr_key", day=day))
        if report.verdict == "undecided" and (report.certified_at is None or report.certified_at > self.issued_at):
            reason = say("bundle_older_than_copy", day=day)
            report = replace(report, reasons=(*report.reasons, reason))
        return replace(report, not_proven=(*report.not_proven, *limits))


def fingerprint(spki: bytes) -> str:
    """How a publisher's key is told to people: SHA-256 in groups of four."""
    digits = hashlib.sha256(spki).hexdigest().upper()
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def make_bundle(
    *,
    number: int,
    publisher: str,
    issued_at: dt.datetime,
    valid_until: dt.datetime,
    roots: Sequence[bytes],
    qr_certificates: Sequence[bytes],
    algorithms: Algorithms,
    signers: Sequence[BundleSigner],
) -> bytes:
    """A bundle, signed by each of `signers`.

    Raises:
        UsageFault: it has no root, no signer, or ends before it begins.
        CertificateFault: a root or QR certificate cannot be read.
    """
    if number < 1 or not roots or not signers or valid_until <= issued_at:
        raise UsageFault(
            "a trust bundle needs a number from 1, a root, a key that signs it, and an end after its beginning",
            "gói tin cậy cần số từ 1, chứng thư gốc, khóa ký và ngày hết hạn sau ngày phát hành",
        )
    for der in (*roots, *qr_certificates):
        parse_certificate(der)
    signed = {
        "format": FORMAT,
        "version": VERSION,
        "number": number,
        "publisher": publisher,
        "issued_at": _time(issued_at),
        "valid_until": _time(valid_until),
        "roots": [_text(der) for der in sorted(set(roots))],
        "qr_keys": {_key_id(der): _text(der) for der in qr_certificates},
        "algorithms": algorithms.plain(),
        "signers": sorted(_text(one.spki) for one in signers),
    }
    body = _form(signed)
    signatures = sorted(({"key": _text(one.spki), "signature": _text(one.sign(body))} for one in signers), key=str)
    return _form({"signatures": signatures, "signed": signed})


def read_bundle(data: bytes) -> TrustBundle:
    """The bundle in `data`, signed by at least one of the keys that it names; whether to believe those is not asked.

    Raises:
        UsageFault: it is none, in another form, or not signed.
    """
    if len(data) > MAX_BYTES:
        raise _no_bundle("too long")
    try:
        value = _core.canonical_json(data)
        if not isinstance(value, dict) or value.keys() != {"signatures", "signed"}:
            raise _no_bundle("other entries")
        signed = value["signed"]
        if (signed["format"], signed["version"]) != (FORMAT, VERSION):
            raise _no_bundle("another format or version")
        bundle = TrustBundle(
            number=_whole(signed["number"]),
            publisher=str(signed["publisher"]),
            issued_at=_moment(signed["issued_at"]),
            valid_until=_moment(signed["valid_until"]),
            roots=tuple(_bytes(entry) for entry in signed["roots"]),
            qr_keys={key: _bytes(entry) for key, entry in signed["qr_keys"].items()},
            algorithms=Algorithms.of(signed["algorithms"]),
            signers=tuple(_bytes(entry) for entry in signed["signers"]),
            raw=data,
        )
        for der in (*bundle.roots, *bundle.qr_keys.values()):
            parse_certificate(der)
    except AlteredCore as err:
        raise _no_bundle(err.en) from err
    except CertificateFault as err:
        raise _no_bundle(err.en) from err
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as err:
        raise _no_bundle("entries are missing or of another kind") from err
    if not bundle.roots or not _signed_by(bundle, bundle.signers):
        raise _no_bundle("no key that it names has signed it")
    return bundle


def accept_bundle(
    data: bytes, *, known: TrustBundle | None, key_fingerprint: str | None = None, now: dt.datetime
) -> TrustBundle:
    """The bundle in `data`, if it may take the place of `known`; without `known`, by the fingerprint of a key.

    Raises:
        UsageFault: it is no bundle, older than `known`, of another publisher, from the future, or signed by no key that
            `known` names or `key_fingerprint` tells.
    """
    new = read_bundle(data)
    if new.issued_at > now + _SKEW:
        raise UsageFault(
            f"the trust bundle is of {new.issued_at:%d/%m/%Y}, which is not yet; set this machine's clock",
            f"gói tin cậy ghi ngày {new.issued_at:%d/%m/%Y}, chưa tới; hãy chỉnh đồng hồ máy",
        )
    if known is None:
        told = "".join(character for character in key_fingerprint or "" if character.isalnum()).upper()
        believed = tuple(key for key in new.signers if fingerprint(key).replace(" ", "") == told)
        if not _signed_by(new, believed):
            raise UsageFault(
                "the trust bundle is not signed by a key of this fingerprint; ask the office for it by another way",
                "gói tin cậy không được ký bởi khóa có dấu vân tay này; hãy hỏi cơ quan bằng đường khác",
            )
        return new
    if new.raw == known.raw:
        return known
    if new.publisher != known.publisher:
        raise UsageFault(
            f"the trust bundle is of {new.publisher}, this one of {known.publisher}; begin anew with a fingerprint",
            f"gói tin cậy của {new.publisher}, gói đang dùng của {known.publisher}; hãy nhận lại bằng dấu vân tay",
        )
    if new.number <= known.number or new.issued_at < known.issued_at:
        raise UsageFault(
            f"the trust bundle has number {new.number}; number {known.number} is held already",
            f"gói tin cậy số {new.number}; đang giữ gói số {known.number}",
        )
    if not _signed_by(new, known.signers):
        raise UsageFault(
            "the trust bundle is signed by no key that the one held names; take the bundles between, or begin anew",
            "gói tin cậy không được ký bởi khóa nào của gói đang giữ; hãy nhận các gói ở giữa, hoặc nhận lại từ đầu",
        )
    return new


def _signed_by(bundle: TrustBundle, keys: Sequence[bytes]) -> bool:
    value = json.loads(bundle.raw)
    body = _form(value["signed"])
    for entry in value["signatures"]:
        try:
            key, signature = _bytes(entry["key"]), _bytes(entry["signature"])
            if key in keys and key in bundle.signers:
                _core.verify_signature(key, body, signature, scheme="ecdsa", digest="sha256", fixed=True)
                return True
        except (HncertError, KeyError, TypeError, ValueError):
            continue
    return False


def _form(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _key_id(certificate: bytes) -> str:
    return key_id(_core.certificate_spki(certificate)).hex()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _time(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds")


def _moment(text: str) -> dt.datetime:
    found = dt.datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return found


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError(value)
    return value


def _no_bundle(why: str) -> UsageFault:
    return UsageFault(
        f"this is no trust bundle ({why}); fetch it again", f"đây không phải gói tin cậy ({why}); hãy tải lại"
    )
