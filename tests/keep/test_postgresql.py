"""A register on a server: desks on several machines, lost connections, rights, and its faults in words."""

from __future__ import annotations

import os
import socket
import threading
import time
import traceback

import psycopg
import pytest
from mediums import alone, only_postgresql, tamper
from pgserver import OWNER, WORD

from pyhncert import keep
from pyhncert.errors import StorageFault, UsageFault
from pyhncert.keep import _create, _postgres
from pyhncert.keep._database import medium
from pyhncert.values import Charge

pytestmark = only_postgresql


def cut(path, *, but=()):
    """End every session on the register's database, as a server does that is started anew."""
    spared = ", ".join(str(pid) for pid in (0, *but))
    ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    tamper_as_superuser(path, f"{ended} WHERE datname = current_database() AND pid NOT IN ({spared}, pg_backend_pid())")


def tamper_as_superuser(path, statement):
    with psycopg.connect(path.replace("desk_1@", "postgres@"), autocommit=True) as link:
        done = link.execute(statement)
        return done.fetchall() if done.description is not None else []


@pytest.fixture
def desks(open_register, tmp_path):
    """Two desks on two machines: neither sees the other's lock files."""
    return [open_register(name, folder=tmp_path / name / "holders") for name in ("one", "two")]


def test_a_desk_on_another_machine_is_left_alone_while_it_lives_and_settled_when_it_is_dead(desks, acts):
    one, two = desks
    act = acts.reserve(one)
    assert two.recover() == keep.Recovered()
    acts.die(one)
    until = time.monotonic() + 10
    while not (done := two.recover().voided) and time.monotonic() < until:
        time.sleep(0.01)  # the server hears of it a moment later
    assert [line.act_id for line in done] == [act.act_id]
    with pytest.raises(UsageFault, match="is voided"):
        acts.finish(one, act)


def test_a_desk_neither_seals_nor_changes_keys_and_the_owner_does_both_for_it(path, clock, holders, acts):
    key, new = keep.LocalKey(b"k" * 32), keep.LocalKey(b"n" * 32)
    with pytest.raises(StorageFault, match="may not"):
        keep.seal_register(path, key)
    keep.seal_register(path, key, owner=OWNER)
    facts = {"clock": clock, "randomness": os.urandom, "holder_folder": holders}
    with keep.Register(path, office_key=key, **facts) as register:
        act = acts.reserve(register)
        with pytest.raises(StorageFault, match="may not"):
            register.rekey(new)
        assert register.act(act.act_id).requester == "Nguyễn Thị Đào"
        assert register.rekey(new, owner=OWNER) == 1
    with keep.Register(path, office_key=new, **facts) as register:
        assert register.act(act.act_id).requester == "Nguyễn Thị Đào"


def test_desks_take_numbers_of_one_book_without_gap_and_of_two_books_side_by_side(desks, acts):
    one, two = desks
    one.open_book(keep.BookSettings(unit="xe 7"))
    gate = threading.Barrier(4)

    def work(register, unit):
        gate.wait()
        for _ in range(15):
            acts.finish(register, acts.reserve(register, unit=unit))

    threads = [threading.Thread(target=work, args=(r, unit)) for r in desks for unit in (acts.unit, "xe 7")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for unit in (acts.unit, "xe 7"):
        lines = list(one.lines(unit=unit))
        assert [line.number for line in lines] == list(range(1, 31))
        assert [line.certified_at for line in lines] == sorted(line.certified_at for line in lines)
    assert two.check() == ()


def test_a_writer_of_one_book_does_not_wait_for_another_and_one_who_is_alone_waits_for_all(register, acts):
    register.open_book(keep.BookSettings(unit="xe 7"))
    done = []
    with register._database.writing(("book", acts.unit, "SCT/BS")):
        acts.reserve(register, unit="xe 7")
        waiting = [
            threading.Thread(target=lambda: done.append(acts.reserve(register).number)),
            threading.Thread(target=lambda: done.append(register.open_book(keep.BookSettings(unit="xe 7")).name)),
        ]
        for thread in waiting:
            thread.start()
        time.sleep(0.3)
        assert done == []
    for thread in waiting:
        thread.join()
    assert sorted(map(str, done)) == ["02/2026-SCT/BS", "1" if 1 in done else "2"]


def test_an_act_outlives_the_sessions_of_its_desk(desks, acts, path):
    one, two = desks
    act = acts.reserve(one)
    cut(path)
    line = acts.finish(one, act, out_hint="/tmp/x.pdf")
    assert (line.state, line.number) == ("registered", 1)
    assert two.recover() == keep.Recovered(), "the sign of life was set up again with the last step"
    assert acts.reserve(one).number == 2
    assert one.check() == ()


def test_who_lost_the_sign_of_life_and_was_settled_meanwhile_is_told(desks, acts, path):
    one, two = desks
    act = acts.reserve(one)
    cut(path)
    assert [line.act_id for line in two.recover().voided] == [act.act_id]
    with pytest.raises(UsageFault, match="is voided"):
        one.advance(act.act_id, "officer_signed")
    assert acts.reserve(one).number == 2
    assert two.recover() == keep.Recovered()


def test_a_connection_that_breaks_in_a_step_undoes_it_and_is_not_tried_again_by_itself(register, acts, path):
    act = acts.reserve(register)
    with pytest.raises(StorageFault, match=r"starting or stopping|does not answer"):  # noqa: SIM117
        with register._database.writing(("act", act.act_id)) as connection:
            connection.exec_driver_sql("UPDATE act SET note = 'x'")
            cut(path)
            connection.exec_driver_sql("UPDATE act SET note = 'y'")
    assert register.act(act.act_id).note == "Đang thực hiện"
    acts.finish(register, act)


def test_a_connection_that_breaks_at_the_end_of_a_step_says_that_nobody_knows(register, acts, path):
    act = acts.reserve(register)
    with pytest.raises(StorageFault, match="look the act up before"):  # noqa: SIM117
        with register._database.writing(("act", act.act_id)) as connection:
            connection.exec_driver_sql("UPDATE act SET note = 'x'")
            cut(path)
    acts.finish(register, act)


def test_commits_are_on_the_disk_before_they_are_answered(register, path, postgres):
    with register._database.writing() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar() == "read committed"
    with register._database.reading() as connection:
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar() == "repeatable read"
        assert connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "on"
    tamper_as_superuser(path, f'ALTER DATABASE "{path.rpartition("/")[2]}" SET synchronous_commit = off')
    register._database.dispose()
    with register._database.writing() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_a_desk_may_do_what_an_office_needs_and_nothing_that_must_stay_can_be_changed_by_it(register, acts, path):
    acts.finish(register, acts.reserve(register))
    register.refuse(officer="An", reason="R3", pages=1)
    for forbidden in (
        "DELETE FROM act",
        "UPDATE act SET number = 7",
        "UPDATE act SET certified_at = ''",
        "TRUNCATE act CASCADE",
        "DELETE FROM event",
        "UPDATE event SET at = ''",
        "DELETE FROM file_state",
        "UPDATE file_state SET level = 'B-LTA'",
        "UPDATE decision SET salt = ''",
        "DELETE FROM decision",
        "DELETE FROM refusal",
        "UPDATE refusal SET officer = ''",
        "DELETE FROM book",
        "UPDATE book SET number = 9",
        "DELETE FROM counter",
        "UPDATE alembic_version SET version_num = ''",
        "ALTER TABLE act DISABLE TRIGGER ALL",
        "DROP TABLE act",
        "CREATE TABLE mine (x int)",
    ):
        with psycopg.connect(path) as link, pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute(forbidden)
    for refused in ("TRUNCATE event", "TRUNCATE refusal", "TRUNCATE act CASCADE"):
        with psycopg.connect(alone(path)) as link, pytest.raises(psycopg.errors.IntegrityConstraintViolation):
            link.execute(refused)


def test_every_table_is_the_desks_to_read_and_to_add_to(register, path):
    names = [name for (name,) in tamper(path, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    assert {"act", "event", "job"} <= set(names)
    with psycopg.connect(path) as link:
        for name in names:
            may = "has_table_privilege(%s, 'SELECT'), has_table_privilege(%s, 'INSERT')"
            assert link.execute(f"SELECT {may}", (name, name)).fetchone() == (
                True,
                name not in {"alembic_version", "register_key"},
            ), name


@pytest.fixture
def opened(clock, holders):
    def open_it(url):
        return keep.Register(url, clock=clock, randomness=lambda n: b"1" * n, holder_folder=holders)

    return open_it


def test_a_server_that_is_away_or_does_not_let_us_in_is_said_in_words(path, opened, monkeypatch):
    monkeypatch.delenv("PGPASSWORD", raising=False)
    base, _, name = path.rpartition("/")
    port = int(base.rpartition(":")[2])
    cases = {
        f"postgresql://desk_1@127.0.0.1:1/{name}": "the server does not answer",
        f"{base}/nowhere": "has no such database",
        f"postgresql://nobody@127.0.0.1:{port}/{name}": "has no such user",
        f"postgresql://nobody_2@127.0.0.1:{port}/{name}": "does not let this machine in",
        f"postgresql://desk_2@127.0.0.1:{port}/{name}": "refuses the password or has been given none",
    }
    for url, words in cases.items():
        with pytest.raises(StorageFault, match=words) as caught:
            opened(url)
        assert caught.value.exit_code == 18
        assert caught.value.say("vi") != caught.value.say("en")


def test_the_password_comes_from_the_environment_and_is_never_in_a_message(path, opened, monkeypatch):
    url = path.replace("desk_1@", "desk_2@")
    monkeypatch.setenv(_postgres.PASSWORD, "sai mật khẩu")
    with pytest.raises(StorageFault, match="refuses the password") as caught:
        opened(url)
    assert "sai mật khẩu" not in repr(caught.value.__cause__) + str(caught.value)
    monkeypatch.setenv(_postgres.PASSWORD, WORD)
    with opened(url) as register:
        assert register.check() == ()
        assert WORD not in register.where
    with pytest.raises(UsageFault, match="no password belongs in the register's URL") as caught:
        opened(url.replace("desk_2@", "desk_2:bi-mat@"))
    assert "bi-mat" not in str(caught.value)
    with pytest.raises(UsageFault, match="cannot be read"):
        opened("postgresql://%zz@x/y")


def test_a_read_only_server_is_said_before_anything_slow_and_when_it_is_written_to(register, acts, path):
    register.check_disk()
    tamper_as_superuser(path, f'ALTER DATABASE "{path.rpartition("/")[2]}" SET default_transaction_read_only = on')
    cut(path)
    with pytest.raises(StorageFault, match="read-only"):
        register.check_disk()
    with pytest.raises(StorageFault, match="read-only"):
        acts.reserve(register)
    assert list(register.lines()) == []


def test_a_register_that_is_held_too_long_is_said_in_words(register, acts, path, monkeypatch):
    monkeypatch.setattr(_postgres, "_SETTINGS", "SET lock_timeout = '50ms'")
    register._database.dispose()  # sessions from before have the usual patience
    with psycopg.connect(path) as other:
        other.execute(f"SELECT pg_advisory_xact_lock({_postgres._SPACE}, 0)")
        with pytest.raises(StorageFault, match="another desk has held the register too long"):
            acts.reserve(register)
    assert acts.reserve(register).number == 1


def test_a_database_that_is_no_register_or_one_already_or_sorts_otherwise_is_refused(databases, path, opened, clock):
    empty = databases.empty()
    with pytest.raises(StorageFault, match="no register in this database"):
        opened(empty)
    with pytest.raises(UsageFault, match="there is a register already"):
        keep.create_register(alone(path), keep.BookSettings(unit="x"), clock=clock)
    databases.server.sql("DROP DATABASE IF EXISTS latin")
    databases.server.sql(f"CREATE DATABASE latin OWNER {OWNER} TEMPLATE template0 ENCODING 'SQL_ASCII'")
    with pytest.raises(UsageFault, match="must sort in the same way") as caught:
        keep.create_register(databases.server.url("latin", OWNER), keep.BookSettings(unit="x"), clock=clock)
    assert "CREATE DATABASE" in caught.value.hint("en")
    databases.server.sql("DROP DATABASE latin")


def test_personal_data_that_the_server_quotes_does_not_reach_a_message(register, acts):
    cost = Charge(gross=0)
    object.__setattr__(cost, "gross", -1)  # past its own check, so that the server refuses the row
    with pytest.raises(StorageFault) as caught:
        acts.reserve(register, cost=cost)
    assert "check constraint" in str(caught.value)
    assert "Đào" not in "".join(traceback.format_exception(caught.value))


def test_a_server_that_does_not_keep_what_it_answers_is_a_fault_of_the_register(register, path, postgres):
    postgres.sql("ALTER SYSTEM SET full_page_writes = off")
    postgres.sql("SELECT pg_reload_conf()")
    try:
        until = time.monotonic() + 10
        while not register.check() and time.monotonic() < until:
            time.sleep(0.02)
        assert "full_page_writes = off" in register.check()[0].en
    finally:
        postgres.sql("ALTER SYSTEM RESET full_page_writes")
        postgres.sql("SELECT pg_reload_conf()")


def test_a_desk_learns_within_a_minute_that_the_servers_machine_has_gone(path):
    """Without a word: the power went, or the network. By default a client waits two hours."""
    with _postgres.Postgres(path).connect() as link, socket.socket(fileno=os.dup(link.fileno())) as line:
        asked = [socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT]
        idle, interval, count, timeout_ms = (line.getsockopt(socket.IPPROTO_TCP, name) for name in asked)
        assert idle + interval * count <= 60 and timeout_ms == 60_000
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert link.execute("SHOW tcp_keepalives_idle").fetchone() == ("30",)


def test_what_goes_through_whole_tables_may_take_longer_than_a_desk_waits(path, register, monkeypatch):
    """A migration, or writing tables anew, of a register with a million lines."""
    asked = "SHOW statement_timeout"
    with _create.migrating(alone(path)) as engine, engine.begin() as connection:
        assert connection.exec_driver_sql(asked).scalar() == "0"
    with register._database.reading() as connection:
        assert connection.exec_driver_sql(asked).scalar() == "2min"
    seen = []
    connect = _postgres.Postgres.connect

    def watched(self, **options):
        link = connect(self, **options)
        seen.append(link.execute(asked).fetchone())
        return link

    monkeypatch.setattr(_postgres.Postgres, "connect", watched)
    medium(alone(path)).rewrite()
    assert seen == [("0",)]


def test_a_register_on_a_server_needs_a_folder_for_signs_of_life(path, clock):
    with pytest.raises(UsageFault, match="holder_folder"):
        keep.Register(path, clock=clock, randomness=lambda n: b"1" * n)
