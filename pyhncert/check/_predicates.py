"""The predicates by the names that rows of rules.toml call them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from pyhncert.check._dates import birthdays, older, order, passed, term, to_come, years_follow
from pyhncert.check._hand import hand, seal
from pyhncert.check._identity import person, province, registered
from pyhncert.check._marks import alone, foreign, secrecy
from pyhncert.check._numbers import check_digit, form, initials, missing, same_twice
from pyhncert.check._paper import Paper
from pyhncert.check._rules import Rule
from pyhncert.check._several import names, repeated, several
from pyhncert.check._sources import agree, rows_broken
from pyhncert.values import Finding


def kind(rule: Rule, paper: Paper) -> Iterable[Finding]:
    """The paper is of a kind that the row names."""
    name = paper.kind.name
    yield rule.broken(page=paper.kind.page, quad=paper.kind.quad, kind=name.en, kind_vi=name.vi)


PREDICATES: Mapping[str, Callable[[Rule, Paper], Iterable[Finding]]] = {
    "agree": agree,
    "alone": alone,
    "birthdays": birthdays,
    "broken_rows": rows_broken,
    "check_digit": check_digit,
    "foreign": foreign,
    "form": form,
    "hand": hand,
    "initials": initials,
    "kind": kind,
    "missing": missing,
    "names": names,
    "older": older,
    "order": order,
    "passed": passed,
    "person": person,
    "province": province,
    "registered": registered,
    "repeated": repeated,
    "same_twice": same_twice,
    "seal": seal,
    "secrecy": secrecy,
    "several": several,
    "term": term,
    "to_come": to_come,
    "years_follow": years_follow,
}
