"""How often the two readers agree on a sample of the sets, and are right then; 125 pages are for `make soak`."""

from __future__ import annotations

import importlib.util
from typing import Any

import agreement
import pytest
from reading import plan, spoil

PAGES = 10
BARS = {"agreed": 80.0, "right": 99.0}


def test_two_readers_agree(promise: Any) -> None:
    """Bars that hold what was measured, with room for chance on few pages; docs/reader.md has 125."""
    if importlib.util.find_spec("asterocr") is None:
        pytest.skip("the second reader is not installed (extra [second-reader])")
    total = agreement.whole(agreement.measure(plan.sample(PAGES, spoil.BARRED), agreement.reader()))
    note = f"{total.pages} pages, {total.lines} printed lines"
    promise("two readers: lines agreed", total.share("agreed"), "%", bar=BARS["agreed"], rule="at_least", note=note)
    promise("two readers: agreed lines right", total.right, "%", bar=BARS["right"], rule="at_least", note=note)
    promise("two readers: exact by the first", total.share("exact"), "%", note=note)
