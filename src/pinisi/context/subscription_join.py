"""What a notification shows of an entity and of those that it is linked with (NGSI-LD 5.2.14.1, 4.5.23, 4.21)."""

from collections.abc import Sequence
from typing import Any

from pinisi.context.linked_entities import Join, parse_join
from pinisi.context.pick import LONGEST, Pick, parse_pick
from pinisi.context.problems import BadRequestData
from pinisi.context.render import View
from pinisi.context.subscription import Expand
from pinisi.context.validate import refuse, shorten


class _Words:
    """The names of a subscription, in the shape that the projection language asks for them."""

    def __init__(self, expand: Expand) -> None:
        self._expand = expand

    def expand_attribute(self, name: str, _field: str) -> str:
        return self._expand(name)


def read_pick(names: Sequence[str] | None, field: str, expand: Expand) -> Pick | None:
    """Each element is a projection of its own: a member, or one with braces behind it.

    Raises:
        BadRequestData: naming the field.
    """
    if names is None:
        return None
    text = ",".join(names)
    if len(text) > LONGEST:
        refuse(field, f"has {len(text)} characters, at most {LONGEST} are read")
    return parse_pick(text, _Words(expand), field)


def read_join(way: Any, level: Any, pick: Pick | None, omit: Pick | None, accept: str) -> Join | None:
    """`join` and `joinLevel`; None: without linked entities.

    Raises:
        BadRequestData: naming the member.
    """
    if way is not None and not isinstance(way, str):
        refuse("notification.join", f"{shorten(way)} is none of flat, inline, @none")
    if level is not None and (isinstance(level, bool) or not isinstance(level, int)):
        refuse("notification.joinLevel", f"{shorten(level)} is no whole number from 1 on")
    try:
        join = parse_join(way, None if level is None else str(level), View(pick=pick, omit=omit))
    except BadRequestData as error:
        told = error.detail.removeprefix(f"{error.field}: ")
        raise BadRequestData(told, f"notification.{error.field}") from None
    if join is not None and accept == "application/geo+json":
        refuse("notification.join", "linked entities are not told as GeoJSON")
    return join
