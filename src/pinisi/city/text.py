"""Texts in the three languages of the console, with numbers written as each language writes them."""

from collections.abc import Collection
from string import Formatter
from typing import Literal

import msgspec

Language = Literal["id", "en", "ja"]
LANGUAGES: tuple[Language, ...] = ("id", "en", "ja")


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text in Indonesian, English and Japanese."""

    id: str
    en: str
    ja: str


def fill(template: Text, **values: "str | float | Text") -> Text:
    """Put values into `{name}` places; numbers in each language's own form (1.482.354 in Indonesian)."""
    return Text(*(_fill(template, language, values) for language in LANGUAGES))


def strange_place(template: Text, known: Collection[str]) -> str | None:
    """What a template asks for that cannot be filled in; None when it can be."""
    for language in LANGUAGES:
        try:
            places = [name for _, name, _, _ in Formatter().parse(getattr(template, language)) if name is not None]
        except ValueError as error:
            return str(error)
        for name in places:
            if name not in known:
                return f"{{{name}}} is not among {', '.join(sorted(known)) or 'no places'}"
    return None


def _fill(template: Text, language: Language, values: "dict[str, str | float | Text]") -> str:
    words = {name: _word(value, language) for name, value in values.items()}
    return str(getattr(template, language)).format(**words)


def _word(value: "str | float | Text", language: Language) -> str:
    if isinstance(value, Text):
        return str(getattr(value, language))
    return value if isinstance(value, str) else format_number(value, language)


def format_number(value: float, language: Language) -> str:
    """At most two decimals, thousands grouped."""
    written = f"{value:,.2f}".rstrip("0").rstrip(".")
    return written.translate(str.maketrans(",.", ".,")) if language == "id" else written


def distance_text(metres: float) -> Text:
    """Metres up to a kilometre, then kilometres with one decimal."""
    if metres < 1000:
        return fill(Text("{n} m", "{n} m", "{n} m"), n=round(metres))
    return fill(Text("{n} km", "{n} km", "{n} km"), n=round(metres / 1000, 1))
