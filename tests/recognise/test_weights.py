"""Denormal weights are flushed; nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest

from pyhncert.recognise._weights import flush_denormals


def chunk(number: int, data: bytes) -> bytes:
    size, out = len(data), bytearray([number << 3 | 2])
    while True:
        out.append(size & 127 | (128 if size > 127 else 0))
        size >>= 7
        if not size:
            return bytes(out) + data


def model(weights: np.ndarray, kind: int = 1) -> bytes:
    tensor = bytes([2 << 3, kind]) + chunk(8, b"w") + chunk(9, weights.tobytes())
    return chunk(2, b"maker") + chunk(7, chunk(2, b"name") + chunk(5, tensor)) + bytes([1 << 3, 9])


def test_denormals_become_zero_and_all_other_bytes_stay() -> None:
    weights = np.array([1.5, 1e-40, -2.0, -3e-39, 0.0, 1.2e-38, np.inf], np.float32)
    flushed = np.where(np.abs(weights) < np.finfo(np.float32).tiny, np.float32(0), weights)
    assert flush_denormals(model(weights)) == model(flushed)


def test_numbers_of_other_types_are_left_alone() -> None:
    whole = np.array([1, 2, 3], np.int32)  # as floats these would be denormal
    assert flush_denormals(model(whole, kind=6)) == model(whole, kind=6)


@pytest.mark.parametrize("junk", [b"\x07junk", b"\x3a\xff\xff\xff"])
def test_what_is_no_model_is_told(junk: bytes) -> None:
    with pytest.raises(ValueError, match="ONNX"):
        flush_denormals(junk)
