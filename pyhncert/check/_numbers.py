"""Predicates about numbers and texts of one paper: form, check digit, what must be there, what must not be the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyhncert.check._paper import Paper
from pyhncert.check._rules import Rule
from pyhncert.recognise import fold
from pyhncert.values import Finding


def form(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """Field `field`, without blanks and signs, is not what `pattern` says."""
    field = paper.fields.get(rule["field"])
    if field is not None and not re.fullmatch(rule["pattern"], re.sub(r"[\s.\-]", "", field.value).upper(), re.ASCII):
        yield rule.at(field, value=field.value)


def check_digit(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """The digit after those that have `weights` is not `minuend` less their sum modulo `modulus`."""
    field = paper.fields.get(rule["field"])
    if field is None:
        return
    digits = re.sub(r"[\s.]", "", field.value).partition("-")[0]  # a branch has three digits more
    weights = rule["weights"]
    good = False
    if re.fullmatch(rf"\d{{{len(weights) + 1}}}", digits, re.ASCII):
        total = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))
        good = (rule["minuend"] - total % rule["modulus"]) % 10 == int(digits[-1])
    if good:
        yield from rule.kept(field, value=field.value)
    else:
        yield rule.at(field, value=field.value)


def missing(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """Of each of `groups` one field was read at least, and not only in a source of `not_from`."""
    sources = set(rule.get("not_from", ()))
    own = ("machine_", "code_")
    fields = [field for field in paper.fields.values() if field.label not in sources or field.name.startswith(own)]
    names = {field.name for field in fields}
    if paper.kind.key == "unknown" or all(names.intersection(group) for group in rule["groups"]):
        return
    place = next(iter(fields), None)
    page, quad = paper.kind.page, paper.kind.quad
    if quad is None and place is not None:
        page, quad = place.page, place.quad
    yield rule.broken(page=page, quad=quad)


def same_twice(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """Fields `first` and `second`, two numbers of one paper, read the same."""
    first, second = paper.fields.get(rule["first"]), paper.fields.get(rule["second"])
    if first is not None and second is not None and fold(first.value) == fold(second.value):
        yield rule.at(second, value=second.value)


def initials(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """The capitals at the end of a document's symbol (12/QĐ-UBND) stand in this order in the initials of its issuer."""
    number, issuer = paper.fields.get(rule["number"]), paper.fields.get(rule["issuer"])
    if number is None or issuer is None:
        return
    symbol = re.search(r"/[^\W\d]+-([^\W\d]+)", number.value)
    if symbol is None:
        return
    wanted = [fold(letter) for letter in symbol[1] if letter.isupper()]
    letters = iter([fold(word[0]) for word in re.findall(r"[^\W\d]+", issuer.value)])
    if not all(letter in letters for letter in wanted):
        yield rule.at(number, value=number.value, issuer=issuer.value)
