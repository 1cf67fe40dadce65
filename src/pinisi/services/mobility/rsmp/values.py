"""One value of a message against what the signal exchange list says of it; a fault names the field."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from pinisi.services.mobility.rsmp.catalogue import Argument, Column, Kind
from pinisi.vocabulary.instant import NotAnInstant, parse_instant

LONGEST_TEXT = 1_000_000
_INTEGER = re.compile(r"-?\d{1,18}", re.ASCII)
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)


class BadValue(ValueError):
    """A value that the list does not allow; the text begins with the name of the field."""


def check(argument: Argument, value: Any) -> None:
    """Nothing, or what is wrong.

    Raises:
        BadValue: another type, out of range, not one of the words, or not of the form.
    """
    _CHECKS[argument.kind](argument, value)


def _text(argument: Argument, value: Any) -> str:
    if not isinstance(value, str):
        raise BadValue(f"{argument.name}: must be a JSON string, not {_kind_of(value)}")
    if len(value) > LONGEST_TEXT:
        raise BadValue(f"{argument.name}: is longer than {LONGEST_TEXT} characters")
    return value


def _kind_of(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "null" if value is None else "a boolean"
    if isinstance(value, int | float):
        return "a number"
    return "an array" if isinstance(value, list) else "an object"


def _string(argument: Argument, value: Any) -> None:
    text = _text(argument, value)
    _in_words(argument, text)
    if argument.form and re.fullmatch(argument.form, text, re.ASCII) is None:
        raise BadValue(f"{argument.name}: {_short(text)} is not of the form {argument.form}")
    if argument.rows and text:
        for number, row in enumerate(text.split(","), start=1):
            _row(argument, number, row)


def _in_words(argument: Argument, text: str) -> None:
    if argument.words and text not in argument.words:
        raise BadValue(f"{argument.name}: {_short(text)} is not one of {', '.join(argument.words)}")


def _row(argument: Argument, number: int, row: str) -> None:
    columns = argument.rows
    parts = row.split("-")
    if len(parts) != len(columns):
        shape = "-".join(column.name for column in columns)
        raise BadValue(f"{argument.name}: row {number}, {_short(row)}, is not {shape}")
    for column, part in zip(columns, parts, strict=True):
        _cell(argument, number, column, part)


def _cell(argument: Argument, number: int, column: Column, part: str) -> None:
    whole = int(part) if _INTEGER.fullmatch(part) else None
    if whole is None or not column.low <= whole <= column.high:
        where = f"{argument.name}: row {number}: {column.name}"
        raise BadValue(f"{where}: {_short(part)} is not a number from {column.low} to {column.high}")


def _integer(argument: Argument, value: Any) -> None:
    text = _text(argument, value)
    if _INTEGER.fullmatch(text) is None:
        raise BadValue(f"{argument.name}: {_short(text)} is not a whole number")
    _in_words(argument, text)
    low, high = argument.low, argument.high
    if (low is not None and int(text) < low) or (high is not None and int(text) > high):
        raise BadValue(f"{argument.name}: {text} is not within {low} to {high}")


def _boolean(argument: Argument, value: Any) -> None:
    if _text(argument, value) not in ("True", "False"):
        raise BadValue(f"{argument.name}: {_short(str(value))} is neither True nor False")


def _timestamp(argument: Argument, value: Any) -> None:
    text = _text(argument, value)
    try:
        if _TIMESTAMP.fullmatch(text) is None:
            raise NotAnInstant("must be UTC with three decimal places")
        parse_instant(text)
    except NotAnInstant as error:
        raise BadValue(f"{argument.name}: {_short(text)} is no time stamp: {error}") from None


def _base64(argument: Argument, value: Any) -> None:
    try:
        base64.b64decode(_text(argument, value), validate=True)
    except (binascii.Error, ValueError):
        raise BadValue(f"{argument.name}: is not base64 (RFC 4648)") from None


def _listed(one: Callable[[Argument, Any], None]) -> Callable[[Argument, Any], None]:
    def each(argument: Argument, value: Any) -> None:
        for part in _text(argument, value).split(","):
            one(argument, part)

    return each


def _array(argument: Argument, value: Any) -> None:
    if not isinstance(value, list):
        raise BadValue(f"{argument.name}: must be a JSON array, not {_kind_of(value)}")
    for number, row in enumerate(cast(list[Any], value), start=1):
        if not isinstance(row, dict):
            raise BadValue(f"{argument.name}: row {number} is no object")
        _object(argument, number, cast(dict[str, Any], row))


def _object(argument: Argument, number: int, row: Mapping[str, Any]) -> None:
    for item in argument.items:
        if item.name not in row:
            if not item.optional:
                raise BadValue(f"{argument.name}: row {number}: {item.name} is missing")
            continue
        try:
            check(item, _as_text(row[item.name]))
        except BadValue as error:
            raise BadValue(f"{argument.name}: row {number}: {error}") from None


def _as_text(value: Any) -> Any:
    """Within arrays the schemas of 1.2.1 allow numbers and booleans of JSON; the examples of the list have texts."""
    if isinstance(value, bool):
        return "True" if value else "False"
    return str(value) if isinstance(value, int) else value


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")


_CHECKS: Mapping[Kind, Callable[[Argument, Any], None]] = {
    "string": _string,
    "integer": _integer,
    "boolean": _boolean,
    "timestamp": _timestamp,
    "base64": _base64,
    "integer_list": _listed(_integer),
    "boolean_list": _listed(_boolean),
    "string_list": _listed(_string),
    "array": _array,
}
