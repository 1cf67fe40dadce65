"""Where the cities that come with Pinisi lie: inside the installed package, or beside `src` in a checkout."""

from pathlib import Path

import pinisi

PROFILE = "city.toml"


def shelves() -> list[Path]:
    package = Path(pinisi.__file__).parent
    return [package / "cities", package.parent.parent / "cities"]


def shipped_folders() -> list[Path]:
    """Their folders, by name."""
    folders = {path.parent.name: path.parent for shelf in reversed(shelves()) for path in shelf.glob(f"*/{PROFILE}")}
    return [folders[name] for name in sorted(folders)]
