"""An office whose objects lie on an S3 server: from scan to verified copy, and what a server that goes away does."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

import pyhncert
from pyhncert import errors

sys.path.insert(0, str(Path(__file__).parents[1] / "keep"))


@pytest.fixture(scope="module")
def s3():
    from s3_double import serving

    with serving() as server:
        yield server


@pytest.fixture
def remote(new_folder, s3):
    """A trial office that keeps copies and raw scans in a bucket of its own."""
    bucket = s3.bucket()
    settings(new_folder, f'objects = "objects"\ns3 = {{bucket = "{bucket}", endpoint = "{s3.endpoint}", retries = 0}}')
    file = new_folder / "office.toml"
    file.write_text(re.sub(r"(?m)^raw = false", "raw = true", file.read_text("utf-8"), count=1), "utf-8")
    (new_folder / "objects").rmdir()
    office = pyhncert.open_office(new_folder)
    office.bucket = bucket
    return office


def settings(folder, store):
    file = folder / "office.toml"
    file.write_text(file.read_text("utf-8").replace('objects = "objects"', store), "utf-8")


def test_copy_and_scans_lie_in_the_bucket_and_come_back(remote, s3, officer, small, tmp_path, hncert):
    copy = remote.certify([small], tmp_path / "out.pdf", decide=officer)
    held = b"".join(value for values in s3.held(remote.bucket).values() for value in values)
    assert len(held) > len(copy.pdf) + small.stat().st_size
    assert copy.pdf[:100] not in held and small.read_bytes()[:100] not in held
    assert not any(copy.file_digest.hex() in name for name in s3.held(remote.bucket))
    assert remote.verify(copy.code).verdict == remote.verify(tmp_path / "out.pdf").verdict == "valid"
    assert [scan.data for scan in remote.raw_scans(copy.code)] == [small.read_bytes()]
    assert all(check.ok for check in remote.doctor())
    said = hncert("--office", remote.settings.folder, "--lang", "en", "doctor")
    assert f"s3://{remote.bucket} answers" in said.out.decode() + said.err
    by_code = hncert("--office", remote.settings.folder, "verify", copy.code)
    assert by_code.code == 0


def test_a_server_that_is_away_at_the_beginning_uses_no_number(remote, s3, officer, small, monkeypatch):
    settings(remote.settings.folder, 'objects = "objects"')
    file = remote.settings.folder / "office.toml"
    file.write_text(file.read_text("utf-8").replace(s3.endpoint, "http://127.0.0.1:9"), "utf-8")
    away = pyhncert.open_office(remote.settings.folder)
    with pytest.raises(errors.StorageFault, match="does not answer"):
        away.certify([small], decide=officer)
    assert list(away.register.lines()) == []


def test_a_server_that_goes_away_before_the_copy_is_stored_leaves_a_void_number(remote, officer, small, monkeypatch):
    put = remote.store.put

    def gone(data, *, locked_until=None):
        if not data.startswith(b"%PDF"):
            return put(data)  # what was checked before signing
        raise errors.StorageFault("the server does not answer", "máy chủ không trả lời")

    monkeypatch.setattr(remote.store, "put", gone)
    with pytest.raises(errors.StorageFault, match="does not answer"):
        remote.certify([small], decide=officer)
    (line,) = remote.register.lines()
    assert line.state == "voided" and "does not answer" in line.reason
    monkeypatch.undo()
    assert remote.certify([small], decide=officer).number == 2


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('{endpoint = "http://x"}', "bucket is missing"),
        ('{bucket = "b", secret = "x"}', "store.s3.secret is not known"),
        ('{bucket = "b", retries = 1.5}', "retries is out of range"),
        ('{bucket = "b", timeout_s = 0}', "timeout_s is out of range"),
        ('{bucket = "b", timeout_s = true}', "timeout_s has the wrong type"),
        ("{bucket = 1}", "bucket has the wrong type"),
        ('{bucket = "b", lock = "for ever"}', "lock must be one of"),
        ('{bucket = "b", endpoint = "ftp://x"}', "endpoint is no http"),
        ('{bucket = "b", endpoint = "https://key:secret@x"}', "must not hold a password"),
    ],
)
def test_a_wrong_setting_is_named(new_folder, table, words):
    settings(new_folder, f'objects = "objects"\ns3 = {table}')
    with pytest.raises(errors.UsageFault, match=words):
        pyhncert.open_office(new_folder)
