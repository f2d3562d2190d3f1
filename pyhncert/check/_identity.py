"""The personal number: province, sex and century, year of birth (SPEC 3.1). It has no check digit."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from pyhncert.check._rules import provinces, rule, say
from pyhncert.values import Field, Finding, Severity

_ELSEWHERE = {
    "machine_number": ("the machine-readable rows", "dòng máy đọc (MRZ)"),
    "code_number": ("the QR code", "mã QR"),
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
        return provinces().get(self.digits[:3])

    @property
    def sex(self) -> str:
        """Nam or Nữ, as papers print it."""
        return "Nữ" if int(self.digits[3]) % 2 else "Nam"

    @property
    def birth_year(self) -> int:
        """1900 to 2399."""
        return 1900 + 100 * (int(self.digits[3]) // 2) + int(self.digits[4:6])


def identity(fields: Mapping[str, Field], today: dt.date) -> list[Finding]:
    """Each number on the paper against the sex and birth that the paper prints for the same person."""
    rules = rule("id_number", today)
    out: list[Finding] = []
    for person in rules["person"] if rules else ():
        field = fields.get(person["number"])
        if field is None or not re.fullmatch(r"\d{12}", field.value, re.ASCII):
            continue
        number = PersonalNumber(field.value)
        sex = person["sex"][1:] if person["sex"].startswith("=") else _value(fields, person["sex"])
        birth = _value(fields, person["birth"])
        year = re.search(r"\d{4}$", birth)
        wrong: list[tuple[str, str]] = []
        right: list[tuple[str, str]] = []
        if sex in {"Nam", "Nữ"}:
            (right if number.sex == sex else wrong).append((f"sex {sex}", f"giới tính {sex}"))
        if year:
            same = number.birth_year == int(year.group())
            (right if same else wrong).append((f"year of birth {year.group()}", f"năm sinh {year.group()}"))
        for name, facts in _ELSEWHERE.items() if person["number"] == "personal_id" else ():
            said = fields.get(name)
            if said is not None and said.label != field.label:  # what was filled in from there says nothing of itself
                (right if said.value == field.value else wrong).append(facts)
        if wrong:
            out.append(_told("id_mismatch", "block", field, wrong))
        elif right:
            out.append(_told("id_number", "pass", field, right))
        if number.province is None:
            code = field.value[:3]
            out.append(say("id_province", "warn", page=field.page, quad=field.quad, number=field.value, code=code))
    return out


def coded(fields: Mapping[str, Field], today: dt.date) -> list[Finding]:
    """What a card prints against what its QR code says."""
    rules = rule("card_code", today)
    out: list[Finding] = []
    for row in rules["row"] if rules else ():
        printed, said = fields.get(row["print"]), fields.get(row["code"])
        if printed is not None and said is not None and _same(printed.value) != _same(said.value):
            facts = {"what": row["en"], "what_vi": row["vi"], "print": printed.value, "code": said.value}
            out.append(say("code_mismatch", "warn", page=printed.page, quad=printed.quad, **facts))
    return out


def _same(text: str) -> str:
    """`text` as far as print and code must agree: Unicode form, case and blanks are writing."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _told(code: str, severity: Severity, field: Field, facts: list[tuple[str, str]]) -> Finding:
    what, what_vi = " and ".join(en for en, _ in facts), " và ".join(vi for _, vi in facts)
    return say(code, severity, page=field.page, quad=field.quad, number=field.value, what=what, what_vi=what_vi)


def _value(fields: Mapping[str, Field], name: str) -> str:
    field = fields.get(name)
    return field.value if field is not None else ""
