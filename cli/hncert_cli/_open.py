"""Opening the office, and the passwords of its keys: from the environment, a file descriptor, or a prompt."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from hncert_cli._say import Settings, at_terminal
from pyhncert.errors import KeyFault
from pyhncert.values import Typed

if TYPE_CHECKING:
    from pyhncert.office import Office


def system_user() -> str:
    """Who runs this, by the system's name, or by the number where it has no name for it, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


UNSAID = "không nêu / not said"
"""The purpose of a look for which none was given."""


def look(office: Office, what: str, *, code: str | None = None, purpose: str | None = None) -> None:
    """Enter in the access log that the system's user looks at `what`, before it is shown."""
    office.register.looked(what, purpose=purpose or UNSAID, person=system_user(), code=code)


def password_source(said: Settings) -> Callable[[str], str]:
    """A function that finds the password of a key (`officer`, `agency`, `qr`); never from arguments or the TOML.

    Raises (when called):
        KeyFault: nobody can be asked.
    """
    lines: list[str] | None = None
    known: dict[str, str] = {}

    def ask(name: str) -> str:
        nonlocal lines
        if name in known:
            return known[name]
        variable = f"HNCERT_PASSWORD_{name.upper()}"
        if variable in os.environ:
            answer = os.environ[variable]
        elif said.password_fd is not None:
            if lines is None:
                try:
                    with os.fdopen(said.password_fd, encoding="utf-8", closefd=False) as stream:
                        lines = stream.read().splitlines()
                except OSError as err:
                    raise KeyFault(
                        f"file descriptor {said.password_fd} cannot be read; open it, as in 3<passwords",
                        f"không đọc được bộ mô tả tệp {said.password_fd}; hãy mở nó, ví dụ 3<matkhau",
                    ) from err
            if not lines:
                raise KeyFault(
                    f"no line is left for the password of the {name} key; give one line for each key",
                    f"thiếu dòng mật khẩu cho khóa {name}; cho mỗi khóa một dòng",
                )
            answer = lines.pop(0)
        elif at_terminal():
            label = said.words(f"mật khẩu của khóa {name}", f"password of the {name} key")
            answer = Typed(click.prompt(label, hide_input=True, err=True))
        else:
            raise KeyFault(
                f"the {name} key needs a password; set {variable}, or give --password-fd",
                f"khóa {name} cần mật khẩu; đặt {variable}, hoặc dùng --password-fd",
            )
        known[name] = answer
        return answer

    return ask


def open_office(said: Settings) -> Office:
    """The office that `--office`, HNCERT_OFFICE or the configuration names."""
    import pyhncert  # noqa: PLC0415  loaded only when an office is needed

    return pyhncert.open_office(said.office, password=password_source(said))
