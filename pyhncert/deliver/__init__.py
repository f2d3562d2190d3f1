"""Where the holder gets the copy: files and receipts, never overwriting.

`receipt` says of a copy what its PDF cannot know; `write_copy` puts both beside each other, whole or not at all.
`superseded_notice` tells a holder that a newer copy stands in the place of theirs.
"""

from __future__ import annotations

from pyhncert.deliver._files import check_out, copy_name, finish_copy, free_name, receipt_path, write_copy
from pyhncert.deliver._notice import notice_slip, superseded_notice
from pyhncert.deliver._receipt import receipt, receipt_bytes

__all__ = [
    "check_out",
    "copy_name",
    "finish_copy",
    "free_name",
    "notice_slip",
    "receipt",
    "receipt_bytes",
    "receipt_path",
    "superseded_notice",
    "write_copy",
]
