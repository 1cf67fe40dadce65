"""What a picture shows of values that only the state tells of, where other values of the same entity have changed.

A sensor that was made in a batch changes in one attribute or two; its name, its place and its district are in history
only by its state (`untold`). Of these there is nothing to seek: entities of which the same is told are sought together,
in the rest of their attributes.
"""

from collections.abc import Collection, Iterator, Mapping

from pinisi.store.log import Position
from pinisi.store.untold import Birth, Untold, birth_of, numbers_of
from pinisi.vocabulary.instant import Instant

ALONE = 64
"""Entities of which the same is told, from which on they are sought by themselves: a walk takes 0.2 ms more."""

Place = tuple[Position, Instant, int, bytes | None]
"""Position, received, family and body of the row of a location; zeros where there is none."""


class PartlyTold:
    """Such entities of one picture. `location`: its number; `wanted`: the numbers of the others that are read."""

    def __init__(self, names: Mapping[int, str], location: int | None, wanted: Collection[int]) -> None:
        self._names = names
        self._location = location
        self._wanted = frozenset(wanted if location is None else (*wanted, location))
        self._states: dict[int, tuple[bytes, Untold]] = {}
        self._later: dict[int, Birth] = {}

    def __len__(self) -> int:
        return len(self._states)

    def take(self, row: int, body: bytes, untold: Untold) -> None:
        """One more of them."""
        self._states[row] = (body, untold)

    def together(self) -> Iterator[tuple[frozenset[int], list[int]]]:
        """Attributes that need not be sought, of these entities (rows)."""
        alike: dict[str, list[int]] = {}
        for row, (_, untold) in self._states.items():
            alike.setdefault(untold[1].partition(",")[2].partition(",")[2], []).append(row)
        alone: list[int] = []
        for rows in alike.values():
            if len(rows) < ALONE:
                alone += rows
            else:
                yield self._wanted.intersection(numbers_of(self._states[rows[0]][1])), rows
        if alone:
            yield frozenset(), alone

    def with_them(
        self, row: int, place: Place, bodies: Mapping[int, bytes | None], at: Instant, known: Instant
    ) -> tuple[Place, Mapping[int, bytes | None]]:
        """The location and the bodies that history has, and what the state alone tells of the moment.

        What had been said by then is shown, of a time still to come too: it is the first that was ever said.
        """
        birth = birth_of(*self._states[row], self._names, self._wanted)
        if birth is None or birth.received > known:
            return place, bodies
        told = birth.told
        if birth.received > at:
            self._later[row] = birth
            told = {number: words for number, words in told.items() if birth.true(words) <= at}
        return self._with(birth, told, place, bodies)

    def with_undated(
        self, row: int, place: Place, bodies: Mapping[int, bytes | None]
    ) -> tuple[Place, Mapping[int, bytes | None]]:
        """The same of what tells no time of its own and came after the moment, once it was asked `with_them`."""
        birth = self._later.get(row)
        if birth is None:
            return place, bodies
        told = {number: words for number, words in birth.told.items() if birth.true(words) == birth.received}
        return self._with(birth, told, place, bodies)

    def _with(
        self, birth: Birth, told: dict[int, bytes], place: Place, bodies: Mapping[int, bytes | None]
    ) -> tuple[Place, Mapping[int, bytes | None]]:
        if self._location in told:
            place = (birth.position, birth.received, birth.family, told[self._location])
        return place, {**bodies, **told}
