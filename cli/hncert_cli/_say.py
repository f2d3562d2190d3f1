"""Talking to people: language, colour, and the two streams.

stdout carries data only; what is said to a person goes to stderr, lower case, no full stop. What strangers wrote is
escaped here, where it leaves, and nowhere else.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from pyhncert.escape import for_json, for_terminal
from pyhncert.values import VIETNAM, Words

if TYPE_CHECKING:
    from pyhncert.values import CertifiedCopy

LANGUAGES = ("vi", "en")


@dataclass(slots=True)
class Settings:
    """What the global options said; `office` is a folder."""

    lang: str = "en"
    debug: bool = False
    json: bool = False
    office: str | None = None
    password_fd: int | None = None

    def words(self, vi: str, en: str) -> str:
        """The one of the two that the user reads."""
        return vi if self.lang == "vi" else en

    def said(self, words: Words) -> str:
        """A library's words in the user's language."""
        return words.say(self.lang)


def language(asked: str | None, environment: Mapping[str, str]) -> str:
    """`vi` or `en`: as asked, else by LC_ALL, LC_MESSAGES, LANG in the order of POSIX."""
    if asked in LANGUAGES:
        return asked
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return "vi" if value.lower().startswith("vi") else "en"
    return "en"


def prescan(arguments: Sequence[str], environment: Mapping[str, str]) -> Settings:
    """Language and `--debug`, known before anything is parsed, so that usage errors speak it too."""
    asked: str | None = None
    debug = False
    for at, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--lang" and at + 1 < len(arguments):
            asked = arguments[at + 1]
        elif argument.startswith("--lang="):
            asked = argument.partition("=")[2]
        elif argument == "--debug":
            debug = True
    return Settings(lang=language(asked, environment), debug=debug)


def settings() -> Settings:
    """The settings of the command that runs."""
    found = click.get_current_context().find_object(Settings)
    return found if found is not None else Settings()


def colour(stream: Any) -> bool:
    """Whether `stream` may be coloured: a terminal, and no NO_COLOR (no-color.org)."""
    return not os.environ.get("NO_COLOR") and bool(getattr(stream, "isatty", lambda: False)())


def styled(text: str, ink: str, stream: Any) -> str:
    """`text` in colour `ink` where `stream` may be coloured."""
    return click.style(text, fg=ink, bold=True) if colour(stream) else text


def tell(text: str, ink: str | None = None, *, lead: str = "", lead_ink: str = "cyan") -> None:
    """Say one line to a person, on stderr; `lead` stands before it in a colour of its own."""
    shown = for_terminal(text)
    shown = styled(shown, ink, sys.stderr) if ink else shown
    before = f"{styled(lead, lead_ink, sys.stderr)} " if lead else ""
    click.echo(before + shown, err=True, color=colour(sys.stderr))


def grouped(code: str) -> str:
    """A code as it is printed on the copy: in groups of five; every command takes it with or without the dashes."""
    plain = code.replace("-", "")
    return "-".join(plain[at : at + 5] for at in range(0, len(plain), 5))


def tell_secret(copy: CertifiedCopy, said: Settings) -> None:
    """Tell a new copy's secret, once, for its holder; an answer that was given before has none."""
    if copy.holder_secret:
        secret = grouped(copy.holder_secret)
        tell(said.words(f"  mã bí mật của người giữ bản sao: {secret}", f"  the holder's secret: {secret}"))


def local(moment: dt.datetime) -> str:
    """A moment as an office writes it, in Vietnam's time."""
    return moment.astimezone(VIETNAM).strftime("%H:%M:%S %d/%m/%Y")


def give(*cells: str, ink: str | None = None) -> None:
    """Write one line of data to stdout, cells between tabs."""
    text = "\t".join(for_terminal(cell) for cell in cells)
    click.echo(styled(text, ink, sys.stdout) if ink else text, color=colour(sys.stdout))


def give_json(value: object) -> None:
    """Write `value` as one JSON document to stdout."""
    click.echo(for_json(value, indent=2))


def give_bytes(data: bytes) -> None:
    """Write `data` to stdout as it is."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def at_terminal() -> bool:
    """Whether a person can be asked: stdin and stderr are both terminals."""
    return sys.stdin.isatty() and sys.stderr.isatty()
