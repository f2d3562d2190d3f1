"""A watched folder, looked at from outside: what is ready, what is refused, where everything goes.

The conductor is a stand-in that remembers what it was asked; certifying itself is tested elsewhere, kills in
test_watch_kill.py.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import threading
from typing import Any

import pytest
from watch_bench import SECRET, page, put

from pyhncert.errors import Blocked, QualityRefused, ScanError, StorageFault, Unavailable, UsageFault

# -- what is ready -----------------------------------------------------------------------------------------------------


def test_each_file_is_an_original_and_goes_to_done_beside_its_copy(bench):
    put(bench.folder, "b.png")
    put(bench.folder, "a.tif", page(), page(), page())
    assert bench.once() is None
    assert bench.asked() == [["a.tif"], ["b.png"]]
    assert bench.tree() == [
        "done/a.certified.pdf",
        "done/a.certified.receipt.json",
        "done/a.tif",
        "done/b.certified.pdf",
        "done/b.certified.receipt.json",
        "done/b.png",
    ]
    assert [event.what for event in bench.told] == ["issued", "issued"]
    assert bench.told[0].out == bench.folder / "done" / "a.certified.pdf"


def test_numbers_in_names_count_as_numbers(bench):
    for name in ("scan 10.png", "scan 9.png", "Scan 1.png"):
        put(bench.folder, name)
    bench.once()
    assert bench.asked() == [["Scan 1.png"], ["scan 9.png"], ["scan 10.png"]]


@pytest.mark.parametrize("name", ["tờ khai số 1.png", 'it\'s "x".png', "a\nb.png", "-rf.png", "ö" * 120 + ".png"])
def test_any_name_is_taken_as_it_is(bench, name):
    put(bench.folder, name)
    assert bench.once() is None
    assert (bench.folder / "done" / name).is_file()
    assert len(list((bench.folder / "done").glob("*.pdf"))) == 1


def test_a_name_that_is_no_text_is_taken_too(bench):
    path = put(bench.folder, "x.png")
    path.rename(os.fsdecode(os.fsencode(bench.folder) + b"/\xff\xfe.png"))
    assert bench.once() is None
    assert os.fsdecode(b"\xff\xfe.png") in [path.name for path in (bench.folder / "done").iterdir()]


@pytest.mark.parametrize("name", [".a.png", "a.png.part", "a.png.TMP", "~a.png", "a.png~", "a.crdownload", "#a#"])
def test_hidden_and_unfinished_files_are_left_alone(bench, name):
    put(bench.folder, "x.png").rename(bench.folder / name)
    assert bench.once() is None
    assert bench.asked() == [] and bench.tree() == [name]


def test_links_folders_and_pipes_are_left_alone(bench, tmp_path):
    outside = put(tmp_path, "outside.png")
    (bench.folder / "link.png").symlink_to(outside)
    (bench.folder / "folder.png").mkdir()
    os.mkfifo(bench.folder / "pipe.png")
    assert bench.once() is None
    assert bench.asked() == [] and outside.is_file()


def test_a_file_is_taken_when_it_has_stood_still(bench):
    watch, stop = bench.watch(settle_s=3.0), threading.Event()
    path = put(bench.folder, "a.png")
    with watch._folder.held():
        watch._round(stop)
        bench.now = 2.9
        with path.open("ab") as file:
            file.write(b"more")
        watch._round(stop)
        bench.now = 5.8
        watch._round(stop)
        assert bench.asked() == []
        bench.now = 6.0
        watch._round(stop)
    assert bench.asked() == [["a.png"]]


def test_a_file_that_is_cut_off_is_given_time_and_then_refused(bench):
    watch, stop = bench.watch(settle_s=1.0), threading.Event()
    path = put(bench.folder, "a.png")
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    with watch._folder.held():
        for bench.now in (0.0, 2.0, 9.0):
            assert watch._round(stop)
        assert bench.told == []
        path.write_bytes(whole)  # the scanner was only slow
        for bench.now in (9.5, 10.6):
            watch._round(stop)
        assert bench.asked() == [["a.png"]]
        put(bench.folder, "b.png").write_bytes(whole[:-20])
        for bench.now in (11.0, 22.0):
            watch._round(stop)
    assert bench.told[-1].what == "refused" and isinstance(bench.told[-1].error, ScanError)
    assert (bench.folder / "refused" / "b.png").read_bytes() == whole[:-20]


def test_an_empty_file_is_waited_for(bench):
    watch, stop = bench.watch(settle_s=1.0), threading.Event()
    path = bench.folder / "a.png"
    path.touch()
    with watch._folder.held():
        for bench.now in (0.0, 5.0):
            watch._round(stop)
        put(bench.folder, "a.png")
        for bench.now in (6.0, 7.5):
            watch._round(stop)
    assert bench.asked() == [["a.png"]] and not path.exists()


# -- what is refused, and what fails -----------------------------------------------------------------------------------


def test_a_refused_original_lies_in_refused_with_the_reason_in_both_languages(bench):
    bench.office.fault = lambda _: Blocked("no seal", "thiếu dấu", hint="scan again", hint_vi="quét lại")
    put(bench.folder, "a.png")
    assert bench.once() is None
    assert bench.tree() == ["refused/a.png", "refused/a.png.refused.txt"]
    text = (bench.folder / "refused" / "a.png.refused.txt").read_text("utf-8")
    assert text == "thiếu dấu\n→ quét lại\n\nno seal\n→ scan again\n"


def test_nothing_is_overwritten(bench):
    for _ in range(3):
        put(bench.folder, "a.png")
        bench.once()
    bench.office.fault = lambda _: QualityRefused("blurred", "mờ")
    for words in ("blurred", "blurred", "blank"):
        bench.office.fault = lambda _, words=words: QualityRefused(words, words)
        put(bench.folder, "a.png")
        bench.once()
    done = {f"done/a{n}.png" for n in ("", "-2", "-3")}
    done |= {f"done/a.certified{n}{end}" for n in ("", "-2", "-3") for end in (".pdf", ".receipt.json")}
    refused = {f"refused/a{n}.png{end}" for n in ("", "-2", "-3") for end in ("", ".refused.txt")}
    assert set(bench.tree()) == done | refused


def test_a_fault_that_is_not_the_papers_leaves_it_there_and_the_others_go_on(bench):
    bench.office.fault = lambda names: StorageFault("disk full", "đầy đĩa") if names == ["a.png"] else None
    put(bench.folder, "a.png")
    put(bench.folder, "b.png")
    fault = bench.once()
    assert isinstance(fault, StorageFault)
    assert bench.asked() == [["b.png"]]
    assert "a.png" in bench.tree() and "done/b.png" in bench.tree()
    bench.office.fault = lambda _: None
    assert bench.once() is None
    assert "done/a.png" in bench.tree()


def test_a_fault_is_tried_again_at_longer_and_longer_intervals(bench):
    tries = []
    bench.office.fault = lambda _: tries.append(bench.now) or Unavailable("silent", "không trả lời")
    watch, stop = bench.watch(settle_s=1.0), threading.Event()
    put(bench.folder, "a.png")
    with watch._folder.held():
        for bench.now in map(float, range(0, 4000, 2)):
            watch._round(stop)
    gaps = [round(b - a) for a, b in itertools.pairwise(tries)]
    assert gaps == [30, 60, 120, 240, 480, 900, 900, 900]


def test_a_file_that_vanishes_is_said_and_forgotten(bench):
    path = put(bench.folder, "a.png")

    def gone(_: Any) -> Exception:
        path.unlink()
        return ScanError("no such file", "không có tệp")

    bench.office.fault = gone
    assert bench.once() is None
    assert [event.words.en for event in bench.told] == ["the file is no longer in the folder"]
    assert bench.tree() == []


def test_the_scan_of_a_state_secret_is_destroyed(bench):
    bench.office.fault = lambda names: Blocked("secret", "mật", findings=(SECRET,)) if names == ["a.png"] else None
    put(bench.folder, "a.png")
    put(bench.folder, "b.png")
    assert bench.once() is None
    assert [event.what for event in bench.told] == ["destroyed", "issued"]
    assert not any("a.png" in name for name in bench.tree())


def test_a_folder_that_cannot_be_read_is_said_and_tried_again(bench, monkeypatch):
    watch, stop = bench.watch(settle_s=1.0), threading.Event()
    with watch._folder.held():
        with monkeypatch.context() as broken:
            broken.setattr(os, "scandir", lambda _: (_ for _ in ()).throw(OSError(5, "I/O")))
            assert watch._round(stop)
        assert isinstance(bench.told[-1].error, StorageFault)
        put(bench.folder, "a.png")
        for bench.now in (1.0, 3.0):
            watch._round(stop)
    assert bench.asked() == [["a.png"]]


# -- one watcher, and its end ------------------------------------------------------------------------------------------


def test_two_watchers_on_one_folder_are_one_too_many(bench):
    with bench.watch()._folder.held(), pytest.raises(UsageFault, match="another hncert"):
        bench.watch(once=True).run(threading.Event())
    lock = os.open(bench.folder / ".hncert-watch.lock", os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # it was let go
    os.close(lock)


def test_a_folder_that_is_not_there_is_no_folder(bench, tmp_path):
    bench.folder = tmp_path / "nowhere"
    with pytest.raises(UsageFault, match="no such folder"):
        bench.once()


def test_a_watcher_that_is_asked_to_stop_finishes_the_original_in_hand(bench):
    stop = threading.Event()
    bench.office.fault = lambda _: stop.set()
    put(bench.folder, "a.png")
    put(bench.folder, "b.png")
    bench.watch(settle_s=0.0).run(stop)
    assert bench.asked() == [["a.png"]]
    assert "b.png" in bench.tree()
    bench.office.fault = lambda _: None
    assert bench.once() is None
    assert bench.asked() == [["a.png"], ["b.png"]]
    assert {"done/a.png", "done/b.png"} <= set(bench.tree())


def test_the_same_scan_put_there_again_gets_the_same_copy(bench):
    data = put(bench.folder, "a.png").read_bytes()
    bench.once()
    (bench.folder / "again.png").write_bytes(data)
    assert bench.once() is None
    assert bench.asked() == [["a.png"]]
    assert bench.told[0].copy is not None and bench.told[1].copy == bench.told[0].copy
