"""What was given out, as receipts and copy lists say it: what a restored register is compared with.

A receipt is the file beside a copy (``OUT.receipt.json``). A copy list is what ``hncert register list --json`` printed
on some machine. Both are believed as papers of the office: whoever restores chooses them.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pyhncert.errors import UsageFault
from pyhncert.keep._codes import normal_code
from pyhncert.keep._disk import storage_fault
from pyhncert.values import VIETNAM, FileState, Level

_RECEIPT, _LINE = "pyhncert/receipt", "hncert/register-line"
_END = ".receipt.json"
ISSUED = ("registered", "revoked", "superseded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One number that was given out: by whom, when, under which code, in what state, and the file's digests.

    `states` is empty in a line without a copy. `facts` are the columns that a copy list knows and a receipt does not.
    """

    source: Path
    code: str
    unit: str
    book: str
    year: int
    number: int
    certified_at: dt.datetime
    state: str
    content_digest: bytes | None
    states: tuple[FileState, ...]
    level_asked: str | None
    superseded_by: str | None
    facts: Mapping[str, Any]

    @property
    def symbol(self) -> str:
        """The kind of book, from the book's name ``01/2026-SCT/BS``."""
        return self.book.partition("-")[2]

    @property
    def copy(self) -> Path | None:
        """Where the copy lies that a receipt belongs to, if it is beside it."""
        if not self.source.name.endswith(_END):
            return None
        beside = self.source.with_name(f"{self.source.name[: -len(_END)]}.pdf")
        return beside if beside.is_file() else None


def read_given(paths: Iterable[Path]) -> list[Given]:
    """Everything in these files and folders (in a folder every ``*.receipt.json``); the fullest word of each code.

    Raises:
        UsageFault: a file is neither a receipt nor a copy list, or contradicts another.
        StorageFault: it cannot be read.
    """
    found: dict[str, Given] = {}
    numbers: dict[tuple[str, str, int, int], Given] = {}
    for path in paths:
        for one in _files(path):
            for given in _read(one):
                before = found.get(given.code)
                place = (given.unit, given.symbol, given.year, given.number)
                other = numbers.setdefault(place, given)
                if other.code != given.code:
                    raise UsageFault(
                        f"{given.source} and {other.source} give the number {given.number} of {given.book} two codes;"
                        " leave one of them out",
                        f"{given.source} và {other.source} cho số {given.number} quyển {given.book} hai mã khác nhau;"
                        " hãy bỏ bớt một tệp",
                    )
                if before is None or (len(given.states), bool(given.facts)) > (len(before.states), bool(before.facts)):
                    found[given.code] = given
    return sorted(found.values(), key=lambda given: (given.unit, given.symbol, given.year, given.number))


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(path.rglob(f"*{_END}"))
    else:
        yield path


def _read(path: Path) -> list[Given]:
    try:
        data = json.loads(path.read_bytes())
    except OSError as err:
        raise storage_fault(err, path) from err
    except ValueError as err:
        raise _strange(path) from err
    try:
        return [_given(path, item) for item in (data if isinstance(data, list) else [data])]
    except (KeyError, TypeError, ValueError, AttributeError, UsageFault) as err:
        raise _strange(path) from err


def _strange(path: Path) -> UsageFault:
    return UsageFault(
        f"{path} is neither a receipt nor a list of 'hncert register list --json'",
        f"{path} không phải biên nhận, cũng không phải danh sách của 'hncert register list --json'",
    )


def _given(path: Path, item: Mapping[str, Any]) -> Given:
    receipt = item["format"] == _RECEIPT
    if (not receipt and item["format"] != _LINE) or item["version"] != 1:
        raise ValueError(item["format"])
    line = item["register"] if receipt else item
    at = dt.datetime.fromisoformat(line["certified_at"]).astimezone(VIETNAM)
    if receipt:
        states = tuple(
            FileState(
                at=dt.datetime.fromisoformat(state["at"]),
                level=cast(Level, state["level"]),
                length=int(state["length"]),
                file_digest=bytes.fromhex(state["file_digest"]),
            )
            for state in item["states"]
        )
    elif item["file_digest"] is not None and item["state"] in ISSUED:
        digest, level = bytes.fromhex(item["file_digest"]), cast(Level, item["level"])
        states = (FileState(at=at, level=level, length=0, file_digest=digest),)  # a list knows no lengths
    else:
        states = ()
    names = ("requester", "original", "signer", "copies", "fee_vnd", "kind", "pages", "reason")
    content = item.get("content_digest")
    return Given(
        source=path,
        code=normal_code(item["code"]),
        unit=str(line["unit"]),
        book=str(line["book"]),
        year=int(line["year"]),
        number=int(line["number"]),
        certified_at=at,
        state=str(item["status"] if receipt else item["state"]),
        content_digest=bytes.fromhex(content) if content else None,
        states=states,
        level_asked=item.get("level_asked"),
        superseded_by=item.get("superseded_by"),
        facts={} if receipt else {name: item[name] for name in names},
    )
