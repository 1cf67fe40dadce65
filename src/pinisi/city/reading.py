"""Read one TOML file of a city folder into a typed value, or say what is wrong with it."""

import re
import tomllib
from pathlib import Path
from typing import TypeVar

import msgspec

from pinisi.city.errors import CityError

Value = TypeVar("Value")
_PLACE = re.compile(r" - at `(?:key in )?\$?(.*)`$")
_FIELD = re.compile(r"field `(\w+)`")


def read_toml(path: Path, kind: type[Value]) -> Value:
    """The file as a `kind`.

    Raises:
        CityError: when the file is not there, is no TOML, or does not fit, naming the field.
    """
    try:
        document = tomllib.loads(read_text(path))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CityError(path, "", f"is not valid TOML: {error}") from None
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        field, reason = place_of(str(error))
        raise CityError(path, field, reason) from None


def read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CityError(path, "", "the file is not there") from None
    except (OSError, UnicodeDecodeError) as error:
        raise CityError(path, "", f"cannot be read: {error}") from None


def place_of(message: str) -> tuple[str, str]:
    """The field and the reason in a message of the decoder."""
    found = _PLACE.search(message)
    place = found.group(1).lstrip(".") if found else ""
    named = _FIELD.search(message)
    field = ".".join(part for part in (place, named.group(1) if named else "") if part)
    return field, _PLACE.sub("", message)
