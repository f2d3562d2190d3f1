"""One more revision, in which a field is signed: our own bytes around our core's CMS (ISO 32000-1, 12.7.4.5 and 12.8).

A revision holds the field, the signature dictionary and, where the officer certifies, the catalog; nothing in it comes
from a clock or from chance. The extension ESIC announces our kind of signature to PDF 1.7 (ETSI EN 319 142-1, 4.1).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric import ec

from pyhncert import _core
from pyhncert.errors import AlteredCore, HncertError
from pyhncert.identify import parse_certificate
from pyhncert.issue._sign_contents import find_field
from pyhncert.issue._sign_ecdsa import low_s
from pyhncert.issue._sign_objects import malformed
from pyhncert.issue._sign_revisions import read_revisions
from pyhncert.issue._sign_token import one_form
from pyhncert.issue._sign_update import BYTE_RANGE, extended, file_ids, framed, next_number, numbered
from pyhncert.issue._write import text_string

ATTRIBUTES_BYTES = 640
"""Signed attributes, algorithm identifiers and headers of one of our CMS, generously."""
TOKEN_BYTES = 6144
"""Room for a timestamp token nobody has seen yet; national tokens with their chain have 4 to 6 kB."""
_ESIC = b"/Extensions <</ESIC <</Type /DeveloperExtensions /BaseVersion /1.7 /ExtensionLevel 1>>>>"
_CERTIFIES = (
    b"/Reference [<</Type /SigRef /TransformMethod /DocMDP /TransformParams <</Type /TransformParams /V /1.2 /P 2>>>>]"
)


class CredentialLike(Protocol):
    """What signing needs of `pyhncert.identify.Credential`."""

    @property
    def certificate(self) -> bytes:
        """The signer's certificate, DER."""

    @property
    def chain(self) -> tuple[bytes, ...]:
        """Its issuers, DER, without the root."""

    @property
    def scheme(self) -> str:
        """``rsa-pss``, ``rsa-v15`` or ``ecdsa``."""

    @property
    def digest(self) -> str:
        """``sha256``, ``sha384`` or ``sha512``."""

    def sign(self, tbs: bytes, /) -> bytes:
        """The raw signature over `tbs`."""


class TimestamperLike(Protocol):
    """What signing needs of a timestamp service."""

    def token(self, digest: bytes, algorithm: str, /) -> bytes:
        """The DER token over `digest`; raises `Unavailable` where the service is silent."""


class TooLongError(HncertError):
    """The CMS does not fit the room that was kept for it."""


class Signer:
    """Signs digests of revisions: canonical CAdES in two phases, a timestamp where there is a service.

    After signing, `token_length` says how long the token was in bytes (0: none was wanted).
    """

    def __init__(self, credential: CredentialLike, timestamper: TimestamperLike | None) -> None:
        self.credential = credential
        self.service = timestamper
        self.token_length = 0

    def estimate(self, token_bytes: int = TOKEN_BYTES) -> int:
        """An upper bound of the CMS in bytes."""
        credential = self.credential
        certificates = len(credential.certificate) + sum(len(issuer) for issuer in credential.chain)
        return certificates + 512 + ATTRIBUTES_BYTES + (token_bytes if self.service is not None else 0)

    def cms(self, digest: bytes) -> bytes:
        """The CMS over a document's `digest`.

        Raises:
            Unavailable: the timestamp service is silent.
            TimestampFault: it answered wrongly.
            KeyFault: the key does not sign.
        """
        credential = self.credential
        attributes = _core.cms_prepare(
            digest, digest=credential.digest, certificate=credential.certificate, scheme=credential.scheme
        )
        signature = credential.sign(attributes)
        if credential.scheme == "ecdsa":
            signature = low_s(signature, _bits(credential.certificate))
        token = None
        if self.service is not None:
            token = one_form(self.service.token(hashlib.sha256(signature).digest(), "sha256"))
            self.token_length = len(token)
        return _core.cms_finish(
            attributes,
            signature,
            digest=credential.digest,
            scheme=credential.scheme,
            certificate=credential.certificate,
            chain=list(credential.chain),
            timestamp=token,
        )


def _bits(certificate: bytes) -> int:
    key = parse_certificate(certificate).public_key()
    return key.key_size if isinstance(key, ec.EllipticCurvePublicKey) else 0


def append_signature(
    pdf: bytes,
    *,
    field: str,
    signer: Signer,
    now: dt.datetime,
    room: int,
    certify: bool,
    reason: str,
) -> bytes:
    """`pdf` with one more revision, in which `field` is signed; `room` bytes are kept for the CMS.

    The officer certifies first (DocMDP P=2, which lets the agency fill its field), then the agency signs.

    Raises:
        AlteredCore: `pdf` is not one that can be signed so.
        TooLongError: the CMS needs more than `room` bytes.
    """
    revisions = read_revisions(pdf)
    last, catalog = revisions[-1], revisions.catalog()
    widget = find_field(revisions, field, len(revisions))
    if "V" in widget.dictionary:
        raise _cannot(field, "it is filled already", "trường đã có chữ ký")
    if certify is ("Perms" in catalog.dictionary):
        raise _cannot(field, "the officer certifies first, then the agency signs", "cán bộ ký trước, cơ quan ký sau")
    if widget.generation or catalog.generation:
        raise malformed(widget.start)
    number = next_number(last)
    value = {found.number: pdf[found.value_start : found.value_end] for found in (widget, catalog)}
    body, places = bytearray(), {}
    if certify:
        extension = () if "Extensions" in catalog.dictionary else (_ESIC,)
        places[catalog.number] = last.end
        permission = b"/Perms <</DocMDP %d 0 R>>" % number
        body += numbered(catalog.number, extended(value[catalog.number], *extension, permission))
    places[widget.number] = last.end + len(body)
    body += numbered(widget.number, extended(value[widget.number], b"/V %d 0 R" % number))
    places[number] = last.end + len(body)
    before, after = _dictionary(now, reason, certify=certify)
    body += b"%d 0 obj\n%b" % (number, before)
    identity = hashlib.sha256(b"".join(file_ids(last))).digest()[:16]
    front, tail = framed(last, bytes(body), places, after, room=room, identity=identity)
    hasher = hashlib.new(signer.credential.digest)
    for part in (pdf, front, tail):
        hasher.update(part)
    cms = signer.cms(hasher.digest())
    if len(cms) > room:
        raise TooLongError("the signature does not fit its room")
    return b"".join((pdf, front, b"<", cms.hex().upper().ljust(2 * room, "0").encode(), b">", tail))


def _dictionary(now: dt.datetime, reason: str, *, certify: bool) -> tuple[bytes, bytes]:
    """The signature dictionary before and behind its contents; the byte range is blank."""
    stamp = f"{now:%Y%m%d%H%M%S%z}"
    entries = [
        b"/Type /Sig",
        b"/Filter /Adobe.PPKLite",
        b"/SubFilter /ETSI.CAdES.detached",
        b"/M (D:%b'%b')" % (stamp[:-2].encode(), stamp[-2:].encode()),
        b"/Reason %b" % text_string(reason).encode(),
        *([_CERTIFIES] if certify else ()),
        b"/ByteRange %b" % BYTE_RANGE,
    ]
    return b"<<\n%b\n/Contents " % b"\n".join(entries), b"\n>>"


def _cannot(field: str, why: str, why_vi: str) -> AlteredCore:
    return AlteredCore(f"field {field} cannot be signed: {why}", f"không ký được trường {field}: {why_vi}")
