"""Turning and mirroring pictures without losing a pixel, and remembering how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pyhncert.values import Matrix

if TYPE_CHECKING:
    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Turn:
    """How a stored picture is seen: rows and columns swapped, then mirrored left-right, then upside down."""

    transpose: bool = False
    mirror_x: bool = False
    mirror_y: bool = False

    def image(self, image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """The picture as it is seen, contiguous."""
        if self.transpose:
            image = image.swapaxes(0, 1)
        if self.mirror_x:
            image = image[:, ::-1]
        if self.mirror_y:
            image = image[::-1]
        return np.ascontiguousarray(image)

    def to_file(self, width: int, height: int) -> Matrix:
        """From pixels of the seen picture (`width` by `height`) back to stored pixels."""
        back = Matrix.identity()
        if self.mirror_y:
            back = back.then(Matrix((1, 0, 0, 0, -1, height, 0, 0, 1)))
        if self.mirror_x:
            back = back.then(Matrix((-1, 0, width, 0, 1, 0, 0, 0, 1)))
        if self.transpose:
            back = back.then(Matrix((0, 1, 0, 1, 0, 0, 0, 0, 1)))
        return back


# EXIF 2.32, 4.6.4 A, tag 0x0112: the value says where row 0 and column 0 of the stored picture are seen.
_EXIF = {
    1: Turn(),
    2: Turn(mirror_x=True),
    3: Turn(mirror_x=True, mirror_y=True),
    4: Turn(mirror_y=True),
    5: Turn(transpose=True),
    6: Turn(transpose=True, mirror_x=True),
    7: Turn(transpose=True, mirror_x=True, mirror_y=True),
    8: Turn(transpose=True, mirror_y=True),
}


def exif_turn(orientation: int) -> Turn:
    """The turn of an EXIF orientation; an unknown one counts as 1, as all viewers have it."""
    return _EXIF.get(orientation, _EXIF[1])


def oriented(image: npt.NDArray[np.uint8], turn: Turn) -> tuple[npt.NDArray[np.uint8], Matrix]:
    """The picture as it is seen, and the way back to stored pixels."""
    seen = turn.image(image)
    return seen, turn.to_file(seen.shape[1], seen.shape[0])
