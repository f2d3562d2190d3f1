"""The seven verdicts by command: words, exit codes, JSON; what `revoke` and `supersede` make of a copy."""

from __future__ import annotations

import csv
import json
from importlib import resources
from types import SimpleNamespace

import jsonschema
import pikepdf
import pytest

from hncert_cli._say import grouped


def check_schema(value: dict, name: str) -> None:
    text = resources.files("hncert_cli").joinpath(f"schemas/{name}.schema.json").read_text("utf-8")
    jsonschema.validate(value, json.loads(text), format_checker=jsonschema.FormatChecker())


@pytest.fixture(scope="module")
def issued(office, officer, small, tmp_path_factory):
    """A copy with its receipt in a folder."""
    folder = tmp_path_factory.mktemp("issued")
    out = folder / "copy.pdf"
    return SimpleNamespace(copy=office.certify([small], out, decide=officer), file=out, folder=folder)


def test_valid_by_file_and_by_code_in_both_languages(hncert, issued):
    done = hncert("verify", issued.file)
    assert done.code == 0, done.err
    said = done.out.decode()
    assert "✓ VALID" in said and grouped(issued.copy.code) in said and f"number {issued.copy.number:02d}" in said
    assert "✓ HỢP LỆ" in hncert("verify", issued.copy.code, "--lang", "vi").out.decode()
    forgiving = grouped(issued.copy.code).lower().replace("-", " ").replace("0", "o")
    assert hncert("verify", forgiving).code == 0


def test_a_stranger_needs_the_file_and_the_root_only(hncert, issued, folder, tmp_path):
    root = folder / "trust" / "root.pem"
    done = hncert("verify", issued.file, "--trust", root, "--json", HNCERT_OFFICE=str(tmp_path / "none"))
    assert done.code == 0, done.err
    report = json.loads(done.out)
    check_schema(report, "report")
    assert report["verdict"] == "valid"
    assert {s["role"] for s in report["signatures"]} >= {"officer", "agency"}


def test_every_verdict_prints_json_of_the_same_form(hncert, tmp_path):
    (tmp_path / "foreign.pdf").write_bytes(b"%PDF-1.7")
    for what, code in (("foreign.pdf", 6), ("nowhere.pdf", 8)):
        done = hncert("verify", what, "--json")
        assert done.code == code
        check_schema(json.loads(done.out), "report")


def test_certify_says_the_same_to_programs(hncert, small, tmp_path):
    done = hncert("certify", small, "-o", tmp_path / "copy.pdf", "--yes", "--json")
    assert done.code == 0, done.err
    check_schema(json.loads(done.out), "certified")


def test_an_unknown_root_leaves_it_undecided(hncert, issued, new_folder):
    root = new_folder / "trust" / "root.pem"
    done = hncert("verify", issued.file, "--trust", root)
    assert done.code == 7
    assert "UNDECIDED" in done.out.decode()


@pytest.mark.parametrize("at", [0.1, 0.5, 0.9])
def test_a_changed_byte_is_altered(at, hncert, issued, tmp_path):
    data = bytearray(issued.file.read_bytes())
    data[int(at * len(data))] ^= 1
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(data)
    done = hncert("verify", changed)
    assert done.code == 3, done.out.decode()
    assert "ALTERED" in done.out.decode()


def test_bytes_after_the_end_are_altered(hncert, issued, tmp_path):
    longer = tmp_path / "longer.pdf"
    longer.write_bytes(issued.file.read_bytes() + b"\n")
    assert hncert("verify", longer).code == 3


def test_a_page_replaced_by_an_update_is_altered(hncert, issued, tmp_path):
    replaced = tmp_path / "replaced.pdf"
    with pikepdf.open(issued.file) as pdf:
        pdf.pages[0].Contents = pdf.make_stream(b"q Q")
        pdf.save(replaced)
    assert hncert("verify", replaced).code in (3, 6)


def test_a_pdf_of_somebody_else_is_unsigned(hncert, tmp_path):
    foreign = tmp_path / "foreign.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(foreign)
    assert hncert("verify", foreign).code == 6


@pytest.mark.parametrize("data", [b"", b"not a pdf", b"%PDF-1.7\nrubbish"])
def test_what_is_no_pdf_is_unsigned_and_never_unreadable(data, hncert, tmp_path):
    file = tmp_path / "file.pdf"
    file.write_bytes(data)
    assert hncert("verify", file).code == 6


def test_no_such_file_and_no_such_code_are_not_found(hncert, tmp_path):
    assert hncert("verify", "").code == 8
    assert hncert("verify", tmp_path).code == 2
    done = hncert("verify", "nowhere.pdf")
    assert done.code == 8
    assert "NOT FOUND" in done.out.decode()
    assert "nowhere.pdf" in done.err


def test_revoked_and_superseded_are_real(hncert, office, officer, small, tmp_path):
    first, second, third = (office.certify([small], tmp_path / f"{n}.pdf", decide=officer) for n in range(3))
    assert hncert("revoke", first.code, "--reason", "cấp nhầm").code == 0
    done = hncert("verify", tmp_path / "0.pdf")
    assert done.code == 4 and "REVOKED" in done.out.decode()
    assert hncert("verify", first.code).code == 4
    assert hncert("supersede", second.code, "--reason", "cấp lại", "--by", third.code).code == 0
    done = hncert("verify", tmp_path / "1.pdf")
    assert done.code == 5 and third.code in (done.out.decode() + done.err).replace("-", "")
    assert hncert("verify", tmp_path / "2.pdf").code == 0
    assert hncert("revoke", "AAAAA-AAAAA-AAAAA", "--reason", "x").code in (2, 8)


def test_the_register_is_listed_shown_and_exported(hncert, issued, tmp_path):
    done = hncert("register", "list")
    assert done.code == 0 and grouped(issued.copy.code) in done.out.decode()
    assert json.loads(hncert("register", "list", "--json").out)
    done = hncert("register", "show", issued.copy.code)
    assert done.code == 0 and issued.copy.content_digest.hex() in done.out.decode()
    month = f"{issued.copy.issued_at:%Y-%m}"
    done = hncert("register", "export", "--csv", "--month", month)
    assert done.code == 0
    head, *rows = csv.reader(done.out.decode().splitlines())
    assert len(head) == 8 and rows
    table = tmp_path / "month.csv"
    assert hncert("register", "export", "--month", month, "-o", table).code == 0
    assert table.read_bytes() == done.out
    described = json.loads((tmp_path / "month.csv-metadata.json").read_text("utf-8"))
    assert described["url"] == "month.csv" and described["pyhncert:version"] == 1
    assert json.loads(hncert("register", "export", "--json").out)["lines"]
    out = tmp_path / "month.pdf"
    assert hncert("register", "export", "--pdf", "--month", month, "-o", out).code == 0
    with pikepdf.open(out) as pdf:
        assert len(pdf.pages) >= 1
    assert hncert("register", "export", "--pdf", "--month", month, "-o", out).code == 2


def test_the_doctor_finds_a_trial_office_well(hncert):
    done = hncert("doctor")
    assert done.code == 0, done.out.decode()
    assert "✗" not in done.out.decode()
    assert json.loads(hncert("doctor", "--json").out)["checks"]


def test_read_prints_what_is_read_in_pixels_of_the_input_image(hncert, small):
    done = hncert("read", small, "--json")
    assert done.code == 0, done.err
    value = json.loads(done.out)
    check_schema(value, "reading")
    page = value["pages"][0]
    assert value["kind"]["key"] == "quyet_dinh"
    line = next(line for line in page["lines"] if "QUYẾT" in line["text"])
    assert len(line["quad"]) == 8
    assert all(-5 <= x <= 1170 for x in line["quad"][::2])
    assert all(-5 <= y <= 832 for y in line["quad"][1::2])
    assert line["words"] and 0 <= line["confidence"] <= 1


def no_office(tmp_path) -> dict[str, str]:
    home = {"XDG_DATA_HOME": str(tmp_path / "data"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    return {"HNCERT_OFFICE": "", **home}


def test_without_an_office_certify_makes_a_trial_office_and_says_so(hncert, small, tmp_path):
    (tmp_path / "scan.png").write_bytes(small.read_bytes())
    nothing = {
        "HNCERT_OFFICE": "",
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }
    done = hncert("certify", "scan.png", "--yes", **nothing)
    assert done.code == 0, done.err
    assert "made a trial office" in done.err and str(tmp_path / "data") in done.err
    assert (tmp_path / "scan.certified.pdf").is_file() and (tmp_path / "scan.certified.receipt.json").is_file()
    assert hncert("verify", "scan.certified.pdf", **nothing).code == 0
    again = hncert("certify", "scan.png", "--yes", **nothing)
    assert again.code == 0 and "made a trial office" not in again.err


def test_every_other_command_says_that_there_is_no_office(hncert, tmp_path):
    nothing = {
        "HNCERT_OFFICE": "",
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }
    for command in (["doctor"], ["register", "list"], ["revoke", "X", "--reason", "y"]):
        done = hncert(*command, **nothing)
        assert done.code == 2, command
        assert "hint:" in done.err
