"""Copies and receipts on a disk: whole, beside each other, never over anything."""

from __future__ import annotations

import errno
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pyhncert import deliver
from pyhncert.errors import StorageFault, UsageFault

PDF = b"%PDF-1.7 a copy"
RECEIPT = {"format": "pyhncert/receipt", "version": 1}
TEXT = deliver.receipt_bytes(RECEIPT)
NAMES = [
    "copy.pdf",
    "giấy khai sinh (bản chính).certified.pdf",
    "with spaces  and 'quotes\" `$(touch x)`.pdf",
    "new\nline.pdf",
    "-o.pdf",
    "no ending",
    ".pdf",
    "MÉO.PDF",
    "🙂.pdf",
]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_gets_a_copy_and_a_receipt_beside_it(tmp_path, name):
    out = tmp_path / name
    beside = deliver.write_copy(PDF, RECEIPT, out)
    assert beside == deliver.receipt_path(out)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {out.name: PDF, beside.name: TEXT}


def test_a_copy_is_readable_for_others_as_any_new_file(tmp_path):
    out = tmp_path / "copy.pdf"
    deliver.write_copy(PDF, RECEIPT, out)
    mask = os.umask(0)
    os.umask(mask)
    assert out.stat().st_mode & 0o777 == 0o644 & ~mask


def test_the_receipt_takes_the_place_of_the_ending():
    assert deliver.receipt_path(Path("a/x.certified.pdf")) == Path("a/x.certified.receipt.json")
    assert deliver.receipt_path(Path("x.PDF")) == Path("x.receipt.json")
    assert deliver.receipt_path(Path("x")) == Path("x.receipt.json")


@pytest.mark.parametrize("taken", ["copy.pdf", "copy.receipt.json"])
@pytest.mark.parametrize("how", ["file", "folder", "broken link"])
def test_nothing_is_ever_overwritten(tmp_path, taken, how):
    path = tmp_path / taken
    if how == "file":
        path.write_bytes(b"mine")
    elif how == "folder":
        path.mkdir()
    else:
        path.symlink_to("nowhere")
    for attempt in (
        lambda: deliver.write_copy(PDF, RECEIPT, tmp_path / "copy.pdf"),
        lambda: deliver.check_out(tmp_path / "copy.pdf"),
    ):
        with pytest.raises(UsageFault, match="never overwritten") as caught:
            attempt()
        assert caught.value.exit_code == 2
    assert [p.name for p in tmp_path.iterdir()] == [taken]
    if how == "file":
        assert path.read_bytes() == b"mine"


def test_who_comes_second_gets_nothing_and_takes_nothing_away(tmp_path, monkeypatch):
    """The name is taken between the check and the naming."""
    out = tmp_path / "copy.pdf"
    monkeypatch.setattr(deliver._files, "check_out", lambda *_, **__: out.write_bytes(b"theirs"))
    with pytest.raises(UsageFault, match="never overwritten"):
        deliver.write_copy(PDF, RECEIPT, out)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"copy.pdf": b"theirs"}


def test_of_eight_threads_that_want_one_name_one_gets_it_whole(tmp_path):
    out = tmp_path / "copy.pdf"
    gate = threading.Barrier(8)

    def write(i: int) -> bool:
        gate.wait()
        try:
            deliver.write_copy(b"%d" % i * 1000, {"i": i}, out)
        except UsageFault:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        won = [i for i, got in enumerate(threads.map(write, range(8))) if got]
    assert len(won) == 1
    assert out.read_bytes() == b"%d" % won[0] * 1000
    assert deliver.receipt_path(out).read_bytes() == deliver.receipt_bytes({"i": won[0]})
    assert len(list(tmp_path.iterdir())) == 2


def test_a_missing_folder_is_said_in_words(tmp_path):
    for attempt in (
        lambda: deliver.write_copy(PDF, RECEIPT, tmp_path / "nowhere" / "copy.pdf"),
        lambda: deliver.check_out(tmp_path / "nowhere" / "copy.pdf"),
    ):
        with pytest.raises(UsageFault, match="no such folder"):
            attempt()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EROFS, "read-only"),
        (errno.EIO, "reports an error"),
        (errno.EACCES, "no perm"),
    ],
)
@pytest.mark.parametrize("call", ["write", "fsync", "link"])
def test_a_disk_that_fails_leaves_nothing_behind(tmp_path, monkeypatch, number, words, call):
    def fail(*_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(StorageFault, match=words) as caught:
        deliver.write_copy(PDF, RECEIPT, tmp_path / "copy.pdf")
    assert caught.value.exit_code == 18
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []


def test_a_read_only_folder_is_noticed_beforehand(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(StorageFault, match="no permission"):
        deliver.check_out(tmp_path / "copy.pdf")
    monkeypatch.undo()
    with pytest.raises(StorageFault, match="MB needed"):
        deliver.check_out(tmp_path / "copy.pdf", needed_bytes=1 << 60)
    with pytest.raises(StorageFault, match="name is too long"):
        deliver.check_out(tmp_path / ("x" * 251 + ".pdf"))
    with pytest.raises(StorageFault, match="name is too long"):
        deliver.check_out(tmp_path / ("x" * 245 + ".pdf"))  # the receipt's would be


def test_a_copy_of_a_scan_gets_a_free_name_beside_it(tmp_path):
    scan = tmp_path / "giấy khai sinh.tar.png"
    seen = []
    for _ in range(3):
        out = deliver.free_name(scan)
        deliver.write_copy(PDF, RECEIPT, out)
        seen.append(out.name)
    assert seen == [
        "giấy khai sinh.tar.certified.pdf",
        "giấy khai sinh.tar.certified-2.pdf",
        "giấy khai sinh.tar.certified-3.pdf",
    ]


def test_a_name_is_free_only_where_its_receipts_is_too(tmp_path):
    (tmp_path / "a.certified.receipt.json").write_bytes(b"")
    assert deliver.free_name(tmp_path / "a.png").name == "a.certified-2.pdf"


def test_a_very_long_name_is_shortened_between_letters(tmp_path):
    scan = tmp_path / ("ệ" * 83 + ".png")
    out = deliver.free_name(scan)
    deliver.write_copy(PDF, RECEIPT, out)
    assert set(out.name.removesuffix(".certified.pdf")) == {"ệ"}
    assert deliver.free_name(scan).name.endswith(".certified-2.pdf")


def test_no_free_name_is_said_in_words(tmp_path, monkeypatch):
    monkeypatch.setattr(deliver._files, "_TRIES", 3)
    for _ in range(2):
        deliver.write_copy(PDF, RECEIPT, deliver.free_name(tmp_path / "a.png"))
    with pytest.raises(StorageFault, match="too many copies"):
        deliver.free_name(tmp_path / "a.png")


@pytest.mark.parametrize("before", ["nothing", "receipt", "both", "copy only"])
def test_what_a_killed_process_began_is_finished(tmp_path, before):
    out = tmp_path / "copy.pdf"
    if before in ("receipt", "both"):
        deliver.receipt_path(out).write_bytes(TEXT)
    if before in ("both", "copy only"):
        out.write_bytes(PDF)
    assert deliver.finish_copy(PDF, RECEIPT, out) == out
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"copy.pdf": PDF, "copy.receipt.json": TEXT}


@pytest.mark.parametrize("taken", ["copy.pdf", "copy.receipt.json"])
def test_where_another_file_took_the_name_the_copy_goes_to_the_next(tmp_path, taken):
    (tmp_path / taken).write_bytes(b"theirs")
    out = deliver.finish_copy(PDF, RECEIPT, tmp_path / "copy.pdf")
    assert out.name == "copy-2.pdf"
    assert out.read_bytes() == PDF
    assert deliver.receipt_path(out).read_bytes() == TEXT
    assert (tmp_path / taken).read_bytes() == b"theirs"
    assert len(list(tmp_path.iterdir())) == 3
    assert deliver.finish_copy(PDF, RECEIPT, tmp_path / "copy.pdf").name == "copy-2.pdf"
    assert deliver.finish_copy(b"another", RECEIPT, tmp_path / "copy.pdf").name == "copy-3.pdf"


def test_a_complete_copy_whose_act_was_revoked_meanwhile_is_not_written_twice(tmp_path):
    out = tmp_path / "copy.pdf"
    deliver.write_copy(PDF, {"code": "A", "status": "registered"}, out)
    assert deliver.finish_copy(PDF, {"code": "A", "status": "revoked"}, out) == out
    assert len(list(tmp_path.iterdir())) == 2


def test_a_copy_whose_folder_is_gone_is_not_finished(tmp_path):
    with pytest.raises(UsageFault, match="folder is gone"):
        deliver.finish_copy(PDF, RECEIPT, tmp_path / "nowhere" / "copy.pdf")


def test_a_disk_without_links_and_nameless_files_works_too(tmp_path, monkeypatch):
    real = os.open

    def plain(path, flags, *rest, **more):
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(errno.EOPNOTSUPP, "")
        return real(path, flags, *rest, **more)

    def no_links(*_, **__):
        raise OSError(errno.EPERM, "")

    monkeypatch.setattr(os, "open", plain)
    monkeypatch.setattr(os, "link", no_links)
    out = tmp_path / "copy.pdf"
    deliver.write_copy(PDF, RECEIPT, out)
    monkeypatch.setattr(deliver._files, "check_out", lambda *_, **__: None)
    with pytest.raises(UsageFault, match="never overwritten"):
        deliver.write_copy(b"other", {}, out)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"copy.pdf": PDF, "copy.receipt.json": TEXT}
