"""Trains the line recogniser on lines drawn as it goes: `python training/train.py --minutes 60`.

Runs on a GPU where there is one, on the processor otherwise. Stop it as you like: `--resume` goes on from the last
checkpoint with weights, optimiser, averages, chance and place in the data as they were; the rate of learning follows
the share of the minutes (or of `--lines`) that is used up. The curve goes to `curve.csv` beside the checkpoint.
"""

from __future__ import annotations

import argparse
import copy
import csv
import math
import random
import time
from pathlib import Path

import lines
import numpy as np
import score
import text
import torch
from network import STRIDE, Recogniser
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

SEED, HELD_OUT = 20261125, 7
"""Seeds of the lines learned from and of those that are only read; no line is drawn twice."""
CHUNK = 512
"""Lines drawn at once, put together by width in batches; a checkpoint is taken between two chunks."""
PEAK, WARM = 2e-3, 0.06
CLASSES = {letter: i for i, letter in enumerate(text.ALPHABET, 1)}
Batch = tuple[Tensor, Tensor, Tensor, Tensor, list[str]]


def longest(chunk: int) -> int:
    """Letters of the longest line in a chunk: short lines first, from which CTC learns where letters are."""
    return min(40, 8 + chunk // 8)


class Chunks(Dataset[list[Batch]]):
    """Chunk `n` of a seed as batches of strips of like width."""

    def __init__(self, seed: int, batch: int) -> None:
        self.seed, self.batch = seed, batch

    def __getitem__(self, chunk: int) -> list[Batch]:
        most = longest(chunk) if self.seed == SEED else 40
        drawn = [lines.line(self.seed, chunk * CHUNK + i, longest=most) for i in range(CHUNK)]
        drawn.sort(key=lambda strip: strip.gray.shape[1])
        batches = [stacked(drawn[i : i + self.batch]) for i in range(0, CHUNK, self.batch)]
        random.Random(f"{self.seed}/{chunk}").shuffle(batches)
        return batches


def stacked(strips: list[lines.Strip]) -> Batch:
    """Strips with paper to the right of the narrower ones: pixels, columns, classes, letters of each, texts."""
    wide = -(-max(strip.gray.shape[1] for strip in strips) // STRIDE) * STRIDE
    pixels = np.zeros((len(strips), 1, lines.HEIGHT, wide), np.float32)
    for row, strip in zip(pixels, strips, strict=True):
        row[0, :, : strip.gray.shape[1]] = 1 - strip.gray / np.float32(255)
    columns = torch.tensor([-(-strip.gray.shape[1] // STRIDE) for strip in strips])
    classes = torch.tensor([CLASSES[c] for strip in strips for c in strip.text])
    lengths = torch.tensor([len(strip.text) for strip in strips])
    return torch.from_numpy(pixels), columns, classes, lengths, [strip.text for strip in strips]


class Run:
    """All that a run is: what a checkpoint keeps, and where it lies."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        self.folder, self.device = folder, device
        torch.manual_seed(SEED)
        self.network = Recogniser(len(text.ALPHABET)).to(device, memory_format=torch.channels_last)
        self.mean = copy.deepcopy(self.network)
        self.optimiser = torch.optim.AdamW(self.network.parameters(), lr=PEAK, weight_decay=0.01)
        self.chunk = self.step = 0
        self.seconds = self.busy = 0.0
        self.rows: list[dict[str, float]] = []

    def save(self) -> None:
        """One file, there whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        state = {
            "network": self.network.state_dict(), "mean": self.mean.state_dict(),
            "optimiser": self.optimiser.state_dict(), "chance": torch.get_rng_state(), "rows": self.rows,
            "chunk": self.chunk, "step": self.step, "seconds": self.seconds, "busy": self.busy,
            "alphabet": text.ALPHABET,
        }  # fmt: skip
        part = self.folder / "checkpoint.part"
        torch.save(state, part)
        part.replace(self.folder / "checkpoint.pt")
        with (self.folder / "curve.csv").open("w", newline="") as out:
            writer = csv.DictWriter(out, ["step", "seconds", "cpu_seconds", "lines", "rate", "loss", "cer"])
            writer.writeheader()
            writer.writerows(self.rows)

    def resume(self) -> None:
        """Everything as it was at the last checkpoint."""
        state = torch.load(self.folder / "checkpoint.pt", map_location=self.device)
        if state["alphabet"] != text.ALPHABET:
            raise SystemExit("train: the checkpoint has another alphabet; start a new run")
        self.network.load_state_dict(state["network"])
        self.mean.load_state_dict(state["mean"])
        self.optimiser.load_state_dict(state["optimiser"])
        torch.set_rng_state(state["chance"].cpu())
        self.chunk, self.step, self.rows = state["chunk"], state["step"], state["rows"]
        self.seconds, self.busy = state["seconds"], state["busy"]

    def learn(self, batch: Batch, rate: float) -> Tensor:
        """One step; gives the loss a letter."""
        pixels, columns, classes, lengths, _ = batch
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        with torch.autocast(self.device.type, torch.bfloat16):
            chances = self.network(self.placed(pixels))
        loss = nn.functional.ctc_loss(
            chances.transpose(0, 1), classes.to(self.device), columns, lengths, zero_infinity=True
        )
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimiser.step()
        self.step += 1
        self.average()
        return loss.detach()

    @torch.no_grad()
    def average(self) -> None:
        """The averaged weights follow those of the last 200 steps; of fewer at the start, lest the first ones stay."""
        share = max(0.005, 9 / (9 + self.step))
        for mean, last in zip(self.mean.state_dict().values(), self.network.state_dict().values(), strict=True):
            if mean.is_floating_point():
                mean.lerp_(last, share)
            else:
                mean.copy_(last)

    def placed(self, pixels: Tensor) -> Tensor:
        """The pixels where and as the network wants them."""
        return pixels.to(self.device, memory_format=torch.channels_last)

    @torch.inference_mode()
    def character_error(self, batches: list[Batch]) -> float:
        """Of the averaged weights, in whole precision, on lines never learned from."""
        self.mean.eval()
        read, truth = [], []
        for pixels, columns, _, _, texts in batches:
            best = self.mean(self.placed(pixels)).argmax(2).cpu().numpy()
            read += [score.written(row[:wide]) for row, wide in zip(best, columns.tolist(), strict=True)]
            truth += texts
        return score.character_error(read, truth)


def rate(progress: float) -> float:
    """One cycle: up in the first part, then down by half a cosine."""
    if progress < WARM:
        return PEAK * (0.04 + 0.96 * progress / WARM)
    return PEAK * (0.5 + 0.5 * math.cos(math.pi * min(1.0, (progress - WARM) / (1 - WARM)))) + 1e-6


def main() -> None:
    """Train until the minutes or the lines are used up."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--minutes", type=float, default=60, help="of training in all, those before --resume included")
    asked.add_argument("--lines", type=int, help="lines in all, in place of minutes: no clock has a say then")
    asked.add_argument("--resume", action="store_true", help="go on from the checkpoint in the folder")
    asked.add_argument("--threads", type=int, default=1, help="of the processor; a busy one is quickest with 1")
    asked.add_argument("--drawers", type=int, default=1, help="processes that draw lines")
    asked.add_argument("--batch", type=int, help="lines a step; 32, on a GPU 128")
    asked.add_argument(
        "--check-minutes", type=float, default=5, help="between checkpoints, each with a character error"
    )
    asked.add_argument("--out", type=Path, default=Path("build/training"))
    args = asked.parse_args()
    torch.set_num_threads(args.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    run = Run(args.out, device)
    if args.resume:
        run.resume()
        print(f"resumed at step {run.step}, chunk {run.chunk}, {run.seconds:.0f} s", flush=True)
    elif (args.out / "checkpoint.pt").exists():
        raise SystemExit(f"train: {args.out} has a checkpoint; say --resume, or another --out")
    batch = args.batch or (128 if device.type == "cuda" else 32)
    held_out = Chunks(HELD_OUT, batch)[0][: CHUNK // batch // 2]
    chunks = DataLoader(
        Chunks(SEED, batch), batch_size=None, sampler=range(run.chunk, 10**7), num_workers=args.drawers
    )  # fmt: skip
    began, before = time.monotonic(), run.seconds
    at_work, busy = time.process_time(), run.busy
    checked = began
    losses: list[Tensor] = []
    for batches in chunks:
        progress = run.chunk * CHUNK / args.lines if args.lines else run.seconds / 60 / args.minutes
        run.network.train()
        losses += [run.learn(one, rate(progress)) for one in batches]
        run.chunk += 1
        now = time.monotonic()
        run.seconds, run.busy = before + now - began, busy + time.process_time() - at_work
        over = run.chunk * CHUNK >= args.lines if args.lines else run.seconds >= 60 * args.minutes
        if over or now - checked >= 60 * args.check_minutes:
            checked = now
            loss = float(torch.stack(losses).mean())
            losses = []
            run.rows.append({
                "step": run.step, "seconds": round(run.seconds), "cpu_seconds": round(run.busy),
                "lines": run.chunk * CHUNK, "rate": round(rate(progress), 7), "loss": round(loss, 4),
                "cer": round(run.character_error(held_out), 5),
            })  # fmt: skip
            run.save()
            print(" ".join(f"{name} {value}" for name, value in run.rows[-1].items()), flush=True)
        if over:
            break


if __name__ == "__main__":
    main()
