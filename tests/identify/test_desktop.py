"""The desktop signing tool: what it gives back is our file with one signature more, or is refused by name."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from desktop_double import Tool, pem_of, posted, running

from pyhncert.errors import HncertError, KeyFault, MissingDependency, Unavailable, UsageFault
from pyhncert.identify import DesktopTool, check_returned
from pyhncert.identify._desktop import _lent, _posted
from pyhncert.issue._sign_structure import read_revisions

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture(scope="session")
def pdf() -> bytes:
    """Revision 1 of a released copy: what a signer is given."""
    data = next(GOLDEN.rglob("*.pdf")).read_bytes()
    return data[: read_revisions(data)[0].end]


@pytest.fixture
def tool(office):
    keys = [pem_of(path.read_bytes()) for path in (office.paths.officer, office.paths.agency)]
    return Tool(*keys[0], others=keys[1])


@pytest.fixture
def sign(office, tool, pdf):
    def run(fault: str = "", timeout_s: float = 20.0) -> bytes:
        tool.fault = fault
        with running(tool) as url:
            desktop = DesktopTool(url=url, clock=office.clock, randomness=os.urandom, timeout_s=timeout_s)
            return desktop.sign(pdf, office.officer.certificate)

    return run


def test_it_fetches_signs_and_sends_back(office, tool, sign, pdf):
    done = sign()
    assert done.startswith(pdf) and len(done) > len(pdf)
    call = tool.calls[0]
    assert set(call) == {"FileName", "FileUploadHandler", "SessionId", "JWTToken", "MetaData"}
    check_returned(pdf, done, certificate=office.officer.certificate, now=office.clock())


FAULTS = {
    "prefix": "changed the file that it was given",
    "unsigned": "added no signature",
    "updated": "no signatures? instead of one|added no signature",
    "two": "added 2 signatures instead of one",
    "other": "not that of",
    "page": "changed more than a signature field",
    "attachment": "changed more than a signature field",
    "tail": "bytes follow behind the end",
    "tail like an end": "bytes follow behind the end",
    "covered": "more than one revision",
    "cms": "does not hold",
    "padding": "bytes follow behind the signature",
    "broken": "refused",
    "weak": "proves nothing any more",
    "sends nothing": "sent nothing back",
    "sends twice": "sent more than one file back",
    "cancelled": r"did not sign: Người dùng đã hủy  thao tác \(status 2\)",
    "senseless": "something that is no answer",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_refused_by_name(sign, fault):
    with pytest.raises(KeyFault, match=FAULTS[fault]) as told:
        sign(fault)
    assert "công cụ ký số" in told.value.vi and told.value.exit_code == 14


@pytest.mark.parametrize("fault", ["silent", "hangs up"])
def test_a_tool_that_does_not_answer_is_silent_and_may_be_asked_again(sign, fault, pdf):
    with pytest.raises(Unavailable, match="does not answer"):
        sign(fault, timeout_s=0.5)
    assert sign().startswith(pdf)


def test_a_tool_that_does_not_run_is_said(office, pdf):
    desktop = DesktopTool(url="ws://127.0.0.1:9/SignCopy", clock=office.clock, randomness=os.urandom, timeout_s=2)
    with pytest.raises(Unavailable, match="not running"):
        desktop.sign(pdf, office.officer.certificate)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8987/", "ws://192.0.2.7:8987/", "ws://127.0.0.1.example.vn/", "ws://127.0.0.1@192.0.2.7/"]
)
def test_only_this_machine_is_asked(office, url):
    with pytest.raises(UsageFault, match="of this machine"):
        DesktopTool(url=url, clock=office.clock, randomness=os.urandom)


def test_without_the_extra_it_says_what_to_install(office, pdf, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "websockets.sync.client", None)
    desktop = DesktopTool(url="ws://127.0.0.1:9/", clock=office.clock, randomness=os.urandom)
    with pytest.raises(MissingDependency) as told:
        desktop.sign(pdf, office.officer.certificate)
    assert "[desktop]" in told.value.hint("en")


def test_the_file_is_lent_under_its_secret_name_only_and_only_for_the_call(pdf):
    with _lent(pdf, "copy.pdf", os.urandom) as desk:
        with urllib.request.urlopen(desk.call["FileName"], timeout=5) as answer:
            assert answer.read() == pdf
        for wrong in ("/copy.pdf", f"/{'0' * 32}/copy.pdf"):
            url = desk.call["FileName"].split("/", 3)
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen("/".join(url[:3]) + wrong, timeout=5)
        with pytest.raises(urllib.error.HTTPError, match="413"):
            request = urllib.request.Request(desk.call["FileUploadHandler"], data=b"x")
            request.add_unredirected_header("Content-Length", str(1 << 30))
            urllib.request.urlopen(request, timeout=5)
        assert posted(desk.call["FileUploadHandler"], pdf)["Status"] is True
        assert desk.returned == [pdf]
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(desk.call["FileName"], timeout=5)


def test_a_form_is_read_byte_for_byte():
    held = bytes(range(256)) * 3 + b"\r\n\r\n--x\r\n"
    form = b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--B\r\n'
    form += b'Content-Disposition: form-data; name="f"; filename="a.pdf"\r\n\r\n' + held + b"\r\n--B--\r\n"
    assert _posted('multipart/form-data; boundary="B"', form) == held
    assert _posted("text/plain", form) is None and _posted("multipart/form-data; boundary=C", form) is None


def test_bytes_of_a_stranger_never_end_in_another_error(office, pdf, sign):
    done = sign()
    for place in range(len(pdf), len(done), 97):
        for changed in (done[:place], done[:place] + b"\xff" + done[place + 1 :], done[:place] + done[place + 40 :]):
            if changed == pdf:
                continue
            with pytest.raises(HncertError):
                check_returned(pdf, changed, certificate=office.officer.certificate, now=office.clock())
