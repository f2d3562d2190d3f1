"""What is loaded when: verification and `import pyhncert` stay light, so a stranger's machine needs little."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

ROOMS = ("capture", "recognise", "check", "identify", "issue", "keep", "deliver", "verify")
HEAVY = ("cv2", "onnxruntime", "tesserocr", "rapidocr")


def loaded_by(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after `code`."""
    script = f"{code}\nimport sys\nprint('\\n'.join(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_verification_loads_no_pixels_and_no_reader() -> None:
    assert not loaded_by("import pyhncert.verify; pyhncert.verify.verify_copy") & set(HEAVY)


def test_import_pyhncert_is_light() -> None:
    heavy = {*HEAVY, "numpy", "pikepdf", "pyhanko", "sqlalchemy", "alembic", "cryptography", "asn1crypto"}
    assert not loaded_by("import pyhncert") & heavy


def test_help_of_the_command_loads_nothing_but_click() -> None:
    heavy = {*HEAVY, "numpy", "pikepdf", "pyhanko", "sqlalchemy", "alembic", "cryptography", "asn1crypto"}
    assert not loaded_by("from hncert_cli import main; main(['--help'])") & heavy


@pytest.mark.parametrize("name", ["", *ROOMS, "services.credentials", "services.trust"])
def test_all_is_exact(name: str) -> None:
    """`__all__` names exactly the public names of a module: nothing missing, nothing leaking, all there."""
    module = importlib.import_module(f"pyhncert.{name}" if name else "pyhncert")
    assert sorted(module.__all__) == sorted(set(module.__all__))
    for public in module.__all__:
        assert getattr(module, public) is not None
    own = {
        public
        for public, value in vars(module).items()
        if not public.startswith("_")
        and getattr(value, "__module__", "").startswith(f"{module.__name__}._" if name else module.__name__)
    }
    assert own <= set(module.__all__)


def test_every_public_name_has_a_docstring() -> None:
    for room in ROOMS:
        module = importlib.import_module(f"pyhncert.{room}")
        for name in module.__all__:
            value = getattr(module, name)
            if callable(value):
                assert value.__doc__, f"pyhncert.{room}.{name}"
