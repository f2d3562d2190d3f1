"""EXPECTATIONS, Input, second list: each simply works, and the result verifies."""

from __future__ import annotations

import io
import re
import subprocess
import sys

import pikepdf
import pytest
from PIL import Image, ImageDraw, ImageFont
from scans import WORKS, pdf_of, picture

import pyhncert
from pyhncert.deliver import receipt_path

MANY = 500
TURNS = {"turned-90.png": 90, "turned-180.png": 180, "turned-270.png": 270}
NAMES = ["a b.png", "giấy khai sinh.png", 'it\'s "it".png', "two\nlines.png", "-dash.png", "%s.png"]


@pytest.mark.parametrize("name", WORKS)
def test_a_scan_of_any_shape_becomes_a_valid_copy(name, office, officer, small, tmp_path):
    scan = tmp_path / name
    scan.write_bytes(WORKS[name](picture(small)))
    copy = office.certify([scan], decide=officer)
    report = office.verify(copy.pdf)
    assert report.verdict == "valid"
    act = report.act
    assert [page["turned"] for page in act["pages"]] == [TURNS.get(name, 0)]
    read = " ".join(line["text"] for line in act["pages"][0]["lines"])
    assert "QUYẾT ĐỊNH" in read


def test_a_page_without_a_dpi_entry_is_measured(office, officer, drawn, tmp_path):
    scan = tmp_path / "no-dpi.png"
    page = picture(drawn("khai_sinh"))
    page.save(scan, compress_level=1)
    copy = office.certify([scan], decide=officer)
    page_record = office.verify(copy.pdf).act["pages"][0]
    assert page_record["dpi_source"] in ("paper", "text")
    assert page_record["dpi"] == pytest.approx(300, rel=0.1)


def test_pages_of_several_files_and_frames_make_one_original(office, officer, small, tmp_path):
    image = picture(small)
    tiff = tmp_path / "three.tif"
    image.save(tiff, dpi=(200, 200), save_all=True, append_images=[image, image], compression="tiff_lzw")
    pdf = tmp_path / "two.pdf"
    pdf.write_bytes(pdf_of(image, image))
    copy = office.certify([tiff, pdf, small], decide=officer)
    report = office.verify(copy.pdf)
    assert report.verdict == "valid"
    assert len(report.act["pages"]) == 6
    assert len(pikepdf.open(io.BytesIO(copy.pdf)).pages) >= 6


@pytest.mark.parametrize(
    "name", ["a b.png", "giấy khai sinh.png", 'it\'s "it".png', "two\nlines.png", "-dash.png", "%s.png"]
)
def test_any_file_name_works_and_does_not_travel(name, hncert, small, tmp_path):
    (tmp_path / name).write_bytes(small.read_bytes())
    given = f"./{name}" if name.startswith("-") else name
    done = hncert("certify", given, "--yes")
    assert done.code == 0, done.err
    copy = tmp_path / f"{name[:-4]}.certified.pdf"
    assert receipt_path(copy).is_file()
    assert hncert("verify", f"./{copy.name}").code == 0
    assert name.encode() not in copy.read_bytes()


def test_a_dash_is_stdin_and_stdout_and_the_code_goes_to_stderr(hncert, small):
    done = hncert("certify", "-", "-o", "-", "--yes", data=small.read_bytes())
    assert done.code == 0, done.err
    assert done.out.startswith(b"%PDF-")
    verified = hncert("verify", "-", data=done.out)
    assert verified.code == 0
    code = re.search(r"code: (\S+)", verified.out.decode())[1]
    assert code in done.err
    assert hncert("verify", code).code == 0


def test_two_runs_at_once_on_one_office_get_two_numbers(new_folder, small, tmp_path):
    command = [sys.executable, "-m", "hncert_cli", "--office", str(new_folder), "certify", str(small), "--yes", "-o"]
    runs = [
        subprocess.Popen([*command, str(tmp_path / f"{n}.pdf")], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for n in range(2)
    ]
    ended = [run.communicate() for run in runs]
    assert [run.returncode for run in runs] == [0, 0], ended
    office = pyhncert.open_office(new_folder)
    assert sorted(line.number for line in office.register.lines()) == [1, 2]
    for n in range(2):
        assert office.verify(tmp_path / f"{n}.pdf").verdict == "valid"


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_pdf_of_500_pages_passes_in_bounded_memory(new_folder, tmp_path):
    pages = []
    font = ImageFont.load_default(28)
    for number in range(MANY):
        page = Image.new("L", (640, 460), 255)
        draw = ImageDraw.Draw(page)
        for row in range(3):
            draw.text((40, 60 + 110 * row), f"Trang {number + 1} dong {row + 1} cua so ho tich", fill=0, font=font)
        pages.append(page)
    scan = tmp_path / "many.pdf"
    scan.write_bytes(pdf_of(*pages))
    driver = f"""
import re
from pathlib import Path
import pyhncert
from pyhncert.values import Decision, Override
office = pyhncert.open_office({str(new_folder)!r})
def decide(proposal):
    codes = dict.fromkeys(f.code for f in proposal.findings if f.severity == "block")
    return Decision(approved=True, overrides=tuple(Override(code=c, reason="trang thử") for c in codes))
copy = office.certify([Path({str(scan)!r})], Path({str(tmp_path / "copy.pdf")!r}), decide=decide)
peak_kb = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]  # ru_maxrss begins with the parent's
print(int(peak_kb) // 1024, office.verify(copy.pdf).verdict)
"""
    done = subprocess.run([sys.executable, "-c", driver], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    peak_mb, verdict = done.stdout.split()
    assert verdict == "valid"
    assert int(peak_mb) < 900
    with pikepdf.open(tmp_path / "copy.pdf") as pdf:
        assert len(pdf.pages) >= MANY
