"""Objects by digest: whole, checked, never doubled."""

from __future__ import annotations

import errno
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyhncert import keep
from pyhncert.errors import StorageFault, UsageFault
from pyhncert.keep._disk import NewFile


def write(store, path, data):
    """Past the store."""
    if isinstance(store, keep.FolderStore):
        (store.folder / path).write_bytes(data)
    else:
        store._bucket.put(path, data, use_multipart=False)


def read(store, path):
    if isinstance(store, keep.FolderStore):
        return (store.folder / path).read_bytes()
    return store._bucket.get(path).bytes().to_bytes()


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=2000))
def test_what_was_put_comes_back_under_its_sha256(any_store, data):
    digest = any_store.put(data)
    assert digest == hashlib.sha256(data).hexdigest()
    assert any_store.get(digest) == any_store.get(bytes.fromhex(digest)) == data
    assert any_store.has(digest)


def test_the_folder_has_two_levels_and_nothing_else(store):
    digest = store.put(b"copy")
    assert [p.relative_to(store.folder).as_posix() for p in store.folder.rglob("*") if p.is_file()] == [
        f"{digest[:2]}/{digest}"
    ]
    assert (store.folder / digest[:2] / digest).stat().st_mode & 0o777 == 0o600


def test_putting_twice_keeps_one_object_and_its_time(store):
    path = store.folder / hashlib.sha256(b"x").hexdigest()[:2] / hashlib.sha256(b"x").hexdigest()
    store.put(b"x")
    before = path.stat().st_ino
    store.put(b"x")
    assert path.stat().st_ino == before


def test_eight_threads_may_put_the_same_and_different_bytes(any_store):
    with ThreadPoolExecutor(8) as threads:
        digests = list(threads.map(lambda i: any_store.put(b"%d" % (i % 5)), range(40)))
    assert len(set(digests)) == 5
    assert sorted(any_store.digests()) == sorted(set(digests))


@pytest.mark.parametrize("damage", [b"", b"cop", b"copz", b"copy and more"])
def test_a_damaged_object_is_noticed_and_healed_by_the_next_put(any_store, damage):
    digest = any_store.put(b"copy")
    write(any_store, f"{digest[:2]}/{digest}", damage)
    with pytest.raises(StorageFault, match="damaged"):
        any_store.get(digest)
    any_store.put(b"copy")
    assert any_store.get(digest) == b"copy"
    assert read(any_store, f"{digest[:2]}/{digest}.damaged") == damage
    assert list(any_store.digests()) == [digest]
    assert any_store.clean() == 0


def test_a_missing_object_is_named(any_store):
    with pytest.raises(StorageFault, match="no such object"):
        any_store.get("0" * 64)
    assert not any_store.has("0" * 64)
    assert any_store.delete("0" * 64) is False


def test_deleting_removes_the_object(any_store):
    digest = any_store.put(b"copy")
    assert any_store.delete(digest) is True
    assert not any_store.has(digest)


@pytest.mark.parametrize("wrong", ["", "abc", "../../etc/passwd", "g" * 64, b"short", "0" * 63 + "\n"])
def test_only_digests_name_objects(any_store, wrong):
    with pytest.raises(UsageFault, match="not a SHA-256"):
        any_store.get(wrong)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EDQUOT, "quota"),
        (errno.EIO, "reports an error"),
        (errno.EROFS, "read-only"),
    ],
)
@pytest.mark.parametrize("call", ["write", "fsync"])
def test_a_disk_that_fails_is_said_in_words_and_leaves_nothing(store, monkeypatch, number, words, call):
    store.put(b"before")

    def fail(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(StorageFault, match=words) as caught:
        store.put(b"after")
    assert caught.value.exit_code == 18
    assert caught.value.say("vi") != caught.value.say("en")
    monkeypatch.undo()
    assert [p.name for p in store.folder.rglob("*") if p.is_file()] == [hashlib.sha256(b"before").hexdigest()]


def test_a_disk_without_nameless_files_works_too_and_its_leftovers_are_cleaned(store, monkeypatch):
    real = os.open

    def plain(path, flags, *rest, **more):
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(errno.EOPNOTSUPP, "")
        return real(path, flags, *rest, **more)

    monkeypatch.setattr(os, "open", plain)
    digest = store.put(b"copy")
    assert store.get(digest) == b"copy"
    assert len([p for p in store.folder.rglob("*") if p.is_file()]) == 1
    left = store.folder / digest[:2] / ".put-0123.tmp"
    left.write_bytes(b"half")
    living = NewFile(left.parent, b"being written", prefix=".put-")
    assert store.clean() == 1
    assert living.publish(left.with_name("whole"))
    living.discard()
    assert store.get(digest) == b"copy"


def test_a_disk_without_links_works_too(store, monkeypatch):
    real = os.open

    def plain(path, flags, *rest, **more):
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(errno.EOPNOTSUPP, "")
        return real(path, flags, *rest, **more)

    def no_links(*_, **__):
        raise OSError(errno.EPERM, "")

    monkeypatch.setattr(os, "open", plain)
    monkeypatch.setattr(os, "link", no_links)
    digest = store.put(b"copy")
    assert store.get(digest) == b"copy"
    assert not keep.write_new(store.folder / digest[:2] / digest, b"other")
    assert store.get(digest) == b"copy"
    assert len([p for p in store.folder.rglob("*") if p.is_file()]) == 1


def test_preflight_says_what_the_disk_lacks(store, tmp_path):
    store.check()
    keep.check_disk(tmp_path, needed_bytes=1)
    assert keep.free_bytes(tmp_path) > 0
    with pytest.raises(StorageFault, match="MB needed"):
        keep.check_disk(tmp_path, needed_bytes=1 << 60)
    with pytest.raises(StorageFault, match="no such folder"):
        keep.check_disk(tmp_path / "nowhere", needed_bytes=1)
    with pytest.raises(StorageFault, match="no such folder"):
        keep.FolderStore(tmp_path / "nowhere").check()


def test_preflight_notices_a_read_only_disk(store, monkeypatch, tmp_path):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(StorageFault, match="no permission"):
        store.check()
    with pytest.raises(StorageFault, match="no permission"):
        keep.check_disk(tmp_path, needed_bytes=1)
    real = os.statvfs

    class ReadOnly:
        f_flag = os.ST_RDONLY

    monkeypatch.setattr(os, "statvfs", lambda *_: ReadOnly)
    with pytest.raises(StorageFault, match="read-only"):
        keep.check_disk(tmp_path, needed_bytes=1)
    assert real(tmp_path)


def test_a_folder_that_a_killed_process_made_is_made_durable_by_the_next(store, monkeypatch):
    digest = hashlib.sha256(b"copy").hexdigest()
    (store.folder / digest[:2]).mkdir()
    synced = []
    real = keep.fsync_folder
    monkeypatch.setattr(
        "pyhncert.keep._folder_store.fsync_folder", lambda folder: (synced.append(folder), real(folder))
    )
    store.put(b"copy")
    assert synced == [store.folder, store.folder / digest[:2]]
    synced.clear()
    store.put(b"copy")
    assert synced == [store.folder / digest[:2]], "once for each folder and process"


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES])
def test_a_folder_that_cannot_be_read_is_not_taken_for_an_empty_one(store, monkeypatch, number):
    digest = store.put(b"copy")
    real, bad = os.scandir, store.folder / digest[:2]

    def scandir(path="."):
        if os.fspath(path) == str(bad):
            raise OSError(number, "")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(StorageFault):
        list(store.digests())
    monkeypatch.undo()
    assert list(store.digests()) == [digest]

    def stat(self, **options):
        raise OSError(number, "")

    monkeypatch.setattr("pathlib.Path.stat", stat)
    with pytest.raises(StorageFault):
        store.has(digest)
