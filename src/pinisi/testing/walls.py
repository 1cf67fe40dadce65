"""The walls of a service: whom its modules import, and that its engine is pure."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path

from pinisi.runtime.manifest import GROUP

_NOT_FOR_SERVICES = (
    "pinisi.console",
    "pinisi.commands",
    "pinisi.cli",
    "pinisi.command_line",
    "pinisi.testing",
    "pinisi.__main__",
)
_NOT_PURE = frozenset(
    {
        "anyio",
        "apsw",
        "asyncio",
        "builtins",
        "ctypes",
        "http",
        "httpx",
        "importlib",
        "io",
        "logging",
        "multiprocessing",
        "os",
        "pathlib",
        "random",
        "requests",
        "secrets",
        "select",
        "shutil",
        "signal",
        "socket",
        "sqlite3",
        "ssl",
        "structlog",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "time",
        "urllib",
        "uuid",
    }
)
"""Modules that read, write, wait, draw lots or look at a clock."""
_NOT_PURE_CALLS = frozenset({"open", "print", "input", "exec", "eval", "breakpoint", "__import__"})
_CLOCKS = frozenset({"now", "utcnow", "today"})
_OF_THE_HOUSE = ("pinisi.vocabulary", "pinisi.city.text")
"""What of the kernel an engine may use."""


def module_files(package: str) -> list[Path]:
    """The modules of a package, without its tests."""
    root = Path(str(files(package)))
    return sorted(path for path in root.rglob("*.py") if "tests" not in path.relative_to(root).parts)


def walls(package: str) -> list[str]:
    """What crosses a wall, one line each."""
    root = Path(str(files(package)))
    others = [name for name in _other_services() if not _within(name, package)]
    faults: list[str] = []
    for path in module_files(package):
        place = path.relative_to(root)
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        imported = sorted(set(_imported(tree, package, place)))
        faults += [f"{place}: imports {name}" for name in imported if _forbidden(name, package, others)]
        if place.parts[0] in ("engine", "engine.py"):
            faults += [f"{place}: {fault}" for fault in _impure(tree, imported, package)]
    return faults


def _other_services() -> set[str]:
    return {point.value.partition(":")[0] for point in entry_points(group=GROUP)}


def _within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _forbidden(name: str, package: str, others: Iterable[str]) -> bool:
    if _within(name, package):
        return False
    return any(_within(name, wall) for wall in (*_NOT_FOR_SERVICES, "pinisi.services", *others))


def _imported(tree: ast.AST, package: str, place: Path) -> Iterator[str]:
    """Modules by their whole names; of `from a import b` both `a` and `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = [package, *place.parts[:-1]]
                base = ".".join([*parents[: len(parents) - node.level + 1], *filter(None, [base])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _impure(tree: ast.AST, imported: Sequence[str], package: str) -> Iterator[str]:
    for name in imported:
        if name.partition(".")[0] in _NOT_PURE:
            yield f"imports {name}: an engine is pure"
        elif name.startswith("pinisi.") and not any(_within(name, each) for each in (package, *_OF_THE_HOUSE)):
            yield f"imports {name}: an engine knows only the vocabulary"
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield f"line {node.lineno}: global {', '.join(node.names)}"
        elif isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name) and called.id in _NOT_PURE_CALLS:
                yield f"line {node.lineno}: calls {called.id}"
            elif isinstance(called, ast.Attribute) and called.attr in _CLOCKS:
                yield f"line {node.lineno}: looks at a clock ({called.attr})"
