"""The office's keys as its settings name them: in a file, on a token, in a signing service; and their passwords."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from pyhncert._config import KeySettings
from pyhncert.errors import KeyFault
from pyhncert.identify import (
    Credential,
    RemoteService,
    load_credential,
    load_remote_credential,
    load_token_credential,
)

__all__ = ["load"]

Passwords = Callable[[str], str] | None


def load(key: KeySettings, password: Passwords, authorities: Sequence[bytes]) -> Credential:
    """The key and certificate behind `key`; `password` is asked where it has a password or PIN.

    A remote key has three: its PIN, under its own name, our secret as the service's client, under ``<id>_client``, and
    where the service sends one-time passwords, ``<id>_otp``.

    Raises:
        KeyFault: it is not there, or the password is wrong.
        CertificateFault: its certificate cannot be read.
        Unavailable: its service is silent.
    """
    ask = asker(password, key.id)
    if key.remote:
        service = RemoteService(key.remote, key.client, asker(password, f"{key.id}_client"))
        otp = asker(password, f"{key.id}_otp")
        return load_remote_credential(service, key.credential, ask, otp=otp, scheme=key.scheme, authorities=authorities)
    if key.module is not None:
        return load_token_credential(
            key.module,
            ask,
            token=key.token,
            certificate=key.certificate,
            scheme=key.scheme,
            authorities=authorities,
        )
    assert key.key is not None  # noqa: S101  the settings name one of the three
    return load_credential(key.key, ask, scheme=key.scheme, authorities=authorities)


def asker(password: Passwords, name: str) -> Callable[[], str]:
    """Who is asked for the password `name`: `password`, else ``HNCERT_PASSWORD_<NAME>``."""
    if password is not None:
        return lambda: password(name)
    variable = f"HNCERT_PASSWORD_{name.upper()}"
    if variable in os.environ:
        return lambda: os.environ[variable]

    def nobody() -> str:
        raise KeyFault(
            f"the {name} key needs a password; set {variable}",
            f"khóa {name} cần mật khẩu; đặt {variable}",
        )

    return nobody
