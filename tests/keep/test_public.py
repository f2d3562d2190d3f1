"""Strangers and codes: what is not public is as if it never was, in words and in work."""

from __future__ import annotations

import sys

import pytest
from mediums import alone, downgrade, only_sqlite, tamper
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from pyhncert import _core, keep
from pyhncert.errors import UsageFault


def public_states(register, acts):
    """A code of each kind: never, reserved, signed, sealed, voided; then registered, revoked, superseded."""
    hidden = {"never": _core.code_from_random(bytes(range(32))), "no code": "gibberish"}
    for state in ("number_reserved", "officer_signed", "agency_sealed", "voided"):
        act = acts.reserve(register)
        hidden[state] = act.code
        if state == "voided":
            register.void(act.act_id, "sai tên")
        if state in ("officer_signed", "agency_sealed"):
            register.advance(act.act_id, "officer_signed")
        if state == "agency_sealed":
            register.advance(act.act_id, "agency_sealed", file_digest=b"1" * 32)
    seen = {}
    for state in ("registered", "revoked", "superseded"):
        seen[state] = acts.finish(register, acts.reserve(register)).code
    register.revoke(seen["revoked"], "nhầm")
    register.supersede(seen["superseded"], None, "nhầm")
    return hidden, seen


def test_only_what_was_issued_is_public_however_it_is_typed(register, acts):
    hidden, seen = public_states(register, acts)
    for name, code in hidden.items():
        assert register.public(code) is None, name
    for name, code in seen.items():
        line = register.public(_core.code_shown(code).lower().replace("0", "o"))
        assert line is not None and (line.state, line.code) == (name, code)
        assert line == register.find(code)


@pytest.mark.parametrize("typed", ["\ud800", "7KM2Q\udcff", "\x00", "x" * 100_000])
def test_what_is_no_text_at_all_is_answered_as_any_wrong_code(register, typed):
    assert register.public(typed) is None
    register.count("look_up", typed)
    with pytest.raises(UsageFault):
        register.find(typed)
    with pytest.raises(UsageFault):
        register.revoke(typed, "nhầm")
    assert register.shares.peek(typed, request=typed) is None
    assert not register.shares.is_holder(typed, typed)


@only_sqlite
def test_never_voided_and_not_public_cost_the_same_work(register, acts):
    """Statements, the database's own steps and the lines of our code: counted, not timed."""
    hidden, seen = public_states(register, acts)

    def work(code):
        statements, steps, lines = [], 0, []

        def step():
            nonlocal steps
            steps += 1

        def said(connection, cursor, statement, *_):
            statements.append(statement)

        def trace(frame, what, arg):
            if "/pyhncert/keep/" in frame.f_code.co_filename:
                lines.append((frame.f_code.co_name, frame.f_lineno, what))
                return trace
            return None

        with register._database.reading() as connection:
            connection.connection.driver_connection.set_progress_handler(step, 1)
        engine = register._database._engine
        event.listen(engine, "before_cursor_execute", said)
        sys.settrace(trace)
        try:
            found = register.public(code)
        finally:
            sys.settrace(None)
            event.remove(engine, "before_cursor_execute", said)
            with register._database.reading() as connection:
                connection.connection.driver_connection.set_progress_handler(None, 0)
        return found is None, statements, steps, lines

    work(hidden["never"])  # what is loaded once is loaded
    never = work(hidden["never"])
    assert never[0] and len(never[1]) >= 2 and never[2] > 5 and len(never[3]) > 5
    for name in ("number_reserved", "officer_signed", "agency_sealed", "voided"):
        assert work(hidden[name]) == never, name
    assert work(hidden["no code"])[:3] == never[:3]
    assert work(seen["registered"])[1:] != never[1:]  # the measure can tell work apart


def test_a_register_without_any_copy_answers_too(register, path):
    assert register.public("0" * 15) is None
    assert tamper(path, "SELECT count(*) FROM secret") == [(0,)]


def test_an_older_register_gets_its_public_codes_by_the_upgrade(register, acts, path, clock, holders):
    hidden, seen = public_states(register, acts)
    register.leave()
    downgrade(path, "0004")
    keep.upgrade_register(alone(path))
    with keep.Register(path, clock=clock, randomness=lambda n: b"1" * n, holder_folder=holders) as upgraded:
        assert {upgraded.public(code).code for code in seen.values()} == set(seen.values())
        assert not any(upgraded.public(code) for code in hidden.values())
    with pytest.raises(IntegrityError):
        tamper(path, "INSERT INTO public_code SELECT salt, act_id FROM decision JOIN public_code USING (act_id)")
