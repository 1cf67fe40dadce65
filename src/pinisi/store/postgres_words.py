"""Names and families of a tenant that several processes give numbers to: new ones only under the lock of the head."""

from pinisi.store.interning import Families, Names
from pinisi.store.record import Family


class NewWord(Exception):
    """A draft that holds no lock needs a number that nobody has given yet."""


class SharedNames(Names):
    """`closed`: no number may be given now."""

    closed = False

    def intern(self, text: str) -> int:
        if self.closed and text not in self.number:
            raise NewWord(text)
        return super().intern(text)


class SharedFamilies(Families):
    """`closed`: no number may be given now."""

    closed = False

    def of(self, types: tuple[str, ...], areas: tuple[str, ...]) -> Family:
        if self.closed and not self.has(types, areas):
            raise NewWord(", ".join(types))
        return super().of(types, areas)
