"""A stranger at the office's door with a code."""

from __future__ import annotations

import json

import pytest

from pyhncert import _core
from pyhncert.errors import NotFound, TooMany
from pyhncert.keep import _limits


def test_a_stranger_looks_a_code_up_and_is_counted(office, small, officer):
    code = office.certify([small], decide=officer).code
    report = office.look_up(_core.code_shown(code).lower(), asker="203.0.113.20")
    assert report.verdict == "valid" and report.code == code
    with pytest.raises(TooMany, match="ask again in"):
        for _ in range(_limits.limit("look_up").at_once):
            with pytest.raises(NotFound):
                office.look_up("no such", asker="203.0.113.20")
    assert office.verify(code).verdict == "valid"  # the office's own people are not counted


def test_never_and_not_public_get_the_same_words_exit_code_and_json(office, hncert):
    never = _core.code_from_random(bytes(range(1, 33)))
    settings = office.settings
    facts = {"unit": settings.unit, "symbol": settings.suffix, "requester": "", "original": "x", "signer": "y"}
    reserved = office.register.reserve(pages=1, **facts)
    voided = office.register.reserve(pages=1, **facts)
    office.register.void(voided.act_id, "thử")
    try:
        for arguments in ((), ("--json",), ("--lang", "vi")):
            said = []
            for code in (never, reserved.code, voided.code):
                done = hncert("verify", code, *arguments)
                said.append((done.code, done.out.decode().replace(code, "CODE"), done.err.replace(code, "CODE")))
            assert said[0][0] == 8 and said[0] == said[1] == said[2]
        assert json.loads(hncert("verify", reserved.code, "--json").out)["code"] is None
    finally:
        office.register.void(reserved.act_id, "thử")
