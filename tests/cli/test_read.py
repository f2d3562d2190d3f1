"""`hncert read`: text on stdout, what each page's scan is worth on stderr, in the user's language."""

from __future__ import annotations

import json

import pytest


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", "! page 1 is noisy\n✓ page 2 is clear and can be used\n"),
        ("vi", "! trang 1 bị nhiễu hạt\n✓ trang 2 rõ, dùng được\n"),
    ],
)
def test_each_page_gets_its_verdict_and_stdout_stays_text(conductor, hncert, capsys, lang, told):
    assert hncert("--lang", lang, "read", "scan.png") == 0
    out, err = capsys.readouterr()
    assert out == "GIẤY KHAI SINH\nNơi sinh\n"
    assert err == told


def test_with_json_the_verdicts_are_in_the_document_only(conductor, hncert, capsys):
    assert hncert("read", "--json", "scan.png") == 0
    out, err = capsys.readouterr()
    assert [page["verdict"]["severity"] for page in json.loads(out)["pages"]] == ["warn", "pass"]
    assert err == ""
