"""One form of a token's algorithm: ``rsaEncryption`` and ``sha256WithRSAEncryption`` say the same of a signature.

The name lies outside what the authority signed and differs in one digit, so anybody could write the one for the
other. Our copies carry the second, which names the digest too (RFC 5754, 3.2); it verifies everywhere.
"""

from __future__ import annotations

from asn1crypto import cms

from pyhncert.errors import TimestampFault

RSA_ENCRYPTION = bytes.fromhex("06092a864886f70d010101")
_WITH_DIGEST = {"sha256": 0x0B, "sha384": 0x0C, "sha512": 0x0D}
"""Last arcs below 1.2.840.113549.1.1 (RFC 8017, appendix C)."""


def one_form(token: bytes) -> bytes:
    """`token` with its RSA algorithm named together with the digest; any other token as it is.

    Raises:
        TimestampFault: it is no token.
    """
    try:
        signer = cms.ContentInfo.load(token, strict=True)["content"]["signer_infos"][0]
        algorithm, signature = signer["signature_algorithm"].dump(), signer["signature"].dump()
        arc = _WITH_DIGEST.get(signer["digest_algorithm"]["algorithm"].native)
    except (ValueError, TypeError, KeyError, IndexError) as err:
        raise TimestampFault("timestamp cannot be read", "không đọc được dấu thời gian") from err
    place = token.rfind(algorithm + signature)
    if algorithm[2 : 2 + len(RSA_ENCRYPTION)] != RSA_ENCRYPTION or arc is None or place < 0:
        return token
    last = place + 2 + len(RSA_ENCRYPTION) - 1
    return token[:last] + bytes([arc]) + token[last + 1 :]
