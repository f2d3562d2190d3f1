"""Migrations on data, forward and back."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from pyhncert import keep
from pyhncert.errors import StorageFault
from pyhncert.keep import _create, _database


def test_this_softwares_schema_is_the_last_migration():
    config = Config()
    folder = _create.Path(_create.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    assert ScriptDirectory.from_config(config).get_heads() == [_database.SCHEMA]


def test_upgrading_a_register_of_this_schema_changes_nothing(register, acts, path):
    acts.finish(register, acts.reserve(register))
    before = list(register.lines())
    keep.upgrade_register(path)
    assert list(register.lines()) == before


def test_a_register_of_the_first_schema_keeps_its_lines_and_then_takes_refusals(register, acts, path, clock):
    acts.finish(register, acts.reserve(register))
    before = list(register.lines())
    register.leave()
    with _create._engine_on(path) as engine, engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(_create.Path(_create.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    with pytest.raises(StorageFault, match="hncert office upgrade"):
        keep.Register(path, clock=clock, randomness=lambda n: b"1" * n)
    keep.upgrade_register(path)
    with keep.Register(path, clock=clock, randomness=lambda n: b"1" * n, device="quầy 1") as upgraded:
        assert list(upgraded.lines()) == before
        refusal = upgraded.refuse(officer="Nguyễn Văn An", reason="R3", pages=2)
        assert upgraded.refusals() == (refusal,)
        assert (refusal.at, refusal.device) == (clock(), "quầy 1")


@pytest.mark.parametrize("order", ["DELETE FROM refusal", "UPDATE refusal SET officer = 'x'"])
def test_a_refusal_stays_as_it_was_written(register, path, order):
    register.refuse(officer="Nguyễn Văn An", reason="R3", pages=1)
    with pytest.raises(sqlite3.IntegrityError), closing(_database.connect(path)) as link:
        link.execute(order)
    assert len(register.refusals()) == 1


def test_there_is_nothing_to_upgrade_where_there_is_no_register(tmp_path):
    with pytest.raises(StorageFault, match="no such register"):
        keep.upgrade_register(tmp_path / "x.sqlite")
    (tmp_path / "x.sqlite").write_bytes(b"something else" * 99)
    with pytest.raises(StorageFault, match="not a register"):
        keep.upgrade_register(tmp_path / "x.sqlite")


def test_the_schema_goes_back_to_nothing_and_forward_again(path, clock):
    with _create._engine_on(path) as engine:
        config = Config()
        config.set_main_option("script_location", str(_create.Path(_create.__file__).parent / "migrations"))
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.downgrade(config, "base")
            tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars()
            assert {name for name in tables if not name.startswith("sqlite_")} == {"alembic_version"}
    with pytest.raises(StorageFault, match="no register in this file"):
        keep.Register(path, clock=clock, randomness=lambda n: b"" * n)
    keep.upgrade_register(path)
    with keep.Register(path, clock=clock, randomness=lambda n: b"" * n) as register:
        assert register.books() == []
