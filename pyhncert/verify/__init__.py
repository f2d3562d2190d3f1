"""What a stranger can prove about a file, with no network.

`verify_copy` takes the bytes of a PDF, trusted roots and a moment, and returns what is proven, or raises the verdict's
own exception with the same report. It fails closed: structure first, then signatures, then trust, then receipt and
register. `holds_until` says by when a copy must be renewed. A `TrustBundle` is
what a bank keeps: roots, QR keys and algorithms in one signed file. The room loads neither OpenCV nor onnxruntime nor
tesserocr.
"""

from pyhncert.verify._bundle import (
    BundleSigner,
    TrustBundle,
    accept_bundle,
    fingerprint,
    make_bundle,
    read_bundle,
)
from pyhncert.verify._copy import act_record
from pyhncert.verify._receipt import StatusLike
from pyhncert.verify._until import holds_until
from pyhncert.verify._verify import verify_copy

__all__ = [
    "BundleSigner",
    "StatusLike",
    "TrustBundle",
    "accept_bundle",
    "act_record",
    "fingerprint",
    "holds_until",
    "make_bundle",
    "read_bundle",
    "verify_copy",
]
