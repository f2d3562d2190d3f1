"""Predicates about days: passed, still to come, in order, and how long a paper holds."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from itertools import pairwise

from pyhncert.check._paper import Paper, birthday, day_of, shown
from pyhncert.check._rules import Rule
from pyhncert.recognise import fold
from pyhncert.values import Finding, Line

_FOREVER = "Không thời hạn"


def passed(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """The day of field `day` is over; the day itself still counts."""
    field = paper.fields.get(rule["day"])
    day = day_of(field)
    if field is None or day is None:
        return
    if day < paper.today:
        yield rule.at(field, date=field.value)
    else:
        yield from rule.kept(field, date=field.value)


def to_come(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """The day of one of the fields `days` is after today."""
    for name in rule["days"]:
        field = paper.fields.get(name)
        day = day_of(field)
        if field is not None and day is not None and day > paper.today:
            yield rule.at(field, date=field.value)


def older(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """The day of field `day` is more than `years` ago, on a paper that says one of `cues`."""
    field = paper.fields.get(rule["day"])
    day = day_of(field)
    if field is None or day is None or paper.today <= birthday(day, rule["years"])[-1]:
        return
    text = fold("".join(line.text for reading in paper.readings for line in reading.lines))
    if any(fold(cue) in text for cue in rule["cues"]):
        yield rule.at(field, date=field.value, years=rule["years"])


def order(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """Field `later` is before field `earlier`, or less than `years` after it; a year alone is taken at its best."""
    first, second = paper.fields.get(rule["earlier"]), paper.fields.get(rule["later"])
    start, end = day_of(first), day_of(second)
    if first is None or second is None or start is None or end is None:
        return
    years = rule.get("years", 0)
    if len(second.value) == 4 or len(first.value) == 4:
        wrong = end.year < start.year + years
    else:
        wrong = end < birthday(start, years)[0]
    if wrong:
        yield rule.at(second, earlier=first.value, later=second.value, years=years)


def birthdays(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """A card holds to the next birthday of `ages`; issued within `grace_years` before it, to the one after.

    Without a day of issue, any of those birthdays will do. After the last of them a card has no end.
    """
    born, issue = day_of(paper.fields.get(rule["birth"])), day_of(paper.fields.get(rule["issue"]))
    field = paper.fields.get(rule["expiry"])
    if born is None or field is None:
        return
    until = day_of(field)
    if until is None and field.value != _FOREVER:
        return
    ends = [birthday(born, age) for age in rule["ages"]]
    if issue is not None:
        rest = [days for days in ends if days[-1] >= issue]
        if rest and any(issue > day for day in birthday(rest[0][0], -rule["grace_years"])):
            rest = rest[1:]
        wanted = rest[:1]
    else:
        wanted = ends
    good = until is None if not wanted else any(until in days for days in wanted)
    if not good and not (until is None and issue is None):
        said = ", ".join(shown(days[0]) for days in wanted) or _FOREVER
        yield rule.at(field, expiry=field.value, birth=paper.fields[rule["birth"]].value, wanted=said)


def term(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """A paper of class `class` holds so many `years` from its day of issue; 0 for those without an end."""
    grade, issued = paper.fields.get(rule["class"]), paper.fields.get(rule["issue"])
    expiry = paper.fields.get(rule["expiry"])
    issue, until = day_of(issued), day_of(expiry)
    if grade is None or issued is None or expiry is None or issue is None:
        return
    if not rule.get("issued_from", dt.date.min) <= issue < rule.get("issued_until", dt.date.max):
        return
    years = rule["years"].get(grade.value.upper().replace(" ", ""))
    if years is None or (until is None and expiry.value != _FOREVER):
        return
    wanted = birthday(issue, years) if years else ()
    if (until is None) != (not wanted) or (until is not None and until not in wanted):
        said = shown(wanted[0]) if wanted else _FOREVER
        facts = {"class": grade.value, "issue": issued.value, "expiry": expiry.value, "wanted": said}
        yield rule.at(expiry, **facts)


def years_follow(rule: Rule, paper: Paper) -> Iterator[Finding]:
    """Years that stand on the pages as `pattern` finds them go on from page to page, none left out or turned back."""
    found: list[tuple[int, int, Line]] = []
    for reading in paper.readings:
        for line in reading.lines:
            years = re.search(rule["pattern"], line.text)
            if years:
                found.append((reading.page, int(years[1]), line))
                break
    for (_, before, _), (page, after, line) in pairwise(found):
        if after not in {before, before + 1}:
            said = {"before": f"{before}-{before + 1}", "after": f"{after}-{after + 1}"}
            yield rule.broken(page=page, quad=line.quad, **said)
