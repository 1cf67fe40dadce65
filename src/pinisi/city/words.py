"""Names of Pinisi's own types, attributes, units and rules in three languages (from `words.toml`)."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

from pinisi.city.text import Text, fill


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


@cache
def catalogue() -> Words:
    return msgspec.toml.decode(files("pinisi.city").joinpath("words.toml").read_bytes(), type=Words)


def type_title(name: str) -> Text:
    """The title of a type; its short name where the catalogue has none."""
    return catalogue().types.get(name) or Text(name, name, name)


def attribute_label(name: str) -> Text:
    """The label of an attribute; its short name where the catalogue has none."""
    return catalogue().attributes.get(name) or Text(name, name, name)


def value_text(attribute: str, value: str | float) -> Text | None:
    """What a code word or a class of an attribute means (`kind`, `floodState`); None where it needs none."""
    return catalogue().values.get(attribute, {}).get(str(value))


def value_texts(attribute: str) -> Mapping[str, Text]:
    """Every code word or class of an attribute with what it means; empty where it has none."""
    return catalogue().values.get(attribute, {})


def unit_text(code: str) -> Text:
    """How a unit is written beside a number; the code itself where the catalogue has none."""
    return catalogue().units.get(code) or Text(code, code, code)


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
