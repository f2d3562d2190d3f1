"""The rooms stand in the order in which a paper moves, and nobody looks ahead (DESIGN 2, STYLE 1)."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "pyhncert"
ROOMS = ("capture", "recognise", "check", "identify", "issue", "keep", "deliver", "verify")
GROUND = {"errors", "values", "escape", "_registered", "_seen", "_written", "_core"}
LIMIT = 500
WIDE = {"Exception", "BaseException", "everything"}


def imported(path: Path, package: str) -> set[str]:
    """Every module that `path` imports anywhere, also inside functions, as dotted names."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = parts[: len(parts) - node.level]
                base = ".".join((*above, *([node.module] if node.module else [])))
            found |= {f"{base}.{alias.name}" for alias in node.names}
    return {name for name in found if name == package or name.startswith(f"{package}.")}


def rooms_of(names: set[str]) -> set[str]:
    return {name.split(".")[1] for name in names if "." in name}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_ground_and_rooms_before_it(room: str) -> None:
    allowed = GROUND | set(ROOMS[: ROOMS.index(room) + 1])
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (PACKAGE / room).rglob("*.py")
        for name in rooms_of(imported(path, "pyhncert"))
        if name not in allowed
    }
    assert not wrong


def test_the_ground_imports_no_room() -> None:
    for name in ("errors.py", "values.py", "escape.py", "_seen.py", "_written.py", "_registered.py"):
        assert not rooms_of(imported(PACKAGE / name, "pyhncert")) - GROUND


def test_every_room_of_the_design_exists_and_says_what_it_does() -> None:
    for room in ROOMS:
        module = ast.parse((PACKAGE / room / "__init__.py").read_text("utf-8"))
        assert ast.get_docstring(module), room
        public = [p.name for p in (PACKAGE / room).glob("*.py") if not p.name.startswith("_")]
        assert not public, f"{room} does its work in _files.py, not in {public}"


def test_only_the_command_the_package_door_and_services_import_the_conductor() -> None:
    for path in PACKAGE.rglob("*.py"):
        if path == PACKAGE / "__init__.py" or path.parent == PACKAGE or PACKAGE / "services" in path.parents:
            continue
        assert "office" not in rooms_of(imported(path, "pyhncert")), path


def test_no_room_and_not_the_conductor_imports_a_service_and_no_service_another() -> None:
    for path in PACKAGE.rglob("*.py"):
        own = path.relative_to(PACKAGE).parts
        for name in imported(path, "pyhncert.services"):
            service = name.split(".")[2:3]
            assert own[:2] == ("services", *service), f"{path.relative_to(PACKAGE)} imports {name}"


def test_every_service_says_what_it_does_and_works_in_files_of_its_own() -> None:
    for folder in (PACKAGE / "services").iterdir():
        if (folder / "__init__.py").exists():
            assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8"))), folder
            assert not [p.name for p in folder.glob("*.py") if not p.name.startswith("_")], folder


def test_the_command_reaches_the_library_only_through_public_modules() -> None:
    for path in (ROOT / "cli").rglob("*.py"):
        for name in imported(path, "pyhncert"):
            assert not any(part.startswith("_") for part in name.split(".")), f"{path.name} imports {name}"


def test_only_the_border_names_pyo3_and_numpy_arrays() -> None:
    for path in (ROOT / "core_rs" / "src").rglob("*.rs"):
        if path.relative_to(ROOT / "core_rs" / "src").parts[0] == "py":
            continue
        code = re.sub(r"//.*", "", path.read_text("utf-8"))
        assert not re.search(r"\b(pyo3|numpy)\b", code), f"{path.name} names pyo3 or numpy outside src/py"


def test_no_file_is_longer_than_five_hundred_lines() -> None:
    folders = ("pyhncert", "cli", "core_rs/src", "tests", "benches", "examples", "training")
    long = [
        f"{path.relative_to(ROOT)}: {count}"
        for folder in folders
        for pattern in ("*.py", "*.rs")
        for path in (ROOT / folder).rglob(pattern)
        if (count := len(path.read_text("utf-8").splitlines())) > LIMIT
    ]
    assert not long


def test_no_room_catches_everything() -> None:
    """`except Exception` would hide our own faults; foreign errors are named and translated where they enter."""
    for room in (*ROOMS, "services"):
        for path in (PACKAGE / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.ExceptHandler):
                    caught = ast.unparse(node.type) if node.type else "everything"
                    last = node.body[-1]
                    tidies = caught == "BaseException" and isinstance(last, ast.Raise) and last.exc is None
                    assert tidies or caught not in WIDE, f"{path.name}:{node.lineno} catches {caught}"
