"""What an office holds on people: what its commands say, what its logs do not, and what is left after an erasure."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

import pyhncert

NAME = "Nguyễn Thị Đào"
DRIVER = """
import logging, sys
logging.basicConfig(level=logging.DEBUG, filename=sys.argv[1], encoding="utf-8")
from hncert_cli import main
sys.argv = ["hncert", *sys.argv[2:]]
sys.exit(main())
"""


@pytest.fixture
def keeping(new_folder):
    """A trial office that keeps raw scans."""
    file = new_folder / "office.toml"
    file.write_text(re.sub(r"(?m)^raw = false", "raw = true", file.read_text("utf-8"), count=1), "utf-8")
    return pyhncert.open_office(new_folder)


def test_from_a_name_to_everything_held_and_to_its_erasure(keeping, officer, small, hncert, tmp_path):
    home = keeping.settings.folder
    copy = keeping.certify([small], tmp_path / "out.pdf", decide=officer, requester=NAME)
    given = hncert("--office", home, "register", "person", NAME, "--purpose", "chính người đó", "-o", tmp_path / "all")
    assert given.code == 0, given.err
    document = json.loads((tmp_path / "all" / "person.json").read_text("utf-8"))
    assert document["acts"][0]["line"]["requester"] == NAME
    assert (tmp_path / "all" / f"{copy.code}-scan-1.png").read_bytes() == small.read_bytes()
    hncert("--office", home, "register", "show", copy.code, "--purpose", "tra cứu")
    hncert("--office", home, "register", "show", copy.code)
    looks = json.loads(hncert("--office", home, "--json", "register", "access", copy.code).out)
    assert [(look["what"], look["purpose"]) for look in looks] == [
        ("person", "chính người đó"),
        ("line", "tra cứu"),
        ("line", "không nêu / not said"),
    ]
    file = keeping.register.find(copy.code).dossier
    hncert("--office", home, "register", "file", file)
    last = json.loads(hncert("--office", home, "--json", "register", "access").out)[-1]
    assert (last["what"], last["code"], bool(last["person"])) == (f"file {file}", None, True)
    assert hncert("--office", home, "register", "expire", "--dry-run").out == b""
    done = hncert("--office", home, "--json", "register", "erase", copy.code, "--reason", "yêu cầu")
    assert json.loads(done.out)["classes"] == ["scan", "copy", "decision"], done.err
    assert keeping.kept_scans(copy.code) == () and keeping.signing_evidence(copy.code) is None
    assert keeping.verify(tmp_path / "out.pdf").verdict == "valid"
    assert NAME in hncert("--office", home, "register", "export").out.decode()
    hncert("--office", home, "register", "erase", copy.code, "--reason", "quyết định", "--class", "line")
    printed = hncert("--office", home, "register", "export").out.decode()
    assert NAME not in printed and "(dữ liệu cá nhân đã xóa)" in printed
    assert keeping.verify(tmp_path / "out.pdf").verdict == "valid"


def test_who_has_no_name_on_this_system_is_logged_by_number(monkeypatch):
    from hncert_cli import _open

    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 4_100_000_000)
    assert _open.system_user() == "uid 4100000000"


def test_the_office_key_goes_over_to_the_one_that_another_office_toml_names(new_folder, hncert, small, officer):
    copy = pyhncert.open_office(new_folder).certify([small], decide=officer, requester=NAME)
    file, other = new_folder / "office.toml", new_folder / "new.toml"
    said = file.read_text("utf-8")
    assert hncert("office", "key", new_folder / "next.key").code == 0
    secret = {"NEXT_KEY": (new_folder / "next.key").read_text().strip()}
    place = re.search(r'(?m)^key = "keys/office.key".*', said)
    other.write_text(said.replace(place[0], "plain = true"), "utf-8")
    refused = hncert("--office", new_folder, "office", "rekey", other)
    assert refused.code == 2 and "names no office key" in refused.err
    other.write_text(said.replace(place[0], 'env = "NEXT_KEY"'), "utf-8")
    done = hncert("--office", new_folder, "office", "rekey", other, **secret)
    assert done.code == 0, done.err
    assert hncert("--office", new_folder, "register", "show", copy.code).code == 14
    other.replace(file)
    shown = hncert("--office", new_folder, "register", "show", copy.code, **secret)
    assert shown.code == 0 and NAME in shown.out.decode()


def test_no_log_and_no_word_on_stderr_names_a_person_or_a_number(keeping, draw, tmp_path):
    """Every name and number that is on the paper, or was typed, against stderr and a log at its loudest.

    What `certify` shows to the officer on stderr is the one exception: he is there to compare it with the paper.
    """
    image, truth = draw("khai_sinh", 5)
    scan = tmp_path / "scan.png"
    image.save(scan, dpi=(truth["dpi"], truth["dpi"]), compress_level=1)
    home, log = keeping.settings.folder, tmp_path / "hncert.log"

    def run(*arguments):
        command = [sys.executable, "-c", DRIVER, log, "--office", home, "--debug", "--lang", "en", *arguments]
        done = subprocess.run([str(part) for part in command], capture_output=True, check=False, timeout=280)
        return done.returncode, done.stderr.decode("utf-8")

    out = tmp_path / "out.pdf"
    code, words = run("certify", scan, "-o", out, "--yes", "--requester", NAME)
    assert code == 0, words
    said: list[str] = []
    said.append(run("verify", out)[1])
    data = bytearray(out.read_bytes())
    data[len(data) // 3] ^= 1
    out.write_bytes(data)
    code, words = run("verify", out)
    assert code != 0
    said.append(words)
    (line,) = keeping.register.lines()
    said.append(run("register", "show", line.code)[1])
    said.append(run("register", "person", NAME, "--purpose", "thử")[1])
    said.append(run("register", "erase", line.code, "--reason", "thử")[1])
    told = "\n".join(said) + log.read_text("utf-8")
    used = {NAME, *(field["value"] for field in truth["fields"].values())}
    used = {value for value in used if len(value) >= 8 and not value.startswith("Việt Nam")}
    assert len(used) >= 5
    assert not [value for value in used if value in told]
