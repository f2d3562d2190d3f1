"""One form of an ECDSA signature: of s and n - s, which both verify, the smaller (as in BIP 62).

Without it anybody could turn a copy into other bytes that verify as well; the agency's signature is the last one, and
nothing covers it before the archive timestamp.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

_ORDERS = {
    256: 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    384: 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
}
"""Orders of P-256 and P-384 (SP 800-186, 3.2.1) by size in bits."""


def low_s(signature: bytes, bits: int) -> bytes:
    """The one form of a DER signature by a key of `bits`.

    Raises:
        ValueError: it is not the DER of two integers, or of another curve.
    """
    r, s = decode_dss_signature(signature)
    order = _ORDERS.get(bits)
    if order is None or not (0 < r < order and 0 < s < order):
        raise ValueError("not a signature on this curve")
    return encode_dss_signature(r, min(s, order - s))
