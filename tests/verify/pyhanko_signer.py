"""An attacker's tool: pyHanko writes the revision, our core makes the CMS, so that what is signed can be anything."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

from pyhncert import _core
from pyhncert.errors import AlteredCore, HncertError
from pyhncert.identify import parse_certificate
from pyhncert.issue._sign_ecdsa import low_s
from pyhncert.issue._sign_token import one_form

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

T = TypeVar("T")
ATTRIBUTES_BYTES = 640
"""Signed attributes, algorithm identifiers and headers of one of our CMS, generously."""
TOKEN_BYTES = 6144
"""Room for a timestamp token nobody has seen yet; national tokens with their chain have 4 to 6 kB."""


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


class CoreSigner(Signer):
    """Signs with our core: canonical CAdES, two phases, a timestamp where there is a service.

    After signing, `token_length` says how long the token was in bytes (0: none was wanted).
    """

    def __init__(self, credential: CredentialLike, timestamper: TimestamperLike | None) -> None:
        super().__init__()
        self.credential = credential
        self.service = timestamper
        self.token_length = 0

    @property
    def subject_name(self) -> str | None:
        """Nobody reads it: our widgets have no appearance."""
        return None

    def get_signature_mechanism_for_digest(self, _digest_algorithm: str | None) -> Any:
        """Refuses: the core names the mechanism, pyHanko need not know it."""
        raise ValueError("the core names the mechanism")

    def estimate(self, token_bytes: int = TOKEN_BYTES) -> int:
        """An upper bound of the CMS in bytes."""
        credential = self.credential
        certificates = len(credential.certificate) + sum(len(issuer) for issuer in credential.chain)
        return certificates + 512 + ATTRIBUTES_BYTES + (token_bytes if self.service is not None else 0)

    async def async_sign(
        self,
        data_digest: bytes,
        digest_algorithm: str,
        dry_run: bool = False,
        *_args: Any,
        **_settings: Any,
    ) -> Any:
        """The CMS over `data_digest`; a dry run signs nothing and answers zeros of the estimated length."""
        if dry_run:
            return bytes(self.estimate())
        credential = self.credential
        attributes = _core.cms_prepare(
            data_digest, digest=digest_algorithm, certificate=credential.certificate, scheme=credential.scheme
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
            digest=digest_algorithm,
            scheme=credential.scheme,
            certificate=credential.certificate,
            chain=list(credential.chain),
            timestamp=token,
        )


def _bits(certificate: bytes) -> int:
    key = parse_certificate(certificate).public_key()
    return key.key_size if isinstance(key, ec.EllipticCurvePublicKey) else 0


class RevisionWriter(IncrementalPdfFileWriter):
    """pyHanko's writer without a clock and without chance: metadata stay, the second file ID comes from the bytes."""

    def _update_meta(self) -> None:
        """Nothing: the metadata were fixed with revision 1 and must go on matching XMP (PDF/A)."""

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> generic.ArrayObject:
        # pyHanko reads a byte string that happens to be text as text: take the bytes of either kind
        first, second = (name.original_bytes for name in prev.trailer["/ID"])
        second = hashlib.sha256(first + second).digest()[:16]
        return generic.ArrayObject([generic.ByteStringObject(first), generic.ByteStringObject(second)])


class RevisionSigner(PdfSigner):
    """pyHanko's signer without its look at the signature before: it would read 17 kB of hex digit by digit (1 ms).

    What it looks for holds by construction: the officer comes first (nobody has certified yet, else `SigningError`),
    and certifies with P=2, which lets the agency sign.
    """

    def _enforce_certification_constraints(self, reader: PdfFileReader) -> None:
        certified = "/Perms" in reader.root
        if certified is self.signature_meta.certify:
            raise SigningError("the officer certifies first, then the agency signs")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits, with or without a running event loop."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    coroutine.close()
    raise HncertError("the signer waited for an event loop")


def append_signature(
    pdf: bytes,
    *,
    field: str,
    signer: CoreSigner,
    now: dt.datetime,
    room: int,
    certify: bool,
    reason: str,
) -> bytes:
    """`pdf` with one more revision, in which `field` is signed; `room` bytes are kept for the CMS.

    Raises:
        AlteredCore: `pdf` is not one that can be signed.
        TooLongError: the CMS needs more than `room` bytes.
    """
    metadata = PdfSignatureMetadata(
        field_name=field,
        md_algorithm=signer.credential.digest,
        subfilter=SigSeedSubFilter.PADES,
        certify=certify,
        docmdp_permissions=MDPPerm.FILL_FORMS,
        reason=reason,
    )
    try:
        return _append(pdf, signer, now, 2 * room, metadata)
    except (SigningError, PdfError) as err:
        raise AlteredCore(f"field {field} cannot be signed: {err}", f"không ký được trường {field}: {err}") from err


def _append(pdf: bytes, signer: CoreSigner, now: dt.datetime, digits: int, metadata: PdfSignatureMetadata) -> bytes:
    stream = io.BytesIO(pdf)
    session = RevisionSigner(metadata, signer=signer).init_signing_session(
        RevisionWriter(stream), existing_fields_only=True
    )
    session.system_time = now
    prepared = session.prepare_tbs_document(validation_info=None, bytes_reserved=digits)
    digest, output = prepared.digest_tbs_document(in_place=True)
    cms = run(signer.async_sign(digest.document_digest, signer.credential.digest))
    if 2 * len(cms) > digits:
        raise TooLongError("the signature does not fit its room")
    digest.fill_with_cms(output, cms)
    return stream.getvalue()
