"""Bodies of requests, read strictly: a misspelt limit must not pass for no limit."""

import re
from typing import TypeVar

import msgspec

from pinisi.people.errors import BadField

T = TypeVar("T")
_PLACE = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
_NAMED = re.compile(r"^Object (?:missing required|contains unknown) field `(?P<name>[^`]*)`")


def read_request(body: bytes, shape: type[T], part: str = "") -> T:
    """The body as the shape asks; raises `BadField` that names the member, or `body` when it is no JSON at all.

    `part` is the member of a larger body that this one is, and stands before the names of its own members.
    """
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise bad_field(str(error), part) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadField(part or "body", f"is not JSON: {error}") from None


def bad_field(text: str, part: str = "") -> BadField:
    """What msgspec says of a value that does not fit, with the member that it speaks of."""
    place, named = _PLACE.search(text), _NAMED.match(text)
    path = place["path"] if place else ""
    if named:
        path = f"{path}.{named['name']}".strip(".")
        detail = "is missing" if "missing" in text else "is not known here"
    else:
        detail = _PLACE.sub("", text)
    path = ".".join(each for each in (part, path.replace("[...]", "[]")) if each)
    return BadField(path or "body", detail[:1].lower() + detail[1:])
