"""From the glass to an upright page: loading scans, normalising them.

Most people need three calls: :func:`load` reads and checks a whole file, :func:`raw_pages` hands out its pictures one
by one (only one picture's pixels are in memory at a time), :func:`normalise` makes of a picture the upright, straight
pages that lie on it, with their measures. Whatever cannot be read as a page is a
:class:`~pyhncert.errors.ScanError` that names the file and says what to do.
"""

from __future__ import annotations

from pyhncert.capture._limits import Limits
from pyhncert.capture._load import load, page_count, signed_pdf
from pyhncert.capture._normalise import normalise
from pyhncert.capture._pages import raw_pages

__all__ = ["Limits", "load", "normalise", "page_count", "raw_pages", "signed_pdf"]
