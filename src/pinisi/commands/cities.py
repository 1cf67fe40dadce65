"""Cities as folders: finding the one to run, beginning a new one."""

from pathlib import Path

from pinisi.city.shelves import PROFILE, shelves, shipped_folders
from pinisi.commands.failure import CommandFailed


def find_city(name: str) -> Path:
    """The folder of a city: as given, else the one of that name that is shipped.

    Raises:
        CommandFailed: there is no such folder, or it is not a city's.
    """
    tried = [Path(name), *(shelf / Path(name).name for shelf in shelves())]
    for folder in tried:
        if (folder / PROFILE).is_file():
            return folder
    if Path(name).is_dir():
        raise CommandFailed(f"{name}: there is no {PROFILE} in this folder, so it is not a city")
    known = ", ".join(shipped()) or "none"
    raise CommandFailed(f"{name}: there is no such city folder (shipped: {known}); pinisi new-city makes one")


def shipped() -> list[str]:
    """Names of the cities that came with Pinisi."""
    return [folder.name for folder in shipped_folders()]


def new_city(folder: Path, id: str, name: str) -> int:
    """Write a minimal city that loads."""
    from pinisi.city.scaffold import new_city as write

    write(folder, id, name)
    print(f"{folder}: a city that runs. Next: pinisi run {folder}, and docs/how-to/add-a-city.md")
    return 0
