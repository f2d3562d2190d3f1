"""One family of errors, one exit code each, as in DESIGN 6, and written down for users."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from pyhncert import errors

ROOT = Path(__file__).parents[2]
TABLE = {
    "HncertError": 1,
    "UsageFault": 2,
    "Altered": 3,
    "Revoked": 4,
    "Superseded": 5,
    "Unsigned": 6,
    "Undecided": 7,
    "NotFound": 8,
    "ScanError": 10,
    "ScannerFault": 10,
    "QualityRefused": 11,
    "Blocked": 12,
    "MissingDependency": 13,
    "KeyFault": 14,
    "CertificateFault": 15,
    "TimestampFault": 16,
    "ClockFault": 16,
    "RevocationFault": 17,
    "StorageFault": 18,
    "Unavailable": 75,
    "TooMany": 75,
}


def family() -> dict[str, type[errors.HncertError]]:
    return {
        name: value
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, errors.HncertError) and not name.startswith("_")
    }


def test_each_error_has_the_exit_code_of_the_design() -> None:
    assert {name: family()[name].exit_code for name in TABLE} == TABLE


def test_each_error_of_the_family_is_exported() -> None:
    assert set(family()) == set(errors.__all__)


def test_the_tree_atop_the_file_draws_each_error_with_its_code() -> None:
    tree = dict(re.findall(r"(\w+)\s+(\d+)\s", errors.__doc__ or ""))
    assert {name: int(code) for name, code in tree.items()} == TABLE


def test_each_error_and_exit_code_is_documented_for_users() -> None:
    page = (ROOT / "docs" / "exit-codes.md").read_text("utf-8")
    for name, code in TABLE.items():
        assert re.search(rf"^\| {code} \|.*`{name}`", page, re.MULTILINE), f"{name} ({code})"
