"""Names of types, attributes, units and rules in three languages: Pinisi's (`words.toml`), then those of services."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import TypeVar

import msgspec

from pinisi.city.text import Text, fill

Found = TypeVar("Found")


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The catalogue: short names of the vocabulary and UN/CEFACT codes -> texts."""

    types: dict[str, Text]
    attributes: dict[str, Text]
    units: dict[str, Text]
    per: dict[str, Text]
    rules: dict[str, Text]
    values: dict[str, dict[str, Text]]
    programme: dict[str, Text]
    entry: dict[str, Text]


class ServiceWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a service calls its own types, attributes, units (codes) and code words (attribute -> word -> text)."""

    types: dict[str, Text] = {}
    attributes: dict[str, Text] = {}
    units: dict[str, Text] = {}
    values: dict[str, dict[str, Text]] = {}


_of_services: dict[str, ServiceWords] = {}


def bring(service: str, words: ServiceWords) -> None:
    """Take in what a service calls its own things. Pinisi's own words stand before them, then the first to come."""
    _of_services[service] = words


@cache
def catalogue() -> Words:
    return msgspec.toml.decode(files("pinisi.city").joinpath("words.toml").read_bytes(), type=Words)


def _first(found: Iterable[Found | None]) -> Found | None:
    return next((each for each in found if each is not None), None)


def type_title(name: str) -> Text:
    """The title of a type; its short name where the catalogue has none."""
    found = catalogue().types.get(name) or _first(words.types.get(name) for words in _of_services.values())
    return found or _as_named(name)


def attribute_label(name: str) -> Text:
    """The label of an attribute; its short name where the catalogue has none."""
    found = catalogue().attributes.get(name) or _first(words.attributes.get(name) for words in _of_services.values())
    return found or _as_named(name)


def _as_named(name: str) -> Text:
    """What people call a thing whose name is an address: the end of it."""
    short = re.split("[/#]", name)[-1] or name
    return Text(short, short, short)


def value_text(attribute: str, value: str | float) -> Text | None:
    """What a code word or a class of an attribute means (`kind`, `floodState`); None where it needs none."""
    return value_texts(attribute).get(str(value))


def value_texts(attribute: str) -> Mapping[str, Text]:
    """Every code word or class of an attribute with what it means; empty where it has none."""
    found = catalogue().values.get(attribute) or _first(words.values.get(attribute) for words in _of_services.values())
    return found or {}


def unit_text(code: str) -> Text:
    """How a unit is written beside a number; the code itself where the catalogue has none."""
    found = catalogue().units.get(code) or _first(words.units.get(code) for words in _of_services.values())
    return found or Text(code, code, code)


def per_text(code: str | None, per: str, times: float = 1) -> Text:
    """How a unit is written beside a number of it per day, per so many people or per so many km2."""
    words = catalogue().per
    below = words[per] if times == 1 else fill(words[f"{per}s"], times=times)
    if code is None:
        return fill(Text("per {below}", "per {below}", "{below}あたり"), below=below)
    return fill(Text("{unit}/{below}", "{unit}/{below}", "{unit}/{below}"), unit=unit_text(code), below=below)


def rule_text(name: str) -> Text:
    """The sentence that says how a number was computed."""
    return catalogue().rules[name]


def programme_text(name: str) -> Text:
    """A word of the printed and exported Programme."""
    return catalogue().programme[name]


def entry_text(name: str) -> Text:
    """What is wrong with something that was typed."""
    return catalogue().entry[name]
