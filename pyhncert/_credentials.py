"""The office's keys as its settings name them: a file, a token; and who is asked for their passwords."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from pyhncert._config import KeySettings
from pyhncert.errors import KeyFault
from pyhncert.identify import Credential, load_credential, load_token_credential

__all__ = ["asker", "load"]


def load(key: KeySettings, ask: Callable[[], str], authorities: Sequence[bytes]) -> Credential:
    """The key and certificate behind `key`; `ask` is called when it has a password or PIN.

    Raises:
        KeyFault: it is not there, or the password is wrong.
        CertificateFault: its certificate cannot be read.
    """
    if key.module is not None:
        named = {"token": key.token, "certificate": key.certificate}
        return load_token_credential(key.module, ask, scheme=key.scheme, authorities=authorities, **named)
    assert key.key is not None  # noqa: S101  the settings say one of both
    return load_credential(key.key, ask, scheme=key.scheme, authorities=authorities)


def asker(password: Callable[[str], str] | None, name: str) -> Callable[[], str]:
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
