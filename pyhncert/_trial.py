"""A trial office in seconds: its own authority, keys, register, store, font and one commented TOML, all offline."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

from pyhncert._config import OFFICE_FILE
from pyhncert.errors import MissingDependency, StorageFault, UsageFault
from pyhncert.values import Clock, Randomness

__all__ = ["init_trial"]

OFFICER = ("Nguyễn Văn Mẫu", "Chủ tịch UBND")
AGENCY = "Ủy ban nhân dân phường Thử Nghiệm"
UNIT = "TN-01"

_TOML = """\
# The settings of this office. Paths are relative to this folder.
# No password or PIN belongs here: hncert asks for it, or takes it from HNCERT_PASSWORD_<KEY> or --password-fd.
version = 1

[office]
name = {agency}
unit = {unit}                       # the unit whose book the numbers are taken from
trial = true                        # each copy says on its face that it has no legal value
level = "B-LT"                      # what is asked of the signatures: B-B, B-T, B-LT or B-LTA
verify_url = "https://verify.example.vn/c"   # the page that the QR code opens
profile = "certified"               # how the marks look: certified or sao_y

[register]
{register}
suffix = "SCT/BS"                   # kind of book; SCTĐT/BS where electronic copies have their own

[store]
objects = "objects"                 # issued copies, by digest
min_free_mb = 100                   # certify refuses to start below this

[keep]
raw = false                         # true: the scans themselves stay in the store, as they were handed in

[privacy]
key = "keys/office.key"             # personal data and objects are sealed under it; keep a copy of it elsewhere

[read]
second = "fields"                   # whom a second reader is asked about: off, fields (and lines in doubt), all

[font]
file = "fonts/SourceSerifPro-Regular.ttf"   # the marks' font, checked for every Vietnamese letter

[trust]
roots = ["trust/root.pem"]
intermediates = ["trust/issuing.pem"]
crls = ["trust/issuing.crl", "trust/root.crl"]   # a trial office renews them itself

[ocsp]
ask = true                          # certificates that name a responder are asked of it; false: lists alone

[timestamp]
trial = true                        # a real office gives url = "http://…" (RFC 3161) instead
timeout_s = 10

[[officer]]                         # who decides and signs; several are allowed
id = "officer"
name = {officer}
title = {title}
key = "keys/officer.pem"            # a real office gives PKCS#12 (.p12)
scheme = "ecdsa"                    # rsa-pss, rsa-v15 or ecdsa
# picture = "officer.png"           # the handwritten signature, blue on transparent

[agency]
name = {agency}
key = "keys/agency.pem"
scheme = {scheme}
# picture = "seal.png"              # the seal, red on transparent
# seal_mm = 36                      # its real diameter

[qr]
key = "keys/qr.pem"                 # signs what the QR code says; P-256
scheme = "ecdsa"

[limits]
max_pixels = 200000000              # a page; A3 at 600 dpi has 70 million, A2 140
max_pages = 1000
max_bytes = 536870912
"""


def init_trial(
    folder: Path,
    *,
    agency_key: str = "rsa-3072",
    agency_scheme: str | None = None,
    register: str | None = None,
    clock: Clock,
    randomness: Randomness,
) -> Path:
    """Make a working trial office in `folder`, which must be new or empty; `office.toml` comes last.

    Its register is a file there, or lies on a server, in the empty database of the URL `register`.

    Raises:
        UsageFault: something lies in the folder, or the kind of key is unknown.
        StorageFault: the disk does not allow it.
    """
    from pyhncert.identify import make_trial_authority  # noqa: PLC0415  rarely used
    from pyhncert.keep import (  # noqa: PLC0415
        BookSettings,
        create_register,
        key_from_file,
        make_key_file,
        seal_register,
    )

    folder = folder.absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageFault(
                f"{folder} is not empty; choose a new folder",
                f"thư mục {folder} không trống; hãy chọn thư mục mới",
            )
        folder.chmod(0o700)
        make_trial_authority(
            folder,
            clock=clock,
            randomness=randomness,
            agency_key=agency_key,
            officer_name=OFFICER[0],
            officer_title=OFFICER[1],
            agency_name=AGENCY,
        )
        for part in ("objects", "fonts", "work"):
            (folder / part).mkdir(mode=0o700)
        for weight in ("Regular", "Bold"):
            name = f"SourceSerifPro-{weight}.ttf"
            shutil.copyfile(font_folder() / name, folder / "fonts" / name)
        where = register or folder / "register.sqlite"
        create_register(where, BookSettings(unit=UNIT, agency=AGENCY), clock=clock)
        make_key_file(folder / "keys" / "office.key", randomness)
        seal_register(where, key_from_file(folder / "keys" / "office.key"), randomness=randomness)
        scheme = agency_scheme or ("rsa-pss" if agency_key.startswith("rsa") else "ecdsa")
        words = {"agency": AGENCY, "unit": UNIT, "officer": OFFICER[0], "title": OFFICER[1], "scheme": scheme}
        quoted = {name: json.dumps(value, ensure_ascii=False) for name, value in words.items()}
        place = f"url = {json.dumps(register)}" if register else 'file = "register.sqlite"'
        draft = folder / ".office.toml"
        draft.write_text(_TOML.format(register=place, **quoted), "utf-8")
        draft.replace(folder / OFFICE_FILE)
    except OSError as err:
        raise StorageFault(
            f"the office cannot be made in {folder}: {err.strerror}",
            f"không lập được văn phòng tại {folder}: {err.strerror}",
        ) from err
    return folder


def font_folder() -> Path:
    """The folder of Source Serif Pro (SIL OFL 1.1), from its package."""
    found = find_spec("font_source_serif_pro")
    if found is None or found.origin is None:
        raise MissingDependency(
            "the font package font-source-serif-pro is missing; install pyhncert with its dependencies",
            "thiếu gói phông chữ font-source-serif-pro; hãy cài pyhncert cùng các gói phụ thuộc",
        )
    return Path(found.origin).parent / "files"
