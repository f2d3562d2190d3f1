"""The receipt: what it says, and that it follows its schema."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from importlib.resources import files

import jsonschema
import pytest

from pyhncert import deliver
from pyhncert.errors import UsageFault
from pyhncert.values import VIETNAM, FileState, RegisterLine

AT = dt.datetime(2026, 11, 24, 9, 30, 15, 123456, tzinfo=VIETNAM)
LINE = RegisterLine(
    act_id="a" * 32,
    code="0123456789ABCDP",
    unit="UBND phường Cửa Nam",
    book="01/2026-SCT/BS",
    year=2026,
    number=7,
    state="registered",
    certified_at=AT,
    requester="Nguyễn Thị Đào",
    original="Giấy khai sinh",
    signer="Trần Văn Bình",
    copies=1,
    fee_vnd=2000,
    note="",
    content_digest=b"c" * 32,
    file_digest=b"f" * 32,
    level="B-LT",
    level_asked="B-LTA",
)
STATES = (
    FileState(at=AT.astimezone(dt.UTC), level="B-T", length=90, file_digest=b"3" * 32),
    FileState(at=AT, level="B-LT", length=100, file_digest=b"f" * 32),
)
SCHEMA = json.loads(files("pyhncert.deliver").joinpath("schemas/receipt.schema.json").read_text(encoding="utf-8"))


def test_a_receipt_says_everything_once():
    assert deliver.receipt(LINE, STATES) == {
        "format": "pyhncert/receipt",
        "version": 1,
        "code": "0123456789ABCDP",
        "content_digest": "63" * 32,
        "states": [
            {"at": "2026-11-24T09:30:15+07:00", "level": "B-T", "length": 90, "file_digest": "33" * 32},
            {"at": "2026-11-24T09:30:15+07:00", "level": "B-LT", "length": 100, "file_digest": "66" * 32},
        ],
        "level_asked": "B-LTA",
        "register": {
            "unit": "UBND phường Cửa Nam",
            "book": "01/2026-SCT/BS",
            "year": 2026,
            "number": 7,
            "certified_at": "2026-11-24T09:30:15+07:00",
        },
        "status": "registered",
    }


@pytest.mark.parametrize(
    "line",
    [
        LINE,
        replace(LINE, state="revoked"),
        replace(LINE, state="superseded", superseded_by="1123456789ABCDQ"),
        replace(LINE, state="superseded"),
        replace(LINE, level_asked=None),
    ],
)
def test_every_receipt_follows_the_schema(line):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    made = deliver.receipt(line, STATES)
    jsonschema.validate(made, SCHEMA)
    assert json.loads(deliver.receipt_bytes(made)) == made
    assert made["level_asked"] == (line.level_asked or "B-LT")


def test_a_receipt_holds_no_personal_data():
    text = deliver.receipt_bytes(deliver.receipt(LINE, STATES)).decode()
    for secret in (LINE.requester, LINE.original, LINE.signer):
        assert secret not in text


@pytest.mark.parametrize("state", ["number_reserved", "officer_signed", "agency_sealed", "voided"])
def test_there_is_no_receipt_for_what_was_never_issued(state):
    with pytest.raises(UsageFault, match="no copy to give a receipt for"):
        deliver.receipt(replace(LINE, state=state), STATES)
    with pytest.raises(UsageFault, match="no copy to give a receipt for"):
        deliver.receipt(replace(LINE, content_digest=None), STATES)
    with pytest.raises(UsageFault, match="no copy to give a receipt for"):
        deliver.receipt(LINE, ())


def test_the_schema_refuses_what_is_not_a_receipt():
    good = deliver.receipt(LINE, STATES)
    for key in good:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({k: v for k, v in good.items() if k != key}, SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**good, "requester": "x"}, SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**good, "states": []}, SCHEMA)
