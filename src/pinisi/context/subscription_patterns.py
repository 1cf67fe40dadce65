"""Many `idPattern`s asked of one id at once, by sets of RE2: linear in the id, whatever the patterns."""

from collections.abc import Iterator
from typing import Any

from pinisi.store.pattern import compile_pattern

_FRESH = 64
_PATIENCE = 256
"""Patterns asked one by one before the fresh ones are worth a set."""


class _Sealed:
    """Patterns compiled into one set. An empty pattern among them always matches: when it does not, the set ran out
    of memory, and each pattern is asked by itself.
    """

    __slots__ = ("_set", "left", "patterns")

    def __init__(self, patterns: list[tuple[str, str]]) -> None:
        self.patterns: list[tuple[str, str] | None] = [*patterns]
        self.left = len(patterns)
        import re2

        options = re2.Options()
        options.log_errors = False
        self._set: Any = re2.Set.SearchSet(options)
        for pattern, _ in patterns:
            self._set.Add(pattern)
        self._set.Add("")
        self._set.Compile()

    def found(self, text: str) -> Iterator[str]:
        numbers: list[int] = self._set.Match(text)
        witness = len(self.patterns)
        if witness not in numbers:
            yield from _each([one for one in self.patterns if one is not None], text)
            return
        for number in numbers:
            one = None if number == witness else self.patterns[number]
            if one is not None:
                yield one[1]


class Patterns:
    """Pairs of pattern and id. New ones are asked one by one until they are many or asked often, then by sets."""

    def __init__(self) -> None:
        self._fresh: list[tuple[str, str]] = []
        self._asked = 0
        self._sealed: list[_Sealed] = []

    def __bool__(self) -> bool:
        return bool(self._fresh or self._sealed)

    def add(self, pattern: str, id: str) -> None:
        self._fresh.append((pattern, id))
        if len(self._fresh) >= _FRESH:
            self._seal()

    def remove(self, pattern: str, id: str) -> None:
        pair = (pattern, id)
        if pair in self._fresh:
            self._fresh.remove(pair)
            return
        for sealed in self._sealed:
            if pair in sealed.patterns:
                sealed.patterns[sealed.patterns.index(pair)] = None
                sealed.left -= 1
                if not sealed.left:
                    self._sealed.remove(sealed)
                return

    def found(self, text: str) -> Iterator[str]:
        """Ids of all whose pattern is found in the text."""
        self._asked += len(self._fresh)
        if self._asked > _PATIENCE:
            self._seal()
        yield from _each(self._fresh, text)
        for sealed in self._sealed:
            yield from sealed.found(text)

    def _seal(self) -> None:
        """Join the fresh ones with sets that are no larger: so there are few sets, and each pattern moves rarely."""
        patterns = self._fresh
        self._fresh, self._asked = [], 0
        while self._sealed and self._sealed[-1].left <= len(patterns):
            patterns = [one for one in self._sealed.pop().patterns if one is not None] + patterns
        self._sealed.append(_Sealed(patterns))


def _each(patterns: list[tuple[str, str]], text: str) -> Iterator[str]:
    return (id for pattern, id in patterns if compile_pattern(pattern)(text))
