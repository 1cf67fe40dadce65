"""Pictures of entities that are as they were born in a batch: history has no rows of them, their state says it all.

Each of their values is the only one that its attribute ever had, and all of them were received together (`untold`). So
there is nothing to seek: who had heard of the birth by then saw the state; who asks of a time before it, as known now,
is shown what was true by then, and, beside that, what tells no time of its own.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from pinisi.store.record import Family, Record
from pinisi.store.sql_rows import Answer
from pinisi.store.untold import birth_of, received_as_born
from pinisi.vocabulary.entity import Entity, decode_entity
from pinisi.vocabulary.instant import Instant

_DATED = b'"observed_at":'


class AsBornThen(Record):
    """An entity as it was, of what its reader sees; decoded when asked."""

    __slots__ = ("_names", "_state")

    def __init__(self, found: "AsBorn", position: int, family: Family, names: Sequence[str]) -> None:
        super().__init__(found.row, found.id, position, family, b"")
        self._names = names
        self._state = found.state

    @property
    def entity(self) -> Entity:
        state = decode_entity(self._state)
        attributes = {name: state.attributes[name] for name in self._names if name in state.attributes}
        born = state.modified_at if attributes else 0
        return Entity(self.id, list(self.family.types), attributes, [], None, born, born)


class AsBorn(msgspec.Struct, frozen=True, gc=False):
    """An entity in a picture. `held`: names of what is shown of it; None: all that is asked for."""

    row: int
    id: str
    family: int
    state: bytes
    held: Container[str] | None = None

    def record(self, position: int, family: Family, names: Sequence[str], shown: Container[str] | None) -> Record:
        """What one reader sees of it; `names`: the attributes that are asked for, in their order."""
        for some in (shown, self.held):
            if some is not None:
                names = [name for name in names if name in some]
        return AsBornThen(self, position, family, names)


def as_born(
    lines: Answer, names: Mapping[int, str], wanted: Container[int], at: Instant, known: Instant | None
) -> Iterator[AsBorn]:
    """Those of which something is true at the moment.

    Args:
        lines: row, id, family, body, birth and what is untold of each.
        wanted: numbers of the attributes that are looked at; the location is one.
        at, known: as in `PictureQuery`.
    """
    for row, id, family, body, birth, untold in lines:
        received = received_as_born(body)
        if received <= at and (known is None or received <= known):
            yield AsBorn(row, id, family, body)
        elif (known is None or received <= known) and _DATED in body:
            held = _held(body, (birth, untold), names, wanted, at, undated=known is None)
            if held:
                yield AsBorn(row, id, family, body, held)


def _held(
    body: bytes, untold: Any, names: Mapping[int, str], wanted: Container[int], at: Instant, *, undated: bool
) -> set[str]:
    """What was true by a moment before the birth, and beside it what tells no time of its own."""
    birth = birth_of(body, untold, names, wanted)
    if birth is None:
        return set()
    true = {names[number]: birth.true(words) for number, words in birth.told.items()}
    held = {name for name, moment in true.items() if moment <= at}
    if held and undated:
        held |= {name for name, moment in true.items() if moment == birth.received}
    return held
