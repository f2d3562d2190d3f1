"""Published signatures verify; tests/vectors/cms/SOURCES.md says where they are from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pyhncert import _core
from pyhncert.errors import AlteredCore

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/cms/rfc6979.json").read_text("utf-8"))


@pytest.mark.parametrize("vector", VECTORS["signatures"], ids=lambda v: f"{v['curve']}-{v['digest']}-{v['message']}")
def test_signatures_of_rfc_6979_verify(vector):
    key = bytes.fromhex(VECTORS["keys"][vector["curve"]])
    signature = bytes.fromhex(vector["r"] + vector["s"])
    given = {"scheme": "ecdsa", "digest": vector["digest"], "fixed": True}
    _core.verify_signature(key, vector["message"].encode(), signature, **given)
    with pytest.raises(AlteredCore):
        _core.verify_signature(key, b"other", signature, **given)
