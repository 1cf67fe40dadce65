"""The JSON of a message in a given shape, or what is wrong with it."""

from typing import Any, TypeVar

import msgspec

from pinisi.runtime.source import Message, Unreadable

Shape = TypeVar("Shape")


def read_json(message: Message, shape: type[Shape]) -> Shape:
    """
    Raises:
        Unreadable: it is no JSON, or has another shape; names the field.
    """
    body = message.body.removeprefix(b"\xef\xbb\xbf")
    if not body.strip():
        raise Unreadable("is empty")
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise Unreadable(f"has not the shape that is expected: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"is no JSON: {error}") from None


def read_any_json(message: Message) -> Any:
    """Whatever JSON it is.

    Raises:
        Unreadable: it is none.
    """
    return read_json(message, object)
