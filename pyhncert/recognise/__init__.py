"""Reading a page: lines in place, the kind of paper, its fields.

`Reader` finds the lines with a neural detector and reads each with Tesseract; nothing is loaded before the first page.
"""

from pyhncert.recognise._classify import classify, kind_name
from pyhncert.recognise._fields import fields
from pyhncert.recognise._machine import broken_rows
from pyhncert.recognise._reader import Reader
from pyhncert.recognise._text import capitals, fold

__all__ = ["Reader", "broken_rows", "capitals", "classify", "fields", "fold", "kind_name"]
