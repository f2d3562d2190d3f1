"""Sent twice, issued once: the idempotency key of `certify`, and a watched folder from scan to verified copy."""

from __future__ import annotations

import json

import pytest

import pyhncert
from pyhncert.errors import Blocked
from pyhncert.values import Decision


def test_the_second_call_under_a_key_gives_the_first_copy(new_folder, small, officer, tmp_path):
    office = pyhncert.open_office(new_folder)
    first = office.certify([small], tmp_path / "a.pdf", decide=officer, idempotency_key="k")
    asked = []
    again = office.certify([small], tmp_path / "b.pdf", decide=asked.append, idempotency_key="k")
    assert asked == []
    assert (again.code, again.pdf, again.number, again.officer) == (first.code, first.pdf, 1, first.officer)
    assert (tmp_path / "b.pdf").read_bytes() == first.pdf
    assert "no new number" in again.notes[0].en
    assert [line.number for line in office.register.lines()] == [1]
    office.revoke(first.code, "sai")
    with pytest.raises(Blocked, match="revoked"):
        office.certify([small], tmp_path / "c.pdf", decide=officer, idempotency_key="k")
    assert not (tmp_path / "c.pdf").exists()


def test_a_refused_original_leaves_its_key_free(new_folder, small, officer):
    office = pyhncert.open_office(new_folder)
    with pytest.raises(Blocked):
        office.certify([small], decide=lambda _: Decision(approved=False), idempotency_key="k")
    assert office.certify([small], decide=officer, idempotency_key="k").number == 1


def test_a_watched_folder_from_scan_to_verified_copy(hncert, small, tmp_path, office):
    box = tmp_path / "hộp"
    box.mkdir()
    (box / "tờ 1.png").write_bytes(small.read_bytes())
    (box / "hỏng.png").write_bytes(small.read_bytes()[:3000])
    before = len(list(office.register.lines()))
    said = []
    for _ in range(2):
        done = hncert("watch", box, "--once", "--yes", "--settle", "0.2", "--json")
        assert done.code == 0, done.err
        said.append([json.loads(line)["event"] for line in done.out.splitlines()])
    assert [sorted(events) for events in said] == [["issued", "refused"], []], "the second time nothing is left to do"
    assert office.verify(box / "done" / "tờ 1.certified.pdf").verdict == "valid"
    assert "bị cụt" in (box / "refused" / "hỏng.png.refused.txt").read_text("utf-8")
    assert len(list(office.register.lines())) == before + 1
