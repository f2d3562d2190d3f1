"""The QR of a copy: a URL whose fragment is a signed payload, and the modules that show it.

A plain phone opens the page; our own reader checks the issuer's signature before it believes anything (DESIGN 4).
The fragment never reaches the web server's log.

35 mm with the quiet zone hold a URL of ours at level Q in modules of 0.5 mm. Measured (benches/qr_soiled.py, 200
prints with 5 % damage): Q is read 106 times at 300 dpi, 99 at 150 and 98 at 125; H in the same 35 mm (modules of
0.455 mm) 114, 109 and 49, and at 125 dpi even a clean H only 101 times (Q 192). H gains 4 % on stains and loses half of
all poor cameras. What stops both is mostly a spot on a finder pattern.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyhncert.errors import UsageFault

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["QrPayload", "key_id", "modules", "qr_payload", "qr_url", "read_payload"]

VERSION = 1
DOMAIN = b"pyhncert/qr/1"
MODULE_MM = 0.5
MOST_MM = 35.0
QUIET = 4
_CODE, _KEY, _DIGEST, _SIGNATURE = 15, 8, 16, 64
_LENGTH = 1 + _CODE + _KEY + _DIGEST + _SIGNATURE


@dataclass(frozen=True, slots=True, kw_only=True)
class QrPayload:
    """What a QR says; `signature` is r and s of P-256 over `signed`."""

    code: str
    key_id: bytes
    digest_start: bytes
    signature: bytes
    signed: bytes


def key_id(spki: bytes) -> bytes:
    """The first eight bytes of SHA-256 over the issuer's SubjectPublicKeyInfo (DER)."""
    return hashlib.sha256(spki).digest()[:_KEY]


def qr_payload(code: str, content_digest: bytes, sign: Callable[[bytes], bytes], issuer_key_id: bytes) -> bytes:
    """The signed payload; `sign` makes a raw P-256 signature (r, s; 64 bytes) with SHA-256 over its message.

    Raises:
        UsageFault: a part has the wrong length.
    """
    if len(code) != _CODE or not code.isascii() or len(issuer_key_id) != _KEY or len(content_digest) != 32:
        raise UsageFault(
            "the QR needs a code of 15 characters, a key id of 8 bytes and a digest of 32",
            "mã QR cần mã 15 ký tự, định danh khóa 8 byte và giá trị băm 32 byte",
        )
    body = bytes([VERSION]) + code.encode("ascii") + issuer_key_id + content_digest[:_DIGEST]
    signature = sign(DOMAIN + body)
    if len(signature) != _SIGNATURE:
        raise UsageFault(
            f"the QR's issuer key made a signature of {len(signature)} bytes; it must be P-256, raw",
            f"khóa phát hành mã QR tạo chữ ký {len(signature)} byte; phải là P-256 dạng thô",
        )
    return body + signature


def qr_url(verify_url: str, payload: bytes) -> str:
    """`verify_url` with the payload as its fragment (base64url, no padding)."""
    return f"{verify_url.split('#', 1)[0]}#{base64.urlsafe_b64encode(payload).decode().rstrip('=')}"


def read_payload(url: str) -> QrPayload:
    """The payload of a QR's URL; nothing is proven before `signature` over `signed` is checked.

    Raises:
        UsageFault: the URL carries no payload of ours.
    """
    wrong = UsageFault(
        "the URL carries no payload of a certified copy", "đường dẫn không chứa mã của bản sao chứng thực"
    )
    fragment = url.partition("#")[2]
    try:
        payload = base64.b64decode(fragment + "=" * (-len(fragment) % 4), altchars=b"-_", validate=True)
        code = payload[1 : 1 + _CODE].decode("ascii")
    except (binascii.Error, ValueError) as err:
        raise wrong from err
    if len(payload) != _LENGTH or payload[0] != VERSION:
        raise wrong
    key = payload[1 + _CODE :][:_KEY]
    return QrPayload(
        code=code,
        key_id=key,
        digest_start=payload[1 + _CODE + _KEY :][:_DIGEST],
        signature=payload[-_SIGNATURE:],
        signed=DOMAIN + payload[:-_SIGNATURE],
    )


def modules(url: str) -> npt.NDArray[np.bool_]:
    """The symbol of `url` without its quiet zone (True is dark): the strongest level that fits 35 mm.

    Raises:
        UsageFault: the URL is too long for 35 mm at any level.
    """
    import numpy as np  # noqa: PLC0415  checking a payload needs neither
    import zxingcpp  # noqa: PLC0415

    for level in "HQML":
        symbol = zxingcpp.create_barcode(url, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
        dark = np.array(symbol.to_image(scale=1, add_quiet_zones=False)) < 128
        if (dark.shape[0] + 2 * QUIET) * MODULE_MM <= MOST_MM:
            return dark
    raise UsageFault(
        f"the verification URL makes a QR larger than {MOST_MM:g} mm",
        f"đường dẫn xác minh tạo mã QR lớn hơn {MOST_MM:g} mm",
        hint="shorten office.verify_url",
        hint_vi="rút ngắn office.verify_url",
    )
