"""Update operators: what a value shall become, told by what it is (NGSI v2, "Update operators for attribute values").

| operator | the value that is there | what it becomes |
|---|---|---|
| `$inc`, `$mul` | a number | the sum, the product |
| `$min`, `$max` | a number, text, date, truth value or null | the smaller, the greater of both |
| `$push`, `$addToSet` | a list | with the item (`$each`: items; `$position`) behind; `$addToSet`: unless it is there |
| `$pull`, `$pullAll` | a list | without the item, without the items |
| `$set`, `$unset` | an object | with these members, without those; both may stand together |

Where there is no attribute yet, numbers begin with 0, dates with 1970, lists and objects empty; what takes away makes
nothing. They are worked out inside the transaction, so that no two of them miss each other.
"""

import math
from typing import Any, Final, cast

import msgspec

from pinisi.context.ngsi_v2.attributes import DATE_TYPES, default_type, moment_of
from pinisi.context.ngsi_v2.unprocessable import Unprocessable
from pinisi.context.validate import refuse, shorten
from pinisi.vocabulary.instant import parse_instant

NUMBERS = frozenset({"$inc", "$mul"})
BOUNDS = frozenset({"$min", "$max"})
GROWING = frozenset({"$push", "$addToSet"})
SHRINKING = frozenset({"$pull", "$pullAll"})
MEMBERS = frozenset({"$set", "$unset"})
OPERATORS = NUMBERS | BOUNDS | GROWING | SHRINKING | MEMBERS
MOST_ITEMS = 10_000
"""Items that a list may have after `$push` and `$addToSet`."""
LARGEST = 2**63
"""What no whole number that is made reaches."""
EPOCH = "1970-01-01T00:00:00.000Z"


class _Nothing:
    """There is no value, and none is made."""


NOTHING: Final = _Nothing()


class Operation(msgspec.Struct, frozen=True):
    """Operators with their operands; `field` names the value in what the client is told."""

    operands: dict[str, Any]
    field: str

    def applied(self, before: Any, type_before: str, type: str | None) -> Any:
        """The value that comes of another.

        Args:
            before: the value that is there; `NOTHING`: there is no such attribute.
            type_before: its v2 type.
            type: the type that the request tells.

        Raises:
            Unprocessable: the operator does not work on such a value.
        """
        name, operand = next(iter(self.operands.items()))
        if name in MEMBERS:
            return self._members(before)
        if name in SHRINKING:
            return NOTHING if before is NOTHING else self._without(self._list(before), name, operand)
        if name in GROWING:
            return self._grown([] if before is NOTHING else self._list(before), name, operand)
        if name in BOUNDS:
            return self._bound(before, type_before, type, name, operand)
        return self._computed(0 if before is NOTHING else before, name, operand)

    def _computed(self, before: Any, name: str, operand: int | float) -> int | float:
        if not _is_number(before):
            raise Unprocessable(f"{self.field}: {name} works on a number, there is {shorten(before)}")
        try:
            result = before + operand if name == "$inc" else before * operand
        except OverflowError:
            result = math.inf
        if not math.isfinite(result) if isinstance(result, float) else abs(result) >= LARGEST:
            raise Unprocessable(f"{self.field}: {name} makes a number that is too large")
        return result

    def _bound(self, before: Any, type_before: str, type: str | None, name: str, operand: Any) -> Any:
        dated = (type or type_before) in DATE_TYPES
        if before is NOTHING:
            before, type_before = (EPOCH, "DateTime") if dated else (0, "Number")
        if dated and operand is not None:
            operand = moment_of(operand, self.field)
        first = _rank(before, type_before in DATE_TYPES)
        second = _rank(operand, dated)
        if first is None or second is None:
            raise Unprocessable(f"{self.field}: {name} compares numbers, texts, dates; there is {shorten(before)}")
        return operand if (second < first if name == "$min" else first < second) else before

    def _list(self, before: Any) -> list[Any]:
        if not isinstance(before, list):
            raise Unprocessable(
                f"{self.field}: {next(iter(self.operands))} works on a list, there is {shorten(before)}"
            )
        return cast(list[Any], before)

    def _grown(self, before: list[Any], name: str, operand: Any) -> list[Any]:
        items, place = _items(operand)
        if name == "$push":
            place = len(before) if place is None else place
            grown = [*before[:place], *items, *before[place:]]
        else:
            grown = list(before)
            for item in items:
                if not any(_same(item, one) for one in grown):
                    grown.append(item)
        if len(grown) > MOST_ITEMS:
            raise Unprocessable(f"{self.field}: a list of more than {MOST_ITEMS} items")
        return grown

    def _without(self, before: list[Any], name: str, operand: Any) -> list[Any]:
        gone = [operand] if name == "$pull" else cast(list[Any], operand)
        return [one for one in before if not any(_same(one, item) for item in gone)]

    def _members(self, before: Any) -> Any:
        put, gone = self.operands.get("$set", {}), self.operands.get("$unset")
        if not isinstance(put, dict):
            return put
        if "$set" not in self.operands and not isinstance(before, dict):
            return before
        if before is NOTHING:
            before = {}
        if not isinstance(before, dict):
            raise Unprocessable(f"{self.field}: $set works on an object, there is {shorten(before)}")
        names = cast(dict[str, Any], gone) if isinstance(gone, dict) else {}
        whole: dict[str, Any] = {**cast(dict[str, Any], before), **cast(dict[str, Any], put)}
        return {name: member for name, member in whole.items() if name not in names}


def operation_of(value: Any, field: str) -> Operation | None:
    """The operation that a value tells; None: it is a value as any other.

    Raises:
        BadRequestData: an operator stands beside something else, or its operand does not fit it.
    """
    if not isinstance(value, dict) or OPERATORS.isdisjoint(cast(dict[str, Any], value)):
        return None
    told = cast(dict[str, Any], value)
    if len(told) > 1 and told.keys() != MEMBERS:
        refuse(field, "an operator stands alone; $set and $unset may stand together")
    for name, operand in told.items():
        _check(name, operand, f"{field}.{name}")
    put, gone = told.get("$set"), told.get("$unset")
    if isinstance(put, dict) and isinstance(gone, dict):
        both = next((name for name in cast(dict[str, Any], put) if name in gone), None)
        if both is not None:
            refuse(field, f"{shorten(both)} is set and unset at once")
    return Operation(told, field)


def _check(name: str, operand: Any, field: str) -> None:
    if name in NUMBERS and not _is_number(operand):
        refuse(field, f"{shorten(operand)} is no number")
    if name in BOUNDS and isinstance(operand, dict | list):
        refuse(field, "a number, a text, a date, true, false or null")
    if name == "$pullAll" and not isinstance(operand, list):
        refuse(field, "a list of the items that go")
    if name == "$pull" and isinstance(operand, dict) and any(str(key).startswith("$") for key in operand):  # pyright: ignore
        refuse(field, "the item that goes; conditions are not served")
    if name in GROWING and isinstance(operand, dict) and any(str(key).startswith("$") for key in operand):  # pyright: ignore
        _check_each(cast(dict[str, Any], operand), name, field)


def _check_each(operand: dict[str, Any], name: str, field: str) -> None:
    known = {"$each", "$position"} if name == "$push" else {"$each"}
    unknown = next((key for key in operand if key not in known), None)
    if unknown is not None:
        refuse(f"{field}.{unknown[:80]}", f"is none of {', '.join(sorted(known))}")
    if not isinstance(operand.get("$each"), list):
        refuse(f"{field}.$each", "a list of the items that come")
    place = operand.get("$position", 0)
    if isinstance(place, bool) or not isinstance(place, int):
        refuse(f"{field}.$position", f"{shorten(place)} is no place in a list")


def _items(operand: Any) -> tuple[list[Any], int | None]:
    if isinstance(operand, dict) and "$each" in operand:
        told = cast(dict[str, Any], operand)
        return told["$each"], told.get("$position")
    return [operand], None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _rank(value: Any, dated: bool) -> tuple[int, Any] | None:
    """Where a value stands among those of all kinds: null, numbers, texts, truth values, dates; None: nowhere."""
    if value is None:
        return 0, 0
    if dated and isinstance(value, str):
        return 4, parse_instant(value)
    kind = default_type(value)
    place = {"Number": 1, "Text": 2, "Boolean": 3}.get(kind)
    return None if place is None else (place, value)


def _same(one: Any, other: Any) -> bool:
    """Equality of JSON: `1` is `1.0`, and `true` is neither; members of objects have no order."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        ones, others = cast(list[Any], one), cast(list[Any], other)
        return len(ones) == len(others) and all(map(_same, ones, others))
    if isinstance(one, dict) and isinstance(other, dict):
        first, second = cast(dict[str, Any], one), cast(dict[str, Any], other)
        return first.keys() == second.keys() and all(_same(member, second[name]) for name, member in first.items())
    return one == other
