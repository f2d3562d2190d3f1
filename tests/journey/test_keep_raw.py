"""The raw scans beside the copy: kept byte for byte where the office says so, and then only with a registered act."""

from __future__ import annotations

import hashlib
import io
import json
import re

import pikepdf
import pytest
from PIL import Image

import pyhncert
from pyhncert import errors
from pyhncert.keep._sealed_store import SealedStore
from pyhncert.values import Decision


def objects(office):
    return [path for path in office.settings.objects.rglob("*") if path.is_file()]


def scans_in_act(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as copy:
        return json.loads(copy.attachments["act.json"].get_file().read_bytes())["scans"]


@pytest.fixture
def keeping(new_folder):
    """An office whose policy is to keep the raw scans."""
    file = new_folder / "office.toml"
    file.write_text(
        re.sub(r"^raw = false", "raw = true", file.read_text("utf-8"), count=1, flags=re.MULTILINE), "utf-8"
    )
    office = pyhncert.open_office(new_folder)
    assert office.settings.keep_raw
    return office


def test_a_kept_scan_is_the_bytes_that_were_handed_in_under_the_digest_of_the_act(keeping, officer, small, tmp_path):
    second = tmp_path / "second.png"
    with Image.open(small) as image:
        image.save(second, dpi=(200, 200), compress_level=6)
    copy = keeping.certify([small, second], tmp_path / "out.pdf", decide=officer)
    assert "scans_kept" in copy.stages_s and not copy.notes
    kept = keeping.raw_scans(copy.code)
    assert [scan.data for scan in kept] == [small.read_bytes(), second.read_bytes()]
    named = scans_in_act(copy.pdf)
    assert [(s.media_type, len(s.data), s.digest.hex()) for s in kept] == [
        (s["media_type"], s["length"], s["sha256"]) for s in named
    ]
    assert all(hashlib.sha256(s.data).digest() == s.digest for s in kept)
    assert keeping.verify(copy.pdf).verdict == "valid"


def test_by_default_nothing_of_the_scan_is_kept(office, officer, small):
    copy = office.certify([small], decide=officer)
    assert "scans_kept" not in copy.stages_s
    assert not office.store.has(hashlib.sha256(small.read_bytes()).digest())
    assert office.raw_scans(copy.code) == office.kept_scans(copy.code) == ()
    with pytest.raises(errors.UsageFault, match="code"):
        office.raw_scans("7K3MX9PQR2TWA4C")


def test_a_refused_or_secret_scan_is_never_kept(keeping, officer, small, draw, tmp_path):
    with pytest.raises(errors.Blocked):
        keeping.certify([small], decide=lambda _: Decision(approved=False))
    image, _ = draw("secret", 3)
    image.save(tmp_path / "secret.png", dpi=(300, 300), compress_level=1)
    with pytest.raises(errors.Blocked):
        keeping.certify([tmp_path / "secret.png"], decide=officer)
    keeping.examine([small])
    assert objects(keeping) == []


@pytest.mark.parametrize("step", ["stored", "registered"])
def test_a_process_that_ends_between_the_steps_leaves_no_scan_without_an_act(keeping, officer, small, step):
    class Killed(BaseException):
        pass

    def end(done, _):
        if done == step:
            raise Killed

    with pytest.raises(Killed):
        keeping.certify([small], decide=officer, progress=end)
    digest = hashlib.sha256(small.read_bytes()).hexdigest()
    assert not keeping.store.has(digest)
    (line,) = keeping.register.lines()
    assert line.state == ("voided" if step == "stored" else "registered")
    missing = keeping.kept_scans(line.code)
    assert [(scan.sha256.hex(), scan.held) for scan in missing] == ([] if step == "stored" else [(digest, False)])
    if missing:
        with pytest.raises(errors.StorageFault, match="restore it"):
            keeping.raw_scans(line.code)


def test_a_scan_that_cannot_be_stored_is_a_note_on_a_good_copy(keeping, officer, small, tmp_path, monkeypatch):
    put, raw = SealedStore.put, small.read_bytes()

    def full(self, data):
        if data == raw:
            raise errors.StorageFault("the disk is full", "ổ đĩa đầy")
        return put(self, data)

    monkeypatch.setattr(SealedStore, "put", full)
    copy = keeping.certify([small], tmp_path / "out.pdf", decide=officer)
    assert [note.en for note in copy.notes] == ["the raw scan could not be kept: the disk is full"]
    assert [note.vi for note in copy.notes] == ["chưa lưu được bản quét gốc: ổ đĩa đầy"]
    assert (tmp_path / "out.pdf").read_bytes() == copy.pdf


def test_the_command_says_what_is_kept(keeping, officer, small, hncert):
    code = keeping.certify([small], decide=officer).code
    digest = hashlib.sha256(small.read_bytes()).hexdigest()
    shown = hncert("--office", keeping.settings.folder, "--lang", "en", "register", "show", code)
    assert f"raw scan kept: {digest} (image/png, {small.stat().st_size} B)" in shown.out.decode()
    shown = hncert("--office", keeping.settings.folder, "--json", "register", "show", code)
    (listed,) = json.loads(shown.out)["raw_scans"]
    assert (listed["sha256"], listed["held"]) == (digest, True)
    keeping.store.delete(digest)
    shown = hncert("--office", keeping.settings.folder, "--lang", "vi", "register", "show", code)
    assert f"bản quét gốc không còn trong kho: {digest}" in shown.out.decode()
