"""A watched folder with separator sheets: what belongs together stays together, also after a kill or a loss."""

from __future__ import annotations

import json
import threading

import pytest
from watch_bench import SECRET, page, put

from pyhncert._watch_folder import Move
from pyhncert.errors import Blocked, StorageFault, Unavailable

# -- separators --------------------------------------------------------------------------------------------------------


def test_pages_between_two_separators_are_one_original_across_files(bench, sheet):
    put(bench.folder, "1.png")
    put(bench.folder, "2.tif", page(), sheet, page())
    put(bench.folder, "3.png")
    put(bench.folder, "4.png", sheet)
    assert bench.once(separators=True) is None
    assert bench.office.asked == [[("1.png", None), ("2.tif", (0,))], [("2.tif", (2,)), ("3.png", None)]]
    assert {f"done/{n}" for n in ("1.png", "2.tif", "3.png", "4.png")} <= set(bench.tree())
    assert {"done/1.certified.pdf", "done/2-p3.certified.pdf"} <= set(bench.tree())


def test_an_original_without_a_separator_behind_it_waits(bench, sheet):
    watch, stop = bench.watch(separators=True, settle_s=1.0), threading.Event()
    with watch._folder.held():
        put(bench.folder, "1.png")
        for bench.now in (0.0, 2.0, 9999.0):
            watch._round(stop)
        assert bench.asked() == [] and bench.tree() == ["1.png"]
        put(bench.folder, "2.png", sheet)
        for bench.now in (10000.0, 10002.0):
            watch._round(stop)
    assert bench.asked() == [["1.png"]]
    assert bench.tree() == ["done/1.certified.pdf", "done/1.certified.receipt.json", "done/1.png", "done/2.png"]


def test_separators_alone_and_in_a_row_are_no_original(bench, sheet):
    put(bench.folder, "1.tif", sheet, sheet)
    put(bench.folder, "2.tif", sheet, page(), sheet, sheet)
    assert bench.once(separators=True) is None
    assert bench.office.asked == [[("2.tif", (1,))]]


def test_behind_a_file_that_is_still_written_nothing_is_taken(bench, sheet):
    watch, stop = bench.watch(separators=True, settle_s=2.0), threading.Event()
    put(bench.folder, "1.png")
    slow = put(bench.folder, "2.png")
    put(bench.folder, "3.png", sheet)
    with watch._folder.held():
        for bench.now in (0.0, 1.0, 2.0, 3.0):
            with slow.open("ab") as file:
                file.write(b"x")
            watch._round(stop)
        assert bench.asked() == []
        for bench.now in (4.0, 6.0):
            watch._round(stop)
    assert bench.asked() == [["1.png", "2.png"]]


def test_an_original_that_must_wait_keeps_its_separator(bench, sheet):
    bench.office.fault = lambda names: Unavailable("silent", "im lặng") if "1.png" in names else None
    put(bench.folder, "1.png")
    put(bench.folder, "2.png", sheet)
    put(bench.folder, "3.png")
    put(bench.folder, "4.png", sheet)
    assert isinstance(bench.once(separators=True), Unavailable)
    assert bench.asked() == [["3.png"]]
    assert {"1.png", "2.png", "3.png", "4.png"} <= set(bench.tree())
    bench.office.fault = lambda _: None
    assert bench.once(separators=True) is None
    assert bench.asked() == [["3.png"], ["1.png"]]
    assert not {"1.png", "2.png", "3.png", "4.png"} & set(bench.tree())


def test_a_file_that_cannot_be_read_refuses_its_whole_original(bench, sheet):
    put(bench.folder, "1.png")
    bad = put(bench.folder, "2.png")
    bad.write_bytes(bad.read_bytes()[:-20])
    put(bench.folder, "3.png", sheet)
    put(bench.folder, "4.png")
    put(bench.folder, "5.png", sheet)
    assert bench.once(separators=True) is None
    assert bench.asked() == [["4.png"]]
    assert {"refused/1.png", "refused/2.png", "done/4.png"} <= set(bench.tree())


def test_where_a_scan_between_separators_vanishes_nothing_is_guessed(bench, sheet):
    watch, stop = bench.watch(separators=True, settle_s=1.0), threading.Event()
    with watch._folder.held():
        for name in ("1.png", "2.png"):
            put(bench.folder, name)
        for bench.now in (0.0, 2.0):
            watch._round(stop)
        (bench.folder / "2.png").unlink()
        put(bench.folder, "3.png", sheet)
        for bench.now in (3.0, 5.0):
            watch._round(stop)
    assert bench.asked() == []
    assert {"refused/1.png", "refused/3.png"} <= set(bench.tree())
    assert "missing" in bench.told[-1].words.en


def test_a_secret_between_separators_takes_its_neighbours_to_refused(bench, sheet):
    bench.office.fault = lambda names: Blocked("secret", "mật", findings=(SECRET,)) if "2.tif" in names else None
    put(bench.folder, "1.png")
    put(bench.folder, "2.tif", page(), sheet)
    put(bench.folder, "3.png")
    assert bench.once(separators=True) is None
    assert bench.asked() == []
    assert {"refused/1.png", "refused/3.png"} & set(bench.tree()) == {"refused/3.png"}
    assert not any("2.tif" in name or "1.png" in name for name in bench.tree()), "pages of the secret paper stay"


# -- files that go together --------------------------------------------------------------------------------------------


def test_what_was_to_go_together_goes_together_after_a_kill(bench, monkeypatch):
    """Half of it was moved; what is left would look like an original of its own."""
    folder = bench.watch()._folder
    with folder.held():
        paths = [put(bench.folder, f"{n}.png") for n in range(3)]
        folder.look()
        moves = [Move(path, "refused", "vì sao\n") for path in paths]
        with monkeypatch.context() as broken:
            count = []
            moved = folder._put_away
            broken.setattr(folder, "_put_away", lambda move: (count.append(1), len(count) < 3 and moved(move)))
            broken.setattr(folder, "_forget_journal", lambda: None)
            folder.put_away(moves)
    assert "2.png" in bench.tree()
    assert bench.once(separators=True) is None
    assert bench.asked() == []
    assert "refused/2.png" in bench.tree() and "refused/2.png.refused.txt" in bench.tree()


def test_a_file_of_the_list_that_was_changed_since_stays(bench):
    folder = bench.watch()._folder
    with folder.held():
        paths = [put(bench.folder, f"{n}.png") for n in range(2)]
        folder._write_journal([Move(path, "done") for path in paths])
        paths[1].write_bytes(b"another")
        folder.resume()
    assert bench.tree() == ["1.png", "done/0.png"]


@pytest.mark.parametrize("text", ["", "{}", '{"moves": [{"name": "a"}]}', "[1]"])
def test_a_damaged_list_is_said_and_nothing_is_guessed(bench, text):
    put(bench.folder, "1.png")
    (bench.folder / ".hncert-watch.json").write_text(text)
    fault = bench.once()
    assert isinstance(fault, StorageFault) and "damaged" in fault.en
    assert bench.asked() == []


def test_a_list_names_files_of_this_folder_only(bench, tmp_path):
    outside = put(tmp_path, "outside.png")
    facts = outside.stat()
    entry = {
        "name": "../outside.png",
        "size": facts.st_size,
        "mtime_ns": facts.st_mtime_ns,
        "to": "destroyed",
        "why": "",
    }
    (bench.folder / ".hncert-watch.json").write_text(json.dumps({"moves": [entry]}))
    assert bench.once() is None
    assert outside.is_file()
