"""The signal exchange list as data: every status, command and alarm of a traffic light controller, typed.

RSMP SXL for traffic light controllers 1.2.1; the facts lie in `tlc-1.2.1.toml`.
"""

from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

SXL = "1.2.1"

Kind = Literal[
    "string", "integer", "boolean", "timestamp", "base64", "integer_list", "boolean_list", "string_list", "array"
]
"""Data types of RSMP core 3.2.2, "Data types", and the comma-separated lists of the list itself."""
Object = Literal["controller", "signal group", "detector logic"]


class Column(msgspec.Struct, frozen=True):
    """One of the numbers that a row of a text field is made of."""

    name: str
    low: int
    high: int


class Argument(msgspec.Struct, frozen=True, kw_only=True):
    """One named value of a message, and what it may be.

    `words` are the only texts that are allowed, `low` and `high` the range of a number or of each number of a list,
    `rows` the numbers of each comma-separated row, `form` a regular expression, `items` what each object of an array
    holds.
    """

    name: str
    kind: Kind
    words: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    rows: tuple[Column, ...] = ()
    form: str = ""
    optional: bool = False
    items: tuple["Argument", ...] = ()


class Status(msgspec.Struct, frozen=True, kw_only=True):
    object: Object
    title: str
    arguments: tuple[Argument, ...]


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """`order` is the `cO` of each argument, `security` the level of the security code, 0 where none is asked."""

    object: Object
    title: str
    order: str
    arguments: tuple[Argument, ...]
    security: int = 0


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """`priority` 1 (property or life in danger) to 3; `category` T (traffic) or D (device)."""

    object: Object
    title: str
    priority: int
    category: Literal["T", "D"]
    arguments: tuple[Argument, ...] = ()


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    status: dict[str, Status]
    command: dict[str, Command]
    alarm: dict[str, Alarm]


@cache
def catalogue() -> Catalogue:
    """Read once: it never changes."""
    return msgspec.toml.decode(Path(__file__).with_name(f"tlc-{SXL}.toml").read_bytes(), type=Catalogue)


def argument_of(arguments: tuple[Argument, ...], name: str) -> Argument | None:
    return next((argument for argument in arguments if argument.name == name), None)
