"""Fields from where a paper says them a second time: rows for machines and QR code.

What they say is kept under names of their own, for print to be held against; where print was not read it fills in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from pyhncert.recognise._codes import card_code
from pyhncert.recognise._machine import find, find_passport, name_row
from pyhncert.recognise._place import field_at
from pyhncert.values import Field, Reading, Word

CARDS = frozenset({"cccd", "can_cuoc"})
PASSPORT = "ho_chieu"
_RAW = frozenset({"gplx", "dk_xe", "gcn_qsdd"})
"""Kinds whose code is not read any further (SPEC 6): it is kept as it is."""


def elsewhere(kind: str, reading: Reading, today: dt.date | None, out: dict[str, Field]) -> None:
    """Add to `out` what rows and codes of a page of `kind` say."""
    if kind in CARDS:
        _card_rows(reading, out)
        _card_code(reading, out)
    elif kind == PASSPORT and today is not None:
        _passport_rows(reading, today, out)
    if kind in _RAW and reading.codes and "code_raw" not in out:
        code = reading.codes[0]
        _add(out, "QR", reading.page, [Word(text=code.text, quad=code.quad, confidence=1.0)], [("code_raw", code.text)])


def _card_rows(reading: Reading, out: dict[str, Field]) -> None:
    texts = [line.text for line in reading.lines]
    found = find(texts)
    if found is None:
        return
    line, machine = found
    words = reading.lines[line].words
    said = (
        ("machine_number", machine.number),
        ("machine_birth_date", machine.birth_date),
        ("machine_sex", machine.sex),
        ("machine_expiry_date", machine.expiry_date),
        ("machine_name", name_row(texts[line + 2 : line + 4])),
        ("personal_id", machine.number),
        ("birth_date", machine.birth_date),
        ("sex", machine.sex),
        ("expiry_date", machine.expiry_date),
    )
    _add(out, "MRZ", reading.page, words, said)


def _passport_rows(reading: Reading, today: dt.date, out: dict[str, Field]) -> None:
    found = find_passport([line.text for line in reading.lines], today=today)
    if found is None:
        return
    line, machine = found
    said = (
        ("machine_passport_number", machine.number),
        ("machine_name", f"{machine.surname} {machine.given_names}"),
        ("machine_birth_date", machine.birth_date),
        ("machine_sex", machine.sex),
        ("machine_expiry_date", machine.expiry_date),
        ("machine_personal_id", machine.personal_id),
        ("number", machine.number),
        ("birth_date", machine.birth_date),
        ("sex", machine.sex),
        ("expiry_date", machine.expiry_date),
        ("personal_id", machine.personal_id),
    )
    _add(out, "MRZ", reading.page, reading.lines[line].words, said)


def _card_code(reading: Reading, out: dict[str, Field]) -> None:
    for code in reading.codes:
        card = card_code(code.text)
        if card is None:
            continue
        said = (
            ("code_number", card.number),
            ("code_name", card.name),
            ("code_birth_date", card.birth_date),
            ("code_sex", card.sex),
            ("code_issue_date", card.issue_date),
            ("old_number", card.old_number),
            ("personal_id", card.number),
            ("full_name", card.name),
            ("birth_date", card.birth_date),
            ("sex", card.sex),
            ("residence", card.residence),
            ("issue_date", card.issue_date),
        )
        _add(out, "QR", reading.page, [Word(text=card.number, quad=code.quad, confidence=1.0)], said)
        return


def _add(
    out: dict[str, Field], source: str, page: int, words: Sequence[Word], said: Iterable[tuple[str, str | None]]
) -> None:
    """Each of `said` that is something and not known yet; `source` stands where others have their printed label."""
    for name, text in said:
        if text and name not in out:
            out[name] = field_at(name, source, text, page, words, kind=_type(name))


def _type(name: str) -> str:
    ends = {"date": "date", "sex": "sex", "name": "name", "id": "id", "number": "id"}
    return next((kind for end, kind in ends.items() if name.endswith(end)), "text")
