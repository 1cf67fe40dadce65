"""A small YAML of which every value knows its line.

Mappings, lists and text: all scalars are text, and the field that holds one says what it means, so that `no` is never
false by surprise. Anchors, aliases, tags, directives and further documents are faults: nobody needs them to write a
procedure, and an alias can make a small file enormous.
"""

from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec

MOST_BYTES = 256 << 10


class Fault(msgspec.Struct, frozen=True, order=True):
    """What is wrong in a file. `line` counts from 1; 0 where it is the file as a whole."""

    file: str
    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.field}: {self.reason}" if self.field else f"{place}: {self.reason}"


class Faults:
    """All faults of one file, in the order of its lines."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._found: set[Fault] = set()

    def add(self, line: int, field: str, reason: str) -> None:
        self._found.add(Fault(self._file, line, field, reason))

    @property
    def all(self) -> tuple[Fault, ...]:
        return tuple(sorted(self._found))


class BadDocument(ValueError):
    """A file that cannot be used; `faults` says all that is wrong with it."""

    def __init__(self, faults: Collection[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


def bytes_of(path: Path, refusal: type[BadDocument]) -> bytes:
    """What stands in the file; raises the refusal where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise refusal([Fault(path.name, 0, "", f"cannot be read: {error.strerror or error}")]) from None


class Scalar(msgspec.Struct, frozen=True):
    text: str
    line: int


class Listing(msgspec.Struct, frozen=True):
    items: "tuple[Node, ...]"
    line: int


class Entry(msgspec.Struct, frozen=True):
    """A field of a mapping; `line` is where its name stands."""

    value: "Node"
    line: int


class Fields(msgspec.Struct, frozen=True):
    entries: Mapping[str, Entry]
    line: int


Node = Scalar | Listing | Fields


def read_lines(body: bytes, faults: Faults) -> Node | None:
    """The document in a file's bytes, or None where it cannot be read at all; what is wrong goes to `faults`.

    The library is loaded with the first file: a city without procedures pays nothing for it.
    """
    if len(body) > MOST_BYTES:
        faults.add(0, "", f"is larger than {MOST_BYTES >> 10} KB")
        return None
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        faults.add(body.count(b"\n", 0, error.start) + 1, "", "is not UTF-8")
        return None
    from pinisi.incidents.procedures.yaml_events import build

    return build(text, faults)
