"""Whether a well-formed message fits the signal exchange list; where not, the reason that MessageNotAck carries.

RSMP core 3.2.2, "Error handling": an unknown code or name and an incomplete command are serious errors; an unknown
component is answered with "undefined" and no error.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeVar

from msgspec import UNSET

from pinisi.services.mobility.rsmp.catalogue import (
    SXL,
    Alarm,
    Argument,
    Command,
    Object,
    Status,
    argument_of,
    catalogue,
)
from pinisi.services.mobility.rsmp.messages import (
    AggregatedStatus,
    CommandRequest,
    CommandResponse,
    Content,
    Given,
    ReturnValue,
    StatusResponse,
    StatusUpdate,
    Value,
    Wanted,
)
from pinisi.services.mobility.rsmp.messages import Alarm as AlarmMessage
from pinisi.services.mobility.rsmp.values import BadValue, check
from pinisi.vocabulary.instant import NotAnInstant, parse_instant

_Entry = TypeVar("_Entry", Status, Command, Alarm)
_DECIMAL = re.compile(r"\d{1,6}(\.\d{1,3})?", re.ASCII)
_WORDS = {
    "acknowledged": ("ack", ("Acknowledged", "notAcknowledged")),
    "active": ("aS", ("Active", "inActive")),
    "suspended": ("sS", ("Suspended", "notSuspended", "suspended")),
    "category": ("cat", ("T", "D")),
    "priority": ("pri", ("1", "2", "3")),
}
"""The public schema of 3.2.0 writes "suspended" in an alarm that is issued: it is understood."""


class Unfitting(ValueError):
    """The text is the reason."""


def status_argument(code: str, name: str, object: Object | None = None) -> Argument:
    """Raises:
    Unfitting: no such status for that kind of object, or no such value in it.
    """
    return _argument(_entry(catalogue().status, "sCI", code, object).arguments, code, name)


def command_of(code: str, object: Object | None = None) -> Command:
    """Raises:
    Unfitting: no such command for that kind of object.
    """
    return _entry(catalogue().command, "cCI", code, object)


def alarm_of(code: str, object: Object | None = None) -> Alarm:
    """Raises:
    Unfitting: no such alarm for that kind of object.
    """
    return _entry(catalogue().alarm, "aCId", code, object)


def _entry(table: Mapping[str, _Entry], field: str, code: str, object: Object | None) -> _Entry:
    entry = table.get(code)
    if entry is None or (object is not None and entry.object != object):
        raise Unfitting(f"{field}: {code[:40]!r} is not in SXL {SXL}" + (f" for a {object}" if object else ""))
    return entry


def _argument(arguments: tuple[Argument, ...], code: str, name: str) -> Argument:
    argument = argument_of(arguments, name)
    if argument is None:
        raise Unfitting(f"n: {code} has no {name[:40]!r}")
    return argument


def judge_subscription(wanted: Iterable[Wanted]) -> None:
    """Raises:
    Unfitting: no number of seconds, or neither an interval nor on change ("Structure for a status subscription").
    """
    for one in wanted:
        if _DECIMAL.fullmatch(one.every) is None:
            raise Unfitting(f"uRt: {one.every[:40]!r} is not a number of seconds")
        if float(one.every) == 0 and one.on_change is False:
            raise Unfitting("uRt: 0 without sOc would never send anything")


def commands_in(request: CommandRequest, object: Object) -> dict[str, dict[str, str]]:
    """The commands of a request, each with all its arguments.

    Raises:
        Unfitting: an unknown code or name, an argument missing or twice, another order, a value out of bounds.
    """
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for given in request.arguments:
        found[given.code][given.name] = _given(given, object, found[given.code])
    for code, arguments in found.items():
        missing = [a.name for a in command_of(code).arguments if not a.optional and a.name not in arguments]
        if missing:
            raise Unfitting(f"arg: {code} lacks {', '.join(missing)}")
    if not found:
        raise Unfitting("arg: no argument given")
    return dict(found)


def _given(given: Given, object: Object, before: Mapping[str, str]) -> str:
    command = command_of(given.code, object)
    argument = _argument(command.arguments, given.code, given.name)
    if given.order != command.order:
        raise Unfitting(f"cO: {given.code} is ordered by {command.order!r}, not {given.order[:40]!r}")
    if given.name in before:
        raise Unfitting(f"arg: {given.code} has {given.name} twice")
    _value(given.code, argument, given.value)
    return given.value


def _value(code: str, argument: Argument, value: Value) -> None:
    try:
        check(argument, value)
    except BadValue as error:
        raise Unfitting(f"{code} {error}") from None


def judge_report(message: Content) -> str:
    """What a supervisor cannot take of what a site tells; empty where it can."""
    try:
        match message:
            case StatusResponse() | StatusUpdate():
                _statuses(message)
            case AggregatedStatus():
                _aggregated(message)
            case AlarmMessage():
                _alarm(message)
            case CommandResponse():
                _answers(message)
            case _:
                raise Unfitting(f"{type(message).__name__} is not for a supervisor")
    except Unfitting as error:
        return str(error)
    return ""


def _statuses(message: StatusResponse | StatusUpdate) -> None:
    _moment("sTs", message.at)
    for value in message.values:
        argument = status_argument(value.code, value.name)
        if value.quality in ("recent", "old"):
            _value(value.code, argument, value.value)


def _aggregated(message: AggregatedStatus) -> None:
    _moment("aSTS", message.at)
    if len(message.bits) != 8:
        raise Unfitting(f"se: {len(message.bits)} state bits, not 8")


def _alarm(message: AlarmMessage) -> None:
    alarm = alarm_of(message.code)
    if message.purpose not in ("Issue", "Acknowledge", "Suspend"):
        raise Unfitting(f"aSp: {message.purpose[:40]!r} is not what a site tells")
    for field, (wire, words) in _WORDS.items():
        if getattr(message, field) not in words:
            raise Unfitting(f"{wire}: must be one of {', '.join(words)}")
    _moment("aTs", "" if message.at is UNSET else message.at)
    values: tuple[ReturnValue, ...] = () if message.values is UNSET else message.values
    for value in values:
        _value(message.code, _argument(alarm.arguments, message.code, value.name), value.value)


def _answers(message: CommandResponse) -> None:
    _moment("cTS", message.at)
    for value in message.values:
        argument = _argument(command_of(value.code).arguments, value.code, value.name)
        if value.age in ("recent", "old"):
            _value(value.code, argument, value.value)


def _moment(field: str, text: str) -> None:
    try:
        parse_instant(text)
    except NotAnInstant as error:
        raise Unfitting(f"{field}: {error}") from None
