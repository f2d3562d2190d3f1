"""Who may do what with credentials: `people.toml`, where the office has one. Without it a name is taken on trust."""

from __future__ import annotations

import os
import pwd
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pyhncert.escape import plain
from pyhncert.keep import storage_fault
from pyhncert.services.credentials._refusals import refusal
from pyhncert.services.credentials._values import words

__all__ = ["People", "account", "folded", "tidy"]

STEPS = ("request", "approve", "issue", "revoke")


@dataclass(frozen=True, slots=True)
class _Person:
    name: str
    may: frozenset[str]
    account: str


def account() -> str:
    """The account of the system that this process runs under; asked of the kernel, not of the environment."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def tidy(text: str) -> str:
    """What a person wrote, in NFC and single spaces, without anything that cannot be seen."""
    return " ".join(plain(text).split())


def folded(name: str) -> str:
    """A name for comparing: one person however the name is spaced, composed or capitalised."""
    return unicodedata.normalize("NFC", tidy(unicodedata.normalize("NFKC", name)).casefold())


class People:
    """The people of `file`, one table ``[[person]]`` each: `name`, `may` (some of the steps), `account`.

    Raises:
        UsageFault: the file cannot be read, or says something else.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: Mapping[str, _Person] | None = None
        try:
            text = file.read_text("utf-8")
        except FileNotFoundError:
            return
        except OSError as err:
            raise storage_fault(err, file) from err
        except UnicodeDecodeError as err:
            raise refusal("people_wrong", file=file, why=err) from err
        try:
            found = [self._person(entry) for entry in tomllib.loads(text)["person"]]
        except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError, ValueError) as err:
            raise refusal("people_wrong", file=file, why=err) from err
        self._known = {folded(person.name): person for person in found}
        if len(self._known) != len(found):
            raise refusal("people_wrong", file=file, why="a name stands there twice")
        accounts = [person.account for person in found if person.account]
        if len(set(accounts)) != len(accounts):
            raise refusal("people_wrong", file=file, why="two people share an account")

    def _person(self, entry: Mapping[str, object]) -> _Person:
        if unknown := set(entry) - {"name", "may", "account"}:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        name, may, own = entry["name"], entry["may"], entry.get("account", "")
        if not isinstance(name, str) or not isinstance(own, str) or not isinstance(may, list) or not folded(name):
            raise TypeError("name and account are texts, may is a list")
        if wrong := set(may) - set(STEPS):
            raise ValueError(f"may: {', '.join(map(str, sorted(wrong)))}; known are {', '.join(STEPS)}")
        return _Person(name, frozenset(may), own)

    def check(self, by: str, step: str, seen: str) -> str:
        """That the person called `by` may do `step`, under the account `seen`; the name as it is written down.

        Raises:
            UsageFault: no name.
            Blocked: not among the people, not allowed to, or under another's account.
        """
        name = tidy(by)
        if not name:
            raise refusal("nobody")
        if self._known is None:
            return name
        person = self._known.get(folded(name))
        if person is None:
            raise refusal("unknown_person", by=name, file=self._file)
        if step not in person.may:
            raise refusal(
                "not_allowed", by=name, file=self._file, step=words("step", step).en, step_vi=words("step", step).vi
            )
        if person.account and person.account != seen:
            raise refusal("wrong_account", by=name, account=person.account, seen=seen)
        return person.name
