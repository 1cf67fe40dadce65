"""Names and families of a tenant that several processes give numbers to: new ones only under the lock of the head."""

from collections.abc import Iterable

from pinisi.store.interning import Families, Names
from pinisi.store.record import Family
from pinisi.store.sql_rows import Row


class NewWord(Exception):
    """A draft that holds no lock needs a number that nobody has given yet."""


class SharedNames(Names):
    """`closed`: no number may be given now."""

    closed = False

    def intern(self, text: str) -> int:
        if self.closed and text not in self.number:
            raise NewWord(text)
        return super().intern(text)

    def are_among(self, written: Iterable[Row]) -> bool:
        """Whether all that are known, but for fresh ones, are written with their numbers."""
        there = {(number, text) for number, text in written} | set(self.fresh) | {(0, "")}
        return there >= self.text.items()


class SharedFamilies(Families):
    """`closed`: no number may be given now."""

    closed = False

    def of(self, types: tuple[str, ...], areas: tuple[str, ...]) -> Family:
        if self.closed and not self.has(types, areas):
            raise NewWord(", ".join(types))
        return super().of(types, areas)

    def are_among(self, written: Iterable[Row]) -> bool:
        """Whether all that are known, but for fresh ones, are written with their numbers."""
        there = SharedFamilies()
        there.take(written)
        fresh = {number for number, _, _ in self.fresh}
        return all(
            there.number(family.types, family.areas) == number
            for number, family in self.all.items()
            if number not in fresh
        )
