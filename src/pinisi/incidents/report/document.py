"""A document as it is printed: words of one language in the order of the page. Whatever is printed becomes this."""

from typing import Literal

import msgspec

from pinisi.city.text import Language

Tone = Literal["", "good", "late", "quiet"]


class Figure(msgspec.Struct, frozen=True):
    """A number that is read at a glance, with what it is measured against."""

    label: str
    value: str
    note: str = ""
    tone: Tone = ""


class Row(msgspec.Struct, frozen=True):
    """`under` stands below the last cell, in a quieter voice."""

    cells: tuple[str, ...]
    under: str = ""
    tone: Tone = ""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A heading and what stands under it: a table, or lines. `widths` are shares; 0 is as wide as its words.

    `numbers`: columns that are written flush right. `under`: what stands in small letters below.
    """

    heading: str
    note: str = ""
    columns: tuple[str, ...] = ()
    widths: tuple[float, ...] = ()
    rows: tuple[Row, ...] = ()
    lines: tuple[str, ...] = ()
    empty: str = ""
    numbers: tuple[int, ...] = ()
    under: tuple[str, ...] = ()


class Label(msgspec.Struct, frozen=True):
    """Words on a map: `x` and `y` are shares of its width and height, from the left and the top."""

    words: str
    x: float
    y: float


class Drawing(msgspec.Struct, frozen=True):
    """A map as SVG without words, and the words that are set upon it."""

    svg: str
    labels: tuple[Label, ...] = ()
    caption: str = ""


class Signature(msgspec.Struct, frozen=True):
    """A line for a person: `name` and `when` are empty where nobody has signed yet."""

    role: str
    name: str = ""
    when: str = ""


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`exercise` is the word that stands on every page of what is an exercise, or not true; empty: it is true.

    `wide`: its pages lie on their side, for tables of many columns.
    """

    language: Language
    kind: str
    house: str
    title: str
    lead: str = ""
    exercise: str = ""
    badge: str = ""
    figures: tuple[Figure, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    map: Drawing | None = None
    sections: tuple[Section, ...] = ()
    signatures: tuple[Signature, ...] = ()
    footer: str = ""
    page: str = "{n}/{all}"
    wide: bool = False
