"""EXPECTATIONS, Input, first list: each ends in an error of its own, and the register gains no line."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFilter
from scans import BROKEN, picture, saved

import pyhncert
from hncert_cli import main
from pyhncert import errors
from pyhncert.values import Decision, Override


@pytest.fixture
def refused(folder, office, tmp_path, capsys):
    """Certify by command: nothing on stdout, no file, no line, no traceback, and the exit code of the error."""

    def check(scan: Path | str, error: type[errors.HncertError], *options: str, words: str = "") -> str:
        before = len(list(office.register.lines()))
        out = tmp_path / "out" / "copy.pdf"
        out.parent.mkdir(exist_ok=True)
        given = options if "-o" in options else ("-o", str(out), *options)
        code = main(["--office", str(folder), "certify", str(scan), "--yes", *given])
        said = capsys.readouterr()
        assert code == error.exit_code, said.err
        assert said.out == ""
        assert "hncert: " in said.err and "Traceback" not in said.err
        assert words in said.err
        assert len(list(office.register.lines())) == before
        assert not list(out.parent.iterdir())
        return said.err

    return check


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_read_as_a_page_is_a_scan_error_that_names_the_file(name, refused, small, tmp_path):
    scan = tmp_path / name
    scan.write_bytes(BROKEN[name](picture(small)))
    refused(scan, errors.ScanError, words=name)


def test_a_missing_file_is_a_scan_error_that_names_it(refused, tmp_path):
    refused(tmp_path / "không có.png", errors.ScanError, words="không có.png")


def test_more_pixels_than_the_limit_are_a_scan_error(refused, tmp_path):
    scan = tmp_path / "huge.png"
    Image.new("1", (15_000, 13_400), 1).save(scan, dpi=(600, 600))
    refused(scan, errors.ScanError, words="huge.png")


@pytest.mark.parametrize("kind", ["blank", "blurred", "cut_off", "low_dpi"])
def test_a_page_of_too_low_quality_is_refused_by_the_name_of_its_finding(kind, refused, drawn):
    refused(drawn(kind), errors.QualityRefused, words=kind)


def test_glare_over_the_text_is_refused(refused, drawn, tmp_path):
    page = picture(drawn("quyet_dinh")).point(lambda v: int(0.85 * v))  # as a camera sees paper: not quite white
    glare = Image.new("L", page.size, 0)
    ImageDraw.Draw(glare).ellipse((500, 900, 1900, 2300), fill=255)
    page.paste(Image.new("RGB", page.size, "white"), mask=glare.filter(ImageFilter.GaussianBlur(120)))
    scan = tmp_path / "glare.png"
    page.save(scan, dpi=(300, 300))
    refused(scan, errors.QualityRefused, words="glare")


def test_two_papers_on_one_glass_are_refused(refused, small, drawn, tmp_path):
    glass = Image.new("RGB", (2480, 3508), (60, 60, 60))
    one = picture(small).resize((1748, 1240))
    two = picture(drawn("small", 2)).resize((1748, 1240))
    glass.paste(one, (300, 250))
    glass.paste(two, (380, 1900))
    scan = tmp_path / "two.png"
    glass.save(scan, dpi=(300, 300))
    refused(scan, errors.QualityRefused, words="two_papers")


@pytest.mark.parametrize(
    ("kind", "finding"),
    [
        ("secret", "secret"),
        ("ban_sao", "not_original"),
        ("trich_luc", "not_original"),
        ("expired", "expired"),
        ("id_sex", "id_mismatch"),
        ("id_year", "id_mismatch"),
    ],
)
def test_a_paper_that_may_not_be_certified_is_blocked_by_the_name_of_its_finding(kind, finding, refused, drawn):
    refused(drawn(kind), errors.Blocked, words=finding)


def test_an_override_lets_a_finding_pass_and_both_are_recorded(office, drawn):
    reason = "bản gốc đã đối chiếu"
    copy = office.certify(
        [drawn("ban_sao")],
        decide=lambda _: Decision(approved=True, overrides=(Override(code="not_original", reason=reason),)),
    )
    assert office.verify(copy.pdf).verdict == "valid"
    assert reason.encode() not in copy.pdf


def test_an_officer_who_says_no_stops_the_act(office, small):
    before = len(list(office.register.lines()))
    with pytest.raises(errors.Blocked):
        office.certify([small], decide=lambda _: Decision(approved=False, reason="không khớp bản chính"))
    assert len(list(office.register.lines())) == before


def test_a_signed_pdf_is_never_touched_and_no_override_helps(refused, office, officer, small, tmp_path):
    scan = tmp_path / "signed.pdf"
    scan.write_bytes(office.certify([small], decide=officer).pdf)
    before = scan.read_bytes()
    said = refused(scan, errors.Blocked, "--override", "signed", "--reason", "thử", words="signed")
    assert "Nguyễn" in said or "valid" in said.lower(), "its signatures are checked and shown"
    assert scan.read_bytes() == before


def test_a_copy_is_never_overwritten(refused, small, tmp_path):
    existing = tmp_path / "existing.pdf"
    existing.write_bytes(b"mine")
    refused(small, errors.UsageFault, "-o", str(existing), words="existing.pdf")
    assert existing.read_bytes() == b"mine"


@pytest.fixture
def disk(tmp_path):
    """A small file system of its own, mounted with the given options; only root can make one."""
    mounted: list[Path] = []

    def mount(options: str) -> Path:
        place = tmp_path / "disk"
        place.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.skip(f"a file system can be mounted by root only: {done.stderr.strip()}")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", str(place)], check=True)


def test_a_read_only_disk_is_a_storage_fault_before_anything_is_reserved(refused, small, disk):
    place = disk("ro,size=1m")
    refused(small, errors.StorageFault, "-o", str(place / "copy.pdf"), words=str(place))


def test_a_full_disk_is_a_storage_fault_before_anything_is_reserved(refused, small, disk):
    place = disk("size=64k")
    refused(small, errors.StorageFault, "-o", str(place / "copy.pdf"), words=str(place))
    assert not list(place.iterdir())


def test_a_folder_that_does_not_exist_is_told_before_anything_is_reserved(refused, small, tmp_path):
    out = tmp_path / "nowhere" / "copy.pdf"
    refused(small, errors.UsageFault, "-o", str(out), words="nowhere")


def test_a_disk_that_is_too_full_for_the_office_is_a_storage_fault(new_folder, small, capsys):
    settings = new_folder / "office.toml"
    text, count = re.subn(r"(?m)^min_free_mb = \d+", "min_free_mb = 1_000_000_000", settings.read_text("utf-8"))
    assert count == 1
    settings.write_text(text, "utf-8")

    assert main(["--office", str(new_folder), "certify", str(small), "--yes", "-o", "-"]) == 18
    assert capsys.readouterr().out == ""
    assert not list(pyhncert.open_office(new_folder).register.lines())


def test_one_broken_scan_among_good_ones_stops_the_whole_original(office, officer, small, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(saved(picture(small), "PNG")[:5000])
    before = len(list(office.register.lines()))
    with pytest.raises(errors.ScanError, match=r"broken\.png"):
        office.certify([small, broken], decide=officer)
    assert len(list(office.register.lines())) == before
