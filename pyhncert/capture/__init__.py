"""From the glass to an upright page: scanning, loading scans, normalising them.

Most people need three calls: :func:`load` reads and checks a whole file, :func:`raw_pages` hands out its pictures one
by one (only one picture's pixels are in memory at a time), :func:`normalise` makes of a picture the upright, straight
pages that lie on it, with their measures and :func:`marks`. Whatever cannot be read as a page is a
:class:`~pyhncert.errors.ScanError` that names the file and says what to do.

:func:`scan` drives a scanner and yields its pages as scans; :func:`save_pages` keeps them as files.
"""

from __future__ import annotations

from pyhncert.capture._limits import Limits
from pyhncert.capture._load import load, page_count, signed_pdf
from pyhncert.capture._marks import marks
from pyhncert.capture._normalise import normalise
from pyhncert.capture._pages import raw_pages
from pyhncert.capture._save import save_pages
from pyhncert.capture._scan import ScanJob, abilities, scan, scanners
from pyhncert.capture._scanner import Abilities, Patience, Scanner, SourceAbilities
from pyhncert.capture._separator import SEPARATOR, is_separator, separators

__all__ = [
    "SEPARATOR",
    "Abilities",
    "Limits",
    "Patience",
    "ScanJob",
    "Scanner",
    "SourceAbilities",
    "abilities",
    "is_separator",
    "load",
    "marks",
    "normalise",
    "page_count",
    "raw_pages",
    "save_pages",
    "scan",
    "scanners",
    "separators",
    "signed_pdf",
]
