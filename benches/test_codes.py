"""What a stranger's question costs: a code that never was, and one that is not public, cost the same."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pyhncert import _core, keep
from pyhncert.keep import _sqlite

CODES = 200_000
ASKED = 200


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> keep.Register:
    """A register file with 200,000 public codes, most of them rows of the look-up table alone, and one voided act."""
    path: Path = tmp_path_factory.mktemp("codes") / "register.sqlite"
    clock = lambda: dt.datetime.now(dt.UTC)  # noqa: E731
    keep.create_register(path, keep.BookSettings(unit="U"), clock=clock)
    register = keep.Register(path, clock=clock, randomness=os.urandom)
    act = register.reserve(unit="U", requester="An", original="Bằng", signer="B", pages=1)
    register.advance(act.act_id, "officer_signed")
    register.advance(act.act_id, "agency_sealed", file_digest=b"1" * 32)
    register.close(act.act_id, content_digest=b"2" * 32, file_digest=b"1" * 32, level="B-B", length=1)
    with closing(_sqlite.connect(path)) as link:
        link.execute("PRAGMA foreign_keys=OFF")
        link.execute("BEGIN")
        rows = ((os.urandom(32), os.urandom(16).hex()) for _ in range(CODES))
        link.executemany("INSERT INTO public_code (digest, act_id) VALUES (?, ?)", rows)
        link.execute("COMMIT")
    return register


def test_a_voided_code_costs_what_one_that_never_was_costs(
    register: keep.Register, side_by_side: Callable[..., None]
) -> None:
    act = register.reserve(unit="U", requester="An", original="Bằng", signer="B", pages=1)
    register.void(act.act_id, "thử")
    never = _core.code_from_random(os.urandom(64))

    def ask(code: str) -> Callable[[], object]:
        def many() -> None:
            for _ in range(ASKED):
                assert register.public(code) is None

        return many

    # the bar says that neither is told from the other by a tenth; what is equal is counted in tests/keep/test_public.py
    side_by_side("look_up_voided_as_never", ours=ask(act.code), peer=ask(never), bar=0.9)
    side_by_side("look_up_never_as_voided", ours=ask(never), peer=ask(act.code), bar=0.9)
