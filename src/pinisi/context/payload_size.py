"""How much a body says of one entity, looked at before any of it is read (docs/reference/limits.md).

A body of 16 MB may name a million attributes: to read them would keep everybody else waiting for many seconds.
"""

from typing import Any, NoReturn

from pinisi.context.core_context import MEMBERS, VALUE_MEMBERS
from pinisi.context.json_body import read_json
from pinisi.context.json_shapes import is_list, is_object
from pinisi.context.problems import BadRequestData
from pinisi.context.validate import refuse
from pinisi.vocabulary.bounds import MOST_INSTANCES, MOST_OF_ONE

MOST_MEMBERS = 100_000
"""Members of objects and elements of lists in one entity, its values among them; a position counts as one."""
MOST_MOMENTS = 10_000
"""Values of the past in one body, those of attributes of attributes among them: as many as one answer has."""

_SHORT = 3
"""A list of so many numbers is a position."""
_NO_ATTRIBUTES = MEMBERS | VALUE_MEMBERS | {"@context", "@type"}
_DATASETS = "dataset"
_V2_FRAME = frozenset(("id", "type"))


def read_payload(body: bytes) -> Any:
    """The JSON of a body whose size has been looked at; of a list each item may have `MOST_MEMBERS`.

    Commas tell the most that there can be.

    Raises:
        BadRequestData: says which item has more; and as `read_json`.
    """
    document = read_json(body, len(body))
    if body.count(b",") < MOST_MEMBERS:
        return document
    items: list[Any] = document if is_list(document) else [document]
    for place, item in enumerate(items):
        if _members(item) > MOST_MEMBERS:
            which = "the body" if items is not document else f"item {place}"
            raise BadRequestData(f"{which} has more than {MOST_MEMBERS:,} members and elements of values")
    return document


def _members(item: Any) -> int:
    count = 0
    level: list[Any] = []
    if is_object(item):
        level = [{key: member for key, member in item.items() if key != "@context"}]
    elif is_list(item):
        level = [item]
    while level and count <= MOST_MEMBERS:
        below: list[Any] = []
        for parent in level:
            inner = [one for one in (parent.values() if is_object(parent) else parent) if one.__class__ in (dict, list)]
            if inner or is_object(parent) or len(parent) > _SHORT:
                count += len(parent)
            below += inner
        level = below
    return count


def check_extent(
    document: dict[str, Any],
    not_attributes: frozenset[str],
    *,
    simplified: bool = False,
    most: int = MOST_INSTANCES,
    most_of_one: int = MOST_OF_ONE,
) -> None:
    """Count the instances of attributes that an entity, or a fragment of one, speaks of.

    Raises:
        BadRequestData: they are more than `most`, or one attribute has more than `most_of_one`; names the attribute
            that has so many alone, if there is one.
    """
    if len(document) > most + len(not_attributes):
        _refuse_all(most)
    total = 0
    for name, member in document.items():
        if name not in not_attributes:
            count = _datasets(member) if simplified else _instances(member, name, most, most_of_one)
            if simplified and count > most_of_one:
                refuse_many(name, most_of_one)
            if count > most:
                refuse(name, f"has more than {most:,} instances, attributes of attributes included")
            total += count
    if total > most:
        _refuse_all(most)


def check_v2_extent(document: dict[str, Any], most: int = MOST_INSTANCES) -> None:
    """As `check_extent`, of an entity of NGSI v2, whose attributes of attributes stand in `metadata`."""
    total = len(document.keys() - _V2_FRAME)
    for name, member in document.items():
        if is_object(member) and is_object(metadata := member.get("metadata")):
            total += len(metadata)
            if len(metadata) > most:
                refuse(f"{name}.metadata", f"has more than {most:,} members")
    if total > most:
        _refuse_all(most)


def _refuse_all(most: int) -> None:
    raise BadRequestData(
        f"attributes: there are more than {most:,} instances of them, attributes of attributes included: "
        "so many are not taken of one entity"
    )


def _datasets(member: Any) -> int:
    if is_object(member) and len(member) == 1 and is_object(datasets := member.get(_DATASETS)):
        return len(datasets)
    return 1


def refuse_many(field: str, most: int = MOST_OF_ONE) -> NoReturn:
    """Of one attribute, or one of an attribute's."""
    refuse(field, f"has more than {most:,} instances")


def _instances(member: Any, name: str, most: int, most_of_one: int) -> int:
    """Of one attribute, as far as they are not more than so many."""
    if member.__class__ is not dict and member.__class__ is not list:
        return 1
    count = 0
    left: list[Any] = [member]
    while left and count <= most:
        one = left.pop()
        if is_object(one):
            count += 1
            if not VALUE_MEMBERS.isdisjoint(one):
                left += [content for key, content in one.items() if key not in _NO_ATTRIBUTES]
        elif is_list(one) and any(is_object(item) for item in one):
            if len(one) > most_of_one:
                refuse_many(name, most_of_one)
            left += one
        else:
            count += 1
    return count
