"""An office whose register lies on a PostgreSQL server: made by command, used by two desks, recovered after a kill."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pgserver import OWNER, WORD

import pyhncert
from pyhncert.errors import StorageFault

DRIVER = Path(__file__).with_name("driver.py")


@pytest.fixture
def database(postgres):
    name = postgres.database("journey")
    yield name
    postgres.drop(name)


def desk_of(folder: Path, url: str, at: Path) -> Path:
    """The folder of a desk: the same office, its own signs of life; objects are shared."""
    shutil.copytree(folder, at, ignore=shutil.ignore_patterns("objects", "work"))
    (at / "work").mkdir()
    (at / "objects").symlink_to(folder / "objects")
    file = at / "office.toml"
    text = file.read_text("utf-8").replace('second = "fields"', 'second = "off"')
    lines = [
        f"url = {json.dumps(url)}" if line.startswith("url = ") and OWNER in line else line for line in text.split("\n")
    ]
    file.write_text("\n".join(lines), "utf-8")
    return at


def test_two_desks_share_a_register_and_one_settles_what_the_other_left(hncert, postgres, database, small, tmp_path):
    office = tmp_path / "office"
    made = hncert("office", "init", office, "--trial", "--register", postgres.url(database, OWNER))
    assert made.code == 0, made.err
    one, two = (desk_of(office, postgres.url(database), tmp_path / name) for name in ("quầy 1", "quầy 2"))
    out = tmp_path / "a.pdf"
    done = hncert("--office", one, "certify", small, "-o", out, "--yes")
    assert done.code == 0, done.err
    assert hncert("--office", two, "verify", out).code == 0
    assert hncert("--office", two, "doctor").code == 0

    killed = subprocess.run(
        [sys.executable, str(DRIVER), str(one), str(small), str(tmp_path), "kill-after", "officer_signed"],
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -9, killed.stderr
    register = pyhncert.open_office(two).register
    assert [line.state for line in register.lines()] == ["registered", "officer_signed"]
    until = time.monotonic() + 10
    while not register.recover().voided and time.monotonic() < until:
        time.sleep(0.05)
    last = hncert("--office", two, "certify", small, "-o", tmp_path / "b.pdf", "--yes")
    assert last.code == 0, last.err
    assert [(line.number, line.state) for line in register.lines()] == [
        (1, "registered"),
        (2, "voided"),
        (3, "registered"),
    ]
    register.leave()
    left = hncert("--office", two, "office", "upgrade", "--as", OWNER)
    assert left.code == 0, left.err


def test_a_server_that_is_away_stops_the_command_before_anything_slow(hncert, postgres, database, small, tmp_path):
    office = tmp_path / "office"
    assert hncert("office", "init", office, "--trial", "--register", postgres.url(database, OWNER)).code == 0
    file = office / "office.toml"
    whole = file.read_text("utf-8")
    file.write_text(whole.replace(f":{postgres.port}/", ":1/"), "utf-8")
    done = hncert("--office", office, "certify", small, "-o", tmp_path / "a.pdf", "--yes", LANG="en_US.UTF-8")
    assert done.code == 18 and "the server does not answer" in done.err
    file.write_text(whole.replace(f"{OWNER}@", "desk_2@"), "utf-8")
    done = hncert("--office", office, "register", "list", LANG="en_US.UTF-8")
    assert done.code == 18 and "password" in done.err
    with_word = hncert("--office", office, "register", "list", HNCERT_PASSWORD_REGISTER=WORD)
    assert with_word.code == 0, with_word.err
    file.write_text(whole.replace(f"{OWNER}@", f"{OWNER}:bi-mat@"), "utf-8")
    done = hncert("--office", office, "register", "list", LANG="en_US.UTF-8")
    assert done.code == 2 and "no password belongs" in done.err and "bi-mat" not in done.err
    file.write_text(whole.replace('url = "postgresql', 'file = "x"\nurl = "postgresql'), "utf-8")
    assert "file or url, not both" in hncert("--office", office, "doctor", LANG="en_US.UTF-8").err


def test_an_office_cannot_be_made_on_a_register_that_is_there_already(postgres, database, tmp_path):
    from pyhncert.errors import UsageFault
    from pyhncert.office import init_trial

    url = postgres.url(database, OWNER)
    init_trial(tmp_path / "one", register=url)
    with pytest.raises(UsageFault, match="there is a register already"):
        init_trial(tmp_path / "two", register=url)
    with pytest.raises(StorageFault, match="no such database"):
        init_trial(tmp_path / "three", register=postgres.url("nowhere", OWNER))
