"""An idempotency key: under it one act stands, and no second one comes to stand beside it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from pyhncert.errors import UsageFault


def test_under_a_key_there_is_one_act(register, acts):
    acts.reserve(register, idempotency_key="k")
    with pytest.raises(UsageFault, match="another process"):
        acts.reserve(register, idempotency_key="k")
    acts.reserve(register, idempotency_key="other")
    acts.reserve(register)
    acts.reserve(register)
    assert [line.number for line in register.lines()] == [1, 2, 3, 4]


def test_an_act_that_was_voided_frees_its_key(register, acts):
    first = acts.reserve(register, idempotency_key="k")
    register.void(first.act_id, "mất điện")
    assert register.issued_under("k") is None
    second = acts.reserve(register, idempotency_key="k")
    assert (first.number, second.number) == (1, 2)


def test_only_a_copy_that_exists_is_found_by_its_key(register, acts):
    assert register.issued_under("k") is None
    act = acts.reserve(register, idempotency_key="k")
    assert register.issued_under("k") is None
    register.advance(act.act_id, "officer_signed")
    register.advance(act.act_id, "agency_sealed", file_digest=bytes(32))
    assert register.issued_under("k") is None
    register.close(act.act_id, content_digest=bytes(32), file_digest=bytes(32), level="B-B", length=1)
    found = register.issued_under("k")
    assert found is not None and found.code == act.code
    register.revoke(act.code, "sai")
    found = register.issued_under("k")
    assert found is not None and found.state == "revoked"


def test_of_many_at_once_one_gets_the_key(register, acts):
    def one(_: int) -> int | None:
        try:
            return acts.reserve(register, idempotency_key="k").number
        except UsageFault:
            return None

    with ThreadPoolExecutor(8) as pool:
        numbers = [n for n in pool.map(one, range(24)) if n is not None]
    assert numbers == [1]
