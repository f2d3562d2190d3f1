"""The copy: pages, marks, act.json, signatures, validation data.

Composing: `encode_page` turns a page into the JPEG of the copy, `Act` and `act_json` say what is certified,
`content_digest` stands for it, `qr_payload` and `qr_url` bind it to the face, and `compose` writes revision 1.
Signing: `sign_copy` adds revisions 2 and 3, `add_validation_data` revision 4, `add_archive_timestamp` 5 and later ones,
`upgrade_copy` whichever a copy lacks.
Names are loaded when they are first used: verification needs some of them and must load no OpenCV.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyhncert.issue._act import Act, PageRecord, ScanRecord, act_json, canonical_json, content_digest
    from pyhncert.issue._compose import compose, compose_into
    from pyhncert.issue._evidence import level_reached
    from pyhncert.issue._font import Font, prepare_font
    from pyhncert.issue._pages import encode_page
    from pyhncert.issue._pictures import check_seal_size, read_picture
    from pyhncert.issue._qr import QrPayload, key_id, qr_payload, qr_url, read_payload
    from pyhncert.issue._renew import add_archive_timestamp, add_validation_data, raise_level, upgrade_copy
    from pyhncert.issue._separator import separator_pdf
    from pyhncert.issue._sign import SignedCopy, sign_copy
    from pyhncert.issue._sign_names import check_speaks_for
    from pyhncert.issue._wording import wording

_HOMES = {
    "Act": "_act",
    "Font": "_font",
    "PageRecord": "_act",
    "QrPayload": "_qr",
    "ScanRecord": "_act",
    "SignedCopy": "_sign",
    "act_json": "_act",
    "add_archive_timestamp": "_renew",
    "add_validation_data": "_renew",
    "canonical_json": "_act",
    "check_seal_size": "_pictures",
    "check_speaks_for": "_sign_names",
    "compose": "_compose",
    "compose_into": "_compose",
    "content_digest": "_act",
    "encode_page": "_pages",
    "key_id": "_qr",
    "level_reached": "_evidence",
    "prepare_font": "_font",
    "qr_payload": "_qr",
    "qr_url": "_qr",
    "raise_level": "_renew",
    "read_payload": "_qr",
    "read_picture": "_pictures",
    "separator_pdf": "_separator",
    "sign_copy": "_sign",
    "upgrade_copy": "_renew",
    "wording": "_wording",
}

__all__ = [
    "Act",
    "Font",
    "PageRecord",
    "QrPayload",
    "ScanRecord",
    "SignedCopy",
    "act_json",
    "add_archive_timestamp",
    "add_validation_data",
    "canonical_json",
    "check_seal_size",
    "check_speaks_for",
    "compose",
    "compose_into",
    "content_digest",
    "encode_page",
    "key_id",
    "level_reached",
    "prepare_font",
    "qr_payload",
    "qr_url",
    "raise_level",
    "read_payload",
    "read_picture",
    "separator_pdf",
    "sign_copy",
    "upgrade_copy",
    "wording",
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
