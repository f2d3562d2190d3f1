"""A register that is missing, damaged, foreign, full or locked says so, and never guesses."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from mediums import only_sqlite, tamper

from pyhncert import keep
from pyhncert.errors import StorageFault, UsageFault
from pyhncert.keep import _database, _sqlite


def _open(path, clock):
    return keep.Register(path, clock=clock, randomness=lambda n: b"1" * n, holder_folder=Path("nowhere"))


def test_a_missing_register_is_an_error_and_not_an_empty_register(tmp_path, clock):
    with pytest.raises(StorageFault, match="no register here"):
        _open(tmp_path / "register.sqlite", clock)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"not a database, but long enough to be taken for one" * 50])
def test_another_file_is_no_register(tmp_path, clock, content):
    path = tmp_path / "register.sqlite"
    path.write_bytes(content)
    with pytest.raises(StorageFault, match=r"no register in this file|not a register"):
        _open(path, clock)
    assert path.read_bytes() == content or content == b""


def test_a_register_of_another_schema_is_not_opened(path, clock):
    tamper(path, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageFault, match=f"schema 9999, this software needs {_database.SCHEMA}"):
        _open(path, clock)


@only_sqlite
def test_a_register_is_never_made_over_another(path, clock):
    before = path.read_bytes()
    with pytest.raises(UsageFault, match="there is a register already"):
        keep.create_register(path, keep.BookSettings(unit="x"), clock=clock)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir() if p.name.startswith(".")] == []


def test_a_register_needs_a_book_and_a_folder(tmp_path, clock):
    with pytest.raises(UsageFault, match="at least one book"):
        keep.create_register(tmp_path / "r.sqlite", clock=clock)
    with pytest.raises(StorageFault, match="no such folder"):
        keep.create_register(tmp_path / "nowhere" / "r.sqlite", keep.BookSettings(unit="x"), clock=clock)


def test_a_register_lies_at_any_path(tmp_path, clock):
    folder = tmp_path / "sổ 100% 'mới'\n?#"
    folder.mkdir()
    path = folder / "register.sqlite"
    keep.create_register(path, keep.BookSettings(unit="x"), clock=clock)
    with _open(path, clock) as register:
        assert register.recover() == keep.Recovered()
        assert [b.unit for b in register.books()] == ["x"]


@only_sqlite
def test_commits_are_on_the_disk_before_they_are_answered(path):
    with closing(_sqlite.connect(path)) as link:
        assert link.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert link.execute("PRAGMA synchronous").fetchone() == (2,)
        assert link.execute("PRAGMA foreign_keys").fetchone() == (1,)


@only_sqlite
def test_a_full_disk_is_said_in_words_and_uses_no_number(register, acts):
    acts.reserve(register)

    def small(link, *_):
        link.execute("PRAGMA max_page_count = 1")

    sa.event.listen(register._database._engine, "checkout", small)
    with pytest.raises(StorageFault, match="the disk is full"):
        for _ in range(50):
            acts.reserve(register, original="x" * 2000)
    sa.event.remove(register._database._engine, "checkout", small)
    register._database._engine.dispose()
    done = len(list(register.lines()))
    assert acts.reserve(register).number == done + 1
    assert register.check() == ()


@only_sqlite
def test_a_register_that_another_process_holds_is_said_in_words(register, acts, path, monkeypatch):
    monkeypatch.setattr(_sqlite, "BUSY_S", 0.05)
    register._database.dispose()  # the next connection waits no longer than this
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageFault, match="another process has held the register too long"):
            acts.reserve(register)
        other.execute("ROLLBACK")
    assert acts.reserve(register).number == 1


@only_sqlite
def test_a_register_torn_in_the_middle_is_said_in_words(register, acts, path):
    for _ in range(30):
        acts.reserve(register, original="Giấy tờ " * 50)
    register.leave()
    data = bytearray(path.read_bytes())
    for at in range(4096 * 3, len(data), 4096):
        data[at : at + 600] = b"\xff" * 600
    path.write_bytes(data)
    with pytest.raises(StorageFault, match=r"damaged|disk reports"):
        list(register.lines())


def test_check_sees_a_gap_a_wrong_counter_and_a_lost_one(register, acts, path):
    for _ in range(3):
        acts.reserve(register)
    assert register.check() == ()
    tamper(path, f"DROP TRIGGER act_keeps_number{'' if isinstance(path, Path) else ' ON act'}")
    tamper(path, "UPDATE act SET number = 9 WHERE number = 2")
    assert "numbers run from 1 to 9" in register.check()[0].en
    tamper(path, "UPDATE act SET number = 2 WHERE number = 9")
    tamper(path, "UPDATE counter SET last = 7")
    assert "the counter says 7" in register.check()[0].en
    tamper(path, "DELETE FROM counter")
    assert "no counter" in register.check()[0].en


def test_a_write_that_the_register_refuses_is_a_fault_of_storage(register):
    with pytest.raises(StorageFault, match="the register refused"), register._database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO decision VALUES ('nobody', '', '')")


@only_sqlite
def test_preflight_of_the_register(register, monkeypatch, path):
    import os

    register.check_disk()
    with pytest.raises(StorageFault, match="MB needed"):
        register.check_disk(needed_bytes=1 << 60)
    real = os.access
    monkeypatch.setattr(os, "access", lambda p, mode: p != path and real(p, mode))
    with pytest.raises(StorageFault, match="no permission"):
        register.check_disk()
