"""What the officer sees of two readers: what is in doubt first, in words; and once, that there is only one."""

from __future__ import annotations

from typing import Any

import pytest

from hncert_cli._ask import decider
from hncert_cli._say import Settings
from pyhncert.values import Field, Kind, Proposal, Words

QUAD = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
NOTE = Words("chỉ có một bộ đọc", "read once only")


def field(name: str, agreement: Any, second: str = "", value: str = "AN") -> Field:
    return Field(
        name=name, label=name, value=value, page=1, quad=QUAD, confidence=0.9, agreement=agreement, second=second
    )


FIELDS = (field("Số", "unread"), field("Họ tên", "agreed", "AN"), field("Nơi sinh", "doubtful", "ÂN\x1b[2J\u202e"))


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        (
            "en",
            [
                "  ? compare Nơi sinh: AN (second reader: ÂN\\x1b[2J\\u202e)",
                "  Số: AN  (90%)",
                "  Họ tên: AN  (90%) ✓ read twice alike",
            ],
        ),
        (
            "vi",
            [
                "  ? cần đối chiếu Nơi sinh: AN (lần đọc thứ hai: ÂN\\x1b[2J\\u202e)",
                "  Số: AN  (90%)",
                "  Họ tên: AN  (90%) ✓ hai lần đọc như nhau",
            ],
        ),
    ],
)
def test_before_deciding_fields_in_doubt_stand_first_with_both_texts(conductor, hncert, capsys, lang, told):
    conductor.fields = FIELDS
    assert hncert("--lang", lang, "certify", "a.png", "--yes") == 0
    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if line.startswith(("  ?", "  Số", "  Họ"))] == told


def test_what_both_read_without_trust_is_told_so(conductor, hncert, capsys):
    conductor.fields = (field("Họ tên", "doubtful", "AN"),)
    assert hncert("certify", "a.png", "--dry-run") == 0
    assert "  ? compare Họ tên: AN (both readers are unsure)" in capsys.readouterr().err.splitlines()


def test_that_there_is_one_reader_only_is_said_once_for_many_papers(capsys):
    kind = Kind(key="khai_sinh", name=Words("giấy khai sinh", "birth certificate"), title="", confidence=1)
    proposal = Proposal(kind=kind, fields=(), findings=(), page_count=1, officer="A", trial=False, notes=(NOTE,))
    decide = decider(Settings(), (), yes=True)
    assert decide(proposal).approved and decide(proposal).approved
    assert capsys.readouterr().err.count("read once only") == 1


def test_read_says_what_is_in_doubt_and_the_text_stays_the_first(conductor, hncert, capsys):
    conductor.read_fields = [
        {"name": "a", "label": "Họ tên", "value": "AN", "agreement": "doubtful", "second": "ÂN"},
        {"name": "b", "label": "Số", "value": "1", "agreement": "agreed"},
    ]
    conductor.read_notes = [{"vi": NOTE.vi, "en": NOTE.en}]
    assert hncert("read", "scan.png") == 0
    out, err = capsys.readouterr()
    assert out == "GIẤY KHAI SINH\nNơi sinh\n"
    assert err.splitlines()[:2] == ["read once only", "  ? compare Họ tên: AN (second reader: ÂN)"]
