"""A paper with the mark of a state secret: the scan goes, one line of the log stays, and no override helps."""

from __future__ import annotations

import gc
from types import FrameType, TracebackType

import pytest

import pyhncert
from pyhncert import errors
from pyhncert.values import Decision, Override, Page, Reading, Scan


def everything(folder):
    """All bytes that lie in a folder, by file."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def go_on(_):
    """The officer who would go on."""
    return Decision(approved=True, overrides=(Override(code="secret", reason="thử"),))


def frames(trace: TracebackType | None) -> list[FrameType]:
    out = []
    while trace is not None:
        out.append(trace.tb_frame)
        trace = trace.tb_next
    return out


@pytest.fixture
def office(new_folder):
    """An office of this test's own: its log of refusals is empty."""
    return pyhncert.open_office(new_folder)


@pytest.fixture
def secret(draw, tmp_path):
    """A scan of a secret decision, and the lines printed on it."""
    image, truth = draw("secret", 3)
    path = tmp_path / "in" / "mat.png"
    path.parent.mkdir()
    image.save(path, dpi=(300, 300), compress_level=1)
    return path, [line["text"] for line in truth["lines"]]


def test_a_secret_paper_leaves_one_line_and_nothing_of_the_scan_or_its_text(office, secret, drawn, tmp_path):
    path, texts = secret
    folder = office.settings.folder
    before = everything(folder)
    acts = len(list(office.register.lines()))
    pages = [drawn("small"), path] * 5  # long enough for images to be spooled, the secret page is the second
    with pytest.raises(errors.Blocked) as caught:
        office.certify(pages, tmp_path / "out.pdf", decide=go_on)
    said = "\n".join([str(caught.value), caught.value.vi, caught.value.hint("en"), caught.value.hint("vi")])
    assert str(path) in caught.value.hint("vi"), "the operator is told which file to destroy"
    (finding,) = caught.value.findings
    assert finding.code == "secret" and finding.final

    assert path.is_file(), "the operator's own file is not ours to delete"
    assert not (tmp_path / "out.pdf").exists()
    assert len(list(office.register.lines())) == acts, "no number was taken"
    (line,) = office.register.refusals()
    assert (line.officer, line.reason, line.pages) == (office.settings.officer(None).name, "R3", 2)

    scan = path.read_bytes()
    after = everything(folder)
    grown = {where: data for where, data in after.items() if data != before.get(where)}
    assert grown, "the log line is on the disk"
    for where, data in grown.items():
        for start in range(0, len(scan) - 64, 4099):
            assert scan[start : start + 64] not in data, where
        assert path.name.encode() not in data, where
    for text in (text for text in texts if len(text) > 12):
        assert text not in said
        for where, data in after.items():
            assert text.encode() not in data, f"{text} is in {where}"
    work = [name for name in after if "spool" in str(name)]
    assert not work, "nothing is left of the pages that were read before"


def test_the_error_keeps_no_page_alive(office, secret, tmp_path):
    path, _ = secret
    with pytest.raises(errors.Blocked) as caught:
        office.certify([path], tmp_path / "out.pdf", decide=go_on)
    gc.collect()
    ours = [frame for frame in frames(caught.value.__traceback__) if "pyhncert" in frame.f_code.co_filename]
    assert ours
    for frame in ours:
        for name, value in frame.f_locals.items():
            held = value if isinstance(value, (list, tuple)) else [value]
            assert not any(isinstance(v, (Page, Reading, Scan)) for v in held), f"{name} in {frame.f_code.co_name}"


def test_an_examination_of_a_secret_paper_tells_nothing_of_it(office, secret):
    with pytest.raises(errors.Blocked):
        office.examine([secret[0]])
    assert office.register.refusals()[-1].reason == "R3"


def test_reading_a_secret_paper_prints_no_text_of_it(hncert, secret):
    path, texts = secret
    for options in ((), ("--json",)):
        done = hncert("read", *options, str(path))
        assert done.code == errors.Blocked.exit_code
        assert done.out == b""
        assert str(path) in done.err
        for text in (text for text in texts if len(text) > 12):
            assert text not in done.err


def test_the_command_lists_what_was_stopped(hncert, office, secret):
    folder = str(office.settings.folder)
    done = hncert("--office", folder, "certify", "--yes", secret[0], "--override", "secret", "--reason", "thử")
    assert done.code == errors.Blocked.exit_code
    listed = hncert("--office", folder, "register", "refusals")
    assert b"\tR3\t1\tTN-01\t\t\n" in listed.out
    assert b"hncert/refusal" in hncert("--office", folder, "--json", "register", "refusals").out
