"""The rows of a sample in another number or order: of JSON and of tables; of XML the order mostly means something."""

from collections.abc import Callable
from typing import Any, cast

import msgspec

Turn = Callable[[list[Any]], list[Any]]


def tenfold(rows: list[Any]) -> list[Any]:
    return rows * 10


def turned_round(rows: list[Any]) -> list[Any]:
    return rows[::-1]


def with_rows(body: bytes, turn: Turn) -> bytes | None:
    """The sample with its rows turned; None where it has none that can be told."""
    text = body.lstrip()
    if text[:1] in (b"{", b"["):
        return _in_json(body, turn)
    if text[:1] == b"<" or body.count(b"\n") < 2:
        return None
    head, *rows = body.rstrip(b"\n").split(b"\n")
    return b"\n".join([head, *turn(rows)]) + b"\n"


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
