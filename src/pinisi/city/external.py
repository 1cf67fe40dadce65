"""Files that a city needs and cannot ship: declared by name and sum, read where the user has them."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from pinisi.city.errors import CityError

SHARED = "PINISI_SHARED"


class ExternalFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file below the folder. `sha256` makes sure that it is the one that the city was written for."""

    name: str
    sha256: str = ""


class External(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[external]` of `city.toml`: what is read from elsewhere.

    `folder` is the name of the folder that holds the files; `origin` says in one line where they come from.
    """

    folder: str
    origin: str
    files: tuple[ExternalFile, ...] = ()


def external_folder(city: Path, external: External, given: Path | None = None) -> Path:
    """The folder with all files that the city declares.

    Looked for where the user says, else in the folder `data` of what PINISI_SHARED names, else beside the checkout.

    Raises:
        CityError: files are missing or are others; says which, where they come from, and what to type.
    """
    tried = [place for root in _roots(city, given) for place in (root / external.folder, root)]
    for place in tried:
        if all((place / file.name).is_file() for file in external.files):
            _check_sums(place, external)
            return place
    nearest = next((place for place in tried if place.is_dir() and place.name == external.folder), tried[0])
    missing = [file.name for file in external.files if not (nearest / file.name).is_file()]
    told = ", ".join(missing[:4]) + (f" and {len(missing) - 4} more" if len(missing) > 4 else "")
    raise CityError(
        city / "city.toml",
        "external",
        f"{len(missing)} of {len(external.files)} files that this city reads are not in {nearest}: {told}. "
        f"They come from {external.origin}. Put them into a folder {external.folder} and name the one that holds it: "
        f"pinisi run {city.name} --data-from FOLDER",
    )


def _roots(city: Path, given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
        return
    if os.environ.get(SHARED):
        yield Path(os.environ[SHARED]) / "data"
    for parent in city.resolve().parents[1:3]:
        yield parent / "shared" / "data"


def _check_sums(place: Path, external: External) -> None:
    for file in external.files:
        if file.sha256 and hashlib.sha256((place / file.name).read_bytes()).hexdigest() != file.sha256:
            reason = "is another file than the one that this city was written for (its SHA-256 differs)"
            raise CityError(place / file.name, "", reason)
