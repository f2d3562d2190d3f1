"""The personal number: province, sex and century, year of birth (SPEC 3.1). It has no check digit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pyhncert.check._paper import Paper
from pyhncert.check._provinces import codes_named, province_now, province_of
from pyhncert.check._rules import Rule
from pyhncert.values import Field, Finding, Words

_ELSEWHERE = {
    "machine_number": Words("dòng máy đọc (MRZ)", "the machine-readable rows"),
    "code_number": Words("mã QR", "the QR code"),
}
"""Where else on a card its number stands."""


@dataclass(frozen=True, slots=True)
class PersonalNumber:
    """What twelve digits say of somebody."""

    digits: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\d{12}", self.digits, re.ASCII):
            raise ValueError("a personal number has twelve digits")

    @property
    def province(self) -> str | None:
        """The province of birth registration; None for a code that is not on the list (births abroad have others)."""
        return province_of(self.digits[:3])

    @property
    def province_now(self) -> str | None:
        """The unit that this province is part of since July 2025; the number stays."""
        return province_now(self.digits[:3])

    @property
    def sex(self) -> str:
        """Nam or Nữ, as papers print it."""
        return "Nữ" if int(self.digits[3]) % 2 else "Nam"

    @property
    def birth_year(self) -> int:
        """1900 to 2399."""
        return 1900 + 100 * (int(self.digits[3]) // 2) + int(self.digits[4:6])


def person(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """Each number against the sex and birth that the paper prints for the same person, and where else it stands."""
    fields = paper.fields
    for who in rule["persons"]:
        field = fields.get(who["number"])
        number = _number(field)
        if field is None or number is None:
            continue
        sex = who["sex"][1:] if who["sex"].startswith("=") else _value(fields, who["sex"])
        year = re.search(r"\d{4}$", _value(fields, who["birth"]))
        wrong: list[Words] = []
        right: list[Words] = []
        if sex in {"Nam", "Nữ"}:
            (right if number.sex == sex else wrong).append(Words(f"giới tính {sex}", f"sex {sex}"))
        if year:
            said = Words(f"năm sinh {year.group()}", f"year of birth {year.group()}")
            (right if number.birth_year == int(year.group()) else wrong).append(said)
        for name in who.get("also", ()):
            other = fields.get(name)
            if other is not None and other.label != field.label:  # what was filled in from there says nothing of itself
                (right if other.value == field.value else wrong).append(_ELSEWHERE[name])
        if wrong:
            yield rule.at(field, number=field.value, **_what(wrong))
        elif right:
            yield from rule.kept(field, number=field.value, **_what(right))


def province(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """A number among `numbers` begins with a code that is no province of the list."""
    for name in rule["numbers"]:
        field = paper.fields.get(name)
        number = _number(field)
        if field is not None and number is not None and number.province is None:
            yield rule.at(field, number=field.value, code=field.value[:3])


def registered(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """The province of `number` is none of those that `place` names; names before and after July 2025 count alike."""
    field, place = paper.fields.get(rule["number"]), paper.fields.get(rule["place"])
    number = _number(field)
    if field is None or place is None or number is None or number.province is None:
        return
    named = codes_named(place.value)
    if named and number.digits[:3] not in named:
        yield rule.at(field, number=field.value, province=number.province, place=place.value)


def _number(field: Field | None) -> PersonalNumber | None:
    if field is None or not re.fullmatch(r"\d{12}", field.value, re.ASCII):
        return None
    return PersonalNumber(field.value)


def _what(facts: list[Words]) -> dict[str, str]:
    return {"what": " and ".join(said.en for said in facts), "what_vi": " và ".join(said.vi for said in facts)}


def _value(fields: Mapping[str, Field], name: str) -> str:
    field = fields.get(name)
    return field.value if field is not None else ""
