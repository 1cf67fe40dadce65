"""Begin a new service: a package of the standard shape with a small example that works, and tests that are green.

The files lie in `service_template/`, with `@name@` and `@Title@` where the name of the service stands.
"""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pinisi.runtime.source_scaffold import NAME, CannotBegin


def new_service(name: str, folder: Path) -> Path:
    """Write the package; answers its folder.

    Raises:
        CannotBegin: the name does not fit, or something is there already.
    """
    if NAME.fullmatch(name) is None:
        raise CannotBegin(f"{name[:60]!r}: a name has lower-case letters and digits, and begins with a letter")
    place = folder / f"pinisi-{name}"
    if place.exists():
        raise CannotBegin(f"{place} is there already")
    for where, text in _template(files("pinisi.runtime") / "service_template"):
        path = place / _named(where, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("@name@", name).replace("@Title@", name.capitalize()), encoding="utf-8")
    return place


def _template(folder: Traversable, inside: str = "") -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _template(entry, f"{inside}{entry.name}/")
        elif entry.name.endswith(".txt"):
            yield f"{inside}{entry.name.removesuffix('.txt')}", entry.read_text(encoding="utf-8")


def _named(where: str, name: str) -> str:
    if where.startswith("package/"):
        return f"pinisi_{name}/{where.removeprefix('package/')}"
    return where.replace("test_service.py", f"test_{name}.py").replace("test_engine.py", f"test_{name}_engine.py")
