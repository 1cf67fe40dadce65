"""The rows of a sample in another number or order: of JSON, of tables and of zip files of tables.

Of XML the order mostly means something.
"""

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any, cast

import msgspec

from pinisi.testing.packed import packed, unpacked

Turn = Callable[[list[Any]], list[Any]]


def tenfold(rows: list[Any]) -> list[Any]:
    return rows * 10


def turned_round(rows: list[Any]) -> list[Any]:
    return rows[::-1]


def with_rows(body: bytes, turn: Turn) -> bytes | None:
    """The sample with its rows turned; None where it has none that can be told."""
    files = unpacked(body)
    if files is not None:
        return packed({name: with_rows(inner, turn) or inner for name, inner in files.items()})
    text = body.lstrip()
    if text[:1] in (b"{", b"["):
        return _in_json(body, turn)
    if text[:1] == b"<" or body.count(b"\n") < 2 or b"\0" in body:
        return None
    head, *rows = body.rstrip(b"\n").split(b"\n")
    return b"\n".join([head, *turn(rows)]) + b"\n"


def spoilt_tables(body: bytes) -> Iterator[tuple[str, bytes]]:
    """A table with one thing wrong, column by column, and what that is; nothing where the body is no table."""
    files = unpacked(body)
    for name, inner in (files or {}).items():
        yield from ((f"{name}: {fault}", packed({**(files or {}), name: bad})) for fault, bad in spoilt_tables(inner))
    table = None if files else _table(body)
    if table is None:
        return
    delimiter, (heading, first, *others) = table
    for number, column in enumerate(heading):
        before, after = first[:number], first[number + 1 :]
        for word in ("", "x", "-", "1e999", "NaN", "9" * 400):
            spoilt = [heading, [*before, word, *after], *others]
            yield f"{column} is {word[:6]!r} in the first row", _written(spoilt, delimiter)
        yield f"the first row ends before {column}", _written([heading, before, *others], delimiter)
        fewer = [row[:number] + row[number + 1 :] for row in (heading, first, *others)]
        yield f"without the column {column}", _written(fewer, delimiter)
    yield "the first row is too long", _written([heading, [*first, "x", "x"], *others], delimiter)
    yield "an empty row", _written([heading, [], first, *others], delimiter)
    yield "a quote that does not end", body.replace(first[0].encode(), b'"' + first[0].encode(), 1)
    yield "another delimiter", _written([heading, first, *others], "|")


def _table(body: bytes) -> tuple[str, list[list[str]]] | None:
    """The delimiter and the cells of a text with a heading and rows of the same length."""
    text = body.decode("utf-8", "replace")
    if "\0" in text or text.lstrip()[:1] in ("{", "[", "<"):
        return None
    for delimiter in (",", ";", "\t"):
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
        if len(rows) > 1 and len(rows[0]) > 1 and {len(row) for row in rows} == {len(rows[0])}:
            return delimiter, rows
    return None


def _written(rows: list[list[str]], delimiter: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def _in_json(body: bytes, turn: Turn) -> bytes | None:
    try:
        document = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
    rows = max(_lists(document), key=len, default=None)
    if rows is None:
        return None
    rows[:] = turn(list(rows))
    return msgspec.json.encode(document)


def _lists(value: Any) -> list[list[Any]]:
    """All lists of objects in a document."""
    items: list[Any] = list(cast("dict[str, Any]", value).values()) if isinstance(value, dict) else []
    if isinstance(value, list):
        items = cast("list[Any]", value)
    found = [items] if isinstance(value, list) and items and all(isinstance(each, dict) for each in items) else []
    return found + [each for item in items if isinstance(item, dict | list) for each in _lists(item)]
