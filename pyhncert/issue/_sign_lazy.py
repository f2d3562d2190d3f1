"""aiohttp, when somebody uses it: pyHanko imports it for a timestamp client that we do not have (0.12 s of CPU).

While pyHanko is imported, it gets a module that knows every name, which is enough for its annotations. Afterwards
that module hands every question on to the real aiohttp, so pyHanko's own client goes on working for others.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

_NAME = "aiohttp"


class _Deferred(ModuleType):
    """Answers with placeholders until `armed`, then with the real module."""

    armed = False

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(import_module(_NAME), name) if self.armed else type(name, (), {})


@contextmanager
def aiohttp_deferred() -> Iterator[None]:
    """Import what names aiohttp only in annotations, without loading it; does nothing where it is loaded already."""
    if _NAME in sys.modules:
        yield
        return
    module = _Deferred(_NAME)
    sys.modules[_NAME] = module
    try:
        yield
    finally:
        if sys.modules.get(_NAME) is module:
            del sys.modules[_NAME]
        module.armed = True
