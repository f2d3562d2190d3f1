"""The recogniser: convolutions down to one row of columns four pixels wide, then blocks along the line, then letters.

No recurrence: every column sees about a word around it, so a line may be as long as it likes, and what a letter is
read as does not hang on what stands far off. 1.6 M parameters.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

STRIDE = 4
"""Pixels of a line's width for each column of the answer."""


def _conv(
    into: int, out: int, kernel: tuple[int, int], stride: tuple[int, int] = (1, 1), groups: int = 1
) -> nn.Sequential:
    padding = (kernel[0] // 2 if kernel[0] < 4 else 0, kernel[1] // 2)
    return nn.Sequential(
        nn.Conv2d(into, out, kernel, stride, padding, groups=groups, bias=False), nn.BatchNorm2d(out), nn.Hardswish()
    )


class Block(nn.Module):
    """Look around with each channel for itself, mix the channels in a wider layer, add what came in."""

    def __init__(self, channels: int, kernel: tuple[int, int]) -> None:
        super().__init__()
        padding = (kernel[0] // 2, kernel[1] // 2)
        self.way = nn.Sequential(
            nn.Conv2d(channels, channels, kernel, padding=padding, groups=channels, bias=False),
            nn.BatchNorm2d(channels),
            nn.Conv2d(channels, 2 * channels, 1),
            nn.Hardswish(),
            nn.Conv2d(2 * channels, channels, 1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        """`x` and what was found around it."""
        out: Tensor = x + self.way(x)
        return out


class Recogniser(nn.Module):
    """Strips (n, 1, 32, width), ink 1 and paper 0, to log chances (n, width / 4, letters + 1).

    Class 0 is CTC's blank.
    """

    def __init__(self, letters: int, channels: int = 256, blocks: int = 5) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _conv(1, 24, (3, 3), (2, 2)),
            _conv(24, 48, (3, 3), (2, 2)),
            Block(48, (3, 3)),
            _conv(48, 96, (3, 3), (2, 1)),
            Block(96, (3, 3)),
            Block(96, (3, 3)),
            _conv(96, channels, (4, 1)),
            *(Block(channels, (1, 9)) for _ in range(blocks)),
            nn.Dropout(0.05),
        )
        self.letters = nn.Conv2d(channels, letters + 1, 1)

    def forward(self, strips: Tensor) -> Tensor:
        """The log chance of each letter in each column."""
        out: Tensor = self.letters(self.body(strips)).squeeze(2).transpose(1, 2)
        return torch.log_softmax(out.float(), dim=2)
