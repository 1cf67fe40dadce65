"""A mapping as a small readable TOML file, in the language of `registers.toml`."""

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from pinisi.city.errors import CityError
from pinisi.city.period import NotAPeriod, period_days
from pinisi.city.reading import place_of
from pinisi.city.registers import Register, Registers
from pinisi.city.row_entity import compiled

MOST_CHARACTERS = 200_000
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_NAME = re.compile(r"[^\W\d_]\w*")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,80}")
_OUTER = ("id", "file", "entity", "types", "source", "period")


def read_mapping(text: str, name: str = "mapping") -> Register:
    """The one mapping of a TOML text.

    Raises:
        CityError: it is no TOML, holds none or several, or a field is wrong; names the field.
    """
    if len(text) > MOST_CHARACTERS:
        raise CityError(name, "", f"is longer than {MOST_CHARACTERS} characters")
    try:
        document = tomllib.loads(text)
        registers = msgspec.convert(document, Registers).registers
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CityError(name, "", f"is not valid TOML: {error}") from None
    except msgspec.ValidationError as error:
        field, reason = place_of(str(error))
        raise CityError(name, field, reason) from None
    if len(registers) != 1:
        raise CityError(name, "registers", f"holds {len(registers)} mappings; it must be one")
    check_mapping(registers[0], name)
    return registers[0]


def load_mapping(path: Path) -> Register:
    """The mapping of a file.

    Raises:
        CityError: see `read_mapping`; or the file cannot be read.
    """
    try:
        return read_mapping(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise CityError(path, "", f"cannot be read: {error}") from None


def check_mapping(register: Register, name: str) -> None:
    """What the types cannot say.

    Raises:
        CityError: naming the field.
    """
    for field in ("id", "source"):
        if _SLUG.fullmatch(getattr(register, field)) is None:
            raise CityError(name, f"registers[0].{field}", "is made of lower-case letters, digits and dashes")
    if not register.types or not all(_NAME.fullmatch(type) for type in _all_types(register)):
        raise CityError(name, "registers[0].types", "is a list of names made of letters and digits")
    try:
        period_days(register.period)
    except NotAPeriod as error:
        raise CityError(name, "registers[0].period", str(error)) from None
    seen: set[str] = set()
    for number, mapped in enumerate(register.attributes):
        field = f"registers[0].attributes[{number}]"
        if _NAME.fullmatch(mapped.name) is None or mapped.name in ("id", "type"):
            raise CityError(name, f"{field}.name", f"{mapped.name[:60]!r} is no name of an attribute")
        if mapped.name in seen:
            raise CityError(name, f"{field}.name", f"{mapped.name!r} occurs twice")
        seen.add(mapped.name)
        _check_pattern(name, f"{field}.pattern", mapped.pattern or "(.)")
    for part, where in register.address.items():
        if not isinstance(where, str):
            _check_pattern(name, f"registers[0].address.{part}", where.pattern)


def _check_pattern(name: str, field: str, pattern: str) -> None:
    try:
        compiled(pattern)
    except ValueError as error:
        raise CityError(name, field, str(error)) from None


def _all_types(register: Register) -> list[str]:
    return [*register.types, *(type for types in register.types_by.values() for type in types)]


def write_mapping(register: Register) -> str:
    """The mapping as TOML: one line a field, one line an attribute."""
    document: dict[str, Any] = msgspec.to_builtins(register)
    attributes = document.pop("attributes", [])
    card = document.pop("card", None)
    lines = ["[[registers]]"]
    lines += [f"{key} = {_value(document.pop(key))}" for key in _OUTER if key in document]
    lines += [f"{_key(key)} = {_value(value)}" for key, value in document.items()]
    lines += ["attributes = [", *(f"  {_value(each)}," for each in attributes), "]"]
    if card:
        lines += ["[registers.card]", *(f"{key} = {_value(value)}" for key, value in card.items())]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        members: dict[str, Any] = value  # pyright: ignore[reportUnknownVariableType]
        return "{ " + ", ".join(f"{_key(key)} = {_value(each)}" for key, each in members.items()) + " }"
    if isinstance(value, list | tuple):
        items: list[Any] = list(value)  # pyright: ignore[reportUnknownArgumentType]
        return "[" + ", ".join(_value(each) for each in items) + "]"
    return str(value)


def _text(text: str) -> str:
    """A basic string of TOML 1.0; JSON writes one, but for the delete character."""
    return msgspec.json.encode(text).decode().replace("\x7f", "\\u007f")
