"""Small numbers for long words: IRIs, dataset ids, principals, and families of entities."""

from collections.abc import Iterable

import msgspec

from pinisi.store.record import Family
from pinisi.store.sql_rows import Connection, Row, rows
from pinisi.vocabulary.memory import Memory

_list = msgspec.json.Decoder(tuple[str, ...]).decode


class Layout(msgspec.Struct, frozen=True):
    """The attributes of an entity in their order: by name, by number, and as the log writes them."""

    names: tuple[str, ...]
    attributes: frozenset[str]
    numbers: tuple[int, ...]
    text: str


_MOST_LAYOUTS = 4_096


class Names:
    """Text <-> number, for one tenant. New ones are collected in `fresh` until the transaction writes them."""

    def __init__(self) -> None:
        self.number: dict[str, int] = {"": 0}
        self.text: dict[int, str] = {0: ""}
        self.fresh: list[tuple[int, str]] = []
        self._layouts = Memory[tuple[str, ...], Layout](_MOST_LAYOUTS)

    def load(self, connection: Connection) -> None:
        self.__init__()
        self.take(rows(connection, "SELECT id, text FROM name"))

    def take(self, found: Iterable[Row]) -> None:
        """Take in words that are written."""
        for number, text in found:
            self.number[text] = number
            self.text[number] = text

    def forget_fresh(self) -> None:
        """Forget the words that were not written: another writer may give their numbers to others."""
        for number, text in self.fresh:
            del self.number[text], self.text[number]
        self.fresh.clear()
        self._layouts.clear()

    def intern(self, text: str) -> int:
        number = self.number.get(text)
        if number is None:
            number = len(self.number)
            self.number[text] = number
            self.text[number] = text
            self.fresh.append((number, text))
        return number

    def layout(self, names: tuple[str, ...]) -> Layout:
        """These attributes; most entities of a batch have the same."""
        found = self._layouts.get(names)
        if found is None:
            numbers = tuple([self.intern(name) for name in names])
            layout = Layout(names, frozenset(names), numbers, ",".join(map(str, numbers)))
            found = self._layouts.remember(names, layout)
        return found


class Families:
    """The families of one tenant, by number and by (types, areas)."""

    def __init__(self) -> None:
        self.all: dict[int, Family] = {}
        self._by_key: dict[tuple[tuple[str, ...], tuple[str, ...]], Family] = {}
        self.fresh: list[tuple[int, str, str]] = []

    def load(self, connection: Connection) -> None:
        self.__init__()
        self.take(rows(connection, "SELECT id, types, areas FROM family"))

    def take(self, found: Iterable[Row]) -> None:
        """Take in families that are written, by number, types and areas as JSON."""
        for number, types, areas in found:
            if number not in self.all:
                self._add(Family(number, _list(types), _list(areas)))

    def forget_fresh(self) -> None:
        """Forget the families that were not written: another writer may give their numbers to others."""
        for number, _, _ in self.fresh:
            family = self.all.pop(number)
            del self._by_key[family.types, family.areas]
        self.fresh.clear()

    def _add(self, family: Family) -> None:
        self.all[family.id] = family
        self._by_key[family.types, family.areas] = family

    def has(self, types: tuple[str, ...], areas: tuple[str, ...]) -> bool:
        return (types, areas) in self._by_key

    def number(self, types: tuple[str, ...], areas: tuple[str, ...]) -> int | None:
        """The number of a family that is known."""
        family = self._by_key.get((types, areas))
        return None if family is None else family.id

    def of(self, types: tuple[str, ...], areas: tuple[str, ...]) -> Family:
        family = self._by_key.get((types, areas))
        if family is None:
            family = Family(len(self.all) + 1, types, areas)
            self._add(family)
            encode = msgspec.json.encode
            self.fresh.append((family.id, encode(types).decode(), encode(areas).decode()))
        return family
