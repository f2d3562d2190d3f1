"""The receipt: what is known of a copy that its own PDF cannot say. Version 1, schema in ``schemas``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pyhncert.errors import UsageFault
from pyhncert.escape import for_json
from pyhncert.values import VIETNAM, FileState, RegisterLine

FORMAT = "pyhncert/receipt"
VERSION = 1


def receipt(line: RegisterLine, states: Sequence[FileState]) -> dict[str, Any]:
    """The receipt of an issued copy: its register line and every state of its file since revision 3, oldest first.

    It grows with the copy (later states, revocation, a newer act); what it said before stays true.

    Raises:
        UsageFault: the act has no copy.
    """
    if line.content_digest is None or not states or line.state not in ("registered", "revoked", "superseded"):
        raise UsageFault(
            f"number {line.number:02d}/{line.year} has no copy to give a receipt for: it is {line.state}",
            f"số {line.number:02d}/{line.year} không có bản sao để lập biên nhận: {line.state}",
        )
    made: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "code": line.code,
        "content_digest": line.content_digest.hex(),
        "states": [
            {
                "at": state.at.astimezone(VIETNAM).isoformat(timespec="seconds"),
                "level": state.level,
                "length": state.length,
                "file_digest": state.file_digest.hex(),
            }
            for state in states
        ],
        "level_asked": line.level_asked or states[-1].level,
        "register": {
            "unit": line.unit,
            "book": line.book,
            "year": line.year,
            "number": line.number,
            "certified_at": line.certified_at.astimezone(VIETNAM).isoformat(timespec="seconds"),
        },
        "status": line.state,
    }
    if line.superseded_by is not None:
        made["superseded_by"] = line.superseded_by
    return made


def receipt_bytes(made: Mapping[str, Any]) -> bytes:
    """The receipt as it is written: JSON for people's eyes too, ending in a newline."""
    return (for_json(made, indent=2, sort_keys=True) + "\n").encode()
