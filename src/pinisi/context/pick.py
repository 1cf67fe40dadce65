"""The attribute projection language of `pick` and `omit` (NGSI-LD 4.21): which members of an entity are shown.

`name,location|type` names members; braces after a relationship (`isParked{name}`) choose what is shown of the entity
that it leads to, where linked entities are part of the answer.
"""

import re
from typing import Protocol

import msgspec

from pinisi.context.problems import BadRequestData

CORE_MEMBERS = frozenset(("id", "type", "scope"))
DEEPEST = 8
LONGEST = 8_000
_TOKENS = re.compile(r"[{},|]|[^{},|]+")


class Terms(Protocol):
    """What expands the names of attributes: the terms of an @context."""

    def expand_attribute(self, name: str, field: str, /) -> str: ...


class Pick(msgspec.Struct, frozen=True):
    """Members by IRI, the core ones by their name; `linked` says what of the entities behind a relationship."""

    members: frozenset[str]
    linked: tuple[tuple[str, "Pick"], ...] = ()

    def behind(self, relationship: str) -> "Pick | None":
        """What is chosen of the entities that a relationship leads to; None: nothing is said."""
        return next((pick for name, pick in self.linked if name == relationship), None)


def parse_pick(text: str, terms: Terms, parameter: str = "pick") -> Pick:
    """Read a projection.

    Raises:
        BadRequestData: naming the parameter.
    """
    if len(text) > LONGEST:
        raise BadRequestData(f"longer than {LONGEST} characters", parameter)
    tokens = _TOKENS.findall(text)
    pick, place = _Parser(tokens, terms, parameter).terms_from(0, 0)
    if place != len(tokens):
        raise BadRequestData(f"{text!r} closes a brace that it does not open", parameter)
    return pick


class _Parser:
    def __init__(self, tokens: list[str], terms: Terms, parameter: str) -> None:
        self.tokens = tokens
        self.terms = terms
        self.parameter = parameter

    def terms_from(self, place: int, depth: int) -> tuple[Pick, int]:
        """The members from a place on, up to a closing brace or the end, and where they end."""
        if depth > DEEPEST:
            raise BadRequestData(f"braces are nested more than {DEEPEST} deep", self.parameter)
        members: set[str] = set()
        linked: dict[str, Pick] = {}
        while True:
            name = self._name(place)
            members.add(name)
            place += 1
            if self._at(place) == "{":
                linked[name], place = self.terms_from(place + 1, depth + 1)
                if self._at(place) != "}":
                    raise BadRequestData("a brace is not closed", self.parameter)
                place += 1
            if self._at(place) not in (",", "|"):
                return Pick(frozenset(members), tuple(linked.items())), place
            place += 1

    def _at(self, place: int) -> str:
        return self.tokens[place] if place < len(self.tokens) else ""

    def _name(self, place: int) -> str:
        name = self._at(place)
        if name in ("", "{", "}", ",", "|"):
            raise BadRequestData("a member is missing between two separators", self.parameter)
        return name if name in CORE_MEMBERS else self.terms.expand_attribute(name, self.parameter)
