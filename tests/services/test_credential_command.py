"""`hncert credential` in a trial office: what it prints, what it refuses, and in which language."""

from __future__ import annotations

import csv
import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from credential_desk import PASSWORD, csr_for, key_of, named

import hncert_cli._app
import pyhncert
from pyhncert.identify import load_credential
from pyhncert.office import init_trial


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HNCERT_PASSWORD_CREDENTIAL", PASSWORD)
    folder = init_trial(tmp_path / "office")
    monkeypatch.setenv("HNCERT_OFFICE", str(folder))
    return folder


@pytest.fixture
def hncert(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Runs `hncert credential …` in this process; gives its stdout. With `code` it is expected to end so."""

    def run(*arguments: object, code: int = 0) -> str:
        ended = hncert_cli._app.run(["credential", *map(str, arguments)])
        out, err = capsys.readouterr()
        run.said = err
        assert ended == code, err
        return out

    return run


BINH = ("--name", "Trần Văn Bình", "--organisation", "UBND phường Thử Nghiệm", "--title", "Phó Chủ tịch")


def test_from_request_to_certified_copy_and_revocation(office, hncert, tmp_path):
    key = tmp_path / "binh.pem"
    assert hncert("request", *BINH, "--key", key, "--by", "An") == "0001\n"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert hncert("approve", 1, "--by", "Dung", "--note", "hồ sơ 12") == "0001\n"
    assert hncert("issue", "--all", "--by", "An", "-o", tmp_path / "issued") == "0001\n"
    assert str(key) in hncert.said
    row = hncert("list").split("\t")
    assert row[:6] == ["0001", "issued", "officer", "Trần Văn Bình", "Phó Chủ tịch", "UBND phường Thử Nghiệm"]
    assert row[7] == "1095\n"
    credential = load_credential(key, lambda: PASSWORD)
    assert (tmp_path / "issued/0001.pem").read_bytes() in key.read_bytes()
    settings = office / "office.toml"
    text = settings.read_text("utf-8").replace('key = "keys/officer.pem"', f'key = "{key}"', 1)
    settings.write_text(text.replace("Nguyễn Văn Mẫu", "Trần Văn Bình"), "utf-8")
    opened = pyhncert.open_office(office, password=lambda _: PASSWORD)
    assert opened.credential(opened.settings.officers[0]).certificate == credential.certificate
    assert not [check for check in opened.doctor() if not check.ok and check.exit_code in {14, 15, 17}]
    assert hncert("revoke", 1, "--reason", "keyCompromise", "--by", "An") == "0001\n"
    assert hncert("list", "--lang", "vi").split("\t")[1] == "đã thu hồi"


def test_a_renewal_and_what_is_due(office, hncert, tmp_path):
    hncert("request", *BINH, "--key", tmp_path / "old.pem", "--years", "0.1", "--by", "An")
    hncert("approve", "--all", "--by", "Dung")
    hncert("issue", "--all", "--by", "An")
    hncert("list")
    assert "1 credential(s) end soon, 0001 first" in hncert.said
    assert hncert("list", "--due", 10) == ""
    assert hncert("list", "--due", 60).startswith("0001\tissued")
    assert hncert("renew", 1, "--key", tmp_path / "new.pem", "--by", "An") == "0002\n"
    rows = json.loads(hncert("list", "--json"))
    assert [(row["id"], row["renews"], row["renewed_by"], row["status"]) for row in rows] == [
        ("0001", "", "0002", "issued"),
        ("0002", "0001", "", "requested"),
    ]
    assert rows[0]["days_left"] == 36 and rows[0]["format"] == "hncert/credential"


def test_several_requests_made_elsewhere_take_their_names_from_the_requests(office, hncert, tmp_path):
    files = []
    for number in range(3):
        file = tmp_path / f"{number}.csr"
        file.write_bytes(csr_for(key_of(), named(f"Người {number}")))
        files += ["--csr", file]
    assert hncert("request", *files, "--by", "An") == "0001\n0002\n0003\n"
    assert [row.split("\t")[3] for row in hncert("list").splitlines()] == ["Người 0", "Người 1", "Người 2"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("approve", "1", "--by", "An"), 12, "four eyes"),
        (("issue", "1", "--by", "An"), 12, "was not approved"),
        (("approve", "1", "--refuse", "--by", "Dung"), 2, "not said why"),
        (("approve", "--by", "Dung"), 2, "name credentials, or give --all"),
        (("revoke", "1", "--reason", "hold", "--by", "An"), 2, "reason 'hold'"),
        (("revoke", "1", "--reason", "superseded", "--by", "An"), 12, "is requested"),
        (("renew", "9", "--key", "x.pem", "--by", "An"), 2, "no credential 9"),
        (("request", *BINH, "--by", "An"), 2, "say where the key is"),
        (("request", "--key", "{tmp}/y.pem", "--by", "An"), 2, "needs the"),
        (("request", *BINH, "--csr", "{tmp}/none.csr", "--by", "An"), 18, "cannot be read"),
        (
            ("request", *BINH, "--key", "{tmp}/z.pem", "--key-kind", "p-384", "--years", "9", "--by", "An"),
            2,
            "at most 5",
        ),
    ],
)
def test_what_is_refused_is_said_with_its_exit_code(office, hncert, tmp_path, arguments, code, words):
    hncert("request", *BINH, "--key", tmp_path / "k.pem", "--by", "An")
    assert hncert(*(str(a).replace("{tmp}", str(tmp_path)) for a in arguments), code=code) == ""
    assert words in hncert.said and PASSWORD not in hncert.said
    assert [path.name for path in tmp_path.glob("*.pem")] == ["k.pem"], "what is refused leaves no key"


def test_a_refused_request_keeps_its_reason(office, hncert, tmp_path):
    hncert("request", *BINH, "--key", tmp_path / "k.pem", "--by", "An")
    hncert("approve", "1", "--refuse", "--note", "sai chức danh", "--by", "Dung")
    row = json.loads(hncert("list", "--json"))[0]
    assert (row["state"], row["refused"]["by"], row["refused"]["note"]) == ("refused", "Dung", "sai chức danh")


def test_a_password_that_is_too_short_leaves_nothing(office, hncert, tmp_path, monkeypatch):
    monkeypatch.setenv("HNCERT_PASSWORD_CREDENTIAL", "short")
    hncert("request", *BINH, "--key", tmp_path / "k.pem", "--by", "An", code=14)
    assert "at least 8 characters" in hncert.said and not (tmp_path / "k.pem").exists()
    assert hncert("list") == ""


def test_hostile_names_reach_the_terminal_escaped_and_json_whole(office, hncert, tmp_path):
    hncert("request", "--name", "Bình\u202e", "--organisation", "X", "--key", tmp_path / "k.pem", "--by", "An", code=2)
    assert "\u202e" not in hncert.said and not (tmp_path / "k.pem").exists()
    hncert("request", *BINH, "--key", tmp_path / "k.pem", "--by", "An\x1b[31m", "--note", "x\u202ey")
    row = json.loads(hncert("list", "--json"))[0]
    assert (row["requested"]["by"], row["requested"]["note"]) == ("An [31m", "x y")
    hncert("approve", "\x1b[31m1", "--by", "Dung", code=2)
    assert "\x1b[31m" not in hncert.said


def test_the_list_is_tab_separated_and_one_line_each(office, hncert, tmp_path):
    for number in range(2):
        hncert("request", *BINH, "--key", tmp_path / f"{number}.pem", "--by", "An")
    rows = list(csv.reader(hncert("list").splitlines(), delimiter="\t"))
    assert [len(row) for row in rows] == [8, 8]
