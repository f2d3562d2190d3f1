"""The trust bundle of an office: what it gives to those who judge its copies without asking it."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pyhncert import _core
from pyhncert.errors import HncertError, KeyFault, StorageFault, UsageFault
from pyhncert.identify import algorithms
from pyhncert.verify import BundleSigner, TrustBundle, make_bundle, read_bundle

if TYPE_CHECKING:
    from pyhncert.office import Office

__all__ = ["export_bundle"]


def export_bundle(
    office: Office,
    *,
    keys: Sequence[Path],
    new_key: Path | None = None,
    held: TrustBundle | None = None,
    days: int = 400,
    roots: Sequence[bytes] = (),
    qr_certificates: Sequence[bytes] = (),
) -> TrustBundle:
    """The bundle after `held`, good for `days`: what that holds, the office's roots and QR key, and those given (DER).

    Each of `keys` (PEM, P-256) signs it, and `new_key`, which is made. See docs/trust.md.

    Raises:
        KeyFault: a key cannot be read, or is of another kind.
        UsageFault: `held` names none of the keys, so that nobody could follow; `new_key` is there already.
        StorageFault: `new_key` cannot be written.
    """
    if new_key is not None:
        _make_key(new_key)
    signers = [_signer(path) for path in (*keys, *([new_key] if new_key is not None else []))]
    if held is not None and not {one.spki for one in signers} & set(held.signers):
        raise UsageFault(
            f"bundle {held.number} names none of these keys, so nobody could follow; sign with the old one too",
            f"gói số {held.number} không ghi khóa nào trong số này nên không nối tiếp được; hãy ký thêm bằng khóa cũ",
        )
    now = office.clock()
    own = office.credential(office.settings.qr).certificate
    kept_roots, kept_qr = (held.roots, tuple(held.qr_keys.values())) if held is not None else ((), ())
    return read_bundle(
        make_bundle(
            number=held.number + 1 if held is not None else 1,
            publisher=held.publisher if held is not None else office.settings.name,
            issued_at=now,
            valid_until=now + dt.timedelta(days=days),
            roots=(*kept_roots, *office.roots, *roots),
            qr_certificates=(*kept_qr, own, *qr_certificates),
            algorithms=algorithms(),
            signers=signers,
        )
    )


def _signer(path: Path) -> BundleSigner:
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        Encoding,
        NoEncryption,
        PrivateFormat,
        load_pem_private_key,
    )

    try:
        key = load_pem_private_key(path.read_bytes(), None)
        pkcs8 = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        signing = _core.SigningKey(pkcs8)
        signing.sign_fixed(b"a try")
    except (OSError, ValueError, TypeError, HncertError) as err:
        raise KeyFault(
            f"{path} is no P-256 key in PEM without a password; make one with --new-key",
            f"{path} không phải khóa P-256 dạng PEM không mật khẩu; tạo khóa bằng --new-key",
        ) from err
    return BundleSigner(signing.public_spki, signing.sign_fixed)


def _make_key(path: Path) -> None:
    """A new P-256 key in `path`, for its owner only.

    Raises:
        UsageFault: the file is there already.
        StorageFault: it cannot be written.
    """
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        place = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError as err:
        raise UsageFault(
            f"{path} is there already; a key is never replaced", f"{path} đã có; không ghi đè khóa"
        ) from err
    except OSError as err:
        raise _unwritten(path, err) from err
    with os.fdopen(place, "wb") as out:
        out.write(pem)
        out.flush()
        os.fsync(out.fileno())


def _unwritten(path: Path, err: OSError) -> StorageFault:
    return StorageFault(f"{path} cannot be written: {err.strerror}", f"không ghi được {path}: {err.strerror}")
