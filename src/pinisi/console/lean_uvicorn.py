"""Uvicorn's server without its command line: click, supervisors and multiprocessing take 2 MB that no server needs.

The package imports `uvicorn.main` for three names: they are here while it does, and whoever asks for it later gets it.
"""

import importlib
import sys
import types
from typing import Any


class _CommandLine(types.ModuleType):
    """Stands for `uvicorn.main` while the package is imported."""

    def __getattr__(self, name: str) -> Any:
        if name != "Server":
            return None
        from uvicorn.server import Server

        return Server


def lean_uvicorn() -> None:
    """Import the package, unless somebody has before."""
    if "uvicorn" in sys.modules:
        return
    sys.modules["uvicorn.main"] = _CommandLine("uvicorn.main")
    try:
        importlib.import_module("uvicorn")
    finally:
        del sys.modules["uvicorn.main"]
