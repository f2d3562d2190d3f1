"""Kinds and fields on clean pages and scans of the sets, and no kind for foreign pages; all of them: `make soak`."""

from __future__ import annotations

from typing import Any

import kinds


def test_kinds_and_fields_of_printed_lines(promise: Any, short: bool) -> None:
    """With the lines as printed nothing is the reader's fault: labels, types and titles are judged alone."""
    table = kinds.measure(kinds.chosen(96 if short else None), kinds.foreign_pages(), printed=True)
    print("\n".join((*table.faults, *table.lines())))
    named, exact = table.sums("kinds"), table.sums("fields")
    given = table.sums("kinds", kind=kinds.FOREIGN) + table.sums("kinds", kind="other")
    promise("kinds right, printed lines", kinds.share(named), "%", bar=99.0, rule="at_least")
    promise("fields exact, printed lines", kinds.share(exact), "%", bar=99.0, rule="at_least")
    promise("kinds given to pages of none, printed", given[False], "pages", bar=0, note=f"of {given.total()}")


def test_kinds_and_fields_as_read(promise: Any) -> None:
    """A sample as it is read: what was measured, with room for chance."""
    table = kinds.measure(kinds.chosen(24), kinds.foreign_pages(step=6), printed=False)
    print("\n".join((*table.faults, *table.lines())))
    given = table.sums("kinds", kind=kinds.FOREIGN) + table.sums("kinds", kind="other")
    promise("kinds right, sample as read", kinds.share(table.sums("kinds")), "%", bar=99.0, rule="at_least")
    promise("fields exact, sample as read", kinds.share(table.sums("fields")), "%", bar=98.0, rule="at_least")
    promise("kinds given to pages of none, as read", given[False], "pages", bar=0, note=f"of {given.total()}")
