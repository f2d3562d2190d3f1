"""Migrations on data, forward and back."""

from __future__ import annotations

import itertools
import os
from dataclasses import replace

import pytest
from alembic.script import ScriptDirectory
from mediums import alone, downgrade, tamper
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError

from pyhncert import keep
from pyhncert.errors import StorageFault
from pyhncert.keep import _create, _database


def test_this_softwares_schema_is_the_last_migration():
    assert ScriptDirectory.from_config(_create.migrations()).get_heads() == [_database.SCHEMA]


def test_upgrading_a_register_of_this_schema_changes_nothing(register, acts, path):
    acts.finish(register, acts.reserve(register))
    before = list(register.lines())
    keep.upgrade_register(alone(path))
    assert list(register.lines()) == before


def test_a_register_of_the_first_schema_keeps_its_lines_and_then_takes_refusals(register, acts, path, clock, holders):
    acts.finish(register, acts.reserve(register))
    before = list(register.lines())
    register.leave()
    downgrade(path, "0001")
    facts = {"clock": clock, "randomness": lambda n: b"1" * n, "holder_folder": holders, "device": "quầy 1"}
    with pytest.raises(StorageFault, match="hncert office upgrade"):
        keep.Register(path, **facts)
    keep.upgrade_register(alone(path))
    with keep.Register(path, **facts) as upgraded:
        assert list(upgraded.lines()) == [replace(line, charge=None) for line in before]
        refusal = upgraded.refuse(officer="Nguyễn Văn An", reason="R3", pages=2)
        assert upgraded.refusals() == (refusal,)
        assert (refusal.at, refusal.device) == (clock(), "quầy 1")


@pytest.mark.parametrize("order", ["DELETE FROM refusal", "UPDATE refusal SET officer = 'x'"])
def test_a_refusal_stays_as_it_was_written(register, path, order):
    register.refuse(officer="Nguyễn Văn An", reason="R3", pages=1)
    with pytest.raises(IntegrityError):
        tamper(path, order)
    assert len(register.refusals()) == 1


def test_there_is_nothing_to_upgrade_where_there_is_no_register(tmp_path):
    with pytest.raises(StorageFault, match="no such register"):
        keep.upgrade_register(tmp_path / "x.sqlite")
    (tmp_path / "x.sqlite").write_bytes(b"something else" * 99)
    with pytest.raises(StorageFault, match="not a register"):
        keep.upgrade_register(tmp_path / "x.sqlite")
    (tmp_path / "x.sqlite").write_bytes(b"")
    with pytest.raises(StorageFault, match="no register in this file"):
        keep.upgrade_register(tmp_path / "x.sqlite")
    with pytest.raises(StorageFault, match="no register in this file"):  # one that was lost is not taken for a new one
        keep.Register(tmp_path / "x.sqlite", clock=lambda: None, randomness=os.urandom)


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ("0042", "has schema 0042"),
        ("moving", "is being moved"),
        ("switching", "is being moved"),
        ("moved", "has moved to another place"),
        ("arriving", "is being moved to this place"),
    ],
)
def test_what_is_newer_or_on_its_way_is_not_upgraded_and_told_in_words(path, schema, words):
    tamper(path, f"UPDATE alembic_version SET version_num = '{schema}'")
    with pytest.raises(StorageFault, match=words):
        keep.upgrade_register(alone(path))
    assert tamper(path, "SELECT version_num FROM alembic_version") == [(schema,)]


def test_the_schema_goes_back_to_nothing_and_forward_again(path, clock, holders):
    downgrade(path, "base")
    with _create.migrating(path) as engine, engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    facts = {"clock": clock, "randomness": lambda n: b"" * n, "holder_folder": holders}
    with pytest.raises(StorageFault, match="no register in this"):
        keep.Register(path, **facts)
    with pytest.raises(StorageFault, match="no register in this"):
        keep.upgrade_register(alone(path))
    with _create.migrating(alone(path)) as engine, engine.begin() as connection:
        _create.migrate(connection)
        if connection.dialect.name == "postgresql":
            _create.server_only(connection)
    with keep.Register(path, **facts) as register:
        assert register.books() == []


def life(register, acts):
    """Something in every table that the register's methods fill."""
    first, second, third = (acts.reserve(register, decision={"ok": True}) for _ in range(3))
    acts.finish(register, first, level="B-B", jobs=[keep.NewJob(key="upgrade:x", kind="upgrade")])
    acts.finish(register, second)
    register.void(third.act_id, "nhầm")
    register.supersede(first.code, second.code, "sai năm sinh")
    register.refuse(officer="An", reason="R3", pages=1)
    register.breakers(failures=1, pause_s=60).silent("a")
    acts.reserve(register)


def contents(where):
    """Every table's columns (name, type, may be empty) and rows."""
    with _create.migrating(alone(where)) as engine, engine.connect() as connection:
        looking = inspect(connection)
        found = {}
        for table in sorted(set(looking.get_table_names()) - {"alembic_version"}):
            columns = {c["name"]: (str(c["type"]), c["nullable"], c["default"]) for c in looking.get_columns(table)}
            names = sorted(columns)
            rows = connection.exec_driver_sql(f"SELECT {', '.join(names)} FROM {table}").all()
            found[table] = columns, [dict(zip(names, row, strict=True)) for row in rows]
        return found


def same_rows(one, other, columns):
    return sorted(repr([row[c] for c in columns]) for row in one) == sorted(
        repr([row[c] for c in columns]) for row in other
    )


def test_each_migration_adds_and_takes_nothing_away_on_data_forward_and_back(register, acts, path):
    """So a process of the software before goes on beside it: its tables and columns are still there, and it may leave
    the new ones empty."""
    life(register, acts)
    register.leave()
    script = ScriptDirectory.from_config(_create.migrations())
    steps = [step.revision for step in script.walk_revisions()]  # newest first
    newest = contents(path)
    for newer, older in itertools.pairwise(steps):
        before = contents(path)
        downgrade(path, older)
        old = contents(path)
        for table, (columns, rows) in old.items():
            assert columns.items() <= before[table][0].items(), f"{newer} changes {table}"
            assert same_rows(rows, before[table][1], sorted(columns)), f"{newer} back loses rows of {table}"
            for name in before[table][0].keys() - columns.keys():
                _, empty, default = before[table][0][name]
                assert empty or default is not None, f"{newer}: an older process cannot leave {table}.{name} empty"
    for revision in reversed(steps[:-1]):
        before = contents(path)
        with _create.migrating(alone(path)) as engine, engine.begin() as connection:
            _create.migrate(connection, revision)
        after = contents(path)
        for table, (columns, rows) in before.items():
            assert same_rows(rows, after[table][1], sorted(columns)), f"{revision} loses rows of {table}"
    again = contents(path)
    assert {table: columns for table, (columns, _) in again.items()} == {t: c for t, (c, _) in newest.items()}
