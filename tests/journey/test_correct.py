"""A mistake in a delivered copy, corrected end to end: new number, old code says so, fee settled, holder told."""

from __future__ import annotations

import json

import pytest

import pyhncert
from pyhncert.errors import Blocked, Superseded, UsageFault
from pyhncert.values import Decision


def test_a_delivered_mistake_is_corrected_end_to_end(new_folder, small, officer, tmp_path, hncert):
    office = pyhncert.open_office(new_folder)
    old = office.certify([small], tmp_path / "cũ.pdf", decide=officer, requester="Nguyễn Thị Đào", copies=2)
    done = hncert(
        "--office",
        new_folder,
        "correct",
        old.code,
        small,
        "--reason",
        "sai ngày sinh",
        "--yes",
        "-o",
        tmp_path / "m.pdf",
    )
    assert done.code == 0, done.err
    new = office.register.find(done.out.decode().strip())
    assert (new.number, new.state, new.replaces, new.copies) == (2, "registered", old.code, 2)
    assert new.requester == "Nguyễn Thị Đào"
    assert (new.fee_vnd, new.charge.gross, new.charge.waived) == (0, 4_000, 4_000)
    assert office.verify(tmp_path / "m.pdf").verdict == "valid"
    for what in (old.code, tmp_path / "cũ.pdf"):
        with pytest.raises(Superseded) as told:
            office.verify(what)
        assert any(new.code in str(reason.en).replace("-", "") for reason in told.value.report.reasons)
    assert "Thay thế cho số 01/" in new.note
    assert office.work(once=True) is None
    (file,) = (new_folder / "outbox").iterdir()
    slip = json.loads(file.read_text("utf-8"))
    assert (file.name, file.stat().st_mode & 0o777) == (f"{old.code}.superseded.json", 0o600)
    assert (slip["format"], slip["code"], slip["by"]) == ("hncert/notice-slip", old.code, new.code)
    for word in ("Nguyễn Thị Đào", "sai ngày sinh", new.original):
        assert word not in file.read_text("utf-8")
    notice = json.loads(hncert("--office", new_folder, "--json", "register", "notice", old.code).out)
    assert [look.what for look in office.register.accesses(old.code)] == ["notice"]
    shown = hncert("--office", new_folder, "register", "notice", old.code).out.decode()
    assert shown.startswith("Nguyễn Thị Đào\n") and notice["text"]["en"] in shown
    refused = hncert("--office", new_folder, "register", "notice", new.code)
    assert refused.code == 2 and "no newer copy" in refused.err
    assert (notice["to"], notice["by"]) == ("Nguyễn Thị Đào", new.code)
    for lang in ("vi", "en"):
        assert "sai ngày sinh" in notice["text"][lang]
        assert new.code in notice["text"][lang].replace("-", "")
    assert "không phải nộp phí" in notice["text"]["vi"]
    assert office.work(once=True) is None
    assert len(list((new_folder / "outbox").iterdir())) == 1


def test_the_same_original_brought_twice_is_noticed_and_not_blocked(new_folder, small, drawn, officer):
    office = pyhncert.open_office(new_folder)
    seen = []

    def look(proposal):
        seen.append([f for f in proposal.findings if f.code == "certified_before"])
        return officer(proposal)

    first = office.certify([small], decide=look)
    assert office.certify([small], decide=look).number == 2
    assert seen[0] == []
    (finding,) = seen[1]
    assert finding.severity == "warn"
    assert f"01/{first.year}" in finding.reason.vi and f"01/{first.year}" in finding.reason.en
    assert f"{first.issued_at:%d/%m/%Y}" in finding.reason.vi
    office.correct(first.code, [small], decide=look, reason="sai")
    assert "02/" in seen[2][0].reason.vi, "the copy that is corrected is not told, the other one is"


def test_a_correction_that_the_officer_refuses_leaves_the_old_copy_in_force(new_folder, small, officer):
    office = pyhncert.open_office(new_folder)
    old = office.certify([small], decide=officer)
    with pytest.raises(Blocked):
        office.correct(old.code, [small], decide=lambda _: Decision(approved=False), reason="sai")
    assert office.verify(old.code).verdict == "valid"
    assert office.register.jobs.list() == ()
    paid = office.correct(old.code, [small], decide=officer, reason="khai sai", fault="applicant")
    assert office.register.find(paid.code).fee_vnd == 2_000
    for code, reason, fault, message in (
        (old.code, "sai", "office", "cannot be corrected: it is superseded"),
        (paid.code, " ", "office", "a reason is needed"),
        (paid.code, "sai", "nobody", "the fault is the office's"),
    ):
        with pytest.raises(UsageFault, match=message):
            office.correct(code, [small], decide=officer, reason=reason, fault=fault)


def test_a_file_from_the_counter_to_the_hand_over(new_folder, small, hncert, tmp_path):
    settings = new_folder / "office.toml"
    settings.write_text(
        settings.read_text("utf-8")
        + '\n[desk]\nagency_id = "H26.12.3"\nplace = "ha_noi"\ndevice = "quầy 1"\nholidays = [2026-12-24]\n',
        "utf-8",
    )
    asked = ("--requester", "Nguyễn Thị Đào", "--channel", "online", "--complex", "2", "--slip", tmp_path / "hẹn.pdf")
    received = hncert("--office", new_folder, "register", "receive", *asked)
    assert received.code == 0, received.err
    code = received.out.decode().strip()
    assert code.startswith("H26.12.3-") and code.endswith("-0001")
    assert (tmp_path / "hẹn.pdf").read_bytes().startswith(b"%PDF")
    done = hncert("--office", new_folder, "certify", small, "--file", code, "--yes", "-o", tmp_path / "a.pdf")
    assert done.code == 0, done.err
    shown = json.loads(hncert("--office", new_folder, "--json", "register", "file", code).out)
    assert (shown["portal"], shown["portal_words"]["en"]) == (10, "handed over")
    assert {event["device"] for event in shown["events"]} == {"quầy 1"}
    line = pyhncert.open_office(new_folder).register.find(done.out.decode().strip())
    assert (line.dossier, line.fee_vnd, line.charge.subsidised) == (code, 0, 2_000)
    again = hncert("--office", new_folder, "certify", small, "--file", code, "--yes", "-o", tmp_path / "b.pdf")
    assert again.code == 2 and "each has its number" in again.err
    month = f"{line.certified_at:%Y-%m}"
    times = json.loads(hncert("--office", new_folder, "--json", "register", "times", "--month", month).out)
    assert [stage["name"] for stage in times] == ["decide", "sign", "deliver"], "it was not scanned at a kiosk"


def test_the_commands_of_the_desk(new_folder, hncert, tmp_path):
    def run(*words, code=0):
        done = hncert("--office", new_folder, *words)
        assert done.code == code, done.err
        return done.out.decode()

    file = run("register", "receive", "--submitted").strip()
    assert run("register", "step", file, "accepted").strip() == file
    run("register", "step", file, "stopped", code=2)
    assert run("register", "refuse", "R4", "--words", "trái luật", "--slip", tmp_path / "r.pdf").strip() == "1"
    run("register", "refuse", "R9", code=2)
    run("register", "refuse", "R4", "--slip", tmp_path / "r.pdf", code=2)
    run("register", "refuse", "R4", "--slip", tmp_path / "none" / "r.pdf", code=18)
    run("register", "receive", "--slip", tmp_path / "r.pdf", code=2)
    assert len(run("register", "refusals").splitlines()) == len(run("register", "files").splitlines()) == 1
    run("register", "refusal", "1", "-o", tmp_path / "r2.pdf")
    assert (tmp_path / "r.pdf").read_bytes()[:5] == (tmp_path / "r2.pdf").read_bytes()[:5] == b"%PDF-"
    assert "trái luật" in run("--json", "register", "refusals")
    run("register", "erase", "1", "--reason", "yêu cầu", "--class", "line", code=2)
    run("register", "erase", "1", "--reason", "yêu cầu")
    assert "trái luật" not in run("--json", "register", "refusals")
    run("register", "erase", file, "--reason", "yêu cầu", code=2)
    assert run("register", "expire", "--dry-run") == ""
    assert "R4" in run("register", "refusals")
    assert file in run("register", "files")
    run("register", "handover", file, code=2)
    run("register", "slip", file, "-o", tmp_path / "s.pdf")
    assert "17:00:00 30/11/2026" in run("register", "due", "--received", "2026-11-27T15:01")
    run("register", "due", "--received", "yesterday", code=2)
    fee = json.loads(run("--json", "register", "fee", "4", "--copies", "2", "--place", "abroad"))
    assert (fee["net"], fee["currency"]) == (20, "USD")
    assert "12000 VND" in run("register", "fee", "4", "--copies", "2")
    assert run("register", "times", "--day", "2025-01-02") == ""
