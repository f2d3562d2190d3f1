"""Migrations on data, forward and back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from mediums import alone, downgrade, tamper
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError

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


def test_the_schema_goes_back_to_nothing_and_forward_again(path, clock, holders):
    downgrade(path, "base")
    with _create.migrating(path) as engine, engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    facts = {"clock": clock, "randomness": lambda n: b"" * n, "holder_folder": holders}
    with pytest.raises(StorageFault, match="no register in this"):
        keep.Register(path, **facts)
    keep.upgrade_register(alone(path))
    with keep.Register(path, **facts) as register:
        assert register.books() == []
