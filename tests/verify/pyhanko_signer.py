"""An attacker's tool: pyHanko writes the revision, our core makes the CMS, so that what is signed can be anything."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

from pyhncert.errors import AlteredCore, HncertError
from pyhncert.issue._sign_append import CredentialLike, TimestamperLike, TooLongError
from pyhncert.issue._sign_append import Signer as OurSigner

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

T = TypeVar("T")


class CoreSigner(Signer):
    """Our signer behind pyHanko's interface."""

    def __init__(self, credential: CredentialLike, timestamper: TimestamperLike | None) -> None:
        super().__init__()
        self.ours = OurSigner(credential, timestamper)

    @property
    def subject_name(self) -> str | None:
        """Nobody reads it: our widgets have no appearance."""
        return None

    def get_signature_mechanism_for_digest(self, _digest_algorithm: str | None) -> Any:
        """Refuses: the core names the mechanism, pyHanko need not know it."""
        raise ValueError("the core names the mechanism")

    async def async_sign(self, data_digest: bytes, *_args: Any, **_settings: Any) -> Any:
        """The CMS over `data_digest`; never called as a dry run, the room is given."""
        return self.ours.cms(data_digest)


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
        md_algorithm=signer.ours.credential.digest,
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
    cms = run(signer.async_sign(digest.document_digest, signer.ours.credential.digest))
    if 2 * len(cms) > digits:
        raise TooLongError("the signature does not fit its room")
    digest.fill_with_cms(output, cms)
    return stream.getvalue()
