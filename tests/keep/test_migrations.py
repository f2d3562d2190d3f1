"""Migrations on data, forward and back."""

from __future__ import annotations

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
