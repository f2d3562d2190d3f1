"""A certificate authority for trials, in one folder: root, issuing CA, timestamps, lists that renew themselves.

Nothing of it has legal value, and every certificate says so. Layout under the office's folder (0700, keys 0600)::

    trust/   root.pem issuing.pem root.crl issuing.crl          what a verifier needs
    keys/    officer.pem agency.pem qr.pem                      key and certificates of each who signs
    trial/   root.pem issuing.key.pem tsa.pem state.json lock   the authority's own
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from pyhncert import _core
from pyhncert.errors import KeyFault, RevocationFault, StorageFault, UsageFault
from pyhncert.identify import _trial_certificates as make
from pyhncert.identify._certificates import parse_certificate, parse_crl, read_certificates
from pyhncert.identify._keys import Credential, load_credential
from pyhncert.identify._profiles import profiles
from pyhncert.values import Clock, Randomness

__all__ = ["TrialAuthority", "TrialPaths", "make_trial_authority"]

_REASONS = {flag.value for flag in x509.ReasonFlags} - {"removeFromCRL"}  # that one is for delta lists
_PAST = "trial/past.pem"
_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"
_LEFT = {"timestamp": dt.timedelta(days=365), "ocsp": dt.timedelta(days=30)}
"""How long before its end a service's certificate is made anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialPaths:
    """Where the parts of a trial authority lie."""

    root: Path
    issuing: Path
    root_crl: Path
    issuing_crl: Path
    officer: Path
    agency: Path
    qr: Path
    tsa: Path


def _paths(folder: Path) -> TrialPaths:
    return TrialPaths(
        root=folder / "trust/root.pem",
        issuing=folder / "trust/issuing.pem",
        root_crl=folder / "trust/root.crl",
        issuing_crl=folder / "trust/issuing.crl",
        officer=folder / "keys/officer.pem",
        agency=folder / "keys/agency.pem",
        qr=folder / "keys/qr.pem",
        tsa=folder / "trial/tsa.pem",
    )


def _write(path: Path, data: bytes, mode: int) -> None:
    """Writes a file whole or not at all; others see the old one until the new one is on the disk."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{id(data):x}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as err:
        temporary.unlink(missing_ok=True)
        raise StorageFault(
            f"{path} cannot be written ({err.strerror}); check disk and rights",
            f"không ghi được {path} ({err.strerror}); hãy kiểm tra ổ đĩa và quyền ghi",
        ) from err


def _serial(randomness: Randomness) -> int:
    """A positive serial number with 126 random bits (RFC 5280, 4.1.2.2 allows 20 bytes)."""
    return int.from_bytes(randomness(16), "big") >> 1 | 1 << 126


def make_trial_authority(
    folder: Path,
    *,
    clock: Clock,
    randomness: Randomness,
    agency_key: str = "rsa-3072",
    officer_name: str = "Nguyễn Văn Mẫu",
    officer_title: str = "Chủ tịch UBND",
    agency_name: str = "Ủy ban nhân dân phường Thử Nghiệm",
) -> TrialPaths:
    """Makes the authority, the keys and certificates of officer, agency and QR issuer, and the first lists.

    `agency_key` is ``rsa-3072``, ``rsa-2048``, ``p-384`` or ``p-256``.

    Raises:
        UsageFault: the folder already holds an authority, or the kind of key is unknown.
        StorageFault: the folder cannot be written.
    """
    paths = _paths(folder)
    if not officer_name.strip() or not agency_name.strip():
        raise UsageFault("officer and agency need names; give both", "cán bộ và cơ quan phải có tên; hãy nhập cả hai")
    if paths.root.exists():
        raise UsageFault(
            f"{folder} already holds a trial authority; choose another folder",
            f"thư mục {folder} đã có cơ quan chứng thực thử nghiệm; hãy chọn thư mục khác",
        )
    try:
        for part in ("", "trust", "keys", "trial"):
            (folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as err:
        raise StorageFault(
            f"{folder} cannot be made ({err.strerror}); check disk and rights",
            f"không tạo được thư mục {folder} ({err.strerror}); hãy kiểm tra ổ đĩa và quyền ghi",
        ) from err

    now = clock()
    agency = make.new_key(agency_key)
    root_key = ec.generate_private_key(ec.SECP384R1())
    name = make.subject("root", "TRIAL Root CA - CA gốc thử nghiệm")
    root = make.Issuer(
        make.certificate("root", name, root_key.public_key(), root_key, serial=_serial(randomness), now=now), root_key
    )
    issuing_key = ec.generate_private_key(ec.SECP256R1())
    name = make.subject("issuing", "TRIAL Issuing CA - CA cấp phát thử nghiệm")
    issuing_certificate = make.certificate(
        "issuing", name, issuing_key.public_key(), root, serial=_serial(randomness), now=now
    )
    issuing = make.Issuer(issuing_certificate, issuing_key)
    issuing_pem = issuing_certificate.public_bytes(Encoding.PEM)

    _write(folder / "trial/root.pem", make.key_pem(root_key), 0o600)
    _write(folder / "trial/issuing.key.pem", make.key_pem(issuing_key), 0o600)
    _write(folder / "trial/state.json", b'{"format":"pyhncert/trial-authority","version":1,"revoked":[]}\n', 0o600)

    def leaf(path: Path, profile: str, key: make.Key, name: x509.Name) -> None:
        _write(path, _pair(profile, key, name, issuing, randomness=randomness, now=now), 0o600)

    officer = make.subject("officer", officer_name, organisation=agency_name, title=officer_title)
    leaf(paths.officer, "officer", make.new_key("p-256"), officer)
    leaf(paths.agency, "agency", agency, make.subject("agency", agency_name, organisation=agency_name))
    leaf(paths.qr, "qr", make.new_key("p-256"), make.subject("qr", "TRIAL QR - mã QR thử nghiệm"))
    _write(paths.tsa, _service("timestamp", issuing, randomness, now), 0o600)
    _write(paths.issuing, issuing_pem, 0o644)
    for path, issuer, kind in ((paths.root_crl, root, "root"), (paths.issuing_crl, issuing, "issuing")):
        _write(path, make.revocation_list(issuer, (), number=1, now=now, life=profiles().lists[kind]), 0o644)
    # last, since its presence says that the authority is whole
    _write(paths.root, root.certificate.public_bytes(Encoding.PEM), 0o644)
    return paths


def _pair(
    profile: str, key: make.Key, name: x509.Name, issuing: make.Issuer, *, randomness: Randomness, now: dt.datetime
) -> bytes:
    """Key, certificate and its issuer's, PEM."""
    own = make.certificate(profile, name, key.public_key(), issuing, serial=_serial(randomness), now=now)
    return b"".join((make.key_pem(key), *(c.public_bytes(Encoding.PEM) for c in (own, issuing.certificate))))


_SERVICES = {
    "timestamp": "TRIAL TSA - dấu thời gian thử nghiệm",
    "ocsp": "TRIAL OCSP - trả lời trạng thái thử nghiệm",
}


def _service(profile: str, issuing: make.Issuer, randomness: Randomness, now: dt.datetime) -> bytes:
    """Key and certificates of a new timestamp authority or OCSP responder, PEM."""
    name = make.subject(profile, _SERVICES[profile])
    return _pair(profile, make.new_key("p-256"), name, issuing, randomness=randomness, now=now)


def _policy() -> str:
    policy = profiles()["timestamp"].policy
    assert policy is not None  # noqa: S101  the profile names one
    return policy.dotted_string


class TrialAuthority:
    """The authority in `folder`; safe with several threads and processes."""

    def __init__(self, folder: Path, *, clock: Clock, randomness: Randomness) -> None:
        self.folder = folder
        self.paths = _paths(folder)
        self._clock = clock
        self._randomness = randomness
        self._lists: dict[str, tuple[tuple[int, int, int], bytes]] = {}
        self._services: dict[str, Credential] = {}
        self._issuing: make.Issuer | None = None

    def crls(self) -> list[bytes]:
        """The revocation lists in force, DER, issuing CA first; a list past half its life is issued anew.

        Raises:
            RevocationFault: a list is damaged.
            StorageFault: a new list cannot be written.
        """
        return [self._crl("issuing"), self._crl("root")]

    def revoke(self, serial: int, reason: str = "keyCompromise", at: dt.datetime | None = None) -> None:
        """Puts a certificate on its list from `at` (now) on; `reason` as RFC 5280 writes it. Twice does no harm."""
        if reason not in _REASONS:
            known = ", ".join(sorted(_REASONS))
            raise UsageFault(
                f"reason {reason!r} is unknown; use one of {known}",
                f"không có lý do {reason!r}; hãy dùng một trong {known}",
            )
        kind = "root" if serial == self._certificate("issuing").serial_number else "issuing"
        with self._locked():
            state = self._state()
            if all(int(line["serial"], 16) != serial for line in state["revoked"]):
                when = (at or self._clock()).astimezone(dt.UTC).replace(microsecond=0)
                line = {"serial": f"{serial:x}", "at": when.isoformat(), "reason": reason, "list": kind}
                state["revoked"].append(line)
                _write(self.folder / "trial/state.json", (json.dumps(state) + "\n").encode(), 0o600)
            self._issue(kind)

    def revocations(self) -> dict[int, make.Revocation]:
        """Every revoked certificate, by its serial number."""
        return {line.serial: line for kind in ("issuing", "root") for line in self._lines(kind)}

    def certify(
        self,
        profile: str,
        name: x509.Name,
        key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
        *,
        years: float | None = None,
        service: str = "",
    ) -> bytes:
        """A certificate (DER) of the issuing CA for a key that lies elsewhere.

        `service` is the address at which its lists and answers are served. The authority keeps nothing of the
        certificate: whoever asks keeps it, before it is handed out.

        Raises:
            UsageFault: no such profile, or more years than it allows.
            KeyFault: the profile is not for such a key, or the authority's own cannot be read.
        """
        return make.certificate(
            profile,
            name,
            key,
            self._signing(),
            serial=_serial(self._randomness),
            now=self._clock(),
            years=years,
            service=service,
        ).public_bytes(Encoding.DER)

    def certificates(self) -> tuple[bytes, bytes]:
        """The issuing CA's certificate and the root's, DER."""
        return self._certificate("issuing").public_bytes(Encoding.DER), self._certificate("root").public_bytes(
            Encoding.DER
        )

    def tsa(self) -> Credential:
        """The timestamp authority's key and certificate; both are made anew before the certificate's last year."""
        return self._serving("timestamp", self.paths.tsa)

    def responder(self) -> Credential:
        """The OCSP responder's key and certificate, which live for a year and are made anew in its last month."""
        return self._serving("ocsp", self.folder / "trial/ocsp.pem")

    def _serving(self, profile: str, path: Path) -> Credential:
        found = self._services.get(profile)
        if found is None or self._ends_soon(profile, found):
            found = load_credential(path) if path.exists() else None
            if found is None or self._ends_soon(profile, found):
                with self._locked():
                    found = load_credential(path) if path.exists() else None
                    if found is None or self._ends_soon(profile, found):
                        if found is not None:
                            self._remember(found.certificate)
                        made = _service(profile, self._issuer("issuing"), self._randomness, self._clock())
                        _write(path, made, 0o600)
                        found = load_credential(path)
            self._services[profile] = found
        return found

    def own_serials(self) -> frozenset[int]:
        """Serial numbers of what the issuing CA certified for itself and its office, past timestamp authorities too."""
        files = (*(self.folder / "keys").glob("*.pem"), *(self.folder / "trial").glob("*.pem"))
        found = [read_certificates(data) for path in files if _CERTIFICATE in (data := self._bytes(path))]
        # of a key's file the first is its own, the others are its issuers; what is past lies alone
        own = {parse_certificate(certificates[0]).serial_number for certificates in found}
        past = self._bytes(self.folder / _PAST) if (self.folder / _PAST).exists() else b""
        return frozenset(
            own | {parse_certificate(der).serial_number for der in (read_certificates(past) if past else ())}
        )

    def _remember(self, certificate: bytes) -> None:
        past = self.folder / _PAST
        known = self._bytes(past) if past.exists() else b""
        _write(past, known + parse_certificate(certificate).public_bytes(Encoding.PEM), 0o600)

    def _bytes(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as err:
            raise StorageFault(
                f"{path} cannot be read ({err.strerror}); check disk and rights",
                f"không đọc được {path} ({err.strerror}); hãy kiểm tra ổ đĩa và quyền đọc",
            ) from err

    def _ends_soon(self, profile: str, credential: Credential) -> bool:
        return credential.x509.not_valid_after_utc - self._clock() < _LEFT[profile]

    def timestamp(self, digest: bytes, algorithm: str, *, nonce: bytes | None = None) -> bytes:
        """A timestamp token (RFC 3161, ContentInfo in DER) over `digest`, made by `algorithm`, at the clock's time.

        Raises:
            UsageFault: `digest` is not of that algorithm's length.
        """
        tsa = self.tsa()
        info = _core.timestamp_info(
            digest,
            digest=algorithm,
            policy=_policy(),
            serial=self._randomness(16),
            time=self._clock().astimezone(dt.UTC).strftime("%Y%m%d%H%M%SZ"),
            nonce=nonce,
        )
        attributes = _core.cms_prepare(
            hashlib.new(tsa.digest, info).digest(),
            digest=tsa.digest,
            scheme=tsa.scheme,
            certificate=tsa.certificate,
            content_type="1.2.840.113549.1.9.16.1.4",
        )
        return _core.cms_finish(
            attributes,
            tsa.sign(attributes),
            digest=tsa.digest,
            scheme=tsa.scheme,
            certificate=tsa.certificate,
            chain=list(tsa.chain),
            content=info,
        )

    def _certificate(self, kind: str) -> x509.Certificate:
        path = self.folder / f"trust/{kind}.pem"
        try:
            return x509.load_pem_x509_certificate(path.read_bytes())
        except (OSError, ValueError) as err:
            raise KeyFault(
                f"trial authority has no usable {path} ({err}); make the trial office anew",
                f"cơ quan chứng thực thử nghiệm thiếu {path} ({err}); hãy tạo lại đơn vị thử nghiệm",
            ) from err

    def _signing(self) -> make.Issuer:
        if self._issuing is None:
            self._issuing = self._issuer("issuing")
        return self._issuing

    def _issuer(self, kind: str) -> make.Issuer:
        path = self.folder / ("trial/root.pem" if kind == "root" else "trial/issuing.key.pem")
        try:
            key = load_pem_private_key(path.read_bytes(), None)
        except (OSError, ValueError, TypeError) as err:
            raise KeyFault(
                f"trial authority has no usable {path} ({err}); make the trial office anew",
                f"cơ quan chứng thực thử nghiệm thiếu {path} ({err}); hãy tạo lại đơn vị thử nghiệm",
            ) from err
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise KeyFault(f"{path} holds no elliptic curve key; make the trial office anew")
        return make.Issuer(self._certificate(kind), key)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            descriptor = os.open(self.folder / "trial/lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as err:
            raise StorageFault(
                f"trial authority in {self.folder} cannot be locked ({err.strerror}); check disk and rights",
                f"không khóa được cơ quan chứng thực thử nghiệm {self.folder} ({err.strerror}); hãy kiểm tra quyền ghi",
            ) from err
        try:
            # each caller has its own open file, so this keeps threads apart as well as processes
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _state(self) -> dict[str, list[dict[str, str]]]:
        path = self.folder / "trial/state.json"
        try:
            state = json.loads(path.read_bytes())
            if not isinstance(state, dict) or not isinstance(state.get("revoked"), list):
                raise ValueError("no list of revocations")
        except (OSError, ValueError) as err:
            raise RevocationFault(
                f"{path} cannot be read ({err}); make the trial office anew",
                f"không đọc được {path} ({err}); hãy tạo lại đơn vị thử nghiệm",
            ) from err
        return state

    def _lines(self, kind: str) -> list[make.Revocation]:
        return [
            make.Revocation(int(line["serial"], 16), dt.datetime.fromisoformat(line["at"]), line["reason"])
            for line in self._state()["revoked"]
            if line["list"] == kind
        ]

    def _read(self, kind: str) -> bytes | None:
        path = self.folder / f"trust/{kind}.crl"
        try:
            stat = path.stat()
            mark = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            known = self._lists.get(kind)
            if known is None or known[0] != mark:
                known = (mark, path.read_bytes())
                self._lists[kind] = known
        except FileNotFoundError:
            return None
        except OSError as err:
            raise StorageFault(
                f"{path} cannot be read ({err.strerror}); check disk and rights",
                f"không đọc được {path} ({err.strerror}); hãy kiểm tra ổ đĩa và quyền đọc",
            ) from err
        return known[1]

    def _fresh(self, kind: str) -> bytes | None:
        der = self._read(kind)
        if der is None:
            return None
        crl = parse_crl(der)
        if crl.next_update_utc is None:
            return None
        start, now = crl.last_update_utc, self._clock()
        return der if start <= now < start + (crl.next_update_utc - start) / 2 else None

    def _crl(self, kind: str) -> bytes:
        der = self._fresh(kind)
        if der is not None:
            return der
        try:
            with self._locked():
                return self._fresh(kind) or self._issue(kind)
        except StorageFault:
            # a folder that is only read may still hold a list in force
            der = self._read(kind)
            if der is None or not self._in_force(der):
                raise
            return der

    def _in_force(self, der: bytes) -> bool:
        crl = parse_crl(der)
        return crl.next_update_utc is not None and crl.last_update_utc <= self._clock() < crl.next_update_utc

    def _issue(self, kind: str) -> bytes:
        """Issues a list; the caller holds the lock."""
        old = self._read(kind)
        number = 1
        if old is not None:
            number += parse_crl(old).extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
        life = profiles().lists[kind]
        der = make.revocation_list(self._issuer(kind), self._lines(kind), number=number, now=self._clock(), life=life)
        _write(self.folder / f"trust/{kind}.crl", der, 0o644)
        return der
