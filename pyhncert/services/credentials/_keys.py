"""Keys in files: PKCS#8 in PEM, encrypted, for their owner alone; the certificate is put beside it when it comes."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from pyhncert.identify import PrivateKey, new_key
from pyhncert.keep import fsync_folder, storage_fault, write_new
from pyhncert.services.credentials._refusals import refusal
from pyhncert.services.credentials._values import CredentialLine, settings

__all__ = ["add_certificates", "certificate_pem", "key_file", "write_certificate", "write_same"]

_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"


def key_file(path: Path, password: Callable[[], str], *, kind: str) -> PrivateKey:
    """The key in `path`: a new one of `kind`, or, where a run broke off after writing it, the one that lies there.

    Raises:
        KeyFault: the password is too short or wrong, or the file holds no key of ours.
        UsageFault: the key has its certificate already, or the kind is unknown.
        StorageFault: the disk does not allow it.
    """
    if os.path.lexists(path):
        return _found(path, password)
    secret, least = password(), settings()["least_password"]
    if len(secret) < least:
        raise refusal("weak_password", least=least)
    key = new_key(kind)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(secret.encode()))
    if not write_new(path, pem, mode=0o600):
        raise refusal("key_file_taken", path=path)
    return PrivateKey(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


def _found(path: Path, password: Callable[[], str]) -> PrivateKey:
    try:
        pem = path.read_bytes()
    except OSError as err:
        raise storage_fault(err, path) from err
    if _CERTIFICATE in pem or b"ENCRYPTED" not in pem:
        raise refusal("key_file_taken", path=path)
    try:
        key = load_pem_private_key(pem, password().encode())
    except (ValueError, TypeError, UnsupportedAlgorithm) as err:
        raise refusal("key_file_unusable", path=path, why="wrong password, or damaged") from err
    return PrivateKey(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


def certificate_pem(certificates: Sequence[bytes]) -> bytes:
    """Certificates (DER) in PEM, one after the other."""
    return b"".join(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM) for der in certificates)


def write_certificate(line: CredentialLine, folder: Path) -> Path:
    """Writes certificate and chain of an issued credential as ``ID.pem`` into `folder`; twice does no harm.

    Raises:
        UsageFault: a file of that name says something else.
        StorageFault: the disk does not allow it.
    """
    path, pem = folder / f"{line.id}.pem", certificate_pem((*filter(None, (line.certificate,)), *line.chain))
    write_same(path, pem)
    return path


def write_same(path: Path, data: bytes) -> None:
    """Writes a new file, making its folder; a file that says the same is left as it is.

    Raises:
        UsageFault: a file of that name says something else.
        StorageFault: the disk does not allow it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not write_new(path, data) and path.read_bytes() != data:
            raise refusal("file_taken", path=path)
    except OSError as err:
        raise storage_fault(err, path) from err


def add_certificates(path: Path, certificates: Sequence[bytes]) -> None:
    """Puts certificates (DER), the key's own first, behind the key in `path`; twice does no harm.

    Raises:
        StorageFault: the disk does not allow it; the file is then as it was.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        old = path.read_bytes()
        pem = certificate_pem(certificates)
        if pem in old:
            return
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(old.partition(_CERTIFICATE)[0] + pem)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        fsync_folder(path.parent)
    except OSError as err:
        with suppress(OSError):
            temporary.unlink()
        raise storage_fault(err, path) from err
