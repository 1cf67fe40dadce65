"""The words of this room that are no rules, in three languages: `words.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

from pinisi.city.text import Text


@cache
def words() -> Mapping[str, Text]:
    document = (files("pinisi.incidents.cap") / "words.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(document), dict[str, Text])
