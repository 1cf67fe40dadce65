"""What somebody gave a job, a command or an endpoint: every fault at once, each with its field and words for people."""

import re
from collections.abc import Iterator
from typing import Any, TypeVar, cast

import msgspec

from pinisi.city.entry import Fault, Unfit
from pinisi.city.text import Text, fill
from pinisi.city.words import entry_text
from pinisi.people.errors import BadField
from pinisi.people.requests import read_request

T = TypeVar("T", bound=msgspec.Struct)
_AT = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_SAID: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"Expected `(?:int|float)` >= (?P<least>\S+)", "too_small"),
        (r"Expected `(?:int|float)` <= (?P<most>\S+)", "too_great"),
        (r"Expected `(?:int|float)` > (?P<least>\S+)", "not_above"),
        (r"Expected `(?:int|float)` < (?P<most>\S+)", "not_below"),
        (r"Expected `str` of length >= (?P<least>\d+)", "too_short"),
        (r"Expected `str` of length <= (?P<most>\d+)", "too_long"),
        (r"Expected `array` of length >= (?P<least>\d+)", "too_few"),
        (r"Expected `array` of length <= (?P<most>\d+)", "too_many"),
        (r"Expected `int( \| null)?`", "not_whole"),
        (r"Expected `(int \| )?float( \| null)?`|Number out of range", "not_number"),
        (r"Expected `str( \| null)?`, got", "not_text"),
        (r"Expected `bool( \| null)?`", "not_yes_no"),
        (r"Invalid RFC3339 encoded datetime|Expected `datetime", "not_moment"),
        (r"Invalid RFC3339 encoded date|Expected `date", "not_date"),
        (r"Expected `array", "not_list"),
        (r"Invalid enum value", "not_one_of"),
        (r"Object missing required field", "needed"),
        (r"Object contains unknown field", "unknown"),
    )
)


def read_input(body: bytes, shape: type[T], part: str = "") -> T:
    """The body as the shape asks; `part` is the member of a larger body that this one is.

    Raises:
        Unfit: with every field that is wrong, as far as it can be told; fields by their path in this body.
        BadField: it is no JSON object at all.
    """
    try:
        return read_request(body, shape, part)
    except BadField:
        faults = tuple(_faults(_as_it_is(body), shape))
        if not faults:
            raise
        raise Unfit(faults) from None


def _as_it_is(body: bytes) -> Any:
    """Whatever JSON it is; None where it is none."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _faults(given: Any, shape: type[msgspec.Struct]) -> Iterator[Fault]:
    if not isinstance(given, dict):
        return
    said = cast("dict[str, Any]", given)
    fields = {field.encode_name: field for field in msgspec.structs.fields(shape)}
    for name, field in fields.items():
        if name not in said:
            if field.required:
                yield Fault(name, entry_text("needed"))
            continue
        try:
            msgspec.convert(said[name], field.type)
        except msgspec.ValidationError as error:
            yield _fault(name, str(error))
    for name in said.keys() - fields.keys():
        yield Fault(name[:80], entry_text("unknown"))


def _fault(name: str, text: str) -> Fault:
    at = _AT.search(text)
    path = at["path"].replace("[...]", "[]") if at else ""
    return Fault(name + path, reason_of(_AT.sub("", text)))


def reason_of(text: str) -> Text:
    """What msgspec says of a value that does not fit, in the languages of the console."""
    for pattern, name in _SAID:
        found = pattern.match(text)
        if found is not None:
            return fill(entry_text(name), **found.groupdict())
    return fill(entry_text("not_fit"), why=text)
