"""Reading a page: lines in place, the kind of paper, its fields; `originals` cuts a file of many pages into papers.

`Reader` finds the lines with a neural detector and reads each with Tesseract; nothing is loaded before the first page.
Other programs call :func:`read` with an array or a file's bytes and get lines in their own pixels (docs/library.md).
"""

from pyhncert.recognise._agreement import agreed
from pyhncert.recognise._classify import classify, kind_name
from pyhncert.recognise._cut import originals
from pyhncert.recognise._fields import fields
from pyhncert.recognise._library import PageText, read
from pyhncert.recognise._machine import broken_rows
from pyhncert.recognise._reader import Reader
from pyhncert.recognise._text import capitals, distances, fold

__all__ = [
    "PageText",
    "Reader",
    "agreed",
    "broken_rows",
    "capitals",
    "classify",
    "distances",
    "fields",
    "fold",
    "kind_name",
    "originals",
    "read",
]
