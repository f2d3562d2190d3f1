"""`hncert migrate`: a running office moves from a file and a folder to PostgreSQL and S3, and copies stay valid."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from pgserver import OWNER

import pyhncert
from pyhncert import keep
from pyhncert.errors import StorageFault, UsageFault

sys.path.insert(0, str(Path(__file__).parents[1] / "keep"))  # `import s3_double`


@pytest.fixture
def database(postgres):
    name = postgres.database("moved")
    yield name
    postgres.drop(name)


@pytest.fixture
def bucket():
    from s3_double import serving

    with serving() as server:
        name = server.bucket()
        yield f'objects = "objects"\ns3 = {{bucket = "{name}", endpoint = "{server.endpoint}", retries = 0}}'


def plan(office, tmp_path, register, store=""):
    """The office.toml to come."""
    text = (office / "office.toml").read_text("utf-8")
    text = text.replace('file = "register.sqlite"', f"url = {json.dumps(register)}")
    file = tmp_path / "new.toml"
    file.write_text(text + store, "utf-8")
    return file


def test_an_office_moves_to_a_database_server_and_to_s3_and_its_copies_stay_valid(
    hncert, postgres, database, bucket, new_folder, small, tmp_path
):
    def run(*arguments, **environment):
        return hncert("--office", new_folder, *arguments, **environment)

    first, second = tmp_path / "a.pdf", tmp_path / "b.pdf"
    assert run("certify", small, "-o", first, "--yes").code == 0
    url = postgres.url(database)
    file = plan(new_folder, tmp_path, url)
    file.write_text(file.read_text("utf-8").replace('objects = "objects"', bucket), "utf-8")
    broken = file.read_text("utf-8").replace('level = "B-LT"', 'level = "B-B"')
    (tmp_path / "other.toml").write_text(broken, "utf-8")
    refused = run("migrate", tmp_path / "other.toml", LANG="en_US.UTF-8")
    assert refused.code == 2 and "in register and store only" in refused.err
    weak = run("migrate", file, LANG="en_US.UTF-8")
    assert weak.code == 18 and "may not do this" in weak.err
    assert run("register", "list").code == 0

    done = run("migrate", file, "--as", OWNER, "--wait", "0", "--json")
    assert done.code == 0, done.err
    report = json.loads(done.out)
    rows = {table["name"]: table["rows"] for table in report["tables"]}
    assert (report["format"], rows["act"], rows["event"]) == ("hncert/migration", 1, 5)
    assert report["objects"]["count"] == len([p for p in (new_folder / "objects").rglob("*") if p.is_file()])
    assert (new_folder / "office.toml").read_bytes() == file.read_bytes()

    assert run("verify", first).code == 0
    last = run("certify", small, "-o", second, "--yes")
    assert last.code == 0, last.err
    listed = run("register", "list", "--json")
    assert [line["number"] for line in json.loads(listed.out)] == [1, 2]
    assert run("doctor").code == 0
    (new_folder / "office.toml").write_bytes((new_folder / "office.toml.before").read_bytes())
    old = run("certify", small, "-o", tmp_path / "c.pdf", "--yes", LANG="en_US.UTF-8")
    assert old.code == 18 and "has moved to another place" in old.err
    again = run("migrate", file, "--as", OWNER, LANG="en_US.UTF-8")
    assert again.code == 18 and "nothing was switched" in again.err, "the new register is in use: it is left alone"


CALLS = {"objects": 350, "register": 9000, "switch": 2640}
"""About as many as a part has; a switch that was begun before, up to the new settings."""
ROUNDS = 25 if os.environ.get("HNCERT_SOAK") else 3
"""Kills in each part of a move."""


def filled(folder):
    """A running office with acts and objects, none of which costs a scan: what it has acknowledged."""
    office = pyhncert.open_office(folder)
    return {issued(office, n) for n in range(6)}


def issued(office, n):
    """One act with its copy in the store; its code and what the copy says."""
    register, pdf = office.register, b"%PDF " + bytes([n]) * 2000 + os.urandom(8)
    act = register.reserve(
        unit=office.settings.unit, requester="An", original="Bằng", signer="B", pages=1, symbol=office.settings.suffix
    )
    register.advance(act.act_id, "officer_signed")
    register.advance(act.act_id, "agency_sealed", file_digest=hashlib.sha256(pdf).digest())
    office.store.put(pdf)
    digests = {"content_digest": hashlib.sha256(pdf[::-1]).digest(), "file_digest": hashlib.sha256(pdf).digest()}
    register.close(act.act_id, **digests, level="B-B", length=len(pdf))
    return act.code, pdf


def killed_move(folder, file, part, left):
    """`hncert migrate` in a process that dies at the call number `left` within a `part` of the move; its exit code."""
    nursery = Path(__file__).with_name("move_nursery.py")
    words = (sys.executable, nursery, folder, file, OWNER, part, str(left))
    return subprocess.run(words, check=False, timeout=60).returncode


@pytest.mark.timeout(1500 if os.environ.get("HNCERT_SOAK") else 300)
def test_a_move_that_is_killed_anywhere_is_taken_up_and_ends_whole(postgres, database, bucket, new_folder, tmp_path):
    """Objects, register and the switch of the settings; between kills the office works, unless writing was frozen."""
    dice, killed = random.Random(20261126), dict.fromkeys(("objects", "register", "switch"), 0)
    acknowledged = filled(new_folder)
    file = plan(new_folder, tmp_path, postgres.url(database))
    file.write_text(file.read_text("utf-8").replace('objects = "objects"', bucket), "utf-8")
    before = (new_folder / "office.toml").read_bytes()
    for n, part in enumerate(part for part in killed for _ in range(ROUNDS)):
        code = killed_move(new_folder, file, part, dice.randrange(1, CALLS[part]))
        assert code in (0, -9)
        killed[part] += code == -9
        if (new_folder / "office.toml").read_bytes() != before:
            break
        try:
            acknowledged.add(issued(pyhncert.open_office(new_folder), 10 + n))
        except StorageFault as err:
            assert "being moved" in str(err) or "has moved" in str(err)
    assert killed["objects"] and killed["register"] and sum(killed.values()) >= ROUNDS
    print(f"killed {killed}")
    done = pyhncert.open_office(new_folder).move(file, owner=OWNER, wait_s=0)
    assert (new_folder / "office.toml").read_bytes() == file.read_bytes()
    assert (new_folder / "office.toml.before").read_bytes() == before
    moved = pyhncert.open_office(new_folder)
    assert (done.objects, done.objects_digest) == counted(moved.store)
    assert {table.name: table.rows for table in done.tables}["act"] == len(acknowledged)
    assert [line.number for line in moved.register.lines()] == list(range(1, len(acknowledged) + 1))
    for code, pdf in acknowledged:
        assert moved.store.get(moved.register.find(code).file_digest) == pdf
    assert pyhncert.open_office(new_folder).move(file, owner=OWNER, wait_s=0) == done, "it may be asked once more"
    issued(moved, 99)
    with pytest.raises(UsageFault, match="there is nothing to move"):
        pyhncert.open_office(new_folder).move(file, owner=OWNER, wait_s=0)


def counted(store):
    names = sorted(store.digests())
    return len(names), hashlib.sha256("".join(names).encode()).digest()


def test_what_fails_at_the_last_step_gives_writing_back(postgres, database, bucket, new_folder, tmp_path, monkeypatch):
    """Also where the call that fails only takes up what a killed one had frozen."""
    from pyhncert import _move

    filled(new_folder)
    file = plan(new_folder, tmp_path, postgres.url(database))
    file.write_text(file.read_text("utf-8").replace('objects = "objects"', bucket), "utf-8")
    office = pyhncert.open_office(new_folder)

    def away(*_):
        raise StorageFault("the server does not answer", "máy chủ không trả lời")

    with monkeypatch.context() as patch, pytest.raises(StorageFault, match="does not answer"):
        patch.setattr(_move, "_arrived", away)
        office.move(file, owner=OWNER, wait_s=0)
    issued(pyhncert.open_office(new_folder), 20)

    with keep.Move(office.settings.register, postgres.url(database), owner=OWNER) as killed:
        killed.freeze()
    with pytest.raises(StorageFault, match="is being moved"):
        issued(pyhncert.open_office(new_folder), 21)
    gone = plan(new_folder, tmp_path, "postgresql://desk_1@127.0.0.1:9/x")
    with pytest.raises(StorageFault, match="does not answer"):
        office.move(gone, owner=OWNER, wait_s=0)
    issued(pyhncert.open_office(new_folder), 22)


def test_two_moves_of_an_office_at_once_are_refused(new_folder, tmp_path):
    file = plan(new_folder, tmp_path, "postgresql://desk_1@127.0.0.1:9/x")
    with keep.alone_in(new_folder, UsageFault("", "")), pytest.raises(UsageFault, match="another move of this office"):
        pyhncert.open_office(new_folder).move(file)
