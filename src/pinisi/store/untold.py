"""What an entity was told to be at its birth, where its state says it still: history has no rows of it yet.

Most of what a batch makes stays as it is for a while, or for ever: to write every value into history too would be a
quarter of the batch. The state keeps who told it, and at which position. Before a value is changed, taken away or
erased, or gets a second one beside it in history, it is written there; so an untold value is the only one that its
attribute ever had, and readers of history find it here or there, never in both.
"""

from collections.abc import Collection, Container, Iterator, Mapping
from functools import lru_cache
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


class Birth(msgspec.Struct, frozen=True, gc=False):
    """What is untold of one entity, of the attributes that are asked for: all of it was received together.

    `told`: attribute -> the words of its value.
    """

    position: Position
    received: Instant
    principal: int
    family: int
    told: dict[int, bytes]

    def true(self, words: bytes) -> Instant:
        """When one of the values was true."""
        if _DATED not in words:
            return self.received
        text = _instance(words).observed_at
        told = None if text is None else observed(text)
        return self.received if told is None else told


class _Instance(msgspec.Struct, gc=False):
    """An `Instance` of which only the times are looked at."""

    dataset_id: str | None = None
    observed_at: str | None = None
    modified_at: Instant = 0


class _Words(msgspec.Struct, gc=False):
    """An `Entity` of which the instances of each attribute are left as they are."""

    attributes: dict[str, msgspec.Raw] = {}


_DATED = b'"observed_at":'
_TOLD = b'"modified_at":'
_words = msgspec.json.Decoder(_Words).decode
_instance = msgspec.json.Decoder(_Instance).decode
_each = msgspec.json.Decoder(list[msgspec.Raw]).decode
_OF = "SELECT body, birth, untold FROM entity WHERE row = ? AND untold IS NOT NULL"


AS_BORN = "entity.untold IS NOT NULL AND entity.position = entity.birth"
"""Of an entity that never changed: history has no rows of it, and it never passed into another family."""


def untold_of(position: Position | None, text: str | None) -> Untold | None:
    """As the columns `birth` and `untold` of the state have it."""
    return None if position is None or text is None else (position, text)


@lru_cache(1024)
def _read(text: str) -> tuple[int, int, tuple[int, ...]]:
    """The principal, the family and the attributes: most entities of a batch have the same."""
    by, family, *numbers = map(int, text.split(","))
    return by, family, tuple(numbers)


def numbers_of(untold: Untold) -> tuple[int, ...]:
    """The attributes that are untold."""
    return _read(untold[1])[2]


def family_of(untold: Untold) -> int:
    """The family at the birth."""
    return _read(untold[1])[1]


def without(untold: Untold, told: Collection[int]) -> Untold | None:
    """What is left untold when these attributes are told."""
    position, text = untold
    by, family, numbers = _read(text)
    left = [number for number in numbers if number not in told]
    return (position, ",".join(map(str, (by, family, *left)))) if left else None


def birth_of(
    body: bytes, untold: Untold, names: Mapping[int, str], wanted: Container[int] | None = None
) -> Birth | None:
    """What is untold of an entity; `wanted` None: of all attributes. `names`: number -> IRI.

    None: it is none of those that are wanted.
    """
    by, family, numbers = _read(untold[1])
    if wanted is not None:
        numbers = [number for number in numbers if number in wanted]
    if not numbers:
        return None
    instances = _words(body).attributes
    told = {number: _default(bytes(instances[names[number]])) for number in numbers}
    received = _instance(told[numbers[0]]).modified_at
    return Birth(untold[0], received, by, family, told)


def received_as_born(state: bytes) -> Instant:
    """When an entity that never changed was received: it is the last that its state says (`store.newborn`)."""
    return int(state[state.rindex(_TOLD) + len(_TOLD) : -1])


def _default(instances: bytes) -> bytes:
    """The words of the one instance that has no dataset id."""
    if b'"dataset_id":' not in instances:
        return instances[1:-1]
    return next(bytes(one) for one in _each(instances) if _instance(one).dataset_id is None)


def values_of(
    body: bytes, untold: Untold, names: Mapping[int, str], wanted: Container[int] | None = None
) -> Iterator[Value]:
    """The untold values of an entity; `wanted` None: of all attributes. `names`: number -> IRI."""
    birth = birth_of(body, untold, names, wanted)
    if birth is not None:
        position, received, by, family = birth.position, birth.received, birth.principal, birth.family
        for number, words in birth.told.items():
            yield Value(number, birth.true(words), position, received, by, family, words)


def untold_values(connection: Connection, entity: int, names: Mapping[int, str]) -> list[Value]:
    """Those of the entity in this row, as the file has it."""
    found = first(connection, _OF, (entity,))
    return [] if found is None else list(values_of(found[0], (found[1], found[2]), names))
