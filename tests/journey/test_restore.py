"""An office is backed up while it works, lost, and brought back; what was given out since is found."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sys
from pathlib import Path

import pytest

import pyhncert
from pyhncert.errors import StorageFault, UsageFault
from pyhncert.keep import BackupFolder
from pyhncert.office import init_trial, restore_office

pytestmark = pytest.mark.xdist_group("restore")  # one worker makes the lost office


@pytest.fixture(scope="module")
def lost(tmp_path_factory, small, officer):
    """A folder with the backup, and the receipts of an office that no longer is: copies 1 and 2, then 3 and 4."""
    home = tmp_path_factory.mktemp("lost")
    toml = init_trial(home / "office") / "office.toml"
    toml.write_text(toml.read_text("utf-8").replace('second = "fields"', 'second = "off"'), "utf-8")
    office = pyhncert.open_office(home / "office")
    (home / "out").mkdir()
    copies = []
    for n in range(4):
        if n == 2:
            office.backup(home / "backup")
        copies.append(office.certify([small], home / "out" / f"{n}.pdf", decide=officer))
    office.revoke(copies[0].code, "nhầm")
    shutil.copytree(home / "office" / "keys", home / "keys")
    (home / "only" / "keys").mkdir(parents=True)  # a sealed register needs its office key, and no other
    shutil.copy(home / "keys" / "office.key", home / "only" / "keys")
    shutil.copytree(home / "office" / "trial", home / "trial")
    shutil.rmtree(home / "office")
    return home, copies


def test_a_backup_has_no_private_key_unless_it_is_asked_for(lost):
    home, _ = lost
    held = BackupFolder(home / "backup")
    made = held.one()
    files = {item["path"] for item in made.manifest["files"]}
    assert {"office/office.toml", "office/trust/root.pem", "register.sqlite"} <= files
    assert any(name.startswith("keys/") for name in made.manifest["left_out"])
    assert not any(b"PRIVATE KEY" in held.path(made, name).read_bytes() for name in files)
    assert not any(name.startswith(("office/keys", "office/trial")) for name in files)


def test_a_restored_office_has_every_copy_and_gives_no_number_twice(lost, small, officer, tmp_path):
    home, copies = lost
    done = restore_office(home / "backup", tmp_path / "again", receipts=[home / "out"], keys=home)
    assert [line.code for line in done.refilled.entered] == [copies[2].code, copies[3].code]
    assert (done.refilled.voided, done.refilled.strange, done.lost) == ((), (), ())
    assert done.left_out == ()
    office = pyhncert.open_office(tmp_path / "again")
    for copy in copies:
        assert office.verify(copy.code).verdict == "valid"
        assert office.verify(copy.pdf).number == copy.number
    assert office.certify([small], decide=officer).number == 5
    assert office.register.check() == ()


def test_the_command_says_what_is_missing(lost, hncert, tmp_path):
    home, copies = lost
    (tmp_path / "3.receipt.json").write_bytes((home / "out" / "3.receipt.json").read_bytes())
    done = hncert(
        "restore",
        home / "backup",
        "--to",
        tmp_path / "new",
        "--receipts",
        tmp_path / "3.receipt.json",
        "--json",
        "--keys",
        home / "only",
    )
    assert done.code == 0, done.err
    said = json.loads(done.out)
    assert [line["number"] for line in said["voided"]] == [3]
    left_out = BackupFolder(home / "backup").one().manifest["left_out"]
    assert sorted([*said["left_out"], "keys/office.key"]) == sorted(left_out)
    assert [line["code"] for line in said["entered"]] == [copies[3].code] == said["lost"]
    assert said["entered"][0]["file_digest"] == copies[3].file_digest.hex()
    assert "enter it again from your papers" in done.err
    again = hncert("restore", home / "backup", "--to", tmp_path / "new", "--lang", "vi")
    sealed = hncert("restore", home / "backup", "--to", tmp_path / "other", "--lang", "en")
    assert sealed.code == 14 and "the office key is missing" in sealed.err and not (tmp_path / "other").exists()
    assert again.code == 2 and "không trống" in again.err
    plain = hncert(
        "restore", home / "backup", "--to", tmp_path / "third", "--last", "01/2026-SCT/BS=3", "--keys", home / "only"
    )
    book = pyhncert.open_office(tmp_path / "third").register.books()[0]
    if book.year == 2026:
        assert plain.out.decode().count("voided, their use is not known") == 1


def test_the_command_backs_up_and_checks(hncert, tmp_path):
    made = hncert("backup", tmp_path / "b")
    assert made.code == 0, made.err
    assert "private keys are not in it: " in made.err and "SHA-256 of the manifest" in made.err
    name = made.out.decode().strip()
    with_keys = hncert("backup", "make", tmp_path / "b", "--keys", "--verify", "--json")
    facts = json.loads(with_keys.out)
    assert (facts["keys"], facts["left_out"], facts["copied"]) == (True, [], 0)
    checked = hncert("backup", "check", tmp_path / "b", "--all", "--json")
    assert checked.code == 0 and [one["faults"] for one in json.loads(checked.out)] == [[], []]
    (tmp_path / "b" / "snapshots" / name / "objects.txt").write_bytes(b"changed")
    damaged = hncert("backup", "check", tmp_path / "b", "--name", name)
    assert damaged.code == 18 and "objects.txt: changed" in damaged.err
    with pytest.raises(StorageFault, match=r"is damaged: objects\.txt: changed; nothing was restored"):
        restore_office(tmp_path / "b", tmp_path / "new", name=name)
    assert not (tmp_path / "new").exists() and not list(tmp_path.glob(".new*"))
    with pytest.raises(UsageFault, match="no such folder"):
        restore_office(tmp_path / "b", tmp_path / "no" / "new")


def test_a_restore_that_is_killed_leaves_no_office_and_the_next_one_none_of_its_rests(lost, tmp_path):
    """Kills at Python events of library and rooms; the office is there whole, or not at all."""
    home, copies = lost
    dice, killed = random.Random(3), 0
    rounds = 60 if os.environ.get("HNCERT_SOAK") else 6
    for turn in range(rounds):
        to, left = tmp_path / str(turn), dice.randrange(1, 9000)
        child = os.fork()
        if child == 0:

            def count(frame, what, arg):
                nonlocal left
                if "/pyhncert/" in frame.f_code.co_filename:
                    left -= 1
                    if left == 0:
                        os.kill(os.getpid(), signal.SIGKILL)

            try:
                sys.setprofile(count)
                restore_office(home / "backup", to, receipts=[home / "out"], keys=home / "only")
            except BaseException:  # noqa: BLE001
                os._exit(9)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        assert os.WIFSIGNALED(status) or status == 0
        killed += os.WIFSIGNALED(status)
        if not to.exists():
            assert (
                len(restore_office(home / "backup", to, receipts=[home / "out"], keys=home / "only").refilled.entered)
                == 2
            )
        office = pyhncert.open_office(to)
        assert [line.code for line in office.register.lines()] == [copy.code for copy in copies]
        assert office.register.check() == ()
    assert killed > rounds // 4
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(str(turn) for turn in range(rounds))


def test_two_restores_beside_each_other_at_once_are_refused(lost, tmp_path):
    import fcntl

    fd = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    with pytest.raises(UsageFault, match="another restore is at work in this folder"):
        restore_office(lost[0] / "backup", tmp_path / "new")
    os.close(fd)
    assert list(tmp_path.iterdir()) == []


def test_a_backup_of_a_newer_software_is_refused(lost, tmp_path, monkeypatch):
    from pyhncert import _restore

    home, _ = lost
    monkeypatch.setattr(_restore, "SCHEMA", "0001")
    with pytest.raises(StorageFault, match="made by a newer software"):
        restore_office(home / "backup", tmp_path / "new")


def test_an_office_on_a_server_is_backed_up_and_comes_back(postgres, small, officer, tmp_path):
    from pgserver import OWNER

    name = postgres.database("backed_up")
    try:
        toml = init_trial(tmp_path / "office", register=postgres.url(name, OWNER)) / "office.toml"
        toml.write_text(toml.read_text("utf-8").replace('second = "fields"', 'second = "off"'), "utf-8")
        office = pyhncert.open_office(tmp_path / "office")
        first = office.certify([small], decide=officer)
        made = office.backup(tmp_path / "backup")
        second = office.certify([small], tmp_path / "second.pdf", decide=officer)
        office.register.leave()
    finally:
        postgres.drop(name)
    assert BackupFolder(tmp_path / "backup").check(made) == ()
    done = restore_office(tmp_path / "backup", tmp_path / "new", receipts=[tmp_path], keys=tmp_path / "office")
    assert ([line.code for line in done.refilled.entered], done.lost) == ([second.code], ())
    again = pyhncert.open_office(tmp_path / "new")
    assert again.settings.register == tmp_path / "new" / "register.sqlite"
    assert [again.verify(copy.code).verdict for copy in (first, second)] == ["valid", "valid"]


def test_a_register_of_a_server_comes_back_as_a_file(tmp_path):
    from pyhncert import _restore

    toml = tmp_path / "office.toml"
    text = '[office]\nname = "A"\n\n[register]\nbook = 1\nurl = "postgresql://h/d"\n\n[timestamp]\nurl = "http://t"\n'
    toml.write_text(text)
    _restore._to_files(toml)
    lines = toml.read_text().splitlines()
    assert lines[5] == '# restored into register.sqlite; it was: url = "postgresql://h/d"'
    assert [line for n, line in enumerate(lines) if n != 5] == [
        line for n, line in enumerate(text.splitlines()) if n != 5
    ]
    toml.write_text(text.replace('url = "postgresql://h/d"\n', ""))
    before = toml.read_bytes()
    _restore._to_files(toml)
    assert toml.read_bytes() == before


def test_objects_of_a_bucket_come_back_as_a_folder(tmp_path):
    import tomllib

    from pyhncert import _restore

    rest = '\n[timestamp]\nurl = "http://t"\n'
    inline = '[store]\nobjects = "objects"\ns3 = {bucket = "b", endpoint = "http://[::1]:9"}\n'
    table = (
        '[store]\nmin_free_mb = 9\n\n[store.s3]\nbucket = "b"\n\nendpoint = "http://[::1]:9"   # ours\nretries = 3\n'
    )
    toml = tmp_path / "office.toml"
    for text in (inline, table, "[store]\nmin_free_mb = 9\n" + rest + '[store.s3]\nbucket = "b"'):
        toml.write_text(text + rest if "timestamp" not in text else text)
        before = tomllib.loads(toml.read_text())
        _restore._to_files(toml)
        del before["store"]["s3"]
        assert tomllib.loads(toml.read_text()) == before
        assert "# restored into a folder; it was:" in toml.read_text() and 'bucket = "b"' in toml.read_text()


def test_a_restore_beside_the_living_office_takes_nothing_from_its_bucket(new_folder, tmp_path):
    """An act that was under way at the backup is voided in the restored register; the living one has issued it."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "keep"))
    from s3_double import serving

    with serving() as server:
        toml = new_folder / "office.toml"
        bucket = server.bucket()
        there = f's3 = {{bucket = "{bucket}", endpoint = "{server.endpoint}", retries = 0}}'
        toml.write_text(toml.read_text("utf-8").replace('objects = "objects"', there), "utf-8")
        office = pyhncert.open_office(new_folder)
        register, pdf = office.register, b"%PDF of the living"
        facts = {"requester": "An", "original": "Bằng", "signer": "B", "pages": 1, "symbol": office.settings.suffix}
        act = register.reserve(unit=office.settings.unit, **facts)
        register.advance(act.act_id, "officer_signed")
        digest = bytes.fromhex(hashlib.sha256(pdf).hexdigest())
        register.advance(act.act_id, "agency_sealed", file_digest=digest)
        office.store.put(pdf)
        office.backup(tmp_path / "backup")
        register.close(act.act_id, content_digest=digest, file_digest=digest, level="B-B", length=len(pdf))
        before = server.held(bucket)
        done = restore_office(tmp_path / "backup", tmp_path / "drill", keys=new_folder)
        assert [line.code for line in done.refilled.voided] == [act.code]
        assert server.held(bucket) == before and office.store.get(digest) == pdf
        assert pyhncert.open_office(tmp_path / "drill").settings.s3 is None


def forged(folder, **changes):
    """The newest backup with another manifest; its name is made to fit."""
    held = BackupFolder(folder)
    path = held.path(held.one(), "manifest.json")
    path.write_text(json.dumps({**json.loads(path.read_bytes()), **changes}))
    name = path.parent.name[:16] + hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    path.parent.rename(path.parent.with_name(name))


@pytest.mark.parametrize(
    "changes",
    [
        {"left_out": ["../../stolen.p12"]},
        {"left_out": ["/etc/hostname"]},
        {"left_out": 1},
        {"files": [{"path": "../x", "sha256": "", "length": 0}]},
        {"files": [1]},
    ],
)
def test_a_manifest_that_leads_out_of_the_office_is_refused(lost, tmp_path, changes):
    home, _ = lost
    shutil.copytree(home / "backup", tmp_path / "in" / "backup")
    (tmp_path / "in" / "keys").mkdir()
    (tmp_path / "stolen.p12").write_bytes(b"another's")
    forged(tmp_path / "in" / "backup", **changes)
    with pytest.raises(StorageFault, match=r"manifest\.json: damaged"):
        restore_office(tmp_path / "in" / "backup", tmp_path / "in" / "new", keys=tmp_path / "in" / "keys")


def test_settings_that_lead_out_of_the_office_are_refused(lost, tmp_path):
    home, _ = lost
    shutil.copytree(home / "backup", tmp_path / "backup")
    held = BackupFolder(tmp_path / "backup")
    toml = held.path(held.one(), "office/office.toml")
    toml.write_text(toml.read_text("utf-8").replace('"objects"', '"objects/../../elsewhere"'), "utf-8")
    files = [dict(item) for item in held.one().manifest["files"]]
    (item,) = (item for item in files if item["path"] == "office/office.toml")
    item |= {"sha256": hashlib.sha256(toml.read_bytes()).hexdigest(), "length": toml.stat().st_size}
    forged(tmp_path / "backup", files=files)
    with pytest.raises(UsageFault, match="outside of its folder"):
        restore_office(tmp_path / "backup", tmp_path / "new", keys=home)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup"]


@pytest.mark.parametrize("what", ["register.sqlite", "office/office.toml", "office/trust/root.pem"])
def test_what_changes_between_the_check_and_the_copy_is_found(lost, tmp_path, monkeypatch, what):
    home, _ = lost
    shutil.copytree(home / "backup", tmp_path / "backup")
    check = BackupFolder.check

    def then_changed(self, backup):
        found = check(self, backup)
        path = self.path(backup, what)
        path.write_bytes(path.read_bytes().replace(b"0", b"1"))
        return found

    monkeypatch.setattr(BackupFolder, "check", then_changed)
    with pytest.raises(StorageFault, match="damaged"):
        restore_office(tmp_path / "backup", tmp_path / "new", keys=home)
    assert not (tmp_path / "new").exists()


def test_only_who_has_the_office_key_can_change_a_backup(lost, tmp_path, hncert):
    """One that was changed and renamed to fit is refused; without its proof it is restored, and that is said."""
    home, _ = lost
    shutil.copytree(home / "backup", tmp_path / "backup")
    held = BackupFolder(tmp_path / "backup")
    assert len(held.proof(held.one())) == 32 and held.check(held.one()) == ()
    assert restore_office(tmp_path / "backup", tmp_path / "good", keys=home).proven
    forged(tmp_path / "backup", acts=1)
    assert held.check(held.one()) == (), "whoever has no key sees nothing"
    with pytest.raises(StorageFault, match="is not as the office made it"):
        restore_office(tmp_path / "backup", tmp_path / "new", keys=home)
    assert not (tmp_path / "new").exists()
    held.path(held.one(), "manifest.proof").unlink()
    done = hncert("restore", tmp_path / "backup", "--to", tmp_path / "old", "--keys", home, "--lang", "en")
    assert done.code == 0 and "no proof of the office is in it; compare the SHA-256" in done.err


def test_an_old_backup_that_is_damaged_stands_in_nobodys_way(lost, tmp_path, hncert):
    home, _ = lost
    shutil.copytree(home / "backup", tmp_path / "backup")
    old = tmp_path / "backup" / "snapshots" / "20200101T000000-0123456789abcdef"
    old.mkdir()
    (old / "manifest.json").write_bytes(b"{")
    assert len(restore_office(tmp_path / "backup", tmp_path / "new", keys=home).refilled.entered) == 0
    checked = hncert("backup", "check", tmp_path / "backup", "--all", "--json")
    said = json.loads(checked.out)
    assert checked.code == 18 and [bool(one["faults"]) for one in said] == [True, False]
    assert BackupFolder(tmp_path / "backup").prune(1) == (old.name,)


def test_a_copy_that_was_erased_is_neither_missing_nor_lost(new_folder, small, officer, tmp_path):
    office = pyhncert.open_office(new_folder)
    copy = office.certify([small], decide=officer)
    office.register.erase(copy.code, classes=["copy"], reason="theo yêu cầu", person="An")
    assert office.backup(tmp_path / "backup").missing == ()
    done = restore_office(tmp_path / "backup", tmp_path / "new", keys=new_folder)
    assert done.lost == () and [line.code for line in pyhncert.open_office(tmp_path / "new").register.lines()] == [
        copy.code
    ]
