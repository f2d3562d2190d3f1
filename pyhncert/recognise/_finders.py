"""Fields without a label: what tells them is their form and their place on the paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from pyhncert.recognise._specs import Spec
from pyhncert.recognise._text import capitals, contains, fold
from pyhncert.recognise._values import date_in, tidy, value
from pyhncert.values import Line, Word

PLACE_DATE = re.compile(
    r"ng[àáaảạ]y\S*\s*(?:\(\w+\)\s*)?\d{1,2}\s*,?\s*th[áàa]ng\S*\s*\d{1,2}\s*,?\s*n[ăaâ]m\S*\s*\d{4}", re.IGNORECASE
)
_SERIAL = re.compile(r"^[A-ZĐ]{2}\s?\d{6,8}$")
_TWELVE = re.compile(r"\d{12}", re.ASCII)
_NINE = re.compile(r"\d{9}|\d{12}", re.ASCII)
_PERSON = re.compile(r"(?:[^\W\d_a-z]{1,4}\.\s?)*[^\W\d_][^\W\d_]*(?: [^\W\d_]+){1,5}")

_Found = tuple[str, Sequence[Word]]


def _date_line(lines: Sequence[Line], spec: Spec) -> _Found | None:
    """``Hà Nội, ngày 1 tháng 2 năm 2024``: the first such line of a decision, else the last of the paper.

    On cards it stands without a place (`loose`).
    """
    found = []
    for line in lines:
        match = PLACE_DATE.search(line.text)
        if match is None or match.start() > 40 or len(line.text) - match.end() > 4:
            continue
        if spec.loose or "," in line.text[: match.start()]:
            date = date_in(match.group())
            if date is not None:
                found.append((date, line.words))
    if not found:
        return None
    return found[0] if spec.first else found[-1]


def _issuer(lines: Sequence[Line], spec: Spec) -> _Found | None:
    """The first line in capitals that begins with the word for such a body."""
    for line in lines:
        text = tidy(line.text)
        if capitals(text) > 0.7 and any(fold(text).startswith(start) for start in spec.starts) and len(text) > 8:
            return text, line.words
    return None


def _head(lines: Sequence[Line], spec: Spec) -> _Found | None:
    """The issuing body: lines in capitals over the number, left of the nation's name."""
    del spec
    number = next((line for line in lines if re.match(r"^S[ốóôoồ]\s*[:.]", line.text)), None)
    if number is None:
        return None
    left, right = number.quad[0][0], number.quad[1][0]
    middle, floor = (left + right) / 2, number.quad[0][1]
    half = max(right - left, 8 * (number.quad[3][1] - floor))
    rows = [
        line
        for line in lines
        if line.quad[3][1] <= floor + 4
        and abs((line.quad[0][0] + line.quad[1][0]) / 2 - middle) < half
        and capitals(line.text) > 0.8
        and sum(c.isalpha() for c in line.text) > 3
        and not contains("CONGHOAXAHOICHUNGHIA", fold(line.text))
    ]
    rows.sort(key=lambda line: line.quad[0][1])
    if not rows:
        return None
    return tidy(" ".join(line.text for line in rows)), [word for line in rows for word in line.words]


def _subject(lines: Sequence[Line], spec: Spec) -> _Found | None:
    """What a decision is about: the lines below its title, up to the next line in capitals."""
    del spec
    ordered = sorted(lines, key=lambda line: line.quad[0][1])
    start = next(
        (i for i, line in enumerate(ordered) if fold(line.text).startswith("QUYETDINH") and capitals(line.text) > 0.7),
        None,
    )
    if start is None:
        return None
    rows: list[Line] = []
    for line in ordered[start + 1 :]:
        above = rows[-1] if rows else ordered[start]
        height = max(line.quad[3][1] - line.quad[0][1], 1.0)
        if (
            capitals(line.text) > 0.7
            or line.quad[0][1] - above.quad[3][1] > (1.5 if rows else 2.5) * height
            or len(rows) == 4
        ):
            break
        if fold(line.text).startswith(("CANCU", "XETDENGHI", "THEODENGHI", "DIEU1")):
            break
        rows.append(line)
    if not rows:
        return None
    return tidy(" ".join(line.text for line in rows)), [word for line in rows for word in line.words]


def _serial(lines: Sequence[Line], spec: Spec) -> _Found | None:
    """The number printed on a land certificate: two letters and six to eight digits."""
    del spec
    for line in lines:
        text = tidy(line.text)
        if _SERIAL.match(text):
            return text, line.words
    return None


def _one_number(lines: Sequence[Line], digits: re.Pattern[str]) -> _Found | None:
    """The one number of so many digits, where its label was not read."""
    found = {word.text: word for line in lines for word in line.words if digits.fullmatch(word.text)}
    return next(((text, [word]) for text, word in found.items()), None) if len(found) == 1 else None


def _twelve(lines: Sequence[Line], spec: Spec) -> _Found | None:
    del spec
    return _one_number(lines, _TWELVE)


def _nine(lines: Sequence[Line], spec: Spec) -> _Found | None:
    del spec
    return _one_number(lines, _NINE)


def _pattern(lines: Sequence[Line], spec: Spec) -> _Found | None:
    """What the one group of `spec.pattern` matches in a line, as a value of the field's type."""
    for line in lines:
        match = re.search(spec.pattern, line.text)
        text = value(spec.type, match.group(1)) if match else None
        if text is not None:
            return text, line.words
    return None


def _signer(lines: Sequence[Line], spec: Spec) -> _Found | None:
    """Who signed: the lowest line right of the middle that is a name, under a rank in capitals."""
    del spec
    if not lines:
        return None
    middle = (min(line.quad[0][0] for line in lines) + max(line.quad[1][0] for line in lines)) / 2
    right = sorted((line for line in lines if line.quad[0][0] > middle), key=lambda line: line.quad[0][1])
    ranks = [line for line in right if capitals(line.text) > 0.8 and sum(c.isalpha() for c in line.text) > 5]
    for line in reversed(right):
        text = tidy(line.text)
        if _PERSON.fullmatch(text) and any(rank.quad[3][1] < line.quad[0][1] for rank in ranks):
            return text, line.words
    return None


FINDERS: dict[str, Callable[[Sequence[Line], Spec], _Found | None]] = {
    "date_line": _date_line,
    "issuer": _issuer,
    "head": _head,
    "subject": _subject,
    "serial": _serial,
    "twelve": _twelve,
    "nine": _nine,
    "pattern": _pattern,
    "signer": _signer,
}
