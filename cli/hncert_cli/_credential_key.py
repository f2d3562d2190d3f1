"""Where the key of a credential lies: options of `hncert credential`, and the request that the key signs."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hncert_cli._open import password_source
from hncert_cli._say import Settings
from pyhncert.errors import KeyFault, StorageFault, UsageFault
from pyhncert.values import Typed

if TYPE_CHECKING:
    from pyhncert.identify import PrivateKey, TokenPair

KINDS = ("p-256", "p-384", "rsa-2048", "rsa-3072", "rsa-4096")
Decorated = Callable[..., Any]


def token_options(command: Decorated) -> Decorated:
    """Which token."""
    for option in (
        click.option("--token", metavar="TEXT", default="", help="label or serial number of the token, of several"),
        click.option(
            "--module",
            metavar="LIBRARY",
            type=click.Path(path_type=Path, dir_okay=False),
            help="the key is on a token: its maker's PKCS#11 library",
        ),
    ):
        command = option(command)
    return command


def key_options(command: Decorated) -> Decorated:
    """Where the key of a request is made, and for how long the certificate is asked."""
    for option in (
        click.option("--years", type=click.FloatRange(min=0, min_open=True), help="years; the profile's if not"),
        click.option(
            "--scheme",
            type=click.Choice(["rsa-pss", "rsa-v15"]),
            help="how an RSA key signs the request; rsa-pss if not",
        ),
        click.option("--label", metavar="TEXT", default="", help="the key's label on the token; made where it is not"),
        token_options,
        click.option("--key-kind", type=click.Choice(KINDS), default="p-256", show_default=True, help="of a new key"),
        click.option(
            "--key",
            metavar="FILE",
            type=click.Path(path_type=Path, dir_okay=False),
            help="make a new key in this new file, under a password",
        ),
    ):
        command = option(command)
    return command


def new_password(said: Settings) -> Callable[[], str]:
    """Asks for the password of a new key file; at a terminal twice."""
    ask = password_source(said)

    def password() -> str:
        first = ask("credential")
        if isinstance(first, Typed):
            label = said.words("nhập lại mật khẩu", "the same password again")
            if click.prompt(label, hide_input=True, err=True) != first:
                raise KeyFault("the two passwords differ; try again", "hai mật khẩu không giống nhau; hãy thử lại")
        return first

    return password


def read(path: Path) -> bytes:
    """The bytes of a file that a person named."""
    try:
        return path.read_bytes()
    except OSError as err:
        raise StorageFault(f"{path} cannot be read: {err.strerror}", f"không đọc được {path}: {err.strerror}") from err


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the key of a request is made: in a file or on a token."""

    key: Path | None
    key_kind: str
    module: Path | None
    token: str
    label: str
    scheme: str | None

    @classmethod
    def taken_from(cls, given: dict[str, Any]) -> Place:
        """What `key_options` gave, taken out of `given`."""
        return cls(**{field.name: given.pop(field.name) for field in fields(cls)})

    def check(self, requests: Sequence[Path]) -> None:
        """That exactly one way is given."""
        if (self.key is not None) + (self.module is not None) + bool(requests) != 1:
            raise UsageFault(
                "say where the key is: --key FILE for a new one in a file, --module LIBRARY on a token, or --csr FILE",
                "hãy cho biết khóa ở đâu: --key FILE (tệp mới), --module LIBRARY (trên token), hoặc --csr FILE",
            )
        if self.module is not None and not self.label:
            raise UsageFault("a key on a token needs a name; give --label", "khóa trên token cần tên; cho --label")

    def request(self, said: Settings, profile: str, subject: dict[str, str], years: float | None) -> tuple[bytes, str]:
        """A request signed by the key, and where that lies."""
        from pyhncert.identify import profiles  # noqa: PLC0415
        from pyhncert.services.credentials import make_csr  # noqa: PLC0415

        chosen = profiles()[profile]
        name = chosen.subject({"country": "VN", **subject})
        chosen.check_key(self.key_kind)
        chosen.check_years(years)
        signer, where = self._signer(said)
        scheme = self.scheme if self.scheme and signer.scheme != "ecdsa" else signer.scheme
        return make_csr(name, signer, scheme=scheme, digest=signer.digest), where

    def _signer(self, said: Settings) -> tuple[PrivateKey | TokenPair, str]:
        from pyhncert.identify import token_pair  # noqa: PLC0415
        from pyhncert.services.credentials import key_file  # noqa: PLC0415

        if self.key is not None:
            path = self.key.absolute()
            return key_file(path, new_password(said), kind=self.key_kind), f"file:{path}"
        assert self.module is not None  # noqa: S101  checked before
        ask = password_source(said)
        pair = token_pair(
            self.module,
            lambda: ask("credential"),
            label=self.label,
            kind=self.key_kind,
            randomness=os.urandom,
            token=self.token,
        )
        return pair, f"token:{pair.serial}/{pair.label}"
