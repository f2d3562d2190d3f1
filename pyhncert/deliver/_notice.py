"""What the holder of a copy is told when something becomes of it: a message in both languages, not yet sent."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from pyhncert._core import code_shown
from pyhncert.escape import for_json
from pyhncert.keep import paid
from pyhncert.values import RegisterLine


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("pyhncert.deliver").joinpath("notices.toml").read_text(encoding="utf-8"))


def superseded_notice(old: RegisterLine, new: RegisterLine, *, office: str) -> dict[str, Any]:
    """The message that `new` stands in the place of `old`; JSON-able, ``hncert/notice`` version 1."""
    words = _words()["superseded"]
    when = old.changed_at or new.certified_at
    charged = {lang: words["free_" + lang] for lang in ("vi", "en")}
    if new.charge is not None and new.charge.net:
        charged = {lang: words["paid_" + lang].format(fee=paid(new)) for lang in ("vi", "en")}
    facts = {
        "holder_vi": old.requester or words["holder_vi"],
        "holder_en": old.requester or words["holder_en"],
        "number": f"{old.number:02d}/{old.year}",
        "book": old.book,
        "code": code_shown(old.code),
        "by": code_shown(new.code),
        "original": old.original,
        "reason": old.reason,
        "day_vi": f"{when:%d/%m/%Y}",
        "day_en": f"{when:%Y-%m-%d}",
        "fee_vi": charged["vi"],
        "fee_en": charged["en"],
        "office": office,
    }
    return {
        "format": "hncert/notice",
        "version": 1,
        "about": "superseded",
        "code": old.code,
        "by": new.code,
        "to": old.requester,
        "at": when.isoformat(timespec="seconds"),
        "subject": {lang: words["subject_" + lang].format(**facts) for lang in ("vi", "en")},
        "text": {lang: words[lang].strip().format(**facts) for lang in ("vi", "en")},
    }


def notice_slip(old: RegisterLine, new: RegisterLine) -> bytes:
    """What lies in the outbox: that there is a message, and about what; whose it is stays in the register."""
    when = old.changed_at or new.certified_at
    slip = {"format": "hncert/notice-slip", "version": 1, "about": "superseded", "code": old.code, "by": new.code}
    return f"{for_json({**slip, 'at': when.isoformat(timespec='seconds')}, indent=2)}\n".encode()
