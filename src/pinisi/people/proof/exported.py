"""Exported trails as they stand in a file: a head, then line after line, so that a long one needs little memory.

    pinisi trail 1 TENANT
    key ...
    begin POSITION LINK
    checkpoint ...
    line LINK TEXT
    end POSITION

TEXT is a JSON array that begins with the line's position; LINK is SHA-256 over the link before it and TEXT.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from .statements import Checkpoint, Key, Unreadable, is_hexadecimal, is_number, read_checkpoint, read_key

HEAD = b"pinisi trail 1 "


@dataclass(frozen=True)
class Line:
    """One line as it stands, right or wrong. `position` is the one its own text begins with, -1 without one."""

    position: int
    text: bytes
    link: bytes


@dataclass
class Trail:
    """One tenant's trail. `end` and `faults` are complete when `lines` have been read.

    `faults` are places that cannot be read, in words.
    """

    tenant: str
    keys: list[Key] = field(default_factory=list[Key])
    checkpoints: list[Checkpoint] = field(default_factory=list[Checkpoint])
    begin: int = 0
    begin_link: bytes = b""
    end: int | None = None
    faults: list[str] = field(default_factory=list[str])
    lines: Iterable[Line] = ()


def first_link(tenant: str) -> bytes:
    """What stands before the first line of a tenant's trail."""
    return sha256(f"pinisi trail 1 {tenant}".encode()).digest()


def next_link(link: bytes, text: bytes) -> bytes:
    return sha256(link + text).digest()


def line_of(text: bytes, link: bytes) -> Line:
    number, comma, _ = text[1:21].partition(b",")
    known = text[:1] == b"[" and comma and number.isdigit()
    return Line(int(number) if known else -1, text, link)


def renumbered(line: Line, position: int) -> bytes:
    """The text as it would be at another position."""
    return b"[%d%s" % (position, line.text[line.text.index(b",") :])


def read_trails(rows: Iterable[bytes]) -> Iterator[Trail]:
    """The trails of an export. Read the lines of each before the next one is asked for.

    Raises:
        Unreadable: it is no export.
    """
    source = _Rows(iter(rows))
    head = source.next()
    if head is None or not head.startswith(HEAD):
        raise Unreadable("is not an exported trail: it does not begin with 'pinisi trail 1 TENANT'")
    while head is not None:
        trail = Trail(head[len(HEAD) :].decode("utf-8", "replace"))
        _read_head(source, trail)
        trail.lines = _lines(source, trail)
        yield trail
        for _ in trail.lines:
            pass
        head = source.next()


class _Rows:
    """Rows of a file with one that can be put back."""

    def __init__(self, rows: Iterator[bytes]) -> None:
        self._rows = rows
        self._back: bytes | None = None
        self.number = 0

    def next(self) -> bytes | None:
        if self._back is not None:
            row, self._back = self._back, None
            return row
        row = next(self._rows, None)
        self.number += 1
        return None if row is None else row.rstrip(b"\r\n")

    def put_back(self, row: bytes) -> None:
        self._back = row


def _read_head(source: _Rows, trail: Trail) -> None:
    while (row := source.next()) is not None:
        if row.startswith((b"line ", b"end ", HEAD)):
            source.put_back(row)
            return
        try:
            _read_statement(row.decode("utf-8", "replace"), trail)
        except Unreadable as error:
            trail.faults.append(f"row {source.number} {error}")


def _read_statement(row: str, trail: Trail) -> None:
    parts = row.split(" ")
    if parts[0] == "begin" and len(parts) == 3 and is_number(parts[1]) and is_hexadecimal(parts[2], 64):
        trail.begin, trail.begin_link = int(parts[1]), bytes.fromhex(parts[2])
    elif parts[0] == "key":
        trail.keys.append(read_key(row))
    elif parts[0] == "checkpoint":
        trail.checkpoints.append(read_checkpoint(row))
    else:
        raise Unreadable(f"cannot be read: {row[:60]!r}")


def _lines(source: _Rows, trail: Trail) -> Iterator[Line]:
    while (row := source.next()) is not None:
        if row.startswith(HEAD):
            source.put_back(row)
            return
        word, _, rest = row.partition(b" ")
        link, _, text = rest.partition(b" ")
        digits = link.decode("ascii", "replace")
        if word == b"end" and rest.isdigit() and len(rest) < 19:
            trail.end = int(rest)
        elif word == b"line" and is_hexadecimal(digits, 64):
            yield line_of(text, bytes.fromhex(digits))
        else:
            trail.faults.append(f"row {source.number} cannot be read: {row[:60].decode('utf-8', 'replace')!r}")
