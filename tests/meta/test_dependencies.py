"""What the packages import is what their lists of dependencies name."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OWN = {"pyhncert", "hncert_cli"}
EXTRA = {"sane": "python-sane", "_sane": "python-sane"}
"""Modules of optional dependencies, which need not be installed here."""


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported(folder: Path) -> set[str]:
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                found.add(node.module.partition(".")[0])
    return {name for name in found if name not in sys.stdlib_module_names and name not in OWN}


@pytest.mark.parametrize(
    ("folder", "project"), [("pyhncert", "pyproject.toml"), ("cli/hncert_cli", "cli/pyproject.toml")]
)
def test_each_imported_package_is_a_declared_dependency(folder: str, project: str) -> None:
    data = tomllib.loads((ROOT / project).read_text("utf-8"))["project"]
    optional = [
        line for name, lines in data.get("optional-dependencies", {}).items() if name != "dev" for line in lines
    ]
    declared = {normal(re.split(r"[\s<>=!~;\[]", line)[0]) for line in (*data["dependencies"], *optional)}
    known = packages_distributions()
    for name in imported(ROOT / folder):
        assert {normal(d) for d in known.get(name, [EXTRA.get(name, name)])} & declared, (
            f"{name} is imported but not declared"
        )


def test_both_distributions_have_the_same_version_and_one_needs_the_other() -> None:
    library = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    command = tomllib.loads((ROOT / "cli" / "pyproject.toml").read_text("utf-8"))["project"]
    assert library["version"] == command["version"]
    assert f"pyhncert=={library['version']}" in command["dependencies"]
