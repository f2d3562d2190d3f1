"""Certified electronic copies of paper originals.

Most people need one line: ``office = pyhncert.open_office(path)``, then ``office.certify`` and ``office.verify``.
The rooms (``capture`` … ``verify``) are public modules, in the order in which a paper moves through them.
A stranger who only checks a copy calls ``pyhncert.verify.verify_copy(data, trust=…)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyhncert.errors import HncertError

if TYPE_CHECKING:
    from pathlib import Path

    from pyhncert.office import Office

__all__ = ["HncertError", "open_office"]


def open_office(folder: Path | str | None = None, **settings: Any) -> Office:
    """Open the office in `folder`, else the one in ``HNCERT_OFFICE``, else the one in the user's configuration.

    `settings` are the keywords of `pyhncert.office.open_office`: `password`, `clock`, `randomness`.
    """
    from pyhncert.office import open_office as open_it  # noqa: PLC0415  loaded only when used

    return open_it(folder, **settings)
