"""The texts of a service: `strings/texts.toml` of its package, one `key = { id, en, ja }` a line, and `words.toml`."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files

import msgspec

from pinisi.city.text import Text
from pinisi.city.words import ServiceWords


def texts_of(package: str) -> Mapping[str, Text]:
    """Raises ValueError: the file is no TOML, or a text lacks a language."""
    document = (files(package) / "strings" / "texts.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(document), dict[str, Text])


def words_of(package: str) -> ServiceWords:
    """What `strings/words.toml` calls the service's own types, attributes, units and code words, for `Service.words`.

    Raises:
        ValueError: the file is no TOML, has another part, or a text lacks a language.
    """
    document = (files(package) / "strings" / "words.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(document), ServiceWords)
