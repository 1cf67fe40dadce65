"""A list of corridors as a TOML file, read with every fault named by its field."""

import tomllib
from pathlib import Path
from zoneinfo import available_timezones

import msgspec

from pinisi.services.mobility.engine.gtfs.corridors import CorridorList
from pinisi.services.mobility.engine.gtfs.making import CannotMake, Made, make_feed

MOST_BYTES = 8 << 20


class NoCorridors(ValueError):
    """The file is no list of corridors; the text names the field, or the line."""


def read_corridors(path: Path) -> CorridorList:
    """Raises `NoCorridors`."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise NoCorridors(f"{path.name}: is larger than {MOST_BYTES >> 20} MB")
        return corridors_of(path.read_bytes(), path.name)
    except OSError as error:
        raise NoCorridors(f"{path}: cannot be read: {error.strerror or error}") from None


def corridors_of(body: bytes, name: str) -> CorridorList:
    """Raises `NoCorridors`."""
    try:
        return msgspec.convert(tomllib.loads(body.decode()), CorridorList)
    except UnicodeDecodeError as error:
        raise NoCorridors(f"{name}: byte {error.start} is no UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise NoCorridors(f"{name}: is no TOML: {error}") from None
    except (msgspec.ValidationError, RecursionError, ValueError) as error:
        raise NoCorridors(f"{name}: {error}") from None


def made_of(said: CorridorList) -> Made:
    """Raises `NoCorridors`."""
    try:
        return make_feed(said, frozenset(available_timezones()))
    except CannotMake as error:
        raise NoCorridors(str(error)) from None
