"""What a file (hồ sơ) may become, and what the national portal is told: data of ``states.toml`` (SPEC 2.2, 10)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from pyhncert.errors import UsageFault
from pyhncert.values import Words


@cache
def state_data() -> dict[str, Any]:
    """The whole of ``states.toml``."""
    return tomllib.loads(files("pyhncert.keep").joinpath("data/states.toml").read_text(encoding="utf-8"))


def file_states() -> tuple[str, ...]:
    """The states of a file, in order."""
    return tuple(state_data()["file"])


def file_state_words(state: str) -> Words:
    """A file's state for a person."""
    entry = state_data()["file"][state]
    return Words(entry["vi"], entry["en"])


def check_move(old: str, new: str, reason: str) -> None:
    """That a file may go from `old` to `new`.

    Raises:
        UsageFault: it may not, or a reason is needed and missing.
    """
    known = state_data()["file"]
    if new not in known:
        names = ", ".join(known)
        raise UsageFault(
            f"{new!r} is no state of a file; one of {names}", f"{new!r} không phải trạng thái; gồm {names}"
        )
    if new not in known[old]["next"]:
        ways = ", ".join(known[old]["next"]) or "-"
        raise UsageFault(
            f"a file that is {old} does not become {new}; it may become: {ways}",
            f"hồ sơ đang ở trạng thái {old} không chuyển sang {new}; chỉ có thể sang: {ways}",
        )
    if known[new].get("reason") and not reason.strip():
        raise UsageFault("a reason is needed", "cần ghi lý do")


def portal_code(state: str, originals: int, acts: Iterable[str]) -> int:
    """What the portal is told of a file in `state`; `acts` are the states of its acts that are not void.

    An act that was handed over counts as ``delivered``. 9 is told when each of the `originals` has its copy, 10 when
    each was handed over.
    """
    data = state_data()
    codes = [data["act"][act] for act in acts if act in data["act"]]
    if state != "checking" or not codes:
        return int(data["file"][state]["portal"])
    if len(codes) < originals:
        return int(data["file"]["checking"]["portal"])
    return int(min(codes))


def portal_words(code: int) -> Words | None:
    """The portal's own words for a code; None for 0, of which it hears nothing."""
    words = state_data()["portal"].get(str(code))
    return Words(*words) if words else None
