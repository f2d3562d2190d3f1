"""A batch: all originals are shown, then signed with one PIN; what fails takes nothing with it."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from softhsm import PIN, Store, library, tokens_folder

import pyhncert
from pyhncert.errors import Blocked, KeyFault, ScanError, UsageFault
from pyhncert.identify import _token
from pyhncert.office import init_trial
from pyhncert.values import Decision

COUNT = 6


@pytest.fixture(scope="module")
def tokens(tmp_path_factory):
    """An office whose officer and agency sign by a SoftHSM2 token each."""
    module = library()
    made = Store(tokens_folder(tmp_path_factory), module)
    made.office = init_trial(tmp_path_factory.mktemp("batch") / "office")
    file = made.office / "office.toml"
    text = file.read_text("utf-8").replace('second = "fields"', 'second = "off"')
    for label, name in (("batch-desk", "officer"), ("batch-safe", "agency")):
        made.make(label)
        made.put(label, made.office / f"keys/{name}.pem", name=name, number="01")
        text = text.replace(f'key = "keys/{name}.pem"', f'module = "{module}"\ntoken = "{label}"')
        (made.office / f"keys/{name}.pem").unlink()
    file.write_text(text, "utf-8")
    yield made
    gc.collect()


@pytest.fixture
def logins(monkeypatch):
    """Each login that reaches a token."""
    seen: list[str] = []
    real = _token.log_in

    def counted(token, password):
        seen.append(token.label)
        return real(token, password)

    monkeypatch.setattr(_token, "log_in", counted)
    return seen


class Officer:
    """Remembers what was shown, and refuses some."""

    def __init__(self, *refused: int) -> None:
        self.shown, self.refused = [], refused

    def __call__(self, proposal):
        self.shown.append(proposal)
        return Decision(approved=len(self.shown) not in self.refused)


def lines(office):
    return {line.number: line.state for line in office.register.lines()}


def test_six_copies_are_each_shown_and_signed_with_one_pin(tokens, small, tmp_path, logins):
    asked: list[str] = []

    def ask(name: str) -> str:
        asked.append(name)
        return PIN

    office = pyhncert.open_office(tokens.office, password=ask)
    officer, outs = Officer(), [tmp_path / f"{n}.pdf" for n in range(COUNT)]
    with office.batch(requester="một người") as batch:
        for out in outs:
            batch.add([small], out, decide=officer)
        assert len(officer.shown) == COUNT == len(batch) and not lines(office)
        assert not any(out.exists() for out in outs)
        done = list(batch.sign())
    assert [result.place for result in done] == list(range(1, COUNT + 1))
    assert [result.error for result in done] == [None] * COUNT
    assert asked == ["officer", "agency"] and logins == ["batch-desk", "batch-safe"]
    for result, out in zip(done, outs, strict=True):
        assert office.verify(out).verdict == "valid" and office.verify(out).code == result.copy.code
    assert sorted(lines(office)) == list(range(1, COUNT + 1)) and set(lines(office).values()) == {"registered"}
    assert not list(office.register.spool.iterdir())


def test_a_token_taken_out_in_the_middle_leaves_the_rest_whole(tokens, new_folder, small, tmp_path):
    tokens.make("batch-alone")
    tokens.put("batch-alone", new_folder / "keys/officer.pem", name="officer", number="01")
    file = new_folder / "office.toml"
    text = file.read_text("utf-8")
    text = text.replace('key = "keys/officer.pem"', f'module = "{tokens.module}"\ntoken = "batch-alone"')
    file.write_text(text, "utf-8")
    gc.collect()  # the module looks anew when none of its tokens is open
    office = pyhncert.open_office(new_folder, password=lambda _: PIN)
    outs = [tmp_path / f"{n}.pdf" for n in range(4)]
    home, away = tokens.folder_of("batch-alone"), tokens.folder / "away"
    with office.batch() as batch:
        for out in outs:
            batch.add([small], out, decide=Officer())
        signing = batch.sign()
        assert next(signing).copy is not None
        home.rename(away)
        try:
            failed = next(signing)
            assert isinstance(failed.error, KeyFault) and failed.place == 2
            assert next(signing, None) is None, "no further number is taken"
        finally:
            away.rename(home)
        gc.collect()
        assert len(batch) == 3
        assert [outs[n].exists() for n in range(4)] == [True, False, False, False]
        assert list(lines(office).values()) == ["registered", "voided"]
        rest = list(batch.sign())
        assert [(result.place, result.error) for result in rest] == [(2, None), (3, None), (4, None)]
    assert list(lines(office).values()) == ["registered", "voided", "registered", "registered", "registered"]
    assert {office.verify(out).verdict for out in outs} == {"valid"}


@pytest.fixture
def office(new_folder):
    return pyhncert.open_office(new_folder)


def test_an_original_that_is_refused_does_not_join_and_the_others_are_signed(office, small, tmp_path):
    officer = Officer(2)
    broken = tmp_path / "broken.png"
    broken.write_bytes(small.read_bytes()[:3000])
    with office.batch() as batch:
        assert batch.add([small], tmp_path / "1.pdf", decide=officer) == 1
        with pytest.raises(Blocked, match="refused"):
            batch.add([small], tmp_path / "2.pdf", decide=officer)
        with pytest.raises(ScanError):
            batch.add([broken], tmp_path / "3.pdf", decide=officer)
        assert batch.add([small], tmp_path / "4.pdf", decide=officer) == 4
        assert [(r.place, r.error) for r in batch.sign()] == [(1, None), (4, None)]
    assert lines(office) == {1: "registered", 2: "registered"}


def test_a_copy_whose_file_is_taken_meanwhile_fails_alone(office, small, tmp_path):
    outs = [tmp_path / f"{n}.pdf" for n in range(3)]
    with office.batch() as batch:
        for out in outs:
            batch.add([small], out, decide=Officer())
        outs[1].write_bytes(b"somebody else's")
        done = list(batch.sign())
    assert [type(result.error) for result in done] == [type(None), UsageFault, type(None)]
    assert outs[1].read_bytes() == b"somebody else's" and set(lines(office).values()) == {"registered"}


def test_two_copies_do_not_share_a_file(office, small, tmp_path):
    with office.batch() as batch:
        batch.add([small], tmp_path / "a.pdf", decide=Officer())
        with pytest.raises(UsageFault, match="another copy of this batch"):
            batch.add([small], Path(os.path.relpath(tmp_path / "a.pdf")), decide=Officer())


def test_what_was_not_signed_leaves_nothing(office, small, tmp_path):
    with office.batch() as batch:
        batch.add([small], tmp_path / "a.pdf", decide=Officer())
        assert list(office.register.spool.iterdir())
    assert not list(office.register.spool.iterdir()) and not lines(office) and not list(tmp_path.glob("*.pdf"))


def test_the_command_shows_all_then_signs_all_and_names_what_failed(hncert, small, tmp_path):
    folder = tmp_path / "copies"
    folder.mkdir()
    scans = [tmp_path / name for name in ("một.png", "hai.png", "ba.png")]
    for scan in scans:
        scan.write_bytes(small.read_bytes())
    scans[1].write_bytes(small.read_bytes()[:3000])
    done = hncert("certify", "--each", *scans, "-o", folder, "--yes")
    assert done.code == 10 and "hai.png" in done.err
    rows = [row.split("\t") for row in done.out.decode().splitlines()]
    assert [Path(row[1]).name for row in rows] == ["một.certified.pdf", "ba.certified.pdf"]
    for code, file in rows:
        assert hncert("verify", file).code == 0 == hncert("verify", code).code
    again = hncert("--json", "certify", "--each", scans[0], "-o", folder, "--yes")
    assert again.code == 2 and not again.out, "the file is there"


@pytest.mark.parametrize("wrong", [["-"], ["--dry-run"], ["-o", "-"], ["-o", "absent"]])
def test_the_command_says_what_does_not_go_with_each(hncert, small, wrong):
    done = hncert("certify", "--each", "--yes", small, *wrong)
    assert done.code == 2 and "--each" in done.err and not done.out
