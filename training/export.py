"""Writes the network of a checkpoint as ONNX and proves that onnxruntime answers as torch does.

`python training/export.py build/training/checkpoint.pt build/training/lines.onnx`
"""

from __future__ import annotations

import sys
from pathlib import Path

import lines
import numpy as np
import onnx
import onnxruntime
import text
import torch
from network import Recogniser

MOST_MIB = 16
CLOSE = 1e-3
"""How far two log chances may be apart: torch and onnxruntime add up in another order."""


def averaged(checkpoint: Path) -> Recogniser:
    """The network with the averaged weights of `checkpoint`."""
    state = torch.load(checkpoint, map_location="cpu")
    if state["alphabet"] != text.ALPHABET:
        raise SystemExit("export: the checkpoint has another alphabet than text.py")
    network = Recogniser(len(text.ALPHABET))
    network.load_state_dict(state["mean"])
    return network.eval()


def write(network: Recogniser, path: Path) -> None:
    """The network as ONNX, of any number of strips of any width, with its alphabet."""
    any_size = {0: torch.export.Dim("strips"), 3: 4 * torch.export.Dim("quarter", min=2, max=4096)}
    program = torch.onnx.export(
        network, (torch.zeros(2, 1, lines.HEIGHT, 128),), dynamo=True, input_names=["strips"],
        output_names=["chances"], dynamic_shapes=(any_size,), verbose=False,
    )  # fmt: skip
    model = program.model_proto
    onnx.helper.set_model_props(model, {"alphabet": text.ALPHABET})
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def furthest(network: Recogniser, path: Path) -> float:
    """The largest difference of two answers, over strips of several widths."""
    session = onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    worst = 0.0
    for count, wide in ((1, 32), (1, 700), (3, 256), (2, 1600)):
        strips = np.random.default_rng(wide).random((count, 1, lines.HEIGHT, wide), np.float32)
        with torch.inference_mode():
            want = network(torch.from_numpy(strips)).numpy()
        (got,) = session.run(None, {"strips": strips})
        worst = max(worst, float(np.abs(got - want).max()))
    return worst


def main() -> None:
    """Export, then compare and weigh."""
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    network, path = averaged(Path(sys.argv[1])), Path(sys.argv[2])
    write(network, path)
    apart, size = furthest(network, path), path.stat().st_size / 2**20
    weights = sum(weight.numel() for weight in network.parameters())
    print(f"{path}: {weights / 1e6:.2f} M parameters, {size:.1f} MiB, answers at most {apart:.1e} apart")
    if apart > CLOSE or size > MOST_MIB:
        raise SystemExit(f"export: more than {CLOSE} apart or more than {MOST_MIB} MiB")


if __name__ == "__main__":
    main()
