"""What an entity was told to be at its birth, where its state says it still: history has no rows of it yet.

Most of what a batch makes stays as it is for a while, or for ever: to write every value into history too would be a
quarter of the batch. The state keeps who told it, and at which position. Before a value is changed, taken away or
erased, or gets a second one beside it in history, it is written there; so an untold value is the only one that its
attribute ever had, and readers of history find it here or there, never in both.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

import msgspec

from pinisi.store.historic import figure, observed
from pinisi.store.log import Position
from pinisi.store.sql_rows import Connection, Row, first
from pinisi.vocabulary.entity import decode_instance
from pinisi.vocabulary.instant import Instant

Untold = tuple[Position, str]
"""The position of a birth; the numbers of the principal, of the family then, and of the attributes that are untold."""


class Value(NamedTuple):
    """One untold value, in the words of history (`store.historic`)."""

    attribute: int
    observed: Instant
    position: Position
    received: Instant
    principal: int
    family: int
    body: bytes

    @property
    def number(self) -> float | None:
        """The value where it is a number that history can count with."""
        return figure(decode_instance(self.body).value)

    def row(self, entity: int) -> Row:
        """As history keeps it."""
        attribute, true, position, received, by, family, body = self
        return (entity, attribute, 0, true, position, received, by, family, self.number, body)


class _Instance(msgspec.Struct, gc=False):
    """An `Instance` of which only the times are looked at."""

    dataset_id: str | None = None
    observed_at: str | None = None
    modified_at: Instant = 0


class _Words(msgspec.Struct, gc=False):
    """An `Entity` of which only the words of instances are looked at."""

    attributes: dict[str, list[msgspec.Raw]] = {}


class _Times(msgspec.Struct, gc=False):
    attributes: dict[str, list[_Instance]] = {}


_words = msgspec.json.Decoder(_Words).decode
_times = msgspec.json.Decoder(_Times).decode
_OF = "SELECT body, birth, untold FROM entity WHERE row = ? AND untold IS NOT NULL"


def untold_of(position: Position | None, text: str | None) -> Untold | None:
    """As the columns `birth` and `untold` of the state have it."""
    return None if position is None or text is None else (position, text)


def numbers_of(untold: Untold) -> list[int]:
    """The attributes that are untold."""
    return list(map(int, untold[1].split(",")[2:]))


def without(untold: Untold, told: Collection[int]) -> Untold | None:
    """What is left untold when these attributes are told."""
    position, text = untold
    by, family, *numbers = text.split(",")
    left = [number for number in numbers if int(number) not in told]
    return (position, ",".join([by, family, *left])) if left else None


def values_of(
    body: bytes, untold: Untold, names: Mapping[int, str], wanted: Collection[int] | None = None
) -> Iterator[Value]:
    """The untold values of an entity; `wanted` None: of all attributes. `names`: number -> IRI."""
    position, text = untold
    by, family, *numbers = map(int, text.split(","))
    if wanted is not None:
        numbers = [number for number in numbers if number in wanted]
        if not numbers:
            return
    words, times = _words(body).attributes, _times(body).attributes
    for number in numbers:
        name = names[number]
        for one, raw in zip(times[name], words[name], strict=True):
            if one.dataset_id is None:
                told = None if one.observed_at is None else observed(one.observed_at)
                true = one.modified_at if told is None else told
                yield Value(number, true, position, one.modified_at, by, family, bytes(raw))


def untold_values(connection: Connection, entity: int, names: Mapping[int, str]) -> list[Value]:
    """Those of the entity in this row, as the file has it."""
    found = first(connection, _OF, (entity,))
    return [] if found is None else list(values_of(found[0], (found[1], found[2]), names))
