"""Personal data at rest: sealed under the office key, found without being stored, and lost when a key is."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mediums import alone, only_sqlite, tamper
from sqlalchemy import exc

from pyhncert import keep
from pyhncert.errors import KeyFault, StorageFault, UsageFault
from pyhncert.keep import _persons, _seal, _sealing

SEEN = {"seen": "Số 001090000019"}
REQUESTER = "Nguyễn Thị Đào"
ORIGINAL = "Giấy khai sinh của Lê Văn Quýt"
REASON = "người yêu cầu Trần Thị Mơ từ chối nhận"
PLACE = "/quầy/Phạm Thị Lựu.pdf"


@pytest.fixture
def key():
    return keep.LocalKey(b"k" * 32)


@pytest.fixture
def sealed(path, clock, key):
    """An empty register that is sealed."""
    keep.seal_register(alone(path), key)
    return path


@pytest.fixture(autouse=True)
def life(holders, monkeypatch):
    monkeypatch.setattr(keep, "HOLDERS", holders, raising=False)


def opened(path, clock, key, store=None):
    return keep.Register(
        path, clock=clock, randomness=os.urandom, holder_folder=keep.HOLDERS, store=store, office_key=key
    )


def raw(folder, where=None):
    """All bytes of all files below a folder, and where the register is on a server, all its rows."""
    files = [file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()]
    if isinstance(where, str):
        tables = tamper(where, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        files += [str(row).encode() for (table,) in tables for row in tamper(where, f"SELECT * FROM {table}")]
    return b"\n".join(files)


def one_act(register, acts, **changes):
    act = acts.reserve(register, requester=REQUESTER, original=ORIGINAL, decision=SEEN, **changes)
    return act, acts.finish(register, act, scans=[{"sha256": "ab" * 32}], out_hint=PLACE)


@contextmanager
def stopped_at_the_second(name: str) -> Iterator[None]:
    """What is done here ends, as by a kill, at the second call of that function of `_sealing`."""
    its, calls = getattr(_sealing, name), []

    def stop(*args):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return its(*args)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(_sealing, name, stop)
        yield


def test_nothing_personal_lies_in_the_files_and_all_of_it_comes_back(sealed, clock, key, acts, tmp_path, store):
    with opened(sealed, clock, key, store) as register:
        act, line = one_act(register, acts, idempotency_key="sha256 of a scan", note="cấp cho Lê Văn Quýt")
        assert (line.requester, line.original) == (REQUESTER, ORIGINAL)
        assert register.find(act.code) == line == next(register.lines())
        assert b"001090000019" in register.decision(act.act_id)[1]
        assert [e.facts for e in register.events(act.act_id)][-1]["scans"] == [{"sha256": "ab" * 32}]
        assert register.issued_under("sha256 of a scan") == line
        digest = register.store.put(b"scan of Nguyen")
        assert register.store.get(digest) == b"scan of Nguyen"
        register.revoke(act.code, REASON)
        assert REASON in register.find(act.code).note
    left = raw(tmp_path, sealed)
    for word in (REQUESTER, ORIGINAL, "Quýt", REASON, PLACE, "001090000019", "ab" * 32, "sha256 of a scan"):
        assert word.encode() not in left, word
    assert b"scan of Nguyen" not in left and digest.encode() not in left and bytes.fromhex(digest) not in left


SAID = (
    "Đỗ Văn Khế",
    "Bằng của Đỗ Văn Khế",
    "rách góc, bà Khế giữ",
    "chị Ổi",
    "vay cho ông Mít",
    "203.0.113.77",
    "chờ ông Na",
    "bà Dừa gọi điện",
    "ông Cau đến quầy",
)
"""Names beside the register's columns: of a refusal, a share grant, its view, a step of a file."""


def say(register, acts):
    """One of each; what they say of people, as it is read again."""
    refusal = register.refuse(officer="Bình", reason="R2", requester=SAID[0], original=SAID[1], words=SAID[2])
    _, line = one_act(register, acts)
    grant = keep.NewGrant(purpose="banking", recipient=SAID[3], note=SAID[4], shows=("line",))
    made, token = register.shares.make(line.act_id, grant, by=keep.ByOfficer(name="An", word=SAID[7]).said)
    register.shares.open(token, who=SAID[3], purpose=SAID[4], address=SAID[5])
    register.shares.revoke(line.act_id, made.id, by=keep.ByOfficer(name="An", word=SAID[8]).said)
    steps = [("captured", register._now()), ("submitted", register._now()), ("accepted", register._now())]
    file = register.receive(keep.NewDossier(unit=acts.unit, steps=steps, requester=SAID[0]))
    register.step(file.code, "checking")
    register.step(file.code, "need_more", reason=SAID[6])
    return refusal.number, line.act_id, file.code


def heard(register, number, act_id, code):
    refusal, (grant,) = register.refusal(number), register.shares.of(act_id)
    (view,) = grant.views
    steps = register.dossier_events(code)
    assert register.refusals() == (refusal,)
    said = (refusal.requester, refusal.original, refusal.words, grant.recipient, grant.note, view.address)
    assert (view.who, view.purpose) == (grant.recipient, grant.note)
    words = [by.removeprefix("officer: An (").removesuffix(")") for by in (grant.made_by, grant.revoked_by)]
    return (*said, steps[-1].facts["reason"], *words)


def test_names_in_refusals_grants_views_and_steps_of_files_are_sealed_too(sealed, clock, key, acts, tmp_path):
    with opened(sealed, clock, key) as register:
        places = say(register, acts)
        assert heard(register, *places) == SAID
    left = raw(tmp_path, sealed)
    assert [word for word in SAID if word.encode() in left] == []


def test_names_beside_the_columns_of_a_plain_register_are_sealed_with_it(register, path, clock, key, acts, tmp_path):
    places = say(register, acts)
    assert heard(register, *places) == SAID
    again = acts.reserve(register, original_marks=([b"s" * 32], "khai_sinh 123"))
    register.leave()
    before = tamper(path, "SELECT mark FROM original_mark")
    keep.seal_register(alone(path), key)
    after = tamper(path, "SELECT mark FROM original_mark")
    assert len(after) == 2 and not {bytes(mark) for (mark,) in after} & {bytes(mark) for (mark,) in before}
    with opened(path, clock, key) as register:
        assert heard(register, *places) == SAID
        for scans, document in (([b"s" * 32], None), ([], "khai_sinh 123")):
            assert [line.act_id for line in register.seen_before(scans, document)] == [again.act_id]
    left = raw(tmp_path, path)
    assert [word for word in SAID if word.encode() in left] == []
    for table in ("refusal", "share_event", "dossier_event"):
        with pytest.raises((exc.IntegrityError, exc.DBAPIError)):
            tamper(path, f"UPDATE {table} SET id = id")


def test_another_process_delivers_what_a_dead_one_left_sealed(sealed, clock, key, acts, store):
    register = opened(sealed, clock, key, store)
    one_act(register, acts)
    acts.die(register)
    with opened(sealed, clock, key, store) as other:
        (left,) = other.recover().undelivered
        assert str(left.out) == PLACE


def test_without_its_key_or_with_another_a_sealed_register_is_not_opened(sealed, path, clock, key):
    with pytest.raises(KeyFault, match="no office key is given") as caught:
        opened(sealed, clock, None)
    assert caught.value.exit_code == 14
    with pytest.raises(KeyFault, match="sealed under the office key"):
        opened(sealed, clock, keep.LocalKey(b"x" * 32))
    opened(sealed, clock, key).leave()


def test_a_key_over_a_plain_register_is_refused_until_it_is_sealed(path, clock, key):
    with pytest.raises(StorageFault, match="hncert office upgrade"):
        opened(path, clock, key)


def test_a_plain_register_with_its_objects_is_sealed_and_nothing_of_the_old_bytes_is_left(
    register, store, path, clock, key, acts, tmp_path
):
    act, line = one_act(register, acts, idempotency_key="an errand")
    voided = acts.reserve(register, requester="Đỗ Văn Na")
    register.void(voided.act_id, REASON)
    digest = register.store.put(b"scan of Nguyen")
    events = register.events(act.act_id)
    register.leave()
    assert REQUESTER.encode() in raw(tmp_path, path)
    assert keep.seal_register(alone(path), key, store=store) == 3
    assert keep.seal_register(alone(path), key, store=store) == 0
    left = raw(tmp_path, path)
    for word in (REQUESTER, ORIGINAL, REASON, PLACE, "001090000019", "ab" * 32, "an errand", "scan of Nguyen"):
        assert word.encode() not in left, word
    with opened(path, clock, key, store) as after:
        assert after.find(act.code) == line
        assert after.events(act.act_id) == events
        assert b"001090000019" in after.decision(act.act_id)[1]
        assert after.store.get(digest) == b"scan of Nguyen"
        assert after.issued_under("an errand") == line
        assert after.find(voided.code).reason == REASON
        assert after.check() == ()
        assert after.acts_of(REQUESTER) == [act.act_id]
    with pytest.raises(exc.DBAPIError, match="never changes"):
        tamper(path, "UPDATE event SET facts = '{}'")  # the guard stands again


def test_a_process_that_was_open_before_the_sealing_writes_nothing_plain_afterwards(register, path, clock, key, acts):
    keep.seal_register(alone(path), key)
    with pytest.raises(KeyFault, match="sealed"):
        acts.reserve(register)
    with opened(path, clock, key) as after:
        assert list(after.lines()) == []


@only_sqlite
def test_objects_lie_under_the_digest_of_their_sealed_bytes_and_twice_is_once(sealed, clock, key, any_store):
    with opened(sealed, clock, key, any_store) as register:
        digest = register.store.put(b"copy")
        assert register.store.put(b"copy") == digest == hashlib.sha256(b"copy").hexdigest()
        (held,) = any_store.digests()
        assert held != digest and hashlib.sha256(any_store.get(held)).hexdigest() == held
        assert register.store.has(digest) and not register.store.has(held)
        assert register.store.check()
        assert register.store.delete(digest) is True
        assert register.store.delete(digest) is False
        assert list(any_store.digests()) == [] and not register.store.has(digest)
        with pytest.raises(StorageFault, match="no such object"):
            register.store.get(digest)


@only_sqlite
def test_a_damaged_sealed_object_is_noticed_and_healed(sealed, clock, key, store):
    with opened(sealed, clock, key, store) as register:
        digest = register.store.put(b"copy")
        (held,) = store.digests()
        path = store.folder / held[:2] / held
        path.write_bytes(path.read_bytes()[:-1] + b"x")
        with pytest.raises(StorageFault, match="damaged"):
            register.store.get(digest)
        register.store.put(b"copy")
        assert register.store.get(digest) == b"copy"
        assert list(store.digests()) == [held]


@only_sqlite
def test_what_a_killed_writer_left_half_is_completed_or_deleted(sealed, clock, key, store, monkeypatch):
    with opened(sealed, clock, key, store) as register:
        digest = hashlib.sha256(b"copy").hexdigest()
        with monkeypatch.context() as patched:
            patched.setattr(store, "put", lambda *_, **__: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                register.store.put(b"copy")
        assert not register.store.has(digest)
        with pytest.raises(StorageFault, match="no such object"):
            register.store.get(digest)
        assert register.store.put(b"copy") == digest
        assert register.store.get(digest) == b"copy"
        assert register.store.delete(digest) is True
        assert list(store.digests()) == []


@pytest.mark.parametrize(
    "order",
    [
        "UPDATE act SET requester = (SELECT requester FROM act WHERE number = 1) WHERE number = 2",
        "UPDATE act SET requester = original WHERE number = 1",
        "UPDATE act SET requester = 'plain' WHERE number = 1",
        "UPDATE act SET requester = substr(requester, 1, length(requester) - 1) WHERE number = 1",
        "UPDATE data_key SET line_key = rest_key",
        "DELETE FROM data_key",
    ],
)
def test_sealed_words_cannot_be_moved_to_another_act_or_field(sealed, clock, key, acts, order):
    with opened(sealed, clock, key) as register:
        for name in ("An", "Bình"):
            acts.reserve(register, requester=name)
        tamper(sealed, order)
        with pytest.raises(StorageFault, match="cannot be opened"):
            list(register.lines())


def test_a_person_is_found_by_name_or_number_however_they_are_written(sealed, clock, key, acts):
    with opened(sealed, clock, key) as register:
        act = acts.reserve(register, requester="Nguyễn Thị  Hoà", about=["001 090 000 019", "ĐÀO VĂN THÚY"])
        acts.reserve(register)
        for asked in ("nguyễn thị hòa", "NGUYỄN THỊ HOÀ", "001090000019", "Đào Văn Thuý"):
            assert register.acts_of(asked) == [act.act_id]
        for other in ("Nguyễn Thị Hoa", "Dao Van Thuy", "001090000018"):
            assert register.acts_of(other) == []
        with pytest.raises(UsageFault, match="name a person"):
            register.acts_of("  ")


def test_a_plain_register_is_searched_by_its_column(register, acts):
    act = acts.reserve(register, requester="Nguyễn Thị Hoà")
    acts.reserve(register, requester="Nguyễn Thị Hoa")
    assert register.acts_of("nguyễn thị hòa") == [act.act_id]


@given(words=st.text(max_size=30))
def test_folding_twice_is_folding_once_and_forgets_capitals(words):
    once = _persons.folded(words)
    assert _persons.folded(words.swapcase().swapcase()) == once
    assert "  " not in once and once == once.strip()


@given(value=st.binary(max_size=200), context=st.binary(max_size=20))
def test_what_is_shut_opens_only_under_its_key_and_context(value, context):
    sealed = _seal.shut(b"k" * 32, value, context, os.urandom)
    assert _seal.opened_under(b"k" * 32, sealed, context) == value
    assert _seal.opened_under(b"x" * 32, sealed, context) is None
    assert _seal.opened_under(b"k" * 32, sealed, context + b"x") is None
    assert _seal.opened_under(b"k" * 32, sealed[:-1] + bytes([sealed[-1] ^ 1]), context) is None


# -- the office key ----------------------------------------------------------------------------------------------------


def test_a_key_file_is_the_owners_alone_and_is_never_overwritten(tmp_path):
    file = tmp_path / "office.key"
    keep.make_key_file(file)
    assert file.stat().st_mode & 0o777 == 0o600
    key = keep.key_from_file(file)
    assert repr(key) == f"<LocalKey {key.id}>"
    with pytest.raises(UsageFault, match="left alone"):
        keep.make_key_file(file)
    file.chmod(0o640)
    with pytest.raises(KeyFault, match="chmod 600"):
        keep.key_from_file(file)
    file.chmod(0o600)
    secret = file.read_text().split()[1]
    for wrong in ("", secret, f"hncert-office-key-1 {secret[:-4]}", f"hncert-office-key-1 {secret}!"):
        file.write_text(wrong)
        with pytest.raises(KeyFault, match="no office key") as caught:
            keep.key_from_file(file)
        assert secret[:10] not in str(caught.value)
    with pytest.raises(KeyFault, match="is missing"):
        keep.key_from_file(tmp_path / "none")


def test_a_key_comes_from_the_environment_too(tmp_path, monkeypatch):
    keep.make_key_file(tmp_path / "office.key")
    monkeypatch.setenv("OFFICE_KEY", (tmp_path / "office.key").read_text().strip())
    assert keep.key_from_environment("OFFICE_KEY").id == keep.key_from_file(tmp_path / "office.key").id
    monkeypatch.delenv("OFFICE_KEY")
    with pytest.raises(KeyFault, match="is not set"):
        keep.key_from_environment("OFFICE_KEY")


@only_sqlite
def test_another_office_key_opens_everything_and_the_old_one_nothing(sealed, clock, key, acts, store, tmp_path):
    new = keep.LocalKey(b"n" * 32)
    with opened(alone(sealed), clock, key, store) as register:
        act, line = one_act(register, acts)
        digest = register.store.put(b"copy")
        with closing(sqlite3.connect(sealed)) as link:
            old = [row[0] for row in link.execute("SELECT line_key FROM data_key UNION SELECT wrapped FROM object_key")]
        assert register.rekey(new) == 2
        with pytest.raises(UsageFault, match="already"):
            opened(alone(sealed), clock, new).rekey(new)
    with pytest.raises(KeyFault, match="sealed under"):
        opened(alone(sealed), clock, key)
    with opened(alone(sealed), clock, new, store) as register:
        assert register.find(act.code) == line
        assert register.store.get(digest) == b"copy"
        one_act(register, acts)
        assert len(register.acts_of(REQUESTER)) == 2
        assert register.rekey() == 0
    left = raw(tmp_path)
    assert not any(wrapped in left for wrapped in old)


def test_a_change_of_keys_that_was_stopped_goes_on(sealed, clock, key, acts, monkeypatch):

    new = keep.LocalKey(b"n" * 32)
    with opened(alone(sealed), clock, key) as register:
        lines = [acts.reserve(register) for _ in range(5)]
        monkeypatch.setattr(_sealing, "BATCH", 2)
        with stopped_at_the_second("_rewrap"):
            register.rekey(new)
    with opened(alone(sealed), clock, new) as register:
        assert len(list(register.lines())) == len(lines)  # half under the old register key, half under the new
        assert register.rekey() == 3
        assert [line.requester for line in register.lines()] == ["Nguyễn Thị Đào"] * 5


def test_a_process_that_was_open_while_the_office_key_changed_writes_nothing_more(sealed, clock, key, acts):
    with opened(alone(sealed), clock, key) as old:
        acts.reserve(old)
        with opened(alone(sealed), clock, key) as other:
            other.rekey(keep.LocalKey(b"n" * 32))
        with pytest.raises(KeyFault, match="sealed under"):
            acts.reserve(old)


def stand(where):
    """What persons and originals are found by, as it stands in the register."""
    return {
        bytes(row[0])
        for table, column in (("person", "digest"), ("original_mark", "mark"))
        for row in tamper(where, f"SELECT {column} FROM {table}")
    }


def test_what_the_old_index_key_found_is_found_by_it_no_more_and_by_the_register_still(
    sealed, clock, key, acts, monkeypatch
):

    monkeypatch.setattr(_sealing, "BATCH", 2)
    paper = ([b"s" * 32], "khai_sinh 123")
    ids = []
    with opened(alone(sealed), clock, key) as register:
        for n in range(3):
            act = acts.reserve(register, requester=REQUESTER, about=[f"00109000001{n}"], original_marks=paper)
            ids.append(act.act_id)
        first = {name: register._seal.index("person", _persons.folded(name)) for name in (REQUESTER, "001090000010")}
        assert set(first.values()) <= stand(sealed)
        register.rekey(keep.LocalKey(b"1" * 32))
    one = stand(sealed)
    assert len(one) == 6 and not set(first.values()) & one
    with opened(alone(sealed), clock, keep.LocalKey(b"1" * 32)) as register, stopped_at_the_second("_reindex"):
        register.rekey(keep.LocalKey(b"2" * 32))
    assert stand(sealed) & one and stand(sealed) - one
    with opened(alone(sealed), clock, keep.LocalKey(b"2" * 32)) as register:
        for _ in range(2):  # half under the old index key, half under the new; then all under the new
            assert register.acts_of(REQUESTER) == sorted(ids)
            assert [register.acts_of(f"00109000001{n}") for n in range(3)] == [[act_id] for act_id in ids]
            assert len(register.seen_before(*paper)) == len(register.seen_before([], paper[1])) == 3
            register.rekey()
        assert len(stand(sealed)) == 6 and not stand(sealed) & one
        act = acts.reserve(register, requester=REQUESTER)
        assert act.act_id in register.acts_of(REQUESTER)
        assert all(name.startswith(register._seal.front()) for name in stand(sealed))


def test_a_process_that_was_open_while_the_keys_changed_does_not_say_that_nothing_is_held(sealed, clock, key, acts):
    with opened(alone(sealed), clock, key) as old:
        acts.reserve(old, requester=REQUESTER)
        with opened(alone(sealed), clock, key) as other:
            other.rekey(keep.LocalKey(b"n" * 32))
        for look in (lambda: old.acts_of(REQUESTER), lambda: old.seen_before([b"s" * 32], None)):
            with pytest.raises(KeyFault, match="sealed under"):
                look()


@only_sqlite
def test_old_bytes_go_also_where_the_sealing_was_killed_before_they_went(
    register, path, key, acts, monkeypatch, tmp_path
):
    from pyhncert.keep._database import Database

    acts.finish(register, acts.reserve(register, requester=REQUESTER))
    register.leave()

    def stop(self):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Database, "rewrite", stop)
        with pytest.raises(KeyboardInterrupt):
            keep.seal_register(path, key)
    done = []
    rewrite = Database.rewrite
    monkeypatch.setattr(Database, "rewrite", lambda self: (done.append(1), rewrite(self)))
    assert keep.seal_register(path, key) == 0 and done == [1]
    assert REQUESTER.encode() not in raw(tmp_path)
    assert keep.seal_register(path, key) == 0 and done == [1]
