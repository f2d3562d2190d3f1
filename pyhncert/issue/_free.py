"""Where a page is free of ink, and where a mark of a given size fits.

The map has cells of about half a millimetre; a cell is free when no pixel in it or in a neighbour is ink, that is
darker than the local Sauvola level (DESIGN 4 asks for 0.3 mm of distance), and when it has about the colour of the
paper, so that dark or coloured areas larger than Sauvola's window are not taken for paper.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["CELL_MM", "FreeArea", "Places"]

CELL_MM = 0.5


@dataclass(frozen=True, slots=True)
class FreeArea:
    """A packed map: bit 1 is a free cell; `rows` x `columns` cells of `cell_mm`, from the upper left corner."""

    rows: int
    columns: int
    cell_mm: float
    bits: bytes = field(repr=False)

    @classmethod
    def of(cls, free: npt.NDArray[np.bool_], cell_mm: float) -> FreeArea:
        """Pack a map of booleans (rows, columns)."""
        import numpy as np  # noqa: PLC0415  verification reads this room without numpy

        return cls(free.shape[0], free.shape[1], cell_mm, np.packbits(free).tobytes())

    @classmethod
    def clear(cls, width_mm: float, height_mm: float) -> FreeArea:
        """An empty sheet."""
        import numpy as np  # noqa: PLC0415

        return cls.of(np.ones((int(height_mm / CELL_MM), int(width_mm / CELL_MM)), bool), CELL_MM)

    def cells(self) -> npt.NDArray[np.bool_]:
        """The map as booleans (rows, columns)."""
        import numpy as np  # noqa: PLC0415

        count = self.rows * self.columns
        return np.unpackbits(np.frombuffer(self.bits, np.uint8), count=count).reshape(self.rows, self.columns) > 0

    def without(self, left: float, top: float, width: float, height: float) -> FreeArea:
        """The same map with a box (millimetres) taken."""
        cells = self.cells()
        first, low = max(0, int(top // self.cell_mm)), max(0, -int(-(top + height) // self.cell_mm))
        start, end = max(0, int(left // self.cell_mm)), max(0, -int(-(left + width) // self.cell_mm))
        cells[first:low, start:end] = False
        return FreeArea.of(cells, self.cell_mm)

    def raised(self, height_mm: float) -> tuple[FreeArea, float]:
        """The map of the page with a clear strip of at least `height_mm` added above it, and the strip's height."""
        import numpy as np  # noqa: PLC0415

        rows = -int(-height_mm // self.cell_mm)
        return FreeArea.of(
            np.pad(self.cells(), ((rows, 0), (0, 0)), constant_values=True), self.cell_mm
        ), rows * self.cell_mm

    def places(
        self, width_mm: float, height_mm: float, *, edge_mm: float = 4.0, top: float = 0.0, bottom: float = 1.0
    ) -> Places:
        """Where a box of `width_mm` x `height_mm` fits, at least `edge_mm` from each side of the page.

        Only the band between `top` and `bottom` (shares of the height) is looked at.
        """
        import numpy as np  # noqa: PLC0415

        edge = round(edge_mm / self.cell_mm)
        w, h = -int(-width_mm // self.cell_mm), -int(-height_mm // self.cell_mm)
        first, last = max(edge, int(self.rows * top)), min(self.rows - edge, int(self.rows * bottom))
        band = self.cells()[first:last, edge : self.columns - edge]
        if band.shape[0] < h or band.shape[1] < w:
            return Places(np.zeros((0, 0), bool), 0, 0, self.cell_mm)
        sums = np.zeros((band.shape[0] + 1, band.shape[1] + 1), np.int32)
        np.cumsum(np.cumsum(~band, axis=0, dtype=np.int32), axis=1, out=sums[1:, 1:])
        taken = sums[h:, w:] - sums[:-h, w:] - sums[h:, :-w] + sums[:-h, :-w]
        return Places(taken == 0, first, edge, self.cell_mm)


@dataclass(frozen=True, slots=True)
class Places:
    """The upper left corners at which a box fits, as a map that begins at cell (`row`, `column`)."""

    fits: npt.NDArray[np.bool_] = field(repr=False)
    row: int
    column: int
    cell_mm: float

    def nearest(self, x: float, y: float) -> tuple[float, float] | None:
        """The fitting corner (x, y) in millimetres nearest to the wished one, or None."""
        import numpy as np  # noqa: PLC0415

        rows, columns = np.nonzero(self.fits)
        if not len(rows):
            return None
        left, top = (columns + self.column) * self.cell_mm, (rows + self.row) * self.cell_mm
        best = int(np.argmin((left - x) ** 2 + (top - y) ** 2))
        return (float(left[best]), float(top[best]))
