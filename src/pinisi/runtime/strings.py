"""The texts of a service: `strings/texts.toml` of its package, one `key = { id, en, ja }` a line."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files

import msgspec

from pinisi.city.text import Text


def texts_of(package: str) -> Mapping[str, Text]:
    """Raises ValueError: the file is no TOML, or a text lacks a language."""
    document = (files(package) / "strings" / "texts.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(document), dict[str, Text])
